"""Texts about where a task can run: instances, Fargate capacity, quotas, throttling."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(Pattern, family=Family.PLACEMENT, weight=Weight.DIRECT, decided=True)
_symptom = partial(Pattern, family=Family.PLACEMENT, weight=Weight.SYMPTOM)
_consequence = partial(Pattern, family=Family.PLACEMENT, weight=Weight.CONSEQUENCE)

_JA_PLACE = ("コンテナインスタンス", "タスクを配置")

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="placement/no-room",
        causes=("ecs/no-container-instance-fits",),
        anchors=(
            "ユニットが不足",
            "ユニットが足り",
            "メモリが足り",
            "十分なメモリ",
            "十分な cpu",
            "insufficient cpu units",
            "insufficient memory available",
            "insufficient memory",
            "insufficient cpu",
            "resource:cpu",
            "resource:memory",
            "resource:gpu",
            "insufficient gpu",
            "not enough memory available",
            "cpu ユニットが不足",
            "メモリが不足",
            "cpu units available",
        ),
        regex=(
            r"insufficient (?P<resource>cpu|memory|gpu)(?: units| resource)?(?: available)?"
            r"|resource:(?P<resource1>cpu|memory|gpu)|cpu units available|ユニットが(?:不足|"
            r"足り)|メモリが足り|十分な(?:メモリ| cpu)|メモ"
            r"リが不足"
        ),
        unless=("nodes are available", "failedscheduling", "unschedulable"),
        failure=Failure.FULL,
    ),
    _direct(
        id="placement/port",
        causes=("ecs/host-port-taken",),
        anchors=(
            "必要なポート",
            "already using a port required",
            "resource:ports",
            "ポートを既に使用",
            "ポートをすでに使用",
        ),
        failure=Failure.FULL,
    ),
    _direct(
        id="placement/attribute",
        causes=("ecs/attribute-not-offered",),
        anchors=(
            "必要な属性",
            "missing an attribute required",
            "memberof placement constraint",
            "placement constraint unsatisfied",
            "placement constraint unsatisfiable",
            "does not satisfy the placement constraint",
            "attribute required by your task",
            '"reason":"location"',
            '"reason": "location"',
            '"reason": "attribute"',
            '"reason":"attribute"',
            "reason=attribute",
            "reason=location",
        ),
        failure=Failure.MISMATCH,
    ),
    _direct(
        id="placement/agent",
        causes=("ecs/agent-disconnected",),
        anchors=(
            "agent",
            "agentconnected",
        ),
        regex=(
            r"encountered error \"?agent\b|doesn't have the agent connected"
            r"|reason\W{1,6}agent\b(?! \w)|エラー ?\"?agent"
            r"|\"?agentconnected\W{1,5}false|waiting for amazon ecs agent to start"
            r"|amazon ecs agent.{0,80}?(?:disconnected|not connected)|taskfailedtostart: agent\b"
        ),
        failure=Failure.UNREACHABLE,
    ),
    _direct(
        id="placement/no-instances",
        causes=("ecs/no-container-instances", "ecs/quota-reached", "ecs/agent-disconnected"),
        anchors=(
            "コンテナインスタンスが見つか",
            "コンテナインスタンスがありません",
            "no container instances were found",
            "no active instances",
            "empty capacity provider",
            "no container instances in your cluster",
            "no registered container instances",
            "コンテナインスタンスが見つかりません",
            "コンテナインスタンスは見つかりません",
        ),
        failure=Failure.ABSENT,
    ),
    _symptom(
        id="placement/no-instance-met",
        causes=(
            "ecs/no-container-instance-fits",
            "ecs/no-container-instances",
            "ecs/attribute-not-offered",
        ),
        anchors=(
            "no container instance met all",
            "すべての要件を満たしたコンテナインスタンス",
            "すべての要件を満たすコンテナインスタンス",
        ),
    ),
    _direct(
        id="placement/fargate-capacity",
        causes=("ecs/fargate-capacity-unavailable",),
        anchors=(
            "容量が利用でき",
            "容量は利用でき",
            "容量を利用でき",
            "capacity is unavailable at this time",
            "resource:fargate",
            "unfulfillablecapacity",
            "insufficientinstancecapacity",
            "insufficient capacity",
            "not enough capacity",
            "insufficient instance capacity",
            "no spot capacity available",
            "there is no spot capacity",
            "insufficienthostcapacity",
            "sufficient capacity",
            "現在、キャパシティ",
            "キャパシティは現在利用できません",
            "キャパシティが利用できません",
        ),
        unless=("nodes are available",),
        regex=(
            r"capacity is unavailable|resource:fargate|unfulfillablecapacity"
            r"|insufficient ?(?:instance|host)? ?capacity|no spot capacity"
            r"|not (?:enough|have sufficient) [\w.]* ?capacity|キャパシティ|容量[がはを]利用でき"
        ),
        failure=Failure.FULL,
    ),
    _direct(
        id="placement/quota",
        causes=("ecs/quota-reached",),
        anchors=(
            "上限に達し",
            "制限に達し",
            "制限を超え",
            "上限を超え",
            "you've reached the limit",
            "you have reached the limit",
            "reached the limit on the number",
            "above your limit",
            "exceeds limit",
            "exceeded the limit",
            "exceeds the limit",
            "limitexceeded",
            "servicequotaexceeded",
            "quota exceeded",
            "quotaexceeded",
            "max spot instance count exceeded",
            "maxspotinstancecountexceeded",
            "vcpulimitexceeded",
            "instancelimitexceeded",
            "vcpu capacity than your current",
            "vcpu limit",
            "limit was exceeded",
            "limit for the number",
            "quota of",
            "has been reached",
            "上限に達しました",
            "制限に達しました",
        ),
        regex=(
            r"reached the limit|above your limit|exceed(?:s|ed) (?:the |your )?(?:\w+ "
            r")?(?:limit|quota)"
            r"|limit ?exceeded|quota ?exceeded|max ?spot ?instance ?count ?exceeded"
            r"|more vcpu capacity than|vcpu limit|quota of \d+|limit .{0,40}?has been reached"
            r"|(?:上限|制限)(?:に達し|を超え)|maximum number of .{0,60}?(?:reached|exceeded)"
        ),
        unless=(
            "provisioning capacity limit",
            "exceeded quota:",
            "pull rate",
            "memory limit exceeded",
            "time limit exceeded",
            "backofflimitexceeded",
            "backoff limit",
            "networkinterfacelimit",
            "privateipaddresslimit",
        ),
        failure=Failure.FULL,
    ),
    _direct(
        id="placement/provisioning-limit",
        causes=("ecs/provisioning-limit-reached",),
        anchors=("provisioning capacity limit",),
        failure=Failure.FULL,
    ),
    _direct(
        id="placement/zone",
        causes=("ecs/zone-not-supported", "ecs/aws-internal-error"),
        anchors=(
            "理由: 内部エラー",
            "unable to place a task. reason: internal error",
        ),
    ),
    _direct(
        id="placement/strategy",
        causes=("ecs/task-definition-invalid",),
        anchors=("not compatible with the selected compute strategy",),
        failure=Failure.INVALID,
    ),
    _direct(
        id="placement/platform-version",
        causes=("ecs/platform-version-unsupported",),
        anchors=(
            "platformunknownexception",
            "platformtaskdefinitionincompatibility",
            "specified platform does not exist",
            "fargate platform version",
            "platform version",
        ),
        regex=(
            r"platformunknown\w*|platformtaskdefinitionincompatibility\w*"
            r"|specified platform does not exist|(?:only )?(?:supported|compatible|available"
            r"|required)"
            r".{0,40}platform version (?P<version>[\w.]+)"
            r"|platform version.{0,60}(?:not supported|does not support|deprecated|retired"
            r"|unsupported)"
        ),
        failure=Failure.MISMATCH,
    ),
    _direct(
        id="placement/throttled",
        causes=("ecs/api-throttled",),
        anchors=(
            "スロットル",
            "operations are being throttled",
            "throttlingexception",
            "rate exceeded",
            "requestlimitexceeded",
            "too many concurrent",
            "rate limit exceeded",
            "スロットリング",
            "throttled. will try again",
            "retry quota exceeded",
        ),
        unless=("docker", "toomanyrequests", "public.ecr.aws", "client-side throttling"),
        failure=Failure.THROTTLED,
    ),
    _consequence(
        id="placement/unable",
        causes=(
            "ecs/no-container-instance-fits",
            "ecs/fargate-capacity-unavailable",
            "ecs/no-container-instances",
        ),
        anchors=("was unable to place a task", "unable to place tasks", "タスクを配置できません"),
    ),
)
