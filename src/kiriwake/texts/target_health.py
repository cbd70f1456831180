"""Target health of load balancers: reason codes, descriptions, and what clients then see."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(
    Pattern, family=Family.TARGET_HEALTH, weight=Weight.DIRECT, failure=Failure.UNHEALTHY
)
_symptom = partial(
    Pattern, family=Family.TARGET_HEALTH, weight=Weight.SYMPTOM, failure=Failure.UNHEALTHY
)

_CODES = r"(?:failed with (?:these|this) codes?:? ?\[?|codes?: \[)(?P<code>{0})"
_PATH = "ecs/health-check-path-not-served"
_CONNECT = "ecs/health-check-cannot-connect"
_GRACE = "ecs/grace-period-too-short"
_CODE_ANCHORS = (
    "failed with these codes",
    "failed with this code",
    "responsecodemismatch",
    "codes: [",
    "次のコードで失敗",
    "次のコードでヘルスチェックが失敗",
)
_CHECKER = "elb-healthchecker"
_REQUEST = r"\"(?:GET|HEAD) (?P<{0}>/[^ \"]*) HTTP/[\d.]+\"? (?P<{1}>{2})\b"

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="target/404",
        causes=(_PATH, "ecs/health-check-code-rejected"),
        anchors=_CODE_ANCHORS,
        regex=_CODES.format("40[45]|410") + r"|(?:コード|コードで)[^\d]{0,12}(?P<code1>404)",
        decided=True,
    ),
    _direct(
        id="target/code-rejected",
        causes=("ecs/health-check-code-rejected", _PATH, _CONNECT),
        anchors=_CODE_ANCHORS,
        regex=_CODES.format("[1234](?!0[45]|10)[0-9]{2}"),
        decided=True,
    ),
    _direct(
        id="target/5xx",
        causes=("ecs/health-check-server-error", _GRACE, _PATH),
        anchors=_CODE_ANCHORS,
        regex=_CODES.format("5[0-9]{2}"),
    ),
    _direct(
        id="target/code-unnamed",
        causes=(_PATH, "ecs/health-check-code-rejected", "ecs/health-check-server-error"),
        anchors=("responsecodemismatch",),
        regex=r"responsecodemismatch(?!.{0,200}\[\d)",
    ),
    _direct(
        id="target/checker-404",
        causes=(_PATH,),
        anchors=(_CHECKER,),
        regex=_REQUEST.format("path", "code", "40[45]"),
        decided=True,
    ),
    _direct(
        id="target/checker-code",
        causes=("ecs/health-check-code-rejected", _CONNECT, "ecs/health-check-server-error"),
        anchors=(_CHECKER,),
        regex=_REQUEST.format("path", "code", "(?!404|405)[345][0-9]{2}"),
    ),
    _symptom(
        id="target/access-log-404",
        causes=(_PATH, "k8s/probe-fails"),
        anchors=("404",),
        regex=_REQUEST.format("path", "code", "404").replace(
            "/[^", '/[^ "]*(?:health|ping|status|ready|live|alive)[^'
        ),
    ),
    _symptom(
        id="target/access-log-code",
        causes=("ecs/health-check-code-rejected", "ecs/health-check-server-error", _PATH),
        anchors=("health", "ping", "kube-probe"),
        regex=_REQUEST.format("path", "code", "30[1278]|40[0135]|50[0-4]").replace(
            "/[^", '/[^ "]*(?:health|ping|status|ready|live|alive)[^'
        ),
    ),
    _direct(
        id="target/host-header",
        causes=("ecs/health-check-code-rejected",),
        anchors=("disallowedhost", "invalid http_host header", "blocked host", "allowed_hosts"),
        near=("elb", "health", "http_host", "blocked", "disallowedhost"),
        failure=Failure.UNHEALTHY,
    ),
    _symptom(
        id="target/timeout",
        causes=(_CONNECT, _GRACE, "ecs/app-exits"),
        anchors=(
            "target.timeout",
            "reason request timed out",
            "request timed out",
            "リクエストがタイムアウト",
        ),
        near=("target", "unhealthy", "health", "タイムアウト"),
        unless=("lambda", "awaiting headers"),
    ),
    _symptom(
        id="target/failed",
        causes=(_CONNECT, _PATH, _GRACE),
        anchors=(
            "連続してヘルスチェックに失敗",
            "failedhealthchecks",
            "reason health checks failed",
            "due to (reason health check",
            "health checks failed",
            "unhealthythreshold number of health checks",
            "ヘルスチェックに失敗",
            "ヘルスチェックが失敗",
            "targets are unhealthy",
            "is unhealthy in",
            "is unhealthy in target-group",
            "unhealthy target",
            "health check failed",
            "failed health checks",
            "failing health checks",
            "target health check",
        ),
        unless=(
            "health checks failed with these",
            "not enabled for the load balancer",
            "not enabled for load balancer",
            "target is not found",
            "コンテナのヘルスチェック",
            "コンテナヘルスチェック",
            "container health check",
            "liveness",
            "readiness",
        ),
    ),
    _direct(
        id="target/zone",
        causes=("elb/target-zone-not-enabled",),
        anchors=(
            "not enabled for the load balancer",
            "not enabled for load balancer",
            "availability zone that is not enabled",
            "ロードバランサーに対して有効になっていない",
            "ロードバランサーで有効になっていない",
        ),
        decided=True,
        failure=Failure.MISMATCH,
    ),
    _direct(
        id="target/no-listener",
        causes=("elb/target-group-without-listener",),
        anchors=(
            "not have an associated load balancer",
            "not configured to receive traffic",
            "関連付けられたロードバランサーがありません",
            "not associated with a load balancer",
        ),
        decided=True,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="target/not-in-use",
        causes=("elb/target-group-without-listener", "elb/target-zone-not-enabled"),
        anchors=("target.notinuse",),
        failure=Failure.ABSENT,
    ),
    _direct(
        id="target/type",
        causes=("elb/target-group-type-wrong",),
        anchors=(
            "has target type",
            "incompatible with the awsvpc network mode",
            "target type is not supported",
            "target type",
            "target.ipunusable",
            "reserved for use by a load balancer",
        ),
        near=(
            "incompatible",
            "not supported",
            "must be",
            "ipunusable",
            "reserved",
            "not compatible",
        ),
        decided=True,
        failure=Failure.MISMATCH,
    ),
    _direct(
        id="target/stopped",
        causes=("ecs/host-terminated",),
        anchors=("target.invalidstate", "stopped or terminated state"),
    ),
    _symptom(
        id="target/internal-error",
        causes=("elb/load-balancer-impaired",),
        anchors=("elb.internalerror", "active_impaired", "health checks failed due to an internal"),
    ),
    _symptom(
        id="target/502",
        causes=("elb/target-answers-badly", "ecs/app-exits", "elb/no-target-registered"),
        anchors=("502 bad gateway", "httpcode_elb_502", "error 502", "http 502"),
        unless=("pull", "manifest", "blobs"),
    ),
    _symptom(
        id="target/503",
        causes=("elb/no-target-registered", "ecs/health-check-path-not-served", "ecs/app-exits"),
        anchors=(
            "503 service temporarily unavailable",
            "httpcode_elb_503",
            "503 service unavailable",
        ),
        unless=("pull", "manifest", "blobs", "probe failed", "webhook"),
    ),
    _symptom(
        id="target/504",
        causes=("elb/target-answers-slowly", _CONNECT, "ecs/app-dependency-unreachable"),
        anchors=("504 gateway time", "httpcode_elb_504", "504 gateway-time"),
        unless=("pull", "manifest", "blobs"),
    ),
    _symptom(
        id="target/start-up-cut-short",
        causes=(_GRACE, _CONNECT),
        anchors=(
            "grace period",
            "graceperiod",
            "starts too slowly",
            "before it is ready",
            "slow start",
        ),
        near=("health", "kill", "unhealthy", "stopped"),
        unless=("termination grace period", "terminationgraceperiod"),
    ),
)
