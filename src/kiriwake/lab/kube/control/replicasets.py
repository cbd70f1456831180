"""ReplicaSets: as many pods as were asked for."""

from __future__ import annotations

from kiriwake.lab.kube.api.writing import set_status
from kiriwake.lab.kube.control.pods import (
    drop_pod,
    has_labels,
    is_active,
    is_available,
    is_ready,
    least_wanted,
    make_pod,
    pods_of,
    retry_later,
    wake_when_available,
)
from kiriwake.lab.kube.objects import Obj, is_going, labels_of, stamp, with_condition
from kiriwake.lab.kube.world import World

RESOURCE = "replicasets.apps"
BY = "replicaset-controller"
BURST = 500
"""The most pods that the controller makes or deletes in one go."""


class ReplicaSets:
    """The ReplicaSet controller."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tries: dict[str, int] = {}

    def reconcile(self, namespace: str, name: str) -> None:
        """Makes or deletes pods, then writes the status."""
        world = self._world
        owner = world.store.find(RESOURCE, namespace, name)
        if owner is None:
            return
        failure = ""
        if not is_going(owner):
            failure = self._adjust(owner, namespace, name)
        self._write_status(owner, failure)

    def _adjust(self, owner: Obj, namespace: str, name: str) -> str:
        world = self._world
        active = [pod for pod in pods_of(world, owner) if is_active(pod)]
        wanted = int(owner["spec"].get("replicas") or 0)
        uid = owner["metadata"]["uid"]
        surplus = len(active) - wanted
        for pod in least_wanted(active)[:surplus][:BURST] if surplus > 0 else ():
            drop_pod(world, owner, pod, BY)
        for _ in range(min(wanted - len(active), BURST)):
            if make_pod(world, owner, owner["spec"]["template"], by=BY) is None:
                tries = self._tries.get(uid, 0)
                self._tries[uid] = tries + 1
                retry_later(world, owner, tries, "replicasets", namespace, name)
                return "FailedCreate"
        self._tries.pop(uid, None)
        return ""

    def _write_status(self, owner: Obj, failure: str) -> None:
        world = self._world
        active = [pod for pod in pods_of(world, owner) if is_active(pod)]
        wait = int(owner["spec"].get("minReadySeconds") or 0)
        labels = labels_of(owner["spec"]["template"])
        counts = {
            "replicas": len(active),
            "fullyLabeledReplicas": sum(has_labels(pod, labels) for pod in active),
            "readyReplicas": sum(is_ready(pod) for pod in active),
            "availableReplicas": sum(is_available(world, pod, wait) for pod in active),
        }
        kept = {key: value for key, value in counts.items() if value or key == "replicas"}
        status: Obj = {**kept, "observedGeneration": owner["metadata"].get("generation", 1)}
        if failure:
            problem = {"type": "ReplicaFailure", "status": "True", "reason": failure}
            before = owner.get("status", {}).get("conditions") or []
            status["conditions"] = with_condition(before, problem, stamp(world.now()))
        set_status(world, RESOURCE, owner, status)
        name = owner["metadata"]["name"]
        namespace = owner["metadata"]["namespace"]
        wake_when_available(world, active, wait, "replicasets", namespace, name)
