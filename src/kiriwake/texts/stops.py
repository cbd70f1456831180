"""Reasons why a task was stopped or never got its network interface."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(Pattern, family=Family.STOP, weight=Weight.DIRECT, decided=True)
_symptom = partial(Pattern, family=Family.STOP, weight=Weight.SYMPTOM)
_subnet = r"(?P<subnet>subnet-[0-9a-z]+)"

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="interface/subnet-full",
        causes=("ecs/subnet-ip-exhausted", "eks/cni-ip-exhausted"),
        anchors=(
            "insufficientfreeaddresses",
            "not have enough free addresses",
            "enough free addresses",
            "insufficient free addresses",
            "not enough free ip",
            "no free ip addresses in",
            "not have enough free ip",
            "insufficient ip addresses",
            "not enough ip addresses",
        ),
        regex=(
            rf"(?:in subnet '?{_subnet}'?.{{0,160}}?)?(?:insufficient ?free ?addresses(?:insubnet)?"
            r"|enough free (?:ip )?addresses|not enough (?:free )?ip|no free ip addresses"
            r"|insufficient ip addresses)"
        ),
        family=Family.NETWORK_INTERFACE,
        failure=Failure.FULL,
    ),
    _direct(
        id="interface/subnet-gone",
        causes=("ecs/subnet-or-group-absent",),
        anchors=(
            "invalidsubnetid.notfound",
            "invalidgroup.notfound",
            "invalidsubnet",
            "invalidgroupid",
        ),
        regex=(
            r"invalidsubnetid\.notfound|invalidgroup\.notfound|invalidsubnet\b|invalidgroupid\.malformed"
        ),
        family=Family.NETWORK_INTERFACE,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="interface/refused",
        causes=("ecs/eni-not-allowed",),
        anchors=(
            "tagpolicyviolation",
            "networkinterfacelimitexceeded",
            "rate limit exceeded while preparing network interface",
            "unauthorizedoperation",
        ),
        near=("network interface", "networkinterface"),
        family=Family.NETWORK_INTERFACE,
        failure=Failure.DENIED,
    ),
    _symptom(
        id="interface/ec2-error",
        causes=("ecs/subnet-ip-exhausted", "ecs/eni-not-allowed", "ecs/subnet-or-group-absent"),
        anchors=("unexpected ec2 error", "create network interface"),
        regex=rf"unexpected ec2 error[^:]{{0,140}}?(?:{_subnet})?|create network interface",
        family=Family.NETWORK_INTERFACE,
    ),
    _direct(
        id="interface/no-slot",
        causes=("ecs/eni-limit-reached",),
        anchors=("unused device index", "resource:eni"),
        regex=r"unused device index|resource:eni",
        family=Family.NETWORK_INTERFACE,
        failure=Failure.FULL,
    ),
    _symptom(
        id="interface/timed-out",
        causes=("ecs/eni-not-provisioned", "ecs/subnet-ip-exhausted", "ecs/eni-not-allowed"),
        anchors=(
            "ネットワークインターフェイスのプロビジョニング",
            "network interface provisioning",
            "network interface provision",
            "timeout wait for network interface",
            "waiting for network interface",
            "eni to be attached",
        ),
        near=("time", "error", "fail", "タイムアウト"),
        family=Family.NETWORK_INTERFACE,
    ),
    _direct(
        id="stop/container-health-check",
        causes=("ecs/container-health-check-fails",),
        anchors=(
            "コンテナのヘルスチェックに失敗",
            "コンテナヘルスチェックに失敗",
            "failed container health check",
            "container health check",
            "container is unhealthy",
            "failed container healthcheck",
        ),
        near=("fail", "unhealthy", "失敗"),
        failure=Failure.UNHEALTHY,
    ),
    _direct(
        id="stop/container-unhealthy",
        causes=("ecs/container-health-check-fails",),
        anchors=(
            "health: unhealthy",
            "(unhealthy)",
            "health status: unhealthy",
            "healthcheck failed",
        ),
        near=("docker", "container", "up ", "healthcheck"),
        unless=("target",),
        failure=Failure.UNHEALTHY,
    ),
    _symptom(
        id="stop/load-balancer",
        causes=(
            "ecs/health-check-cannot-connect",
            "ecs/health-check-path-not-served",
            "ecs/grace-period-too-short",
        ),
        anchors=(
            "elb ヘルスチェックに失敗",
            "elb のヘルスチェックに失敗",
            "failed elb health check",
            "failed load balancer health check",
            "failed elb healthcheck",
            "failing elb health check",
            "due to failed health checks",
        ),
        failure=Failure.UNHEALTHY,
        family=Family.TARGET_HEALTH,
    ),
    _direct(
        id="stop/spot",
        causes=("ecs/spot-interrupted",),
        anchors=(
            "スポットタスクが中断",
            "スポットタスクは中断",
            "spot task was interrupted",
            "spotinterruption",
            "spot interruption",
            "spot instance interruption",
            "instance-terminated-by-price",
            "instance-terminated-no-capacity",
            "spot instance termination",
            "spot_itn",
            "rebalance recommendation",
            "rebalancerecommendation",
            "interrupted by ec2 spot",
            "bidevictedevent",
            "spot request was fulfilled, but",
        ),
        failure=Failure.KILLED,
    ),
    _symptom(
        id="stop/host-terminated",
        causes=("ecs/host-terminated", "ecs/spot-interrupted", "ecs/agent-disconnected"),
        anchors=("host ec2", "container instance was terminated", "instance terminated by user"),
        regex=(
            r"host ec2 ?(?:\((?:instance )?(?P<instance>[\w\-]+)?[^)]*\))? ?(?:was )?"
            r"(?:stopped|terminated)|container instance was terminated"
        ),
        failure=Failure.KILLED,
    ),
    _symptom(
        id="stop/retired",
        causes=("ecs/task-retired", "ecs/spot-interrupted"),
        anchors=(
            "terminationnotice",
            "task retirement",
            "infrastructurehealth",
            "ecs is performing maintenance",
            "scheduled for retirement",
            "underlying infrastructure",
        ),
        failure=Failure.KILLED,
    ),
    _direct(
        id="stop/by-user",
        causes=("ecs/stopped-by-user",),
        anchors=(
            "task stopped by user",
            "deregistration forced by user",
            "userinitiated",
            "stopped by user",
        ),
        failure=Failure.KILLED,
    ),
    _direct(
        id="stop/stop-timeout",
        causes=("ecs/stop-timeout-exceeded",),
        anchors=("sigkill", "did not exit within", "did not stop within", "grace period expired"),
        regex=(
            r"sigterm.{0,160}?sigkill|did not (?:exit|stop) within|grace period expired.{0,60}?kill"
        ),
        failure=Failure.KILLED,
        excused_by=frozenset({"healthy/scaling"}),
    ),
    _direct(
        id="stop/dependency",
        causes=("ecs/dependency-never-healthy",),
        anchors=("dependson", "dependency", "dependent container"),
        regex=(
            r"(?:dependent container|container dependency|dependson|dependency graph"
            r"|taskdependencyerror).{0,160}?(?:never|not|fail|timed|unresolved|could not|exit)"
        ),
        near=("container", "task"),
        unless=("npm", "maven", "gradle", "pip ", "module", "package"),
    ),
    _direct(
        id="stop/role",
        causes=("ecs/role-not-assumable", "iam/pass-role-denied"),
        anchors=(
            "ロールを引き受け",
            "unable to assume the role",
            "unable to assume role",
            "not able to assume the role",
            "trust relationship has been misconfigured",
            "trust relationship and permissions",
            "not authorized to assume the provided role",
            "does not have a trust relationship",
            "unable to assume execution role",
            "role is not valid",
            "does not give you permission to perform operations",
        ),
        regex=(
            r"(?:unable|not able|not authorized) to assume (?:the )?(?:provided "
            r")?(?:execution )?role"
            r"(?: '?\"?(?P<role>arn:[^'\" ]+))?|trust relationship|ロールを引き受け|role is "
            r"not valid"
            r"|role (?P<role1>arn:\S+) does not give you permission"
        ),
        family=Family.IAM,
        failure=Failure.DENIED,
    ),
    _direct(
        id="stop/service-linked-role",
        causes=("iam/service-linked-role-missing",),
        anchors=("service linked role", "service-linked role"),
        near=("unable", "not exist", "verify", "missing", "cannot", "fail"),
        family=Family.IAM,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="stop/internal-error",
        causes=("ecs/aws-internal-error",),
        anchors=("internalerror:", "internalerror", "internal service error", "serverexception"),
        regex=(
            r"\binternalerror:|internal service error|\bserverexception\b|reason: internal "
            r"?error(?!\.)"
        ),
        unless=("webhook", "secret"),
    ),
)
