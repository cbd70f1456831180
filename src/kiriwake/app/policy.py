"""The least-privilege policy, made from what the causes need."""

from __future__ import annotations

from typing import Any

from kiriwake.causes.registry import all_causes
from kiriwake.evidence import ecs
from kiriwake.evidence.readings import ALL

WRITES = (
    "ecs:UpdateService",
    "elasticloadbalancing:ModifyTargetGroup",
    "iam:AttachRolePolicy",
    "iam:DetachRolePolicy",
)
"""What the plans that can be applied send; a law keeps the list complete."""


def policy(purpose: str = "diagnose") -> dict[str, Any]:
    """An IAM policy; each statement's Sid says what it is for."""
    needed = {r for cause in all_causes().values() for r in cause.needs}
    needed |= {ecs.CLUSTER, ecs.CLUSTERS, ecs.SERVICES, ecs.TASK}
    by_service: dict[str, set[str]] = {"sts": {"sts:GetCallerIdentity"}}
    for reading in ALL:
        if reading in needed:
            for action in reading.actions:
                by_service.setdefault(action.partition(":")[0], set()).add(action)
    statements = [
        _statement(f"Read{_sid(service)}", actions)
        for service, actions in sorted(by_service.items())
    ]
    if purpose == "fix":
        statements.append(_statement("ApplyFixes", {*WRITES, "iam:PassRole"}))
    return {"Version": "2012-10-17", "Statement": statements}


def _sid(service: str) -> str:
    return "".join(word.capitalize() for word in service.split("-"))


def _statement(sid: str, actions: set[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
