"""ECS: services, deployments, task definitions, tasks, container instances."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kiriwake.core.observed import Known, Missing, Observed, mapped
from kiriwake.core.target import Kind
from kiriwake.evidence.reading import Absent, Reading, present
from kiriwake.evidence.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Awsvpc:
    """`awsvpcConfiguration`; `assign_public_ip` None where AWS did not say."""

    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...] = ()
    assign_public_ip: bool | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """One of `services[].deployments`, newest first as AWS lists them."""

    id: str
    status: str
    """PRIMARY, ACTIVE or INACTIVE."""
    task_definition: str
    desired: int
    running: int
    pending: int
    failed: int
    created_at: datetime
    updated_at: datetime | None = None
    rollout_state: str = ""
    rollout_reason: str = ""
    launch_type: str = ""
    capacity_providers: tuple[str, ...] = ()
    platform_version: str = ""
    awsvpc: Awsvpc | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One of `services[].events`, newest first."""

    at: datetime
    message: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class ServiceLoadBalancer:
    """Where the service registers its tasks."""

    target_group_arn: str
    container_name: str
    container_port: int
    load_balancer_name: str = ""
    """Classic load balancers only."""


@dataclass(frozen=True, slots=True)
class DeploymentConfiguration:
    """Percentages and breaker; None where AWS did not say (an older API)."""

    minimum_healthy_percent: int | None = None
    maximum_percent: int | None = None
    breaker_enabled: bool | None = None
    breaker_rollback: bool | None = None
    strategy: str = ""
    bake_time_min: int | None = None
    alarm_names: tuple[str, ...] = ()
    alarms_enabled: bool = False
    alarms_rollback: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """An ECS service as DescribeServices gives it."""

    arn: str
    name: str
    cluster: str
    """The cluster's name."""
    status: str
    desired: int
    running: int
    pending: int
    task_definition: str
    deployments: tuple[Deployment, ...] = ()
    events: tuple[Event, ...] = ()
    load_balancers: tuple[ServiceLoadBalancer, ...] = ()
    deployment_configuration: DeploymentConfiguration = DeploymentConfiguration()
    launch_type: str = ""
    capacity_providers: tuple[str, ...] = ()
    platform_version: str = ""
    platform_family: str = ""
    controller: str = "ECS"
    scheduling: str = "REPLICA"
    grace_period_s: int | None = None
    awsvpc: Awsvpc | None = None
    created_at: datetime | None = None
    created_by: str = ""
    role_arn: str = ""
    az_rebalancing: str = ""
    task_sets: int = 0
    service_connect: bool = False

    @property
    def primary(self) -> Deployment | None:
        """The newest deployment."""
        return next((d for d in self.deployments if d.status == "PRIMARY"), None)

    @property
    def on_fargate(self) -> bool:
        """Whether Fargate runs the tasks, by launch type or capacity provider."""
        fargate = {"FARGATE", "FARGATE_SPOT"}
        return self.launch_type == "FARGATE" or bool(fargate & set(self.capacity_providers))


@dataclass(frozen=True, slots=True)
class Container:
    """One of `tasks[].containers`; `exit_code` None means that it never ran or runs."""

    name: str
    image: str = ""
    image_digest: str = ""
    last_status: str = ""
    exit_code: int | None = None
    reason: str = ""
    health_status: str = ""
    runtime_id: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task, running or stopped."""

    arn: str
    id: str
    last_status: str
    desired_status: str
    task_definition: str
    started_by: str = ""
    group: str = ""
    launch_type: str = ""
    capacity_provider: str = ""
    platform_version: str = ""
    availability_zone: str = ""
    health_status: str = ""
    stop_code: str = ""
    stopped_reason: str = ""
    created_at: datetime | None = None
    pull_started_at: datetime | None = None
    pull_stopped_at: datetime | None = None
    started_at: datetime | None = None
    stopping_at: datetime | None = None
    stopped_at: datetime | None = None
    containers: tuple[Container, ...] = ()
    private_ip: str = ""
    eni_id: str = ""
    subnet_id: str = ""
    container_instance_arn: str = ""
    cpu: str = ""
    memory: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every text that says why it stopped: the task's own, then its containers'."""
        texts = (self.stopped_reason, *(c.reason for c in self.containers))
        return tuple(dict.fromkeys(filter(None, texts)))


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks in one state, in the order of AWS's list."""

    tasks: tuple[Task, ...]
    truncated: bool = False
    """More were listed than were read."""
    vanished: int = 0
    """Listed, and gone when they were described."""


@dataclass(frozen=True, slots=True)
class PortMapping:
    """`hostPort` 0 means a dynamic one."""

    container_port: int
    host_port: int | None = None
    protocol: str = "tcp"
    name: str = ""
    app_protocol: str = ""


@dataclass(frozen=True, slots=True)
class SecretReference:
    """An environment variable whose value comes from elsewhere; never the value."""

    name: str
    value_from: str


@dataclass(frozen=True, slots=True)
class LogConfiguration:
    """`logConfiguration`; option values as they are, for no secret belongs there."""

    driver: str
    options: tuple[tuple[str, str], ...] = ()
    secret_options: tuple[SecretReference, ...] = ()

    def option(self, name: str) -> str:
        """One option's value, or nothing."""
        return dict(self.options).get(name, "")


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A container health check, in seconds; AWS's defaults filled in by AWS."""

    command: tuple[str, ...]
    interval_s: int | None = None
    timeout_s: int | None = None
    retries: int | None = None
    start_period_s: int | None = None


@dataclass(frozen=True, slots=True)
class ContainerDependency:
    """`dependsOn`."""

    container_name: str
    condition: str


@dataclass(frozen=True, slots=True)
class ContainerDefinition:
    """A container as the task definition declares it."""

    name: str
    image: str
    essential: bool = True
    cpu: int = 0
    memory_mib: int | None = None
    memory_reservation_mib: int | None = None
    ports: tuple[PortMapping, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    """Name and salted fingerprint of the value; the value itself is never kept."""
    environment_files: tuple[str, ...] = ()
    secrets: tuple[SecretReference, ...] = ()
    log: LogConfiguration | None = None
    health_check: HealthCheck | None = None
    depends_on: tuple[ContainerDependency, ...] = ()
    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    stop_timeout_s: int | None = None
    start_timeout_s: int | None = None
    init_process: bool = False
    repository_credentials: str = ""
    mount_volumes: tuple[str, ...] = ()
    firelens: str = ""
    version_consistency: str = ""
    other: str = ""
    """A fingerprint of every field that has no place here, so that a difference is seen."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume; `efs_file_system_id` where it is one of EFS."""

    name: str
    efs_file_system_id: str = ""
    efs_root_directory: str = ""
    efs_access_point_id: str = ""
    efs_iam: str = ""
    efs_transit_encryption: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """One revision of a task definition."""

    arn: str
    family: str
    revision: int
    status: str = "ACTIVE"
    containers: tuple[ContainerDefinition, ...] = ()
    network_mode: str = ""
    requires_compatibilities: tuple[str, ...] = ()
    cpu: str = ""
    memory: str = ""
    execution_role_arn: str = ""
    task_role_arn: str = ""
    volumes: tuple[Volume, ...] = ()
    cpu_architecture: str = ""
    os_family: str = ""
    registered_at: datetime | None = None
    registered_by: str = ""
    ephemeral_storage_gib: int | None = None
    proxy: str = ""
    placement_constraints: tuple[str, ...] = ()
    other: str = ""
    """A fingerprint of every field that has no place here, tags left out."""

    def container(self, name: str) -> ContainerDefinition | None:
        """The container of that name."""
        return next((c for c in self.containers if c.name == name), None)


@dataclass(frozen=True, slots=True)
class ServiceDeployment:
    """One of the service's deployments of the last 90 days (facts F3.43)."""

    arn: str
    status: str
    created_at: datetime
    target_revision_arn: str = ""
    source_revision_arns: tuple[str, ...] = ()
    finished_at: datetime | None = None
    reason: str = ""
    breaker_status: str = ""
    breaker_failures: int | None = None
    breaker_threshold: int | None = None
    rollback_reason: str = ""
    lifecycle_stage: str = ""
    target_task_definition: str = ""
    """From DescribeServiceRevisions; empty where it is not known any more."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Registered or remaining resources of a container instance."""

    cpu: int
    memory_mib: int
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ContainerInstance:
    """An EC2 instance that runs tasks."""

    arn: str
    ec2_instance_id: str
    status: str
    agent_connected: bool
    registered: Capacity
    remaining: Capacity
    running_tasks: int = 0
    pending_tasks: int = 0
    attributes: tuple[tuple[str, str], ...] = ()
    agent_version: str = ""
    capacity_provider: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster; `container_insights` empty where AWS did not say."""

    arn: str
    name: str
    status: str
    running_tasks: int = 0
    pending_tasks: int = 0
    active_services: int = 0
    container_instances: int = 0
    capacity_providers: tuple[str, ...] = ()
    container_insights: str = ""


@dataclass(frozen=True, slots=True)
class ServiceUse:
    """Which task definition another service runs."""

    cluster: str
    name: str
    task_definition: str


@dataclass(frozen=True, slots=True)
class Names:
    """Names or ARNs that exist, for "did you mean"."""

    names: tuple[str, ...] = field(default=())


CLUSTER = Reading[Cluster | Absent]("ecs:DescribeClusters", Cluster | Absent, argument="CLUSTER")
SERVICE = Reading[Service | Absent](
    "ecs:DescribeServices", Service | Absent, argument="CLUSTER/SERVICE"
)
RUNNING_TASKS = Reading[Tasks](
    "ecs:DescribeTasks", Tasks, "RUNNING", also=("ecs:ListTasks",), argument="CLUSTER/SERVICE"
)
"""Tasks whose desired status is RUNNING."""
STOPPED_TASKS = Reading[Tasks](
    "ecs:DescribeTasks", Tasks, "STOPPED", also=("ecs:ListTasks",), argument="CLUSTER/SERVICE"
)
"""Tasks whose desired status is STOPPED: of the last hour, and draining ones (F1.09, F1.10)."""
TASK = Reading[Task | Absent]("ecs:DescribeTasks", Task | Absent, argument="CLUSTER/TASK-ID")
TASK_DEFINITION = Reading[TaskDefinition | Absent](
    "ecs:DescribeTaskDefinition", TaskDefinition | Absent, argument="TASK-DEFINITION-ARN"
)
REVISIONS = Reading[Names]("ecs:ListTaskDefinitions", Names, "ACTIVE", argument="FAMILY")
"""ACTIVE revisions of a family as ARNs, newest first (at least the newest 100)."""
SERVICE_DEPLOYMENTS = Reading[tuple[ServiceDeployment, ...]](
    "ecs:DescribeServiceDeployments",
    tuple[ServiceDeployment, ...],
    also=("ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions"),
    argument="CLUSTER/SERVICE",
)
"""Deployments of the last 90 days, newest first."""
SERVICES_USING = Reading[tuple[ServiceUse, ...]](
    "ecs:DescribeServices",
    tuple[ServiceUse, ...],
    "FAMILY",
    also=("ecs:ListClusters", "ecs:ListServices"),
    argument="FAMILY",
)
"""Every service of the region that runs a revision of the family."""
CONTAINER_INSTANCES = Reading[tuple[ContainerInstance, ...]](
    "ecs:DescribeContainerInstances",
    tuple[ContainerInstance, ...],
    also=("ecs:ListContainerInstances",),
    argument="CLUSTER",
)
CLUSTERS = Reading[Names]("ecs:ListClusters", Names, argument="REGION")
SERVICES = Reading[Names]("ecs:ListServices", Names, argument="CLUSTER")

READINGS = (
    CLUSTER,
    SERVICE,
    RUNNING_TASKS,
    STOPPED_TASKS,
    TASK,
    TASK_DEFINITION,
    REVISIONS,
    SERVICE_DEPLOYMENTS,
    SERVICES_USING,
    CONTAINER_INSTANCES,
    CLUSTERS,
    SERVICES,
)


def _key(snapshot: Snapshot) -> str:
    return f"{snapshot.target.place}/{snapshot.target.name}"


def service(snapshot: Snapshot) -> Observed[Service]:
    """The service that is diagnosed."""
    return present(snapshot.see(SERVICE, _key(snapshot)))


def definition(snapshot: Snapshot, arn: str) -> Observed[TaskDefinition]:
    """One revision of a task definition."""
    return present(snapshot.see(TASK_DEFINITION, arn))


def definition_in_use(snapshot: Snapshot) -> Observed[TaskDefinition]:
    """The revision that new tasks of the target are started from."""
    match snapshot.target.kind:
        case Kind.ECS_TASK:
            return _of_task(snapshot)
        case _:
            return _of_service(snapshot)


def _of_service(snapshot: Snapshot) -> Observed[TaskDefinition]:
    match service(snapshot):
        case Known(value=value):
            arn = value.primary.task_definition if value.primary else value.task_definition
            return definition(snapshot, arn)
        case Missing() as missing:
            return missing


def _of_task(snapshot: Snapshot) -> Observed[TaskDefinition]:
    match present(snapshot.see(TASK, _key(snapshot))):
        case Known(value=task):
            return definition(snapshot, task.task_definition)
        case Missing() as missing:
            return missing


def running_tasks(snapshot: Snapshot) -> Observed[Tasks]:
    """The tasks that ECS wants to run; for a task target, the task itself."""
    return _tasks(snapshot, RUNNING_TASKS, stopped=False)


def stopped_tasks(snapshot: Snapshot) -> Observed[Tasks]:
    """The tasks that ECS stopped or is stopping, of the last hour."""
    return _tasks(snapshot, STOPPED_TASKS, stopped=True)


def _tasks(snapshot: Snapshot, reading: Reading[Tasks], *, stopped: bool) -> Observed[Tasks]:
    if snapshot.target.kind is not Kind.ECS_TASK:
        return snapshot.see(reading, _key(snapshot))
    return mapped(
        present(snapshot.see(TASK, _key(snapshot))),
        lambda task: Tasks((task,) if (task.desired_status == "STOPPED") is stopped else ()),
    )
