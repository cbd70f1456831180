"""Reads IAM: a role with all that is attached to it, or nothing of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from kiriwake.core.observed import Call, Why
from kiriwake.evidence import iam as evidence
from kiriwake.evidence.iam import Policy, Role
from kiriwake.evidence.reading import Absent, Reading
from kiriwake.sources.aws.api import Api, Job, Outcome, Reader, Seen, one_by_one
from kiriwake.sources.aws.failures import Failed, ReadFailed
from kiriwake.sources.aws.fields import Fields, block, text


def read_roles(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Roles by ARN.

    A role whose policies may be read in part only is not read at all: half of its
    rights would be mistaken for all of them.
    """
    return one_by_one(api, calls, _read)


def _read(api: Api, call: Call) -> Outcome:
    account, name = _account_and_name(call.argument)
    if api.account and account and account != api.account:
        says = f"the role belongs to account {account}"
        return Failed(Why.NOT_FOUND, call.action, says=says)
    try:
        answer = api.call(call.action, {"RoleName": name}, call)
    except ReadFailed as failure:
        if failure.failed.why is not Why.NOT_FOUND:
            raise
        return Seen(Absent(failure.failed.code, failure.failed.says), api.ledger.now())
    role = block(answer.body, "Role")
    arn = text(role, "Arn") or call.argument
    if call.argument.startswith("arn:") and arn != call.argument:
        # Names are unique, paths are not part of them: that ARN itself does not exist.
        return Seen(Absent("NoSuchEntity", f"{name} is {arn}"), answer.at)
    boundary = text(block(role, "PermissionsBoundary"), "PermissionsBoundaryArn")
    return Seen(
        Role(
            arn=arn,
            name=name,
            trust=_document(role, "AssumeRolePolicyDocument"),
            policies=(*_inline(api, name), *_attached(api, name)),
            boundary=_managed(api, boundary) if boundary else None,
        ),
        answer.at,
    )


def _account_and_name(arn: str) -> tuple[str, str]:
    parts = arn.split(":", 5)
    account = parts[4] if len(parts) > 5 else ""  # noqa: PLR2004 - the parts of an ARN
    return account, arn.rsplit("/", maxsplit=1)[-1]


def _inline(api: Api, role: str) -> list[Policy]:
    about = Call("iam:ListRolePolicies", role)
    names = api.listed(about.action, {"RoleName": role}, "PolicyNames", about).items
    policies = []
    for name in names:
        one = Call("iam:GetRolePolicy", f"{role}/{name}")
        answer = api.call(one.action, {"RoleName": role, "PolicyName": name}, one)
        policies.append(Policy(str(name), _document(answer.body, "PolicyDocument")))
    return policies


def _attached(api: Api, role: str) -> list[Policy]:
    about = Call("iam:ListAttachedRolePolicies", role)
    attached = api.listed(about.action, {"RoleName": role}, "AttachedPolicies", about).items
    return [_managed(api, text(policy, "PolicyArn")) for policy in attached]


def _managed(api: Api, arn: str) -> Policy:
    about = Call("iam:GetPolicy", arn)
    policy = block(api.call(about.action, {"PolicyArn": arn}, about).body, "Policy")
    version = text(policy, "DefaultVersionId")
    one = Call("iam:GetPolicyVersion", arn)
    answer = api.call(one.action, {"PolicyArn": arn, "VersionId": version}, one)
    return Policy(arn, _document(block(answer.body, "PolicyVersion"), "Document"))


def _document(fields: Fields, key: str) -> str:
    """A policy as JSON text, whether botocore decoded it or not (F8.13)."""
    value = fields.get(key)
    if isinstance(value, str):
        return unquote(value) if value.lstrip().startswith("%7B") else value
    return "" if value is None else json.dumps(value, separators=(",", ":"))


READERS: Mapping[Reading[Any], Reader] = {evidence.ROLE: read_roles}
