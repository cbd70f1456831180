"""Jobs: pods until enough have succeeded, or too many have failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from kiriwake.lab.kube.api import writing
from kiriwake.lab.kube.control.pods import is_active, is_ready, make_pod, pods_of
from kiriwake.lab.kube.objects import (
    Obj,
    is_going,
    is_true,
    moment_of,
    name_of,
    namespace_of,
    stamp,
    with_condition,
)
from kiriwake.lab.kube.world import World

RESOURCE = "jobs.batch"
BY = "job-controller"
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 10, 600


class Jobs:
    """The Job controller."""

    def __init__(self, world: World) -> None:
        self._world = world

    def reconcile(self, namespace: str, name: str) -> None:
        """Starts pods, counts those that ended, and ends the job."""
        job = self._world.store.find(RESOURCE, namespace, name)
        if job is None or is_going(job):
            return
        if not job["spec"].get("selector"):
            spec = with_selector(job, job["metadata"]["uid"])
            job = self._world.store.update(RESOURCE, {**job, "spec": spec})
        if is_true(job, "Complete") or is_true(job, "Failed"):
            self._expire(job)
            return
        pods = pods_of(self._world, job)
        done = [pod for pod in pods if pod.get("status", {}).get("phase") == "Succeeded"]
        failed = [pod for pod in pods if pod.get("status", {}).get("phase") == "Failed"]
        active = [pod for pod in pods if is_active(pod)]
        status: Obj = {**job.get("status", {})}
        status.setdefault("startTime", stamp(self._world.now()))
        status |= {"succeeded": len(done), "failed": len(failed), "active": len(active)}
        status["ready"] = sum(is_ready(pod) for pod in active)
        why = self._failure(job, active, failed, status)
        wanted = job["spec"].get("completions") or job["spec"]["parallelism"]
        if why:
            self._end(job, status, active, why)
        elif len(done) >= wanted:
            self._complete(job, status)
        else:
            self._start_pods(job, wanted - len(done), active, failed, status)
        kept = {key: value for key, value in status.items() if value or key == "ready"}
        writing.set_status(self._world, RESOURCE, job, kept)

    def _failure(
        self, job: Obj, active: list[Obj], failed: list[Obj], status: Obj
    ) -> tuple[str, str] | None:
        limit = int(job["spec"].get("backoffLimit") or 0)
        restarts = sum(
            int(one.get("restartCount") or 0)
            for pod in active
            if job["spec"]["template"]["spec"].get("restartPolicy") == "OnFailure"
            for one in pod.get("status", {}).get("containerStatuses") or ()
        )
        if len(failed) + restarts > limit:
            return "BackoffLimitExceeded", "Job has reached the specified backoff limit"
        deadline = job["spec"].get("activeDeadlineSeconds")
        if deadline:
            due = moment_of(status["startTime"]) + timedelta(seconds=int(deadline))
            if due <= self._world.now():
                return "DeadlineExceeded", "Job was active longer than specified deadline"
            self._world.loop.later(due, "jobs", namespace_of(job), name_of(job))
        return None

    def _end(self, job: Obj, status: Obj, active: list[Obj], why: tuple[str, str]) -> None:
        for pod in active:
            writing.delete(self._world, writing.BY_RESOURCE["pods"], pod, {})
        now = stamp(self._world.now())
        new = {
            "type": "Failed",
            "status": "True",
            "reason": why[0],
            "message": why[1],
            "lastProbeTime": now,
        }
        status["conditions"] = with_condition(status.get("conditions") or [], new, now)
        status["active"] = 0
        self._world.events.warning(job, why[0], why[1], BY)

    def _complete(self, job: Obj, status: Obj) -> None:
        now = stamp(self._world.now())
        status["completionTime"] = now
        for kind in ("SuccessCriteriaMet", "Complete"):
            new = {
                "type": kind,
                "status": "True",
                "reason": "CompletionsReached",
                "message": "Reached expected number of succeeded pods",
                "lastProbeTime": now,
            }
            status["conditions"] = with_condition(status.get("conditions") or [], new, now)
        self._world.events.normal(job, "Completed", "Job completed", BY)

    def _start_pods(
        self, job: Obj, missing: int, active: list[Obj], failed: list[Obj], status: Obj
    ) -> None:
        if job["spec"].get("suspend"):
            return
        wanted = min(int(job["spec"]["parallelism"]), missing) - len(active)
        if wanted <= 0:
            return
        due = self._backoff_until(failed)
        if due is not None:
            self._world.loop.later(due, "jobs", namespace_of(job), name_of(job))
            return
        for _ in range(wanted):
            if make_pod(self._world, job, job["spec"]["template"], by=BY) is None:
                again = self._world.now() + timedelta(seconds=FIRST_BACKOFF_S)
                self._world.loop.later(again, "jobs", namespace_of(job), name_of(job))
                return
            status["active"] = int(status.get("active") or 0) + 1

    def _backoff_until(self, failed: list[Obj]) -> datetime | None:
        if not failed:
            return None
        ends = [
            one["state"]["terminated"]["finishedAt"]
            for pod in failed
            for one in pod.get("status", {}).get("containerStatuses") or ()
            if (one.get("state") or {}).get("terminated")
        ]
        if not ends:
            return None
        wait = min(FIRST_BACKOFF_S * 2 ** (len(failed) - 1), LONGEST_BACKOFF_S)
        due = moment_of(max(ends)) + timedelta(seconds=wait)
        return due if due > self._world.now() else None

    def _expire(self, job: Obj) -> None:
        ttl = job["spec"].get("ttlSecondsAfterFinished")
        if ttl is None:
            return
        ended = max(one["lastTransitionTime"] for one in job["status"]["conditions"])
        due = moment_of(ended) + timedelta(seconds=int(ttl))
        if due <= self._world.now():
            writing.delete(self._world, writing.BY_RESOURCE[RESOURCE], job, {})
        else:
            self._world.loop.later(due, "jobs", namespace_of(job), name_of(job))


def with_selector(job: Obj, uid: str) -> Obj:
    """A job's spec with the selector and labels that tell its pods apart."""
    labels = {
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": name_of(job),
        "controller-uid": uid,
        "job-name": name_of(job),
    }
    spec = {**job["spec"]}
    spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    template = {**spec["template"]}
    meta = {**(template.get("metadata") or {})}
    meta["labels"] = {**(meta.get("labels") or {}), **labels}
    spec["template"] = {**template, "metadata": meta}
    return spec
