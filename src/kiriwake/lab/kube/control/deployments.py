"""Deployments: ReplicaSets by revision, rolled within maxSurge and maxUnavailable."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

from kiriwake.lab.kube.api import writing
from kiriwake.lab.kube.control.pods import is_active, pods_of, portion
from kiriwake.lab.kube.objects import (
    Obj,
    annotations_of,
    condition,
    fingerprint,
    is_going,
    moment_of,
    name_of,
    namespace_of,
    reference_to,
    stamp,
    with_condition,
)
from kiriwake.lab.kube.world import World

RESOURCE = "deployments.apps"
SETS = "replicasets.apps"
BY = "deployment-controller"
REVISION = "deployment.kubernetes.io/revision"
HASH = "pod-template-hash"


class Deployments:
    """The Deployment controller."""

    def __init__(self, world: World) -> None:
        self._world = world

    def reconcile(self, namespace: str, name: str) -> None:
        """Takes one step of a rollout, then writes the status."""
        deployment = self._world.store.find(RESOURCE, namespace, name)
        if deployment is None or is_going(deployment):
            return
        sets = self._sets(deployment)
        new = self._new_set(deployment, sets)
        if new is None and not deployment["spec"].get("paused"):
            new = self._make_set(deployment, sets)
        if new is not None and not deployment["spec"].get("paused"):
            old = [one for one in sets if name_of(one) != name_of(new)]
            self._mark_revision(deployment, new, old)
            if deployment["spec"]["strategy"]["type"] == "Recreate":
                self._recreate(deployment, new, old)
            else:
                self._roll(deployment, new, old)
            self._forget(deployment, old)
        elif deployment["spec"].get("paused") and sets:
            newest = max(sets, key=_revision)
            self._scale(deployment, newest, self._desired(deployment))
        self._write_status(deployment)

    # --- revisions ----------------------------------------------------------------
    def _sets(self, deployment: Obj) -> list[Obj]:
        return self._world.store.owned_by(SETS, deployment["metadata"]["uid"])

    def _new_set(self, deployment: Obj, sets: list[Obj]) -> Obj | None:
        wanted = _bare(deployment["spec"]["template"])
        return next((s for s in sets if _bare(s["spec"]["template"]) == wanted), None)

    def _make_set(self, deployment: Obj, sets: list[Obj]) -> Obj:
        template = deepcopy(deployment["spec"]["template"])
        mark = fingerprint(_bare(template))
        name = f"{name_of(deployment)}-{mark}"
        while self._world.store.find(SETS, namespace_of(deployment), name) is not None:
            mark = fingerprint([mark, len(sets)])
            name = f"{name_of(deployment)}-{mark}"
        labels = template.setdefault("metadata", {}).setdefault("labels", {})
        labels[HASH] = mark
        selector = deepcopy(deployment["spec"]["selector"])
        selector.setdefault("matchLabels", {})[HASH] = mark
        spec = {"replicas": 0, "selector": selector, "template": template}
        if deployment["spec"].get("minReadySeconds"):
            spec["minReadySeconds"] = deployment["spec"]["minReadySeconds"]
        made: Obj = {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": name,
                "namespace": namespace_of(deployment),
                "labels": dict(labels),
                "annotations": self._notes(deployment),
                "ownerReferences": [reference_to(deployment)],
            },
            "spec": spec,
        }
        said = f'Created new replica set "{name}"'
        self._progress(deployment, "NewReplicaSetCreated", said, moved=True)
        return writing.make(self._world, SETS, made)

    def _notes(self, deployment: Obj) -> dict[str, str]:
        skip = {REVISION, "kubectl.kubernetes.io/last-applied-configuration"}
        notes = {k: v for k, v in annotations_of(deployment).items() if k not in skip}
        desired = self._desired(deployment)
        most = desired + self._surge(deployment)
        notes["deployment.kubernetes.io/desired-replicas"] = str(desired)
        notes["deployment.kubernetes.io/max-replicas"] = str(most)
        return notes

    def _mark_revision(self, deployment: Obj, new: Obj, old: list[Obj]) -> None:
        number = _revision(new)
        highest = max((_revision(one) for one in old), default=0)
        if number <= highest:
            number = highest + 1
            self._annotate(SETS, new, str(number))
        current = self._world.store.get(RESOURCE, namespace_of(deployment), name_of(deployment))
        if annotations_of(current).get(REVISION) != str(number):
            self._annotate(RESOURCE, current, str(number))

    def _annotate(self, resource: str, obj: Obj, number: str) -> None:
        current = self._world.store.get(resource, namespace_of(obj), name_of(obj))
        notes = {**annotations_of(current), REVISION: number}
        meta = {**current["metadata"], "annotations": notes}
        self._world.store.update(resource, {**current, "metadata": meta})

    def _forget(self, deployment: Obj, old: list[Obj]) -> None:
        kept = int(deployment["spec"].get("revisionHistoryLimit") or 0)
        empty = [s for s in old if not s["spec"].get("replicas") and not _count(s, "replicas")]
        for one in sorted(empty, key=_revision)[: max(0, len(empty) - kept)]:
            self._world.store.delete(SETS, namespace_of(one), name_of(one))

    # --- the rollout --------------------------------------------------------------
    def _desired(self, deployment: Obj) -> int:
        return int(deployment["spec"].get("replicas") or 0)

    def _surge(self, deployment: Obj) -> int:
        rolling = deployment["spec"]["strategy"].get("rollingUpdate") or {}
        return portion(rolling.get("maxSurge", 0), self._desired(deployment), up=True)

    def _unavailable(self, deployment: Obj) -> int:
        rolling = deployment["spec"]["strategy"].get("rollingUpdate") or {}
        desired = self._desired(deployment)
        most = portion(rolling.get("maxUnavailable", 0), desired, up=False)
        if not most and not self._surge(deployment):
            return 1
        return min(most, desired)

    def _scale(self, deployment: Obj, one: Obj, replicas: int) -> None:
        current = self._world.store.find(SETS, namespace_of(one), name_of(one))
        if current is None:
            return
        before = int(current["spec"].get("replicas") or 0)
        if before == replicas:
            return
        meta = {**current["metadata"]}
        meta["generation"] = int(meta.get("generation") or 1) + 1
        meta["annotations"] = {**annotations_of(current), **self._notes(deployment)}
        spec = {**current["spec"], "replicas": replicas}
        self._world.store.update(SETS, {**current, "metadata": meta, "spec": spec})
        way = "up" if replicas > before else "down"
        said = f"Scaled {way} replica set {name_of(one)} from {before} to {replicas}"
        self._world.events.normal(deployment, "ScalingReplicaSet", said, BY)

    def _recreate(self, deployment: Obj, new: Obj, old: list[Obj]) -> None:
        for one in old:
            self._scale(deployment, one, 0)
        left = [pod for one in old for pod in pods_of(self._world, one) if is_running(pod)]
        if not left:
            self._scale(deployment, new, self._desired(deployment))

    def _roll(self, deployment: Obj, new: Obj, old: list[Obj]) -> None:
        desired = self._desired(deployment)
        total = sum(int(one["spec"].get("replicas") or 0) for one in (new, *old))
        of_new = int(new["spec"].get("replicas") or 0)
        if of_new > desired:
            self._scale(deployment, new, desired)
            return
        room = desired + self._surge(deployment) - total
        if of_new < desired and room > 0:
            self._scale(deployment, new, min(desired, of_new + room))
            return
        self._scale_down(deployment, new, old)

    def _scale_down(self, deployment: Obj, new: Obj, old: list[Obj]) -> None:
        """Gives up old pods: first those that are unavailable anyway, then by what may go."""
        least = self._desired(deployment) - self._unavailable(deployment)
        of_old = sum(int(one["spec"].get("replicas") or 0) for one in old)
        of_new = int(new["spec"].get("replicas") or 0)
        missing_new = of_new - _count(new, "availableReplicas")
        may_go = of_old + of_new - least - missing_new
        if may_go <= 0 or not of_old:
            return
        sizes = {name_of(one): int(one["spec"].get("replicas") or 0) for one in old}
        in_order = sorted(old, key=lambda one: one["metadata"]["creationTimestamp"])
        for one in in_order:
            idle = min(max(0, sizes[name_of(one)] - _count(one, "availableReplicas")), may_go)
            sizes[name_of(one)] -= idle
            may_go -= idle
        spare = sum(_count(one, "availableReplicas") for one in (new, *old)) - least
        for one in in_order:
            fewer = min(sizes[name_of(one)], max(0, spare), max(0, may_go))
            sizes[name_of(one)] -= fewer
            spare -= fewer
            may_go -= fewer
        for one in old:
            self._scale(deployment, one, sizes[name_of(one)])

    # --- status ---------------------------------------------------------------------
    def _write_status(self, deployment: Obj) -> None:
        world = self._world
        current = world.store.get(RESOURCE, namespace_of(deployment), name_of(deployment))
        sets = self._sets(current)
        new = self._new_set(current, sets)
        desired = self._desired(current)
        available = sum(_count(one, "availableReplicas") for one in sets)
        total = sum(_count(one, "replicas") for one in sets)
        status: Obj = {
            "observedGeneration": current["metadata"].get("generation", 1),
            "replicas": total,
            "updatedReplicas": _count(new, "replicas") if new else 0,
            "readyReplicas": sum(_count(one, "readyReplicas") for one in sets),
            "availableReplicas": available,
            "unavailableReplicas": max(0, max(total, desired) - available),
        }
        status = {k: v for k, v in status.items() if v}
        status["conditions"] = current.get("status", {}).get("conditions") or []
        least = desired - self._unavailable(current)
        enough = available >= least
        said = "has" if enough else "does not have"
        self._set(
            status,
            "Available",
            str(enough),
            "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
            f"Deployment {said} minimum availability.",
        )
        self._set_failure(status, sets)
        self._set_progress(current, status, new)
        writing.set_status(world, RESOURCE, current, status)

    def _set(self, status: Obj, kind: str, value: str, reason: str, message: str) -> None:
        now = stamp(self._world.now())
        before = condition({"status": status}, kind)
        new = {"type": kind, "status": value, "reason": reason, "message": message}
        same = before and {**before, **new} == before
        new["lastUpdateTime"] = before["lastUpdateTime"] if same and before else now
        status["conditions"] = with_condition(status["conditions"], new, now)

    def _set_failure(self, status: Obj, sets: list[Obj]) -> None:
        failing = next((c for one in sets if (c := condition(one, "ReplicaFailure"))), None)
        if failing is None:
            kept = [one for one in status["conditions"] if one["type"] != "ReplicaFailure"]
            status["conditions"] = kept
        else:
            self._set(status, "ReplicaFailure", "True", failing["reason"], "Error creating pods")

    def _set_progress(self, deployment: Obj, status: Obj, new: Obj | None) -> None:
        if new is None:
            return
        desired = self._desired(deployment)
        done = (
            status.get("updatedReplicas", 0) == desired
            and status.get("replicas", 0) == desired
            and status.get("availableReplicas", 0) == desired
        )
        name = name_of(new)
        if done:
            said = f'ReplicaSet "{name}" has successfully progressed.'
            self._set(status, "Progressing", "True", "NewReplicaSetAvailable", said)
            return
        before = deployment.get("status", {})
        old = condition(deployment, "Progressing")
        moved = old is None or _progressed(before, status)
        limit = int(deployment["spec"].get("progressDeadlineSeconds") or 600)
        started_over = old is not None and old["reason"] == "NewReplicaSetAvailable"
        if moved or (started_over and _is_new_rollout(before, status)):
            said = f'ReplicaSet "{name}" is progressing.'
            self._set(status, "Progressing", "True", "ReplicaSetUpdated", said)
            entry = condition({"status": status}, "Progressing") or {}
            self._touch(status, entry)
        elif old is not None and old["reason"] not in (
            "ProgressDeadlineExceeded",
            "NewReplicaSetAvailable",
        ):
            due = moment_of(old["lastUpdateTime"]) + timedelta(seconds=limit)
            if due <= self._world.now():
                said = f'ReplicaSet "{name}" has timed out progressing.'
                self._set(status, "Progressing", "False", "ProgressDeadlineExceeded", said)
                return
        latest = condition({"status": status}, "Progressing")
        if latest and latest["reason"] in ("ReplicaSetUpdated", "NewReplicaSetCreated"):
            due = moment_of(latest["lastUpdateTime"]) + timedelta(seconds=limit)
            key = ("deployments", namespace_of(deployment), name_of(deployment))
            self._world.loop.at(due, ("deadline", *key), lambda: self._world.loop.soon(*key))

    def _touch(self, status: Obj, entry: Obj) -> None:
        new = {**entry, "lastUpdateTime": stamp(self._world.now())}
        rest = [one for one in status["conditions"] if one["type"] != "Progressing"]
        status["conditions"] = [*rest, new]

    def _progress(self, deployment: Obj, reason: str, message: str, *, moved: bool) -> None:
        current = self._world.store.get(RESOURCE, namespace_of(deployment), name_of(deployment))
        status = {**current.get("status", {})}
        status["conditions"] = list(status.get("conditions") or [])
        self._set(status, "Progressing", "True", reason, message)
        if moved:
            self._touch(status, condition({"status": status}, "Progressing") or {})
        writing.set_status(self._world, RESOURCE, current, status)


def _bare(template: Obj) -> Obj:
    meta = template.get("metadata") or {}
    labels = {k: v for k, v in (meta.get("labels") or {}).items() if k != HASH}
    notes = meta.get("annotations") or {}
    return {"labels": labels, "annotations": notes, "spec": template.get("spec") or {}}


def _revision(one: Obj) -> int:
    return int(annotations_of(one).get(REVISION, 0))


def _count(one: Obj, field: str) -> int:
    return int(one.get("status", {}).get(field) or 0)


def _progressed(before: Obj, after: Obj) -> bool:
    """Whether a rollout got on: more updated, ready or available pods, or fewer old ones."""

    def old(status: Obj) -> int:
        return int(status.get("replicas") or 0) - int(status.get("updatedReplicas") or 0)

    grew = any(
        int(after.get(field) or 0) > int(before.get(field) or 0)
        for field in ("updatedReplicas", "readyReplicas", "availableReplicas")
    )
    return grew or old(after) < old(before)


def _is_new_rollout(before: Obj, after: Obj) -> bool:
    return before.get("observedGeneration") != after.get("observedGeneration")


def is_running(pod: Obj) -> bool:
    """Whether a pod still holds its place: active, or on its way out."""
    return is_active(pod) or "deletionTimestamp" in pod["metadata"]
