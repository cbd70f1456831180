"""ELBv2: target groups, target health, load balancers."""

from __future__ import annotations

from dataclasses import dataclass

from kiriwake.evidence.reading import Absent, Reading


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """One target as DescribeTargetHealth gives it (facts 7.1)."""

    target: str
    """An address or an instance id."""
    port: int
    state: str
    reason: str = ""
    description: str = ""
    availability_zone: str = ""


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A target group and its health check."""

    arn: str
    name: str
    protocol: str
    port: int
    target_type: str
    vpc_id: str
    load_balancer_arns: tuple[str, ...] = ()
    check_enabled: bool = True
    check_protocol: str = ""
    check_port: str = ""
    """`traffic-port` or a number."""
    check_path: str = ""
    check_interval_s: int | None = None
    check_timeout_s: int | None = None
    healthy_threshold: int | None = None
    unhealthy_threshold: int | None = None
    matcher: str = ""


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer."""

    arn: str
    name: str
    type: str
    scheme: str
    state: str
    vpc_id: str
    zones: tuple[str, ...] = ()
    subnet_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener; `target_group_arns` are all that its rules and default forward to."""

    arn: str
    port: int
    protocol: str
    target_group_arns: tuple[str, ...] = ()
    certificate_arns: tuple[str, ...] = ()


TARGET_HEALTH = Reading[tuple[TargetHealth, ...] | Absent](
    "elasticloadbalancing:DescribeTargetHealth",
    tuple[TargetHealth, ...] | Absent,
    argument="TARGET-GROUP-ARN",
)
TARGET_GROUP = Reading[TargetGroup | Absent](
    "elasticloadbalancing:DescribeTargetGroups",
    TargetGroup | Absent,
    argument="TARGET-GROUP-ARN",
)
TARGET_GROUP_ATTRIBUTES = Reading[tuple[tuple[str, str], ...]](
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    tuple[tuple[str, str], ...],
    argument="TARGET-GROUP-ARN",
)
LOAD_BALANCER = Reading[LoadBalancer | Absent](
    "elasticloadbalancing:DescribeLoadBalancers",
    LoadBalancer | Absent,
    argument="LOAD-BALANCER-ARN",
)
LISTENERS = Reading[tuple[Listener, ...]](
    "elasticloadbalancing:DescribeListeners",
    tuple[Listener, ...],
    also=("elasticloadbalancing:DescribeRules",),
    argument="LOAD-BALANCER-ARN",
)

READINGS = (TARGET_HEALTH, TARGET_GROUP, TARGET_GROUP_ATTRIBUTES, LOAD_BALANCER, LISTENERS)
