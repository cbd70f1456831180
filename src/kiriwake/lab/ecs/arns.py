"""Names and ARNs, as callers write them and as ECS answers them."""

from __future__ import annotations


def partition(region: str) -> str:
    """The partition of a region."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def arn(region: str, account: str, kind: str, *parts: str) -> str:
    """`arn:aws:ecs:us-east-1:123456789012:service/my-cluster/my-service`."""
    return f"arn:{partition(region)}:ecs:{region}:{account}:{'/'.join((kind, *parts))}"


def last(name_or_arn: str) -> str:
    """The last part of an ARN, or the plain name."""
    return name_or_arn.rpartition("/")[2] if name_or_arn.startswith("arn:") else name_or_arn


def cluster_in(name_or_arn: str) -> str:
    """The cluster's name inside a long ARN, or nothing."""
    parts = name_or_arn.split("/")
    return parts[1] if name_or_arn.startswith("arn:") and len(parts) > 2 else ""  # noqa: PLR2004 - kind/cluster/name


def role_of(principal: str) -> str:
    """The role's ARN behind an assumed role's, or nothing."""
    head, found, tail = principal.partition(":assumed-role/")
    if not found:
        return principal if ":role/" in principal else ""
    parts = head.split(":")
    return f"{parts[0]}:{parts[1]}:iam::{parts[4]}:role/{tail.partition('/')[0]}"


def assumed(role_arn: str, session: str) -> str:
    """The assumed role's ARN, as errors of IAM name it."""
    parts = role_arn.split(":")
    return f"{parts[0]}:{parts[1]}:sts::{parts[4]}:assumed-role/{last(role_arn)}/{session}"
