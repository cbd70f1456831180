"""Label and field selectors, as queries and as objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kiriwake.lab.kube.objects import Obj, labels_of
from kiriwake.lab.kube.status import bad_request

Test = Callable[[Mapping[str, str]], bool]

SET_BASED = re.compile(r"^\s*(\S+)\s+(in|notin)\s*\(([^)]*)\)\s*$")
EQUALITY = re.compile(r"^\s*([^!=\s]+)\s*(==|=|!=)\s*(\S*)\s*$")
PARTS = re.compile(r",(?![^(]*\))")

FIELDS: Mapping[str, tuple[str, ...]] = {
    "pods": (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    "events": (
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ),
    "events.events.k8s.io": (
        "regarding.kind",
        "regarding.namespace",
        "regarding.name",
        "regarding.uid",
        "reason",
        "reportingController",
        "type",
    ),
    "namespaces": ("status.phase",),
    "nodes": ("spec.unschedulable",),
    "secrets": ("type",),
    "services": ("spec.clusterIP", "spec.type"),
    "jobs.batch": ("status.successful",),
    "replicasets.apps": ("status.replicas",),
}
"""The fields by which a resource can be selected, beside its name and namespace."""


def label_test(query: str) -> Test:
    """The test that a `labelSelector` query states; raises BadRequest."""
    tests = [_requirement(part) for part in PARTS.split(query) if part.strip()]
    return lambda labels: all(test(labels) for test in tests)


def _requirement(part: str) -> Test:
    found = SET_BASED.match(part)
    if found:
        key, operator, listed = found[1], found[2], found[3]
        values = {value.strip() for value in listed.split(",")}
        if operator == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    found = EQUALITY.match(part)
    if found:
        key, operator, value = found[1], found[2], found[3]
        if operator == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    key = part.strip()
    if " " in key:
        raise bad_request(f"unable to parse requirement: found '{key}', expected: in, notin, =, !=")
    if key.startswith("!"):
        return lambda labels: key[1:] not in labels
    return lambda labels: key in labels


def field_test(resource: str, query: str) -> Callable[[Obj], bool]:
    """The test that a `fieldSelector` query states; raises BadRequest for unknown fields."""
    tests = []
    for part in query.split(","):
        if not part.strip():
            continue
        found = EQUALITY.match(part)
        if found is None:
            raise bad_request(f"invalid selector: '{part}'; can't understand '{part}'")
        path, operator, value = found[1], found[2], found[3]
        known = ("metadata.name", "metadata.namespace", *FIELDS.get(resource, ()))
        if path not in known:
            raise bad_request(
                f'Unable to find "{resource}" that match label selector "", field selector'
                f' "{query}": field label not supported: {path}'
            )
        tests.append((path, operator == "!=", value))
    return lambda obj: all((_field(obj, path) == value) != no for path, no, value in tests)


def _field(obj: Obj, path: str) -> str:
    if path == "source":
        path = "source.component"
    here: Any = obj
    for step in path.split("."):
        here = here.get(step, "") if isinstance(here, Mapping) else ""
    if path == "spec.unschedulable":
        return "true" if here else "false"
    return str(here)


def matches(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a `LabelSelector` object takes these labels; None takes nothing, {} all."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_expression(one, labels) for one in selector.get("matchExpressions") or ())


def _expression(one: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = one["key"], tuple(one.get("values") or ())
    have = labels.get(key)
    tests: Mapping[str, Callable[[], bool]] = {
        "In": lambda: have in values,
        "NotIn": lambda: have not in values,
        "Exists": lambda: have is not None,
        "DoesNotExist": lambda: have is None,
        "Gt": lambda: have is not None and int(have) > int(values[0]),
        "Lt": lambda: have is not None and int(have) < int(values[0]),
    }
    test = tests.get(one["operator"])
    return test is not None and test()


def selects(selector: Mapping[str, Any] | None, obj: Obj) -> bool:
    """Whether a `LabelSelector` takes an object."""
    return matches(selector, labels_of(obj))


def selector_text(selector: Mapping[str, Any] | None) -> str:
    """A `LabelSelector` as a query, for tables and the scale subresource."""
    if not selector:
        return "<none>"
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for one in selector.get("matchExpressions") or ():
        values = ",".join(one.get("values") or ())
        word = {"In": f"{one['key']} in ({values})", "NotIn": f"{one['key']} notin ({values})"}
        word |= {"Exists": one["key"], "DoesNotExist": f"!{one['key']}"}
        parts.append(word.get(one["operator"], one["key"]))
    return ",".join(parts) or "<none>"
