"""What roles and users may do, by the policies that moto's IAM keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiriwake.lab.aws import policies
from kiriwake.lab.aws.policies import Decision, Document
from kiriwake.lab.aws.store import store
from kiriwake.lab.ground import Allowed


@dataclass(frozen=True, slots=True)
class Rights:
    """The policies that decide for a principal."""

    identity: Mapping[str, Document]
    """By the policy's name or ARN."""
    boundary: Document | None


def find_role(arn: str) -> Any | None:
    """Moto's role of an ARN (or of an assumed role's session), or None."""
    parts = arn.split(":")
    if len(parts) < 6:  # noqa: PLR2004 - an ARN's parts
        return None
    iam = store("iam", parts[4], "")
    name = parts[5].split("/")[1] if parts[2] == "sts" else parts[5].rpartition("/")[2]
    for role in iam.roles.values():
        if role.name == name and (parts[2] == "sts" or role.arn == arn):
            return role
    return None


def find_user(arn: str) -> Any | None:
    """Moto's user of an ARN, or None."""
    parts = arn.split(":")
    if len(parts) < 6 or not parts[5].startswith("user/"):  # noqa: PLR2004 - an ARN's parts
        return None
    return next((u for u in store("iam", parts[4], "").users.values() if u.arn == arn), None)


def rights(principal: Any, account: str) -> Rights:
    """The policies of a role or user of moto's."""
    iam = store("iam", account, "")
    inline = principal.policies
    found: dict[str, Document] = {}
    if isinstance(inline, Mapping):
        found.update({name: policies.parse(text) for name, text in inline.items()})
    for arn, policy in principal.managed_policies.items():
        found[arn] = _default_version(policy)
    for group in getattr(principal, "groups", None) or _groups_of(iam, principal):
        for name, text in getattr(group, "policies", {}).items():
            found[name] = policies.parse(text)
        for arn, policy in group.managed_policies.items():
            found[arn] = _default_version(policy)
    boundary_arn = getattr(principal, "permissions_boundary_arn", None)
    boundary = None
    if boundary_arn:
        kept = iam.managed_policies.get(boundary_arn)
        boundary = _default_version(kept) if kept is not None else {}
    return Rights(found, boundary)


def _default_version(policy: Any) -> Document:
    version = next(
        (v for v in policy.versions if v.version_id == policy.default_version_id),
        policy.versions[0],
    )
    return policies.parse(version.document)


def _groups_of(iam: Any, principal: Any) -> list[Any]:
    return [group for group in iam.groups.values() if principal in group.users]


def judge(held: Rights, action: str, resource: str, context: Mapping[str, str]) -> Allowed:
    """Identity policies, then the boundary that caps them (F8.10), with IAM's words for a no."""
    decision = policies.decide(held.identity.values(), action, resource, context)
    if decision is Decision.EXPLICIT_DENY:
        return Allowed(False, "with an explicit deny in an identity-based policy")
    if held.boundary is not None:
        capped = policies.decide([held.boundary], action, resource, context)
        if capped is Decision.EXPLICIT_DENY:
            return Allowed(False, "with an explicit deny in a permissions boundary")
        if capped is Decision.IMPLICIT_DENY and decision is Decision.ALLOWED:
            return Allowed(False, f"no permissions boundary allows the {action} action")
    if decision is Decision.IMPLICIT_DENY:
        return Allowed(False, f"no identity-based policy allows the {action} action")
    return Allowed(True)


def trusts(role: Any, service: str, context: Mapping[str, str]) -> bool:
    """Whether a trust policy lets a service assume the role."""
    document = policies.parse(role.assume_role_policy_document)
    decision = policies.decide(
        [document],
        "sts:AssumeRole",
        "*",
        context,
        principal=lambda statement: policies.names_service(statement, service),
    )
    return decision is Decision.ALLOWED
