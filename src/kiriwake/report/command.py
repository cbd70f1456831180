"""A change as the line that a person would type: `aws …` or `kubectl …`."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from kiriwake.core.plan import ApiCall, Output, Plan, Slot, Value

_CLI = {"elasticloadbalancing": "elbv2", "elasticfilesystem": "efs", "s3": "s3api"}
"""The name that the aws command has for an IAM prefix, where they differ."""
_RENAMED = {
    ("eks", "create-cluster", "version"): "kubernetes-version",
    ("eks", "update-cluster-version", "version"): "kubernetes-version",
    ("eks", "create-nodegroup", "version"): "kubernetes-version",
    ("eks", "update-nodegroup-version", "version"): "kubernetes-version",
}
"""Parameters that the aws command calls otherwise: `--version` is its own flag."""
_NEGATED = {
    ("ec2", "egress"): ("--egress", "--ingress"),
    ("ec2", "disable-api-termination"): (
        "--disable-api-termination",
        "--enable-api-termination",
    ),
    ("ecs", "enable-execute-command"): ("--enable-execute-command", "--disable-execute-command"),
    ("ec2", "no-reboot"): ("--no-reboot", "--reboot"),
}
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRANDS = {
    "OTel": "Otel",
    "OAuth2": "Oauth2",
    "WhatsApp": "Whatsapp",
    "HITsFor": "HitsFor",
    "iSCSI": "Iscsi",
}
"""Names whose inner capital starts no word."""
_PLURAL = re.compile(r"(?<=[a-z0-9])([A-Z]{2,}s)$")
_BARE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/@%+-]*")
_FETCHED = ("file://", "fileb://", "http://", "https://")
"""The aws command reads such a value from there instead of sending it."""


def line(call: ApiCall, given: Mapping[str, str] | None = None, *, region: str = "") -> str:
    """The call as one line for a POSIX shell; a value still to be given stands as `<NAME>`."""
    service, _, operation = call.action.partition(":")
    filled = _filled(call.parameters, given or {})
    if service == "k8s":
        return _kubectl(operation, filled)
    return shlex.join(_aws(service, operation, filled, region))


def lines(
    plan: Plan,
    calls: Sequence[ApiCall],
    given: Mapping[str, str] | None = None,
    *,
    region: str = "",
) -> list[str]:
    """A line for each call; for a plan that is only shown, what to type instead."""
    return [line(call, given, region=region) for call in calls] or list(plan.commands)


def _filled(value: Value, given: Mapping[str, str]) -> Value:
    match value:
        case Slot(name=name) if name in given:
            return given[name]
        case Mapping():
            return {key: _filled(item, given) for key, item in value.items()}
        case list() | tuple():
            return [_filled(item, given) for item in value]
        case _:
            return value


def kebab(name: str) -> str:
    """`RegisterTargets`, `assignPublicIp` as the aws command spells it."""
    for brand, word in _BRANDS.items():
        name = name.replace(brand, word)
    if match := _PLURAL.search(name):
        return f"{kebab(name[: match.start()])}-{match[1].lower()}"
    return _WORDS.sub("-", name).lower()


def _aws(
    service: str, operation: str, parameters: Mapping[str, Value], region: str
) -> Iterator[str]:
    name, verb = _CLI.get(service, service), kebab(operation)
    yield from ("aws", name, verb)
    if any(_is_fetched(value) for value in parameters.values()):
        yield from ("--cli-input-json", _json(parameters))
    else:
        for parameter, value in parameters.items():
            flag = kebab(parameter)
            yield from _flag(name, _RENAMED.get((name, verb, flag), flag), value)
    if region:
        yield from ("--region", region)


def _is_fetched(value: Value) -> bool:
    return isinstance(value, str) and value.startswith(_FETCHED)


def _flag(service: str, flag: str, value: Value) -> Iterator[str]:
    match value:
        case bool():
            yes, no = _NEGATED.get((service, flag), (f"--{flag}", f"--no-{flag}"))
            yield yes if value else no
        case list() | tuple() if value and all(_is_bare(item) for item in value):
            yield from (f"--{flag}", *(_scalar(item) for item in value))
        case Mapping() | list() | tuple():
            yield from (f"--{flag}", _json(value))
        case str() if value.startswith("-"):
            yield f"--{flag}={value}"
        case _:
            yield from (f"--{flag}", _scalar(value))


def _is_bare(item: Value) -> bool:
    match item:
        case bool():
            return False
        case str():
            return _BARE.fullmatch(item) is not None and not item.startswith(_FETCHED)
        case int() | Slot():
            return True
        case _:
            return False


def _scalar(value: Value) -> str:
    match value:
        case Slot() | Output():
            return _blank(value)
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def _json(value: Value) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, separators=(", ", ": "))


def _plain(value: Value) -> Value:
    match value:
        case Slot() | Output():
            return _blank(value)
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case str() | bool() | int() | float() | None:
            return value
        case _:
            return str(value)


def _blank(value: Slot | Output) -> str:
    match value:
        case Slot(name=name):
            return f"<{name.upper()}>"
        case Output(step=step, path=path):
            return f"<{path} OF STEP {step + 1}>"


def _kubectl(operation: str, parameters: Mapping[str, Value]) -> str:
    api, kind = str(parameters.get("apiVersion", "v1")), str(parameters.get("kind", ""))
    name, namespace = str(parameters.get("name", "")), str(parameters.get("namespace", ""))
    body = parameters.get("body")
    group, slash, version = api.rpartition("/")
    # The short name could be another group's; spelt out it is this one.
    resource = f"{kind}.{version}.{group}" if slash else kind.lower()
    where = ["-n", namespace] if namespace else []
    match operation:
        case "delete":
            words = ["kubectl", "delete", resource, name, *where]
        case "patch":
            how = ["--type", "json"] if isinstance(body, list | tuple) else ["--type", "merge"]
            words = ["kubectl", "patch", resource, name, *where, *how, "-p", _json(body)]
        case _:
            head = {"apiVersion": api, "kind": kind}
            document = {**head, **body} if isinstance(body, Mapping) else body
            apply = ["kubectl", "apply", *where, "-f", "-"]
            return f"printf %s {shlex.quote(_json(document))} | {shlex.join(apply)}"
    return shlex.join(words)
