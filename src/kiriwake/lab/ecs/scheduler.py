"""The service scheduler: what it does when it looks at a service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from kiriwake.lab.ecs import bounds, daemons, deployments, events, health, launching, lifecycle
from kiriwake.lab.ecs.model import Deployment, Service, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says

_REPEAT_S = 6 * 3600.0
_PACE_S = 5.0


def reconcile(region: Region, service: Service) -> None:
    """Looks at a service and takes the steps that its state asks for."""
    if service.status == "INACTIVE":
        return
    health.judge(region, service)
    for task in service.tasks.values():
        if not task.counted and health.is_healthy(region, task):
            deployments.count_success(region, task)
    primary = service.primary
    if service.status == "DRAINING":
        _drain(region, service)
    elif primary is None:
        return
    elif service.scheduling == "DAEMON":
        daemons.reconcile(region, service, primary)
    else:
        _reconcile_replicas(region, service, primary)
    if service.status == "ACTIVE" and service.primary is not None:
        _settle(region, service, service.primary)


# --- stopping --------------------------------------------------------------------------
def stop(region: Region, service: Service, tasks: Sequence[Task], reason: str = "") -> None:
    """Stops tasks of a service and tells so."""
    if not tasks:
        return
    ran = [task for task in tasks if task.ever_ran]
    targets: dict[str, int] = {}
    for task in tasks:
        for arn, _, _ in task.targets:
            targets[arn] = targets.get(arn, 0) + 1
        number = task.deployment.id if task.deployment else ""
        words = reason or task.failure or Says.SCALING(d=number)
        lifecycle.stop(region, task, "ServiceSchedulerInitiated", words)
    if len(tasks) > len(ran):
        events.tell(region, service, Says.STOPPED_PENDING, n=len(tasks) - len(ran))
    if ran:
        events.tell_tasks(region, service, Says.STOPPED, ran)
    for arn, count in targets.items():
        events.tell(region, service, Says.DEREGISTERED, n=count, tg=arn)
        events.tell(region, service, Says.DRAINING, n=count)


def _drain(region: Region, service: Service) -> None:
    stop(region, service, [task for task in service.tasks.values() if task.live])
    if not service.tasks:
        service.status = "INACTIVE"
        for deployment in service.deployments:
            deployment.status = "INACTIVE"


# --- replicas --------------------------------------------------------------------------
def _reconcile_replicas(region: Region, service: Service, primary: Deployment) -> None:
    older = service.deployments[1:]
    _replace_unhealthy(region, service)
    if any(_live(old) for old in older):
        if deployments.strategy(service) == "ROLLING" or primary.completed_once:
            _roll(region, service, primary)
        else:
            _shift(region, service, primary)
        return
    _scale(region, service, primary)


def _live(deployment: Deployment) -> list[Task]:
    return [task for task in deployment.tasks.values() if task.live]


def _live_count(service: Service) -> int:
    return sum(1 for task in service.tasks.values() if task.live)


def _healthy(region: Region, tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if health.is_healthy(region, task)]


def _replace_unhealthy(region: Region, service: Service) -> None:
    for deployment in service.deployments:
        live = _live(deployment)
        bad = [task for task in live if task.failure]
        if not bad:
            continue
        sound = [task for task in live if not task.failure]
        primary = deployment is service.primary
        target = service.desired if primary else min(len(live), deployment.desired)
        surplus = len(_healthy(region, sound)) + len(bad) - target
        if deployment.stalled or surplus > 0:
            count = len(bad) if deployment.stalled else surplus
            stop(region, service, bad[:count])
            continue
        room = bounds.upper(service) - _live_count(service)
        missing = target - len(sound)
        if room > 0:
            launching.start(region, service, deployment, min(missing, room), unhealthy=True)
        elif all(task.ever_ran for task in sound):
            # No room above: one goes first, and its successor must run before the next goes.
            stop(region, service, [bad[region.ids.below(len(bad))]])
            region.wake(service, _PACE_S)


def _scale(region: Region, service: Service, primary: Deployment) -> None:
    live = _live(primary)
    surplus = len(live) - service.desired
    if surplus > 0 and not any(task.failure for task in live):
        stop(region, service, _to_leave(region, service, live, surplus))
    elif surplus < 0:
        launching.start(region, service, primary, -surplus)


def _to_leave(region: Region, service: Service, live: Sequence[Task], count: int) -> list[Task]:
    """Those that never ran first, then from the zone with the most, newest first."""
    free = [t for t in live if t.protected_until is None or t.protected_until <= region.now()]
    if len(free) < count:
        number = service.primary.number if service.primary else ""
        events.complain(region, service, Says.PROTECTED, d=number)
        _await_protection(region, service, live)
    per_zone: dict[str, int] = {}
    for task in free:
        per_zone[task.zone] = per_zone.get(task.zone, 0) + 1
    chosen: list[Task] = []
    waiting = sorted(free, key=lambda t: t.created_at, reverse=True)
    while waiting and len(chosen) < count:
        best = min(waiting, key=lambda t: (t.ever_ran, -per_zone[t.zone]))
        waiting.remove(best)
        per_zone[best.zone] -= 1
        chosen.append(best)
    return chosen


def _await_protection(region: Region, service: Service, tasks: Sequence[Task]) -> None:
    ends = [t.protected_until for t in tasks if t.protected_until is not None]
    later = [end for end in ends if end > region.now()]
    if later:
        region.wake(service, (min(later) - region.now()).total_seconds())


# --- deployments --------------------------------------------------------------------------
def _roll(region: Region, service: Service, primary: Deployment) -> None:
    desired = service.desired
    missing = desired - len(_live(primary))
    room = bounds.upper(service) - _live_count(service)
    begun = launching.start(region, service, primary, min(missing, room))
    new = len(_healthy(region, _live(primary)))
    old = [task for d in service.deployments[1:] for task in _live(d)]
    healthy_old = _healthy(region, old)
    spare = new + len(healthy_old) - bounds.lower(service)
    if missing > room or (missing > 0 and begun == 0 and not _backs_off(primary)):
        # Room must be made first: by stopping, as far as the lower bound allows.
        wanted = missing - begun if not primary.stalled else 0
    else:
        wanted = len(old) - max(0, desired - new)
    leaving = _leaving(region, old, healthy_old, wanted, spare)
    if leaving:
        for deployment in service.deployments[1:]:
            gone = sum(1 for task in leaving if task.deployment is deployment)
            deployment.desired = max(0, len(_live(deployment)) - gone)
        stop(region, service, leaving)
        region.wake(service, _PACE_S)
    elif missing > 0 and room <= 0 and bounds.stuck(service):
        events.complain(region, service, Says.DEADLOCK)
    _hold_old(region, service, new)


def _backs_off(deployment: Deployment) -> bool:
    return deployment.back_off_until is not None


def _leaving(
    region: Region, old: list[Task], healthy_old: list[Task], wanted: int, spare: int
) -> list[Task]:
    """Old tasks to stop: those of no use at once, healthy ones within the lower bound."""
    if wanted <= 0:
        return []
    healthy = set(map(id, healthy_old))
    useless = [task for task in old if id(task) not in healthy][:wanted]
    now = region.now()
    if healthy_old and healthy_old[0].service:
        _await_protection(region, healthy_old[0].service, healthy_old)
    free = [t for t in healthy_old if t.protected_until is None or t.protected_until <= now]
    return useless + free[: max(0, min(wanted - len(useless), spare))]


def _hold_old(region: Region, service: Service, new: int) -> None:
    """Replaces old tasks that were lost while the new ones cannot take their place yet."""
    for deployment in service.deployments[1:]:
        keep = min(deployment.desired, max(0, service.desired - new))
        lost = keep - len(_live(deployment))
        room = bounds.upper(service) - _live_count(service)
        if lost > 0 and room > 0 and deployment.completed_once:
            launching.start(region, service, deployment, min(lost, room))


def _shift(region: Region, service: Service, primary: Deployment) -> None:
    """BLUE_GREEN, LINEAR, CANARY: all of the new beside the old, then bake, then clean up."""
    live = _live(primary)
    missing = service.desired - len(live)
    if missing > 0:
        primary.stage = "SCALE_UP"
        launching.start(region, service, primary, missing)
        return
    if len(_healthy(region, live)) < service.desired:
        return
    if primary.bake_until is None:
        minutes = bounds.configuration(service).get("bakeTimeInMinutes") or 0
        primary.bake_until = region.now() + timedelta(minutes=int(minutes))
        primary.stage = "BAKE_TIME"
    left = (primary.bake_until - region.now()).total_seconds()
    if left > 0:
        region.wake(service, left)
        return
    primary.stage = "CLEAN_UP"
    old = [task for d in service.deployments[1:] for task in _live(d)]
    for deployment in service.deployments[1:]:
        deployment.desired = 0
    stop(region, service, old)


# --- the end of it ---------------------------------------------------------------------
def _settle(region: Region, service: Service, primary: Deployment) -> None:
    live = _live(primary)
    alone = not any(deployments.remains(d) for d in service.deployments[1:])
    settled = len(live) == service.desired and len(_healthy(region, live)) == len(live)
    if not (settled and alone):
        if service.steady and not settled:
            service.steady = False
            events.cleared(service, Says.STEADY)
        return
    if primary.rollout == "IN_PROGRESS":
        deployments.complete(region, service, primary)
    else:
        deployments.forget_empty(service)
    if len(service.deployments) > 1:
        return
    if not service.steady:
        service.steady = True
        events.cleared(
            service, Says.INCONSISTENT, Says.UNABLE_TO_PLACE, Says.NO_INSTANCE_FITS, Says.PROTECTED
        )
    events.complain(region, service, Says.STEADY)
    region.wake(service, _REPEAT_S)
