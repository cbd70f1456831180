"""CronJobs: a Job at each time of a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime, timedelta

from kiriwake.lab.kube.api import writing
from kiriwake.lab.kube.objects import (
    Obj,
    is_going,
    is_true,
    moment_of,
    name_of,
    namespace_of,
    reference_to,
    stamp,
)
from kiriwake.lab.kube.status import ApiError
from kiriwake.lab.kube.world import World

RESOURCE = "cronjobs.batch"
BY = "cronjob-controller"
NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
SUNDAY = 7
FARTHEST = timedelta(days=366)


def next_time(schedule: str, after: datetime) -> datetime | None:
    """The first time of a schedule after a moment, None if it is no schedule or never comes."""
    fields = NICKNAMES.get(schedule, schedule).split()
    if len(fields) != len(BOUNDS):
        return None
    try:
        minutes, hours, days, months, weekdays = (
            _values(field, low, high) for field, (low, high) in zip(fields, BOUNDS, strict=True)
        )
    except ValueError:
        return None
    weekdays = {0 if day == SUNDAY else day for day in weekdays}
    either = fields[2] != "*" and fields[4] != "*"
    moment = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while moment - after < FARTHEST:
        by_day, by_week = moment.day in days, moment.isoweekday() % 7 in weekdays
        fits = (by_day or by_week) if either else (by_day and by_week)
        if moment.month not in months or not fits:
            moment = moment.replace(hour=0, minute=0) + timedelta(days=1)
        elif moment.hour not in hours:
            moment = moment.replace(minute=0) + timedelta(hours=1)
        elif moment.minute not in minutes:
            moment += timedelta(minutes=1)
        else:
            return moment
    return None


def _values(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = low if first == "*" else int(first)
        end = high if first == "*" or (step and not dash) else int(last or first)
        if not low <= start <= end <= high:
            raise ValueError(field)
        found.update(range(start, end + 1, int(step or 1)))
    return found


class CronJobs:
    """The CronJob controller."""

    def __init__(self, world: World) -> None:
        self._world = world

    def reconcile(self, namespace: str, name: str) -> None:
        """Starts what is due, clears old jobs, and waits for the next time."""
        world = self._world
        cron = world.store.find(RESOURCE, namespace, name)
        if cron is None or is_going(cron) or cron["spec"].get("suspend"):
            return
        jobs = world.store.owned_by("jobs.batch", cron["metadata"]["uid"])
        status: Obj = dict(cron.get("status") or {})
        since = status.get("lastScheduleTime") or cron["metadata"]["creationTimestamp"]
        due = next_time(cron["spec"]["schedule"], moment_of(since))
        if due is None:
            said = f"unparseable schedule: {cron['spec']['schedule']}"
            world.events.warning(cron, "UnparseableSchedule", said, BY)
            return
        if due <= world.now():
            last = due
            while (later := next_time(cron["spec"]["schedule"], last)) and later <= world.now():
                last = later
            self._start(cron, jobs, last)
            status["lastScheduleTime"] = stamp(last)
            due = next_time(cron["spec"]["schedule"], world.now())
        active = [job for job in jobs if not _is_over(job)]
        status["active"] = [
            {"kind": "Job", "apiVersion": "batch/v1", "name": name_of(j), "namespace": namespace}
            for j in active
        ]
        kept = {key: value for key, value in status.items() if value}
        writing.set_status(world, RESOURCE, cron, kept)
        self._clear(cron, jobs)
        if due is not None:
            world.loop.later(due, "cronjobs", namespace, name)

    def _start(self, cron: Obj, jobs: Sequence[Obj], at: datetime) -> None:
        world = self._world
        running = [job for job in jobs if not _is_over(job)]
        policy = cron["spec"].get("concurrencyPolicy")
        if running and policy == "Forbid":
            said = "Not starting job because prior execution is still running and concurrency"
            world.events.normal(cron, "JobAlreadyActive", f"{said} policy is Forbid", BY)
            return
        for job in running if policy == "Replace" else ():
            writing.delete(world, writing.BY_RESOURCE["jobs.batch"], job, {})
        template = deepcopy(cron["spec"]["jobTemplate"])
        meta = template.get("metadata") or {}
        name = f"{name_of(cron)}-{int(at.timestamp()) // 60}"
        meta |= {
            "name": name,
            "namespace": namespace_of(cron),
            "ownerReferences": [reference_to(cron)],
        }
        body = {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": template["spec"]}
        try:
            writing.make(world, "jobs.batch", body)
        except ApiError as refused:
            said = f"Error creating job: {refused.message}"
            world.events.warning(cron, "FailedCreate", said, BY)
            return
        world.events.normal(cron, "SuccessfulCreate", f"Created job {name}", BY)

    def _clear(self, cron: Obj, jobs: Sequence[Obj]) -> None:
        for kind, field in (
            ("Complete", "successfulJobsHistoryLimit"),
            ("Failed", "failedJobsHistoryLimit"),
        ):
            over = [job for job in jobs if is_true(job, kind)]
            kept = int(cron["spec"].get(field) or 0)
            in_order = sorted(over, key=lambda job: job["metadata"]["creationTimestamp"])
            for job in in_order[: max(0, len(over) - kept)]:
                writing.delete(self._world, writing.BY_RESOURCE["jobs.batch"], job, {})


def _is_over(job: Obj) -> bool:
    return is_true(job, "Complete") or is_true(job, "Failed")
