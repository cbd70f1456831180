"""Which stopped tasks still matter: those of the present trouble, not of one since past.

A stopped task stays visible for an hour (F1.10), so a list of them tells of deployments
that were replaced, outages that were lifted and replacements that went as they should.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kiriwake.core.observed import Known, Missing, Observed
from kiriwake.core.target import Kind
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Event, Service, Task, Tasks
from kiriwake.evidence.snapshot import Snapshot

FRESH = timedelta(minutes=10)
"""A failure as young as this counts even if a task has started since."""
_FAILED = re.compile(r"\(deployment (ecs-svc/\d+)\) deployment failed")
LOOP = timedelta(minutes=30)
"""Exits within this time are counted together."""


class Ending(StrEnum):
    """In which way a task came to its end."""

    NEVER_STARTED = "never-started"
    CRASHED = "crashed"
    LOAD_BALANCER = "load-balancer"
    HEALTH_CHECK = "health-check"
    HOST_GONE = "host-gone"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Failures:
    """The stopped tasks that still matter, newest first."""

    tasks: tuple[Task, ...]
    seen: int
    """How many stopped tasks were looked at."""

    def ended(self, *endings: Ending) -> tuple[Task, ...]:
        """Those that came to their end in one of these ways."""
        return tuple(task for task in self.tasks if ending_of(task) in endings)


def ending_of(task: Task) -> Ending:  # noqa: PLR0911 - one for each way to end
    """How a task ended: by its stop code first, then by its text (F1.20)."""
    said = task.stopped_reason.lower()
    if "elb health check" in said or "failed elb" in said:
        return Ending.LOAD_BALANCER
    if "container health check" in said:
        return Ending.HEALTH_CHECK
    match task.stop_code:
        case "TaskFailedToStart":
            return Ending.NEVER_STARTED
        case "EssentialContainerExited":
            return Ending.CRASHED if task.started_at else _without_start(task)
        case "SpotInterruption" | "TerminationNotice" | "InfrastructureHealth":
            return Ending.HOST_GONE
        case "ServiceSchedulerInitiated" | "UserInitiated":
            return Ending.NORMAL
        case _:
            return _by_text(task)


def _without_start(task: Task) -> Ending:
    # A container that exits before its siblings are up leaves no startedAt on the task.
    exited = any(c.exit_code is not None for c in task.containers)
    return Ending.CRASHED if exited else Ending.NEVER_STARTED


def _by_text(task: Task) -> Ending:
    said = task.stopped_reason.lower()
    if "scaling activity" in said or "stopped by user" in said or "deregistration forced" in said:
        return Ending.NORMAL
    if "essential container" in said:
        return _without_start(task) if task.started_at is None else Ending.CRASHED
    if "spot" in said or "host ec2" in said:
        return Ending.HOST_GONE
    return Ending.NEVER_STARTED if task.started_at is None else Ending.NORMAL


def failures(snapshot: Snapshot) -> Observed[Failures]:
    """The failures of the present trouble of a service; for a task, its own end."""
    stopped = ecs.stopped_tasks(snapshot)
    match stopped:
        case Missing():
            return stopped
        case Known(value=tasks, call=call, at=at, principal=principal):
            past = _past(snapshot, tasks)
            ended = (t for t in tasks.tasks if ending_of(t) is not Ending.NORMAL)
            kept = sorted(
                (t for t in ended if not past(t)),
                key=lambda t: (_ended_at(t, at), t.id),
                reverse=True,
            )
            return Known(Failures(tuple(kept), len(tasks.tasks)), call, at, principal)


def _past(snapshot: Snapshot, stopped: Tasks) -> Callable[[Task], bool]:
    """Whether what ended a task is over."""
    if snapshot.target.kind is Kind.ECS_TASK:
        return _never
    match ecs.service(snapshot):
        case Known(value=service):
            started = _latest_start(service, ecs.running_tasks(snapshot), stopped)
            calm = _calm_since(service)
            back = rollback(service)
            failed = back.failed if back else frozenset()

            def past(task: Task) -> bool:
                # What made the wanted deployment fail is the trouble for as long as the
                # service runs the old one in its place.
                return task.started_by not in failed and _is_past(
                    task, service, snapshot.taken_at, started, calm
                )

            return past
        case Missing():
            return _never


def _never(task: Task) -> bool:
    return False


def _is_past(
    task: Task, service: Service, now: datetime, started: datetime | None, calm: datetime | None
) -> bool:
    ended = _ended_at(task, now)
    if not _of_a_live_deployment(task, service):
        return True
    if calm is not None and ended <= calm:
        return True
    if now - ended <= FRESH:
        return False
    if ending_of(task) is Ending.NEVER_STARTED:
        # A later start of the same deployment proves that what stopped this one is over.
        return started is not None and started > ended
    return now - ended > LOOP


def _of_a_live_deployment(task: Task, service: Service) -> bool:
    if not task.started_by.startswith("ecs-svc/"):
        return True
    alive = {d.id for d in service.deployments if d.status == "PRIMARY" or d.desired or d.failed}
    return task.started_by in alive


def _latest_start(service: Service, running: Observed[Tasks], stopped: Tasks) -> datetime | None:
    primary = service.primary
    mine = {primary.id} if primary else set()
    tasks: Iterable[Task] = stopped.tasks
    if isinstance(running, Known):
        tasks = (*running.value.tasks, *stopped.tasks)
    starts = [t.started_at for t in tasks if t.started_at and (not mine or t.started_by in mine)]
    return max(starts, default=None)


@dataclass(frozen=True, slots=True)
class Rollback:
    """The newest deployment that was wanted failed, and an older one runs in its place."""

    at: datetime
    says: str
    """ECS's own words."""
    failed: frozenset[str]
    """The deployments that failed."""


def rollback(service: Service) -> Rollback | None:
    """The rollback that is still in force: no other deployment was completed after it."""
    newest = service.primary
    said = [e for e in service.events if "rolling back to deployment" in e.message]
    reason = newest.rollout_reason if newest and "rolling back" in newest.rollout_reason else ""
    if not said and not (newest and reason):
        return None
    last = max(said, key=lambda e: e.at, default=None)
    at = last.at if last else (newest.created_at if newest else None)
    if at is None:
        return None
    target_runs = newest is not None and (reason or any(newest.id in e.message for e in said))
    better = any("deployment completed" in e.message and e.at > at for e in service.events)
    if better and not target_runs:
        return None
    return Rollback(at, last.message if last else reason, _failed_deployments(service, at))


def _failed_deployments(service: Service, rolled_back_at: datetime) -> frozenset[str]:
    told = [
        (event.at, found[1])
        for event in service.events
        if (found := _FAILED.search(event.message)) and event.at <= rolled_back_at + FRESH
    ]
    listed = {d.id for d in service.deployments if d.rollout_state == "FAILED"}
    newest = max(told, default=None)
    return frozenset(listed | ({newest[1]} if newest else set()))


def present_events(service: Service) -> tuple[Event, ...]:
    """The events since the service was last well, newest first.

    "has reached a steady state" and "deployment completed" end what came before them;
    after a rollback they tell that the old revision is well, and end nothing.
    """
    back = rollback(service)
    fresh = []
    for event in sorted(service.events, key=lambda e: e.at, reverse=True):
        said = event.message.lower()
        well = "reached a steady state" in said or "deployment completed" in said
        if well and (back is None or event.at < back.at):
            break
        fresh.append(event)
    return tuple(fresh)


def is_whole(service: Service) -> bool:
    """One deployment, complete, with as many tasks as desired and none on its way."""
    primary = service.primary
    return (
        service.running >= service.desired
        and service.pending == 0
        and len([d for d in service.deployments if d.status != "INACTIVE"]) <= 1
        and (primary is None or primary.rollout_state in {"", "COMPLETED"})
        and (primary is None or primary.failed == 0)
    )


def _calm_since(service: Service) -> datetime | None:
    """When ECS last said that a whole service was steady; identical events are not repeated.

    An event of failure after it takes the calm away (F2.02).
    """
    if not is_whole(service):
        return None
    for event in sorted(service.events, key=lambda e: e.at, reverse=True):
        said = event.message.lower()
        if "steady state" in said and "unable" not in said:
            return event.at
        if "unhealthy" in said or "unable" in said or "failed" in said:
            return None
    return None


def _ended_at(task: Task, otherwise: datetime) -> datetime:
    return task.stopped_at or task.stopping_at or otherwise
