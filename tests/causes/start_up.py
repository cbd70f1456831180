"""Services whose tasks fail to start, with the words that AWS leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from kiriwake.core.observed import Call, Known, Observed
from kiriwake.core.target import Kind, Target
from kiriwake.evidence import ecs, iam
from kiriwake.evidence.ecs import (
    Awsvpc,
    Container,
    ContainerDefinition,
    Deployment,
    Event,
    LogConfiguration,
    Service,
    Task,
    TaskDefinition,
    Tasks,
)
from kiriwake.evidence.iam import Role
from kiriwake.evidence.snapshot import Snapshot

AT = datetime(2026, 1, 20, 6, 52, 10, tzinfo=UTC)
ACCOUNT = "111122223333"
FAMILY = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:7"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/web-exec"
KEY = "shop/web"
HEALTHY = "Scaling activity initiated by (deployment ecs-svc/1)"


def definition(
    *, image: str = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web:7", architecture: str = ""
) -> TaskDefinition:
    log = LogConfiguration("awslogs", (("awslogs-group", "/ecs/web"),))
    return TaskDefinition(
        arn=FAMILY,
        family="web",
        revision=7,
        containers=(ContainerDefinition(name="web", image=image, log=log),),
        network_mode="awsvpc",
        execution_role_arn=ROLE_ARN,
        cpu_architecture=architecture,
    )


def stopped(
    *reasons: str, code: str = "TaskFailedToStart", container: str = ""
) -> tuple[Task, ...]:
    containers = (Container("web", reason=container),) if container else ()
    return tuple(
        Task(
            arn=f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/shop/{n:032x}",
            id=f"{n:032x}",
            last_status="STOPPED",
            desired_status="STOPPED",
            task_definition=FAMILY,
            started_by="ecs-svc/1",
            stop_code=code,
            stopped_reason=reason,
            stopped_at=AT - timedelta(minutes=n),
            containers=containers,
        )
        for n, reason in enumerate(reasons, start=1)
    )


def service(*messages: str) -> Service:
    deployment = Deployment("ecs-svc/1", "PRIMARY", FAMILY, 2, 0, 0, 3, AT - timedelta(hours=1))
    return Service(
        arn=f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/{KEY}",
        name="web",
        cluster="shop",
        status="ACTIVE",
        desired=2,
        running=0,
        pending=0,
        task_definition=FAMILY,
        deployments=(deployment,),
        events=tuple(Event(AT - timedelta(minutes=n), m) for n, m in enumerate(messages)),
        launch_type="FARGATE",
        awsvpc=Awsvpc(("subnet-0abc",), ("sg-0abc",), assign_public_ip=False),
    )


def known(call: Call, value: object) -> Known[object]:
    return Known(value, call, AT)


def failing(
    *reasons: str,
    events: tuple[str, ...] = (),
    tasks: tuple[Task, ...] | None = None,
    uses: TaskDefinition | None = None,
    also: Mapping[Call, Any] | None = None,
) -> Snapshot:
    """A service of which no task starts, for these reasons."""
    ended = stopped(*reasons) if tasks is None else tasks
    role = Role(ROLE_ARN, "web-exec", "{}")
    seen = {
        ecs.SERVICE.of(KEY): service(*events),
        ecs.STOPPED_TASKS.of(KEY): Tasks(ended),
        ecs.RUNNING_TASKS.of(KEY): Tasks(()),
        ecs.TASK_DEFINITION.of(FAMILY): uses or definition(),
        iam.ROLE.of(ROLE_ARN): role,
        **(also or {}),
    }
    facts: dict[Call, Observed[Any]] = {call: known(call, value) for call, value in seen.items()}
    return Snapshot(
        target=Target(Kind.ECS_SERVICE, "shop", "web"),
        taken_at=AT,
        facts=facts,
        account=ACCOUNT,
        region="us-east-1",
    )
