"""IAM policy documents, evaluated: allowed, explicitly denied, or not mentioned."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import unquote

Document = Mapping[str, Any]


class Decision(StrEnum):
    """As IAM's simulator writes it."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


def parse(text: str | Document | None) -> Document:
    """A policy document from its text, URL-encoded or not; empty when there is none."""
    if not text:
        return {}
    if isinstance(text, Mapping):
        return text
    document = json.loads(unquote(text) if text.lstrip().startswith("%7B") else text)
    return document if isinstance(document, dict) else {}


def statements(document: Document) -> list[Mapping[str, Any]]:
    """The statements of a document, one or many."""
    found = document.get("Statement", ())
    return [found] if isinstance(found, Mapping) else [s for s in found if isinstance(s, Mapping)]


def decide(
    documents: Iterable[Document],
    action: str,
    resource: str,
    context: Mapping[str, str],
    *,
    principal: Callable[[Mapping[str, Any]], bool] | None = None,
    any_resource: bool = False,
) -> Decision:
    """What policies say together; an explicit deny wins.

    `principal` judges a resource policy's statement; `any_resource` means that the
    resource is not known, so that a statement about any resource counts.
    """
    decision = Decision.IMPLICIT_DENY
    for document in documents:
        for statement in statements(document):
            if principal is not None and not principal(statement):
                continue
            if not means(statement, action, resource, context, any_resource=any_resource):
                continue
            if statement.get("Effect") == "Deny":
                return Decision.EXPLICIT_DENY
            decision = Decision.ALLOWED
    return decision


def means(
    statement: Mapping[str, Any],
    action: str,
    resource: str,
    context: Mapping[str, str],
    *,
    any_resource: bool = False,
) -> bool:
    """Whether a statement is about an action on a resource in a context."""
    if "Action" in statement:
        named = any(_like(p, action, fold=True) for p in _list(statement["Action"]))
    else:
        named = not any(_like(p, action, fold=True) for p in _list(statement.get("NotAction", "*")))
    if not named:
        return False
    if "NotResource" in statement:
        hit = not any(_like(_filled(p, context), resource) for p in _list(statement["NotResource"]))
    else:
        wanted = _list(statement.get("Resource", "*"))
        hit = any(_like(_filled(p, context), resource) for p in wanted)
        hit = hit or (any_resource and statement.get("Effect") == "Allow")
    return hit and _conditions_hold(statement.get("Condition") or {}, context)


def names_principal(statement: Mapping[str, Any], arn: str) -> bool:
    """Whether a resource policy's statement means an IAM principal."""
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""  # noqa: PLR2004 - an ARN's parts
    named = statement.get("Principal", {})
    if named == "*":
        return True
    wanted = _list(named.get("AWS", ())) if isinstance(named, Mapping) else []
    return any(p in {"*", account, f"arn:aws:iam::{account}:root", arn} for p in wanted)


def names_service(statement: Mapping[str, Any], service: str) -> bool:
    """Whether a trust policy's statement means a service."""
    named = statement.get("Principal", {})
    if named == "*":
        return True
    return isinstance(named, Mapping) and service in _list(named.get("Service", ()))


def _list(value: Any) -> list[str]:
    return (
        [str(v) for v in value]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else [str(value)]
    )


@cache
def _pattern(text: str, fold: bool) -> re.Pattern[str]:
    body = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in text)
    return re.compile(body, re.DOTALL | (re.IGNORECASE if fold else 0))


def _like(pattern: str, text: str, *, fold: bool = False) -> bool:
    return _pattern(pattern, fold).fullmatch(text) is not None


def _filled(text: str, context: Mapping[str, str]) -> str:
    lower = {key.lower(): value for key, value in context.items()}
    return re.sub(r"\$\{([^}]+)\}", lambda m: lower.get(m[1].lower(), m[0]), text)


# --- conditions -----------------------------------------------------------------------
def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def judge(given: str, wanted: str) -> bool:
        try:
            return compare(float(given), float(wanted))
        except ValueError:
            return False

    return judge


def _date(compare: Callable[[datetime, datetime], bool]) -> Callable[[str, str], bool]:
    def judge(given: str, wanted: str) -> bool:
        try:
            return compare(datetime.fromisoformat(given), datetime.fromisoformat(wanted))
        except ValueError:
            return False

    return judge


def _address(given: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda given, wanted: given == wanted,
    "StringEqualsIgnoreCase": lambda given, wanted: given.lower() == wanted.lower(),
    "StringLike": lambda given, wanted: _like(wanted, given),
    "ArnEquals": lambda given, wanted: _like(wanted, given),
    "ArnLike": lambda given, wanted: _like(wanted, given),
    "Bool": lambda given, wanted: given.lower() == wanted.lower(),
    "IpAddress": _address,
    "NumericEquals": _number(lambda a, b: a == b),
    "NumericLessThan": _number(lambda a, b: a < b),
    "NumericLessThanEquals": _number(lambda a, b: a <= b),
    "NumericGreaterThan": _number(lambda a, b: a > b),
    "NumericGreaterThanEquals": _number(lambda a, b: a >= b),
    "DateEquals": _date(lambda a, b: a == b),
    "DateLessThan": _date(lambda a, b: a < b),
    "DateLessThanEquals": _date(lambda a, b: a <= b),
    "DateGreaterThan": _date(lambda a, b: a > b),
    "DateGreaterThanEquals": _date(lambda a, b: a >= b),
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}


def _conditions_hold(conditions: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    known = {key.lower(): value for key, value in context.items()}
    return all(
        _holds(operator, key, _list(values), known)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _holds(operator: str, key: str, values: Sequence[str], known: Mapping[str, str]) -> bool:
    name = operator.rpartition(":")[2]
    for_all = operator.startswith("ForAllValues:")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    given = known.get(key.lower())
    if name == "Null":
        return (given is None) == (values[0].lower() == "true")
    if given is None:
        # A negated operator is true of a key that is not there.
        return if_exists or for_all or name in _NEGATED
    if name in _NEGATED:
        return not any(_OPERATORS[_NEGATED[name]](given, _filled(v, known)) for v in values)
    judge = _OPERATORS.get(name)
    return judge is not None and any(judge(given, _filled(v, known)) for v in values)


def missing_keys(documents: Iterable[Document], context: Mapping[str, str]) -> list[str]:
    """Condition keys that policies ask for and the context does not give."""
    given = {key.lower() for key in context}
    found: dict[str, None] = {}
    for document in documents:
        for statement in statements(document):
            for keys in (statement.get("Condition") or {}).values():
                found.update(dict.fromkeys(key for key in keys if key.lower() not in given))
    return list(found)
