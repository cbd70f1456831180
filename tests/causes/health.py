"""Services whose new tasks stand behind a load balancer, with what it says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.causes.builders import (
    AT,
    GROUP,
    HEALTH,
    TARGET_GROUP,
    deployment,
    health,
    minutes,
    service,
    snapshot,
    target_group,
    task,
)

from kiriwake.core.observed import Call
from kiriwake.evidence.ecs import Service, ServiceLoadBalancer
from kiriwake.evidence.elb import TargetHealth
from kiriwake.evidence.snapshot import Snapshot

OLD = (health("healthy", n=0), health("healthy", n=1))
"""The tasks of the revision before, in service."""


def answering(code: int, n: int = 2) -> TargetHealth:
    words = f"Health checks failed with these codes: [{code}]"
    return health("unhealthy", "Target.ResponseCodeMismatch", words, n)


def rolling(**changes: Any) -> Service:
    """Two tasks of revision 4 beside two of revision 3, for 22 minutes."""
    late = deployment(4, rollout_state="IN_PROGRESS", created_at=AT - minutes(22))
    before = deployment(3, id="ecs-svc/0000000000000000000", status="ACTIVE")
    whole: dict[str, Any] = {
        "desired": 2,
        "running": 4,
        "task_definition": late.task_definition,
        "load_balancers": (ServiceLoadBalancer(GROUP, "app", 8080),),
        "deployments": (late, before),
    }
    return service(**whole | changes)


def checked(
    *targets: TargetHealth,
    seen: Service | None = None,
    more: Mapping[Call, Any] | None = None,
) -> Snapshot:
    """What DescribeTargetHealth says of the four tasks."""
    running = tuple(task(n) for n in range(4))
    facts: dict[Call, Any] = {HEALTH: targets, TARGET_GROUP: target_group(), **(more or {})}
    return snapshot(seen or rolling(), running=running, more=facts)
