"""Launches tasks for services: capacity, instances, and what is said when there are none."""

from __future__ import annotations

from kiriwake.lab.ecs import deployments, events, lifecycle, placement, strategy
from kiriwake.lab.ecs.model import Deployment, Instance, Service, Shape, Task
from kiriwake.lab.ecs.placement import NoPlace
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says

_BATCH = 40
"""Tasks started at one look; a look every five seconds is the 500 a minute of F12.05."""
_NEXT_BATCH_S = 5.0
_RETRY_S = 30.0


def start(
    region: Region,
    service: Service,
    deployment: Deployment,
    wanted: int,
    *,
    unhealthy: bool = False,
) -> int:
    """Starts tasks of a deployment; answers how many could be started."""
    if wanted <= 0 or deployment.stalled or _waits(region, service, deployment):
        return 0
    begun: list[Task] = []
    for _ in range(min(wanted, _BATCH)):
        task = _one(region, service, deployment)
        if task is None:
            region.wake(service, _RETRY_S)
            break
        begun.append(task)
    if begun:
        says = Says.STARTED_FOR_UNHEALTHY if unhealthy else Says.STARTED
        events.tell_tasks(region, service, says, begun)
        events.cleared(service, Says.NO_INSTANCE_FITS)
    if wanted > _BATCH:
        region.wake(service, _NEXT_BATCH_S)
    return len(begun)


def _waits(region: Region, service: Service, deployment: Deployment) -> bool:
    until = deployment.back_off_until
    if until is None or region.now() >= until:
        return False
    region.wake(service, (until - region.now()).total_seconds())
    return True


def _one(region: Region, service: Service, deployment: Deployment) -> Task | None:
    settings = deployment.settings
    launch_type, provider = strategy.choose(
        str(settings.get("launchType") or ""),
        settings.get("capacityProviderStrategy") or (),
        _by_provider(deployment),
    )
    if launch_type == "FARGATE":
        if not region.capacity.get(provider or "FARGATE", True):
            reason = Says.NO_CAPACITY() + "."
            events.complain(region, service, Says.UNABLE_TO_PLACE, reason=reason)
            return None
        return launch(region, service, deployment, (launch_type, provider, None))
    place = placement.place(
        region,
        service.cluster,
        placement.need(deployment.definition, {}, awsvpc(deployment)),
        provider=provider,
        constraints=constraints(deployment),
        strategy=settings.get("placementStrategy") or (),
        group=f"service:{service.name}",
        zones=zones(region, awsvpc(deployment)),
    )
    if isinstance(place, NoPlace):
        events.complain(region, service, Says.NO_INSTANCE_FITS, reason=place.reason)
        return None
    return launch(region, service, deployment, (launch_type, provider, place))


def _by_provider(deployment: Deployment) -> dict[str, int]:
    found: dict[str, int] = {}
    for task in deployment.tasks.values():
        if task.live:
            found[task.provider] = found.get(task.provider, 0) + 1
    return found


def constraints(deployment: Deployment) -> list[Shape]:
    """The placement constraints of service and task definition together."""
    return [
        *(deployment.settings.get("placementConstraints") or ()),
        *(deployment.definition.get("placementConstraints") or ()),
    ]


def awsvpc(deployment: Deployment) -> Shape | None:
    """The network configuration of tasks with interfaces of their own."""
    if deployment.definition.get("networkMode") != "awsvpc":
        return None
    given = deployment.settings.get("networkConfiguration") or {}
    return dict(given.get("awsvpcConfiguration") or {})


def zones(region: Region, network: Shape | None) -> list[str]:
    """The zones of the subnets."""
    found = [region.ground.subnet(str(s)) for s in (network or {}).get("subnets", ())]
    return [str(s["AvailabilityZone"]) for s in found if s and s.get("AvailabilityZone")]


def launch(
    region: Region,
    service: Service,
    deployment: Deployment,
    where: tuple[str, str, Instance | None],
) -> Task:
    """Makes one task of a deployment; `where` is launch type, provider and instance."""
    launch_type, provider, instance = where
    tags: tuple[Shape, ...] = ()
    source = service.settings.get("propagateTags")
    if source == "SERVICE":
        tags = tuple(service.tags)
    elif source == "TASK_DEFINITION":
        arn = deployment.definition["taskDefinitionArn"]
        tags = tuple(region.definition_tags.get(arn, ()))
    return lifecycle.launch(
        region,
        lifecycle.Launch(
            cluster=service.cluster,
            definition=deployment.definition,
            group=f"service:{service.name}",
            launch_type=launch_type,
            started_by=deployment.id,
            provider=provider,
            network=awsvpc(deployment),
            service=service,
            deployment=deployment,
            instance=instance,
            tags=tags,
            enable_exec=bool(service.settings.get("enableExecuteCommand")),
        ),
    )


def ended(region: Region, task: Task) -> None:
    """What the scheduler makes of a task that is about to stop."""
    service = task.service
    if service is None:
        return
    if not task.ever_ran and task.stop_code in {"TaskFailedToStart", "EssentialContainerExited"}:
        _say_why(region, service, task)
        deployments.count_failure(region, task, start=True)
    elif task.failure and task.stopped_reason == task.failure:
        deployments.count_failure(region, task, start=False)
    region.wake(service)


def _say_why(region: Region, service: Service, task: Task) -> None:
    reason = task.stopped_reason
    if reason.startswith("ECS was unable to assume"):
        events.complain(region, service, Says.LAUNCH_REFUSED, reason=reason)
    elif task.fargate and reason.startswith(("ResourceInitializationError", "Unexpected EC2")):
        end = "" if reason.endswith(".") else "."
        events.complain(region, service, Says.UNABLE_TO_PLACE, reason=reason + end)
