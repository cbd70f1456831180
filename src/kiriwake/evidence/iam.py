"""IAM: roles with everything that is attached to them."""

from __future__ import annotations

from dataclasses import dataclass

from kiriwake.evidence.reading import Absent, Reading


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document as JSON text, and where it comes from (an ARN or an inline name)."""

    name: str
    document: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role, its trust policy (JSON text), its permission policies and its boundary."""

    arn: str
    name: str
    trust: str
    policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None


ROLE = Reading[Role | Absent](
    "iam:GetRole",
    Role | Absent,
    also=(
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
    ),
    argument="ROLE-ARN",
)

READINGS = (ROLE,)
