"""Texts of log shippers: Fluent Bit, FireLens, the CloudWatch agent."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Dependency, Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(
    Pattern, family=Family.LOGS, weight=Weight.DIRECT, decided=True, dependency=Dependency.LOGS
)
_symptom = partial(Pattern, family=Family.LOGS, weight=Weight.SYMPTOM, dependency=Dependency.LOGS)

_SHIPPER = ("fluent", "firelens", "[config]", "[output:", "cloudwatch", "log", "flb_", "[engine]")

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="shipper/configuration",
        causes=("logs/shipper-misconfigured",),
        anchors=(
            "configuration file contains errors",
            "tried to instance a plugin name",
            "unknown configuration property",
            "unsupported_output",
            "unsupported output plugin",
            "invalid_config",
            "[error] [config]",
            "could not open parser",
            "parser file",
            "invalid plugin",
            "output plugin",
            "could not initialize",
            "cannot initialize",
            "error initializing",
            "[config] inconsistent",
            "undefined - check config",
            "unknown output plugin",
            "config_file_error",
            "loggingconfiginvalid",
        ),
        near=_SHIPPER,
        regex=(
            r"configuration file contains errors|tried to instance a plugin name|\[error\] "
            r"\[config\]"
            r"|unknown configuration property|unsupported[_ ]output|invalid_config|invalid plugin"
            r"|could not open parser|parser file.{0,60}?not found|unknown output plugin"
            r"|(?:error|failed|could not|cannot).{0,60}?(?:output plugin|initializ\w+ "
            r"(?:input|output"
            r"|filter))|\[config\] inconsistent|undefined - check config|config_file_error"
            r"|initialize (?:input|output|filter)"
        ),
        failure=Failure.INVALID,
    ),
    _direct(
        id="shipper/absent",
        causes=("logs/shipper-absent",),
        anchors=(
            "loggingdisabled",
            "logging_configmap_not_found",
            "logging configmap",
            "aws-logging configmap was not found",
            "no resources found in amazon-cloudwatch",
            "disabled logging because aws-logging",
        ),
        failure=Failure.ABSENT,
    ),
    _direct(
        id="shipper/drops",
        causes=("logs/shipper-drops-lines",),
        anchors=(
            "[task] cannot be retried",
            "chunk cannot be retried",
            "cannot be retried",
            "mem buf overlimit",
            "paused (mem buf",
            "could not enqueue records",
            "buffer is full",
            "logs dropped",
            "dropping log",
            "failed to flush chunk",
        ),
        near=(*_SHIPPER, "flush", "chunk", "buf"),
        failure=Failure.FULL,
        decided=False,
    ),
    _symptom(
        id="shipper/not-seen",
        causes=("logs/shipper-absent", "logs/shipper-misconfigured", "iam/logs-write-denied"),
        anchors=("log streams", "log group", "logs"),
        regex=(
            r"(?:unable to see|can(?:no|')t see|do(?:es)? not (?:see|appear)|not (?:seeing"
            r"|appearing)"
            r"|no) [^.]{0,80}?(?:log streams?|log groups?|container logs|logs in cloudwatch)"
        ),
        near=("fluent", "eks", "cloudwatch", "daemonset", "helm", "/dataplane"),
    ),
)
