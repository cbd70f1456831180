"""A change as the line that a person would type for it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from kiriwake.core.plan import ApiCall, Output, Plan, Slot

_CLI_NAME = {"elasticloadbalancing": "elbv2"}
"""IAM's prefix of a service, where the aws CLI calls it otherwise."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def line(call: ApiCall, given: Mapping[str, str] | None = None) -> str:
    """The `aws` or `kubectl` line that makes the same change.

    Slots without a value are shown as `<NAME>`, what an earlier step answers as `$NAME`.
    """
    service, _, operation = call.action.partition(":")
    if service == "k8s":
        return _kubectl(operation, call.parameters, given or {})
    words = ["aws", _CLI_NAME.get(service, service), _kebab(operation)]
    for name, value in call.parameters.items():
        words += _option(_kebab(name), value, given or {})
    return " ".join(words)


def lines(
    plan: Plan, calls: Sequence[ApiCall], given: Mapping[str, str] | None = None
) -> list[str]:
    """A line for each call; for a plan that is only shown, what to type instead."""
    return [line(call, given) for call in calls] or list(plan.commands)


def _option(name: str, value: Any, given: Mapping[str, str]) -> list[str]:  # noqa: ANN401 - JSON
    match value:
        case bool():
            return [f"--{name}" if value else f"--no-{name}"]
        case Slot() | Output() | str() | int() | float():
            return [f"--{name}", _scalar(value, given)]
        case list() | tuple() if all(isinstance(item, str | Slot | Output) for item in value):
            return [f"--{name}", *(_scalar(item, given) for item in value)]
        case _:
            return [f"--{name}", shlex.quote(json.dumps(_plain(value, given), ensure_ascii=False))]


def _scalar(value: Any, given: Mapping[str, str]) -> str:  # noqa: ANN401 - JSON
    match value:
        case Slot(name=name) if name not in given:
            return f"<{name.upper()}>"
        case Output():
            return f'"{_plain(value, given)}"'
        case _:
            return shlex.quote(str(_plain(value, given)))


def _plain(value: Any, given: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    match value:
        case Slot(name=name):
            return given.get(name, f"<{name.upper()}>")
        case Output(step=step, path=path):
            return f"${re.sub('[^A-Z0-9]+', '_', path.upper())}_{step + 1}"
        case Mapping():
            return {key: _plain(item, given) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, given) for item in value]
        case _:
            return value


def _kubectl(verb: str, parameters: Mapping[str, Any], given: Mapping[str, str]) -> str:
    kind, name = str(parameters.get("kind", "")).lower(), str(parameters.get("name", ""))
    namespace = parameters.get("namespace")
    words = ["kubectl", verb, f"{kind}/{name}"]
    if namespace:
        words += ["--namespace", shlex.quote(str(namespace))]
    if "body" in parameters:
        body = json.dumps(_plain(parameters["body"], given), ensure_ascii=False)
        words += ["--type", "merge", "--patch", shlex.quote(body)]
    return " ".join(words)


def _kebab(name: str) -> str:
    return _HUMP.sub("-", name).lower()
