"""What a service's tasks are worth: load balancer targets, container health, time running."""

from __future__ import annotations

from datetime import datetime, timedelta

from kiriwake.lab.ecs import events
from kiriwake.lab.ecs.model import Service, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import AwsError

SETTLED = timedelta(seconds=40)
"""How long a task without any check must run to count (F3.07)."""
_BUSY_POLL_S = 5.0
_CALM_POLL_S = 20.0
_ZONE_OFF = "Target is in an Availability Zone that is not enabled for the load balancer"


def is_healthy(region: Region, task: Task) -> bool:
    """Whether the scheduler counts the task as healthy."""
    if not task.live or task.failure or task.last_status != "RUNNING":
        return False
    if task.targets and task.target_state != "healthy":
        return False
    if task.has_health_check:
        return task.health == "HEALTHY"
    if task.targets or task.started_at is None:
        return bool(task.targets)
    return region.now() >= task.started_at + SETTLED


def judge(region: Region, service: Service) -> None:
    """Notes which tasks failed their container checks, and looks again when it matters."""
    for task in service.tasks.values():
        if not task.live or task.last_status != "RUNNING" or task.started_at is None:
            continue
        if task.health == "UNHEALTHY" and not task.failure:
            until = _grace_end(service, task)
            if region.now() >= until:
                task.failure = Says.FAILED_CONTAINER_HEALTH()
            else:
                region.wake(service, (until - region.now()).total_seconds())
        elif not task.targets and not task.has_health_check and not task.counted:
            wait = (task.started_at + SETTLED - region.now()).total_seconds()
            if wait > 0:
                region.wake(service, wait)


def _grace_end(service: Service, task: Task) -> datetime:
    grace = service.settings.get("healthCheckGracePeriodSeconds") or 0
    # The maximum of 2,147,483,647 seconds would leave the calendar from here.
    return (task.started_at or task.created_at) + timedelta(seconds=min(grace, 10**9))


def watch(region: Region, service: Service) -> None:
    """Asks the load balancers about the service's targets from now on."""
    if service.watch is not None and not service.watch.off:
        service.watch.cancel()

    def look() -> None:
        service.watch = None
        if service.status == "INACTIVE" or not service.load_balancers:
            return
        changed = [_look_at(region, service, task) for task in service.tasks.values()]
        if any(changed):
            region.wake(service)
        watch(region, service)

    calm = service.steady and all(t.target_state == "healthy" for t in service.tasks.values())
    when = region.next_poll(_CALM_POLL_S if calm else _BUSY_POLL_S)
    service.watch = region.timers.at(when, look)


def _look_at(region: Region, service: Service, task: Task) -> bool:
    if not task.live or not task.targets or task.last_status != "RUNNING":
        return False
    before = (task.target_state, task.failure)
    states = []
    for target in task.targets:
        state, words = _ask(region, service, task, target)
        states.append(state)
        if state == "unhealthy" and not task.failure and region.now() >= _grace_end(service, task):
            _condemn(region, service, task, target, words)
    if "unhealthy" in states:
        task.target_state = "unhealthy"
    elif set(states) == {"healthy"}:
        task.target_state = "healthy"
    else:
        task.target_state = "initial"
    if task.target_state == "healthy" and task.failure and not _container_failed(task):
        # It recovered before the scheduler got round to it.
        task.failure = ""
    return before != (task.target_state, task.failure)


def _container_failed(task: Task) -> bool:
    return task.failure == Says.FAILED_CONTAINER_HEALTH()


def _ask(
    region: Region, service: Service, task: Task, target: tuple[str, str, int]
) -> tuple[str, str]:
    try:
        state, reason, words = region.ground.target_health(*target)
    except AwsError:
        number = task.deployment.id if task.deployment else ""
        events.complain(region, service, Says.TARGET_GROUP_GONE, d=number, t=task.id, tg=target[0])
        return "unused", ""
    if state == "unused" and words == _ZONE_OFF:
        return "unhealthy", words
    if state == "unused" and reason == "Target.NotRegistered":
        # Somebody else took it out: ECS puts it back.
        region.ground.register_target(*target, task.zone)
    return state, words


def _condemn(
    region: Region, service: Service, task: Task, target: tuple[str, str, int], words: str
) -> None:
    arn, _, port = target
    task.failure = Says.FAILED_ELB(tg=arn)
    says = Says.UNHEALTHY
    instance = ""
    if task.instance is not None:
        says, instance = Says.UNHEALTHY_ON_INSTANCE, task.instance.ec2_id
    events.tell(
        region, service, says, t=task.id, port=port, tg=arn, reason=words, instance=instance
    )
