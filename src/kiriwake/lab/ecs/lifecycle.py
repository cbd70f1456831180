"""A task's way from PROVISIONING to STOPPED, and one hour beyond."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiriwake.lab.ecs import containers, pulling, startup, targets
from kiriwake.lab.ecs.failure import StartFailure
from kiriwake.lab.ecs.model import (
    Cluster,
    Container,
    Deployment,
    Instance,
    Service,
    Shape,
    Task,
)
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import AwsError

_INTERFACE_S = 3.0
_ATTACHED_S = 7.0
_PREPARED_S = 3.0
_CREATED_S = 1.0
_ACTIVATED_S = 3.0
_DEPROVISIONED_S = 10.0
_UNPROVISIONED_S = 2.0
_KEPT_S = 3600.0
_DRAIN_POLL_S = 5.0
_STOP_TIMEOUT_S = 30.0
FARGATE_VERSION = "1.4.0"


@dataclass(frozen=True, slots=True)
class Launch:
    """Everything that is decided about a task before it exists."""

    cluster: Cluster
    definition: Shape
    group: str
    launch_type: str
    started_by: str = ""
    provider: str = ""
    network: Shape | None = None
    overrides: Shape = field(default_factory=dict)
    service: Service | None = None
    deployment: Deployment | None = None
    instance: Instance | None = None
    tags: tuple[Shape, ...] = ()
    enable_exec: bool = False


# --- beginning -------------------------------------------------------------------------
def launch(region: Region, order: Launch) -> Task:
    """Makes a task; everything else follows by the clock."""
    number = region.ids.hexadecimal()
    task = Task(
        id=number,
        arn=region.arn("task", order.cluster.name, number),
        cluster=order.cluster,
        definition=order.definition,
        group=order.group,
        launch_type=order.launch_type,
        created_at=region.now(),
        containers=[],
        started_by=order.started_by,
        provider=order.provider,
        platform_version=FARGATE_VERSION if order.launch_type == "FARGATE" else "",
        network=order.network,
        overrides=order.overrides,
        service=order.service,
        deployment=order.deployment,
        instance=order.instance,
        tags=[dict(tag) for tag in order.tags],
        enable_exec=order.enable_exec,
    )
    task.containers = [
        Container(
            definition=_overridden(definition, order.overrides),
            arn=region.arn("container", order.cluster.name, number, region.ids.uuid()),
        )
        for definition in order.definition["containerDefinitions"]
    ]
    order.cluster.tasks[number] = task
    if task.started_by:
        order.cluster.by_started.setdefault(task.started_by, {})[number] = task
    if order.service:
        order.service.tasks[number] = task
    if order.deployment:
        order.deployment.tasks[number] = task
    if order.instance:
        order.instance.tasks[number] = task
        task.zone = order.instance.attributes.get("ecs.availability-zone") or ""
    _begin(region, task)
    return task


def _overridden(definition: Shape, overrides: Shape) -> Shape:
    made = dict(definition)
    for override in overrides.get("containerOverrides", ()):
        if override.get("name") != definition["name"]:
            continue
        for key in ("command", "cpu", "memory", "memoryReservation", "environmentFiles"):
            if key in override:
                made[key] = override[key]
        if "environment" in override:
            names = {e["name"] for e in override["environment"]}
            kept = [e for e in made.get("environment", ()) if e["name"] not in names]
            made["environment"] = kept + list(override["environment"])
    return made


def _begin(region: Region, task: Task) -> None:
    if task.network is None:
        task.last_status = "PENDING"
        region.later(_CREATED_S, lambda: _pending(region, task), task)
        return
    task.attachment_id = region.ids.uuid()
    task.subnet = _choose_subnet(region, task)
    known = region.ground.subnet(task.subnet)
    if known is not None:
        task.zone = str(known.get("AvailabilityZone", ""))
    region.later(_INTERFACE_S, lambda: _make_interface(region, task), task)


def _choose_subnet(region: Region, task: Task) -> str:
    subnets = [str(s) for s in (task.network or {}).get("subnets", ())]
    if task.instance and task.zone:
        near = [
            s
            for s in subnets
            if (region.ground.subnet(s) or {}).get("AvailabilityZone") == task.zone
        ]
        subnets = near or subnets
    key = f"{task.group}/{','.join(subnets)}"
    turn = region.turns.get(key, 0)
    region.turns[key] = turn + 1
    return subnets[turn % len(subnets)]


def _make_interface(region: Region, task: Task) -> None:
    network = task.network or {}
    public = network.get("assignPublicIp") == "ENABLED"
    try:
        task.eni = region.ground.create_interface(
            task.subnet,
            tuple(network.get("securityGroups", ())),
            region.arn("attachment", task.attachment_id),
            public_ip=public,
            requester="amazon-ecs",
        )
    except AwsError as error:
        says = Says.ENI_PUBLIC if public else Says.ENI_PRIVATE
        fail(region, task, StartFailure(says(subnet=task.subnet, code=error.code)))
        return
    task.zone = task.eni.availability_zone
    task.attachment_status = "ATTACHING"
    region.by_address.setdefault(task.eni.private_ip, {})[task.eni.vpc_id] = task
    _changed(task)
    region.later(_ATTACHED_S, lambda: _pending(region, task), task)


def _pending(region: Region, task: Task) -> None:
    if task.eni is not None:
        task.attachment_status = "ATTACHED"
    task.last_status = "PENDING"
    task.connected_at = region.now()
    _changed(task)
    region.later(_PREPARED_S, lambda: _prepare(region, task), task)


def _prepare(region: Region, task: Task) -> None:
    found = startup.first_failure(region, task)
    if found is not None:
        region.later(found.delay_s, lambda: fail(region, task, found), task)
        return
    task.pull_started_at = region.now()
    _changed(task)
    _pull(region, task)


def _pull(region: Region, task: Task) -> None:
    took = 0.0
    for container in task.containers:
        answer = pulling.pull(region, task, container)
        if isinstance(answer, StartFailure):
            _pull_failed(region, task, answer, took)
            return
        container.behaviour = answer.behaviour
        container.digest = answer.digest
        if (
            task.deployment
            and answer.digest
            and container.definition.get("versionConsistency") != "disabled"
        ):
            task.deployment.digests.setdefault(container.name, answer.digest)
        took += pulling.seconds(answer)
    region.later(took, lambda: _pulled(region, task), task)


def _pull_failed(region: Region, task: Task, found: StartFailure, took: float) -> None:
    region.later(took + found.delay_s, lambda: fail(region, task, found), task)


def _pulled(region: Region, task: Task) -> None:
    task.pull_stopped_at = region.now()
    _changed(task)
    region.later(_CREATED_S, lambda: _start(region, task), task)


def _start(region: Region, task: Task) -> None:
    containers.start(region, task, containers.Ends(_ready, _ended, fail))


def _ready(region: Region, task: Task) -> None:
    """All containers are started."""
    if not task.live or task.ever_ran or task.last_status == "ACTIVATING":
        return
    task.last_status = "ACTIVATING"
    _changed(task)
    targets.register(region, task)
    wait = _ACTIVATED_S if task.targets else _CREATED_S
    region.later(wait, lambda: _running(region, task), task)


def _running(region: Region, task: Task) -> None:
    task.last_status = "RUNNING"
    task.started_at = region.now()
    task.ever_ran = True
    _changed(task)
    if task.service:
        region.wake(task.service)


# --- ending ------------------------------------------------------------------------------
def fail(region: Region, task: Task, found: StartFailure) -> None:
    """Ends a task that could not start."""
    reason = found.reason
    if found.container:
        for container in task.containers:
            if container.name == found.container:
                container.reason = startup.shortened(found.reason)
        reason = found.reason if task.fargate else Says.FAILED_TO_START()
    stop(region, task, "TaskFailedToStart", reason)


def stop(region: Region, task: Task, code: str, reason: str) -> None:
    """Sets out to stop a task; a second reason does not replace the first."""
    if not task.live:
        return
    task.desired_status = "STOPPED"
    task.stop_code, task.stopped_reason = code, reason
    task.stopping_at = region.now()
    for timer in task.timers:
        timer.cancel()
    task.timers.clear()
    _changed(task)
    region.stopped(task)
    alive = all(c.status == "RUNNING" for c in task.containers if c.essential)
    for arn, target, port in task.targets:
        region.ground.deregister_target(arn, target, port)
    if task.targets and alive:
        task.last_status = "DEACTIVATING"
        _await_drained(region, task)
    else:
        _stop_containers(region, task)


def _await_drained(region: Region, task: Task) -> None:
    delays = [targets.delay_s(region, arn) for arn, _, _ in task.targets]
    draining = any(region.ground.target_health(*t)[0].endswith("draining") for t in task.targets)
    wait = max(delays, default=0.0) if draining else 1.0

    def look() -> None:
        states = [region.ground.target_health(*t)[0] for t in task.targets]
        if any(state.endswith("draining") for state in states):
            region.later(_DRAIN_POLL_S, look, task)
        else:
            _stop_containers(region, task)

    region.later(wait, look, task)


def _stop_containers(region: Region, task: Task) -> None:
    running = [c for c in task.containers if c.status == "RUNNING"]
    task.last_status = "STOPPING" if running else task.last_status
    _changed(task)
    for container in task.containers:
        if container.status != "RUNNING":
            container.status = "STOPPED"
    if not running:
        _deprovision(region, task)
        return
    for container in running:
        ignores = container.behaviour.ignores_sigterm
        wait = float(container.definition.get("stopTimeout") or _STOP_TIMEOUT_S) if ignores else 1.0
        code = 137 if ignores else 143

        def ended(container: Container = container, code: int = code) -> None:
            container.status, container.exit_code = "STOPPED", code
            _changed(task)
            if all(c.status == "STOPPED" for c in task.containers):
                _deprovision(region, task)

        region.later(wait, ended, task)


def _ended(region: Region, task: Task, container: Container) -> None:
    """A container came to its end by itself."""
    if container.essential:
        stop(region, task, "EssentialContainerExited", Says.ESSENTIAL_EXITED())


def _deprovision(region: Region, task: Task) -> None:
    if any(c.runtime_id for c in task.containers):
        task.execution_stopped_at = region.now()
    task.last_status = "DEPROVISIONING"
    _changed(task)
    if task.service:
        region.wake(task.service)
    wait = _DEPROVISIONED_S if task.eni is not None else _UNPROVISIONED_S
    region.later(wait, lambda: _finish(region, task), task)


def _finish(region: Region, task: Task) -> None:
    if task.eni is not None:
        region.ground.delete_interface(task.eni.id)
        region.by_address.get(task.eni.private_ip, {}).pop(task.eni.vpc_id, None)
    task.attachment_status = "DELETED"
    task.last_status = "STOPPED"
    task.stopped_at = region.now()
    task.tags.clear()
    _changed(task)
    for holder in (task.service, task.deployment, task.instance):
        if holder is not None:
            holder.tasks.pop(task.id, None)
    if task.service:
        region.wake(task.service)
    region.later(_KEPT_S, lambda: _forget(task))


def _forget(task: Task) -> None:
    task.cluster.tasks.pop(task.id, None)
    started = task.cluster.by_started.get(task.started_by)
    if started is not None:
        started.pop(task.id, None)
        if not started:
            del task.cluster.by_started[task.started_by]


def _changed(task: Task) -> None:
    task.version += 1
