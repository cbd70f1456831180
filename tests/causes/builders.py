"""Snapshots for the tests of causes: a small service, and what to change about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kiriwake.core.observed import Call, Known, Missing, Observed, Why
from kiriwake.core.target import Kind, Target
from kiriwake.evidence import ecs, elb, net
from kiriwake.evidence.ecs import (
    Awsvpc,
    Container,
    ContainerDefinition,
    Deployment,
    DeploymentConfiguration,
    Event,
    Names,
    Service,
    Task,
    TaskDefinition,
    Tasks,
)
from kiriwake.evidence.elb import TargetGroup, TargetHealth
from kiriwake.evidence.net import Subnet
from kiriwake.evidence.snapshot import Snapshot

AT = datetime(2026, 11, 23, 6, 52, 10, tzinfo=UTC)
PREFIX = "arn:aws:ecs:us-east-1:123456789012"
KEY = "my-cluster/my-service"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/my-tg/abc123"
DEPLOYMENT = "ecs-svc/1111111111111111111"
OLDER = "ecs-svc/0000000000000000000"


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def revision(number: int) -> str:
    return f"{PREFIX}:task-definition/my-app:{number}"


def deployment(number: int = 3, **changes: Any) -> Deployment:
    whole = Deployment(
        id=DEPLOYMENT,
        status="PRIMARY",
        task_definition=revision(number),
        desired=2,
        running=2,
        pending=0,
        failed=0,
        created_at=AT - minutes(60),
        updated_at=AT - minutes(55),
        rollout_state="COMPLETED",
    )
    return replace(whole, **changes)


def service(**changes: Any) -> Service:
    """Two Fargate tasks of revision 3, an hour old, whole."""
    whole = Service(
        arn=f"{PREFIX}:service/{KEY}",
        name="my-service",
        cluster="my-cluster",
        status="ACTIVE",
        desired=2,
        running=2,
        pending=0,
        task_definition=revision(3),
        deployments=(deployment(),),
        deployment_configuration=DeploymentConfiguration(100, 200, True, True),
        launch_type="FARGATE",
        awsvpc=Awsvpc(("subnet-abc123",), ("sg-abc123",), assign_public_ip=True),
        created_at=AT - minutes(600),
    )
    return replace(whole, **changes)


def failing(running: int = 0, **changes: Any) -> Service:
    """A service whose newest deployment has not come up."""
    late = deployment(
        running=running, failed=3, rollout_state="IN_PROGRESS", created_at=AT - minutes(20)
    )
    return service(**{"running": running, "deployments": (late,)} | changes)


def task(n: int = 1, **changes: Any) -> Task:
    """A running task."""
    whole = Task(
        arn=f"{PREFIX}:task/my-cluster/{n:032x}",
        id=f"{n:032x}",
        last_status="RUNNING",
        desired_status="RUNNING",
        task_definition=revision(3),
        started_by=DEPLOYMENT,
        group="service:my-service",
        created_at=AT - minutes(60),
        started_at=AT - minutes(59),
        private_ip=f"10.0.1.{n + 10}",
    )
    return replace(whole, **changes)


def refused(n: int, reason: str, *, ago: float = 3, container: str = "") -> Task:
    """A task that stopped before it ran, for this reason."""
    containers = (Container("app", reason=container),) if container else ()
    return task(
        n,
        last_status="STOPPED",
        desired_status="STOPPED",
        stop_code="TaskFailedToStart",
        stopped_reason=reason,
        created_at=AT - minutes(ago + 1),
        started_at=None,
        stopped_at=AT - minutes(ago),
        containers=containers,
        private_ip="",
    )


def exited(n: int, code: int, *, reason: str = "", ago: float = 3) -> Task:
    """A task whose essential container ended by itself."""
    return task(
        n,
        last_status="STOPPED",
        desired_status="STOPPED",
        stop_code="EssentialContainerExited",
        stopped_reason="Essential container in task exited",
        created_at=AT - minutes(ago + 2),
        started_at=AT - minutes(ago + 1),
        stopped_at=AT - minutes(ago),
        containers=(Container("app", exit_code=code, reason=reason, last_status="STOPPED"),),
    )


def event(message: str, ago: float = 3) -> Event:
    return Event(AT - minutes(ago), f"(service my-service) {message}")


def subnet(id_: str = "subnet-abc123", *, free: int, cidr: str = "10.0.1.0/24") -> Subnet:
    return Subnet(id_, cidr, "us-east-1a", "vpc-xyz789", free)


def definition(number: int, **environment: str) -> TaskDefinition:
    return TaskDefinition(
        arn=revision(number),
        family="my-app",
        revision=number,
        containers=(
            ContainerDefinition(
                "app",
                "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-app:v1",
                environment=tuple(environment.items()),
            ),
        ),
        execution_role_arn="arn:aws:iam::123456789012:role/my-execution-role",
        registered_at=AT - minutes(700 - number),
    )


def health(state: str, reason: str = "", description: str = "", n: int = 1) -> TargetHealth:
    return TargetHealth(f"10.0.1.{n + 10}", 8080, state, reason, description)


def target_group(path: str = "/health") -> TargetGroup:
    return TargetGroup(
        arn=GROUP,
        name="my-tg",
        protocol="HTTP",
        port=8080,
        target_type="ip",
        vpc_id="vpc-xyz789",
        check_path=path,
        matcher="200",
    )


def snapshot(
    seen: Service | None = None,
    *,
    running: tuple[Task, ...] | None = None,
    stopped: tuple[Task, ...] = (),
    more: Mapping[Call, Any] | None = None,
) -> Snapshot:
    """What was seen of a service; `more` maps calls to values or to `Missing`."""
    the = seen or service()
    tasks = tuple(task(n) for n in range(the.running)) if running is None else running
    family = the.task_definition.rsplit("/", 1)[-1].rpartition(":")[0]
    values: dict[Call, Any] = {
        ecs.SERVICE.of(KEY): the,
        ecs.RUNNING_TASKS.of(KEY): Tasks(tasks),
        ecs.STOPPED_TASKS.of(KEY): Tasks(stopped),
        ecs.REVISIONS.of(family): Names((the.task_definition,)),
        **(more or {}),
    }
    target = Target(Kind.ECS_SERVICE, "my-cluster", "my-service")
    return Snapshot(target, AT, {call: observed(call, value) for call, value in values.items()})


def observed(call: Call, value: Any) -> Observed[Any]:
    return value if isinstance(value, Missing) else Known(value, call, AT)


def denied(call: Call) -> Missing:
    return Missing(call, Why.DENIED)


SUBNET = net.SUBNET.of("subnet-abc123")
HEALTH = elb.TARGET_HEALTH.of(GROUP)
TARGET_GROUP = elb.TARGET_GROUP.of(GROUP)
