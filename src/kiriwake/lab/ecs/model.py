"""What exists in the emulated ECS: clusters, instances, services, deployments, tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kiriwake.lab.ecs.timers import Timer
from kiriwake.lab.ground import Eni, ImageBehaviour

Shape = dict[str, Any]
"""A structure as the ECS API writes it."""


@dataclass(slots=True, eq=False)
class Container:
    """A container of a task."""

    definition: Shape
    """The container definition with the task's overrides."""
    arn: str
    status: str = "PENDING"
    runtime_id: str = ""
    digest: str = ""
    exit_code: int | None = None
    reason: str = ""
    health: str = "UNKNOWN"
    started_at: datetime | None = None
    behaviour: ImageBehaviour = field(default_factory=ImageBehaviour)
    bindings: list[Shape] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name in the task definition."""
        return str(self.definition["name"])

    @property
    def essential(self) -> bool:
        """Whether the task ends with it."""
        return bool(self.definition.get("essential", True))


@dataclass(slots=True, eq=False)
class Instance:
    """A container instance."""

    id: str
    arn: str
    cluster: Cluster
    ec2_id: str
    role: str
    """The role of the instance profile; empty if nobody knows it."""
    registered: list[Shape]
    attributes: dict[str, str | None]
    registered_at: datetime
    version_info: Shape = field(default_factory=dict)
    status: str = "ACTIVE"
    connected: bool = True
    provider: str = ""
    tags: list[Shape] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    eni: Eni | None = None
    """How the instance itself reaches the network; None if nobody said its subnet."""
    version: int = 1


@dataclass(slots=True, eq=False)
class Task:
    """A task from creation to one hour after its end."""

    id: str
    arn: str
    cluster: Cluster
    definition: Shape
    group: str
    launch_type: str
    created_at: datetime
    containers: list[Container]
    started_by: str = ""
    provider: str = ""
    platform_version: str = ""
    network: Shape | None = None
    """`awsvpcConfiguration`, for tasks with an interface of their own."""
    overrides: Shape = field(default_factory=dict)
    service: Service | None = None
    deployment: Deployment | None = None
    instance: Instance | None = None
    tags: list[Shape] = field(default_factory=list)
    enable_exec: bool = False

    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    stop_code: str = ""
    stopped_reason: str = ""
    version: int = 1
    eni: Eni | None = None
    subnet: str = ""
    zone: str = ""
    attachment_id: str = ""
    attachment_status: str = "PRECREATED"
    connected_at: datetime | None = None
    pull_started_at: datetime | None = None
    pull_stopped_at: datetime | None = None
    started_at: datetime | None = None
    stopping_at: datetime | None = None
    execution_stopped_at: datetime | None = None
    stopped_at: datetime | None = None
    targets: list[tuple[str, str, int]] = field(default_factory=list)
    """Registered with load balancers: target group, target, port."""
    target_state: str = ""
    """What the load balancers last said, all of them together."""
    failure: str = ""
    """Why the scheduler holds it for unhealthy; its stopped reason to be."""
    counted: bool = False
    """Whether it was seen healthy once by its deployment."""
    ever_ran: bool = False
    protected_until: datetime | None = None
    timers: list[Timer] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether it is meant to run."""
        return self.desired_status == "RUNNING"

    @property
    def fargate(self) -> bool:
        """Whether it runs on Fargate."""
        return self.launch_type == "FARGATE"

    @property
    def execution_role(self) -> str:
        """The execution role's ARN, or nothing."""
        return str(
            self.overrides.get("executionRoleArn") or self.definition.get("executionRoleArn") or ""
        )

    @property
    def health(self) -> str:
        """The task's health by the container health checks of its essential containers."""
        states = {
            c.health for c in self.containers if c.essential and c.definition.get("healthCheck")
        }
        if "UNHEALTHY" in states:
            return "UNHEALTHY"
        return "HEALTHY" if states == {"HEALTHY"} else "UNKNOWN"

    @property
    def has_health_check(self) -> bool:
        """Whether a container health check counts for the task."""
        return any(c.essential and c.definition.get("healthCheck") for c in self.containers)


@dataclass(slots=True, eq=False)
class Deployment:
    """A deployment of a service, the service deployment and the service revision in one."""

    number: str
    service: Service
    definition: Shape
    settings: Shape
    """launchType, networkConfiguration, loadBalancers, … as they were frozen."""
    created_at: datetime
    updated_at: datetime
    status: str = "PRIMARY"
    desired: int = 0
    rollout: str = "IN_PROGRESS"
    reason: str = ""
    failed: int = 0
    """Consecutive failures, as `failedTasks`."""
    completed_once: bool = False
    stalled: bool = False
    """Failed: launches nothing any more."""
    digests: dict[str, str] = field(default_factory=dict)
    """Container name to the digest that the first task fixed."""
    back_off_level: int = 0
    back_off_until: datetime | None = None
    provider_counts: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    """Those that are not STOPPED yet."""
    arn: str = ""
    revision_arn: str = ""
    outcome: str = "IN_PROGRESS"
    """The service deployment's status."""
    outcome_reason: str = ""
    stage: str = ""
    sources: list[str] = field(default_factory=list)
    finished_at: datetime | None = None
    stopped_at: datetime | None = None
    bake_until: datetime | None = None
    rollback: Shape = field(default_factory=dict)

    @property
    def id(self) -> str:
        """`ecs-svc/4583920176658321045`."""
        return f"ecs-svc/{self.number}"


@dataclass(slots=True, eq=False)
class Service:
    """A service."""

    name: str
    arn: str
    cluster: Cluster
    desired: int
    created_at: datetime
    settings: Shape
    """What create-service and update-service said, in API shape."""
    created_by: str
    status: str = "ACTIVE"
    scheduling: str = "REPLICA"
    controller: str = "ECS"
    deployments: list[Deployment] = field(default_factory=list)
    """PRIMARY first, then ACTIVE ones."""
    history: list[Deployment] = field(default_factory=list)
    """Every deployment there was, oldest first."""
    tasks: dict[str, Task] = field(default_factory=dict)
    """Those that are not STOPPED yet."""
    events: list[Shape] = field(default_factory=list)
    said: dict[str, datetime] = field(default_factory=dict)
    """When a trouble was last told of, by text."""
    registered: dict[str, int] = field(default_factory=dict)
    """Registrations by target group that no event has told of yet."""
    steady: bool = False
    due: Timer | None = None
    watch: Timer | None = None
    tags: list[Shape] = field(default_factory=list)
    task_sets: list[Shape] = field(default_factory=list)

    @property
    def primary(self) -> Deployment | None:
        """The newest deployment."""
        return self.deployments[0] if self.deployments else None

    @property
    def load_balancers(self) -> list[Shape]:
        """Target groups of the service."""
        return list(self.settings.get("loadBalancers", ()))


@dataclass(slots=True, eq=False)
class Cluster:
    """A cluster."""

    name: str
    arn: str
    status: str = "ACTIVE"
    settings: list[Shape] = field(default_factory=list)
    configuration: Shape = field(default_factory=dict)
    connect_defaults: Shape = field(default_factory=dict)
    tags: list[Shape] = field(default_factory=list)
    providers: list[str] = field(default_factory=list)
    default_strategy: list[Shape] = field(default_factory=list)
    services: dict[str, Service] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    """Also those stopped within the last hour."""
    by_started: dict[str, dict[str, Task]] = field(default_factory=dict)
    instances: dict[str, Instance] = field(default_factory=dict)


Reconcile = Callable[[Service], None]
