"""What may be asked of AWS: the reads that evidence names, and nothing else."""

from __future__ import annotations

import re

from kiriwake.core.errors import InternalError
from kiriwake.core.text import Text
from kiriwake.evidence.readings import ALL

ALLOWED = frozenset(action for reading in ALL for action in reading.actions) | {
    "sts:GetCallerIdentity"
}
"""Every action that some evidence takes, as IAM names it."""

NEVER = frozenset(
    {
        "secretsmanager:GetSecretValue",
        "secretsmanager:BatchGetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "ssm:GetParameterHistory",
        "kms:Decrypt",
        "ecr:GetDownloadUrlForLayer",
        "ecr:GetAuthorizationToken",
        "sts:GetSessionToken",
        "sts:GetFederationToken",
    }
)
"""Reads by name that hand out secrets: refused even if some evidence should name them."""

_READS = re.compile(r"[a-z0-9-]+:(Describe|List|Get|BatchGet|Lookup|Filter|Simulate)[A-Z]\w*")
_CLIENTS = {"elasticloadbalancing": "elbv2"}
_PREFIXES = {client: prefix for prefix, client in _CLIENTS.items()}


def is_read(action: str) -> bool:
    """Whether an action (`ecs:DescribeServices`) is one that kiriwake may call."""
    return _READS.fullmatch(action) is not None and action in ALLOWED and action not in NEVER


def refuse_unless_read(action: str) -> None:
    """Raises `InternalError` for every action that is not on the list of reads."""
    if not is_read(action):
        raise InternalError(
            "not-a-read",
            Text(
                en=f"{action} is not on the list of reads and was not called",
                ja=f"{action} は読み取り操作の一覧にないため呼び出さなかった",
            ),
        )


def client_and_operation(action: str) -> tuple[str, str]:
    """Botocore's names of an action: `("elbv2", "DescribeTargetHealth")`."""
    prefix, _, operation = action.partition(":")
    return _CLIENTS.get(prefix, prefix), operation


def action_of(client: str, operation: str) -> str:
    """IAM's name of what botocore calls `client` and `operation`."""
    return f"{_PREFIXES.get(client, client)}:{operation}"
