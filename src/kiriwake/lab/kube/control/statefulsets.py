"""StatefulSets: pods by number, one after the other, each with its own claims."""

from __future__ import annotations

from copy import deepcopy

from kiriwake.lab.kube.api.writing import make, set_status
from kiriwake.lab.kube.control.pods import (
    ENDED,
    drop_pod,
    is_available,
    is_ready,
    make_pod,
    pods_of,
    retry_later,
    wake_when_available,
)
from kiriwake.lab.kube.control.revisions import keep_revision
from kiriwake.lab.kube.objects import Obj, is_going, labels_of, name_of, namespace_of
from kiriwake.lab.kube.status import ApiError
from kiriwake.lab.kube.world import World

RESOURCE = "statefulsets.apps"
BY = "statefulset-controller"
HASH = "controller-revision-hash"
POD_NAME = "statefulset.kubernetes.io/pod-name"
INDEX = "apps.kubernetes.io/pod-index"


class StatefulSets:
    """The StatefulSet controller."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tries: dict[str, int] = {}

    def reconcile(self, namespace: str, name: str) -> None:
        """Takes the one step that may be taken, then writes the status."""
        world = self._world
        owner = world.store.find(RESOURCE, namespace, name)
        if owner is None or is_going(owner):
            return
        mark = keep_revision(world, owner)
        self._step(owner, f"{name}-{mark}")
        self._write_status(owner, f"{name}-{mark}")

    def _step(self, owner: Obj, revision: str) -> None:
        world, name = self._world, name_of(owner)
        wanted = int(owner["spec"].get("replicas") or 0)
        by_number = {_number(pod, name): pod for pod in pods_of(world, owner)}
        ordered = owner["spec"].get("podManagementPolicy") != "Parallel"
        for pod in by_number.values():
            if pod.get("status", {}).get("phase") in ENDED and not is_going(pod):
                drop_pod(world, owner, pod, BY)
        for number in range(wanted):
            seen = by_number.get(number)
            if seen is None and not self._make(owner, number, revision):
                return
            if ordered and (seen is None or is_going(seen) or not is_ready(seen)):
                return
        surplus = sorted((n for n in by_number if n >= wanted), reverse=True)
        for number in surplus[:1] if ordered else surplus:
            if not is_going(by_number[number]):
                drop_pod(world, owner, by_number[number], BY)
        if not surplus:
            self._roll(owner, revision, by_number)

    def _make(self, owner: Obj, number: int, revision: str) -> bool:
        world, name = self._world, f"{name_of(owner)}-{number}"
        template = deepcopy(owner["spec"]["template"])
        volumes = template["spec"].setdefault("volumes", [])
        for claim in owner["spec"].get("volumeClaimTemplates") or ():
            claim_name = f"{claim['metadata']['name']}-{name}"
            self._make_claim(owner, claim, claim_name)
            source = {"persistentVolumeClaim": {"claimName": claim_name}}
            volumes[:] = [v for v in volumes if v["name"] != claim["metadata"]["name"]]
            volumes.append({"name": claim["metadata"]["name"], **source})
        labels = {HASH: revision, POD_NAME: name, INDEX: str(number)}
        spec = {"hostname": name, "subdomain": owner["spec"].get("serviceName") or ""}
        made = make_pod(world, owner, template, name=name, labels=labels, spec=spec, by=BY)
        if made is None:
            uid = owner["metadata"]["uid"]
            self._tries[uid] = self._tries.get(uid, 0) + 1
            key = ("statefulsets", namespace_of(owner), name_of(owner))
            retry_later(world, owner, self._tries[uid], *key)
        return made is not None

    def _make_claim(self, owner: Obj, template: Obj, name: str) -> None:
        world, namespace = self._world, namespace_of(owner)
        if world.store.find("persistentvolumeclaims", namespace, name) is not None:
            return
        claim = deepcopy(template)
        labels = (owner["spec"].get("selector") or {}).get("matchLabels") or {}
        claim["metadata"] = {"name": name, "namespace": namespace, "labels": dict(labels)}
        claim |= {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
        try:
            make(world, "persistentvolumeclaims", claim)
        except ApiError as refused:
            said = f"create Claim {name} for Pod failed error: {refused.message}"
            world.events.warning(owner, "FailedCreate", said, BY)
            return
        pod = name.split("-", 1)[-1]
        said = f"create Claim {name} Pod {pod} in StatefulSet {name_of(owner)} success"
        world.events.normal(owner, "SuccessfulCreate", said, BY)

    def _roll(self, owner: Obj, revision: str, by_number: dict[int, Obj]) -> None:
        strategy = owner["spec"].get("updateStrategy") or {}
        if strategy.get("type") != "RollingUpdate":
            return
        partition = int((strategy.get("rollingUpdate") or {}).get("partition") or 0)
        for number in sorted(by_number, reverse=True):
            pod = by_number[number]
            if number < partition:
                return
            if labels_of(pod).get(HASH) != revision:
                if not is_going(pod):
                    drop_pod(self._world, owner, pod, BY)
                return
            if not is_ready(pod):
                return

    def _write_status(self, owner: Obj, revision: str) -> None:
        world = self._world
        current = world.store.get(RESOURCE, namespace_of(owner), name_of(owner))
        pods = [pod for pod in pods_of(world, owner) if not is_going(pod)]
        wait = int(owner["spec"].get("minReadySeconds") or 0)
        updated = sum(labels_of(pod).get(HASH) == revision for pod in pods)
        before = current.get("status", {})
        status: Obj = {
            "observedGeneration": current["metadata"].get("generation", 1),
            "replicas": len(pods),
            "readyReplicas": sum(is_ready(pod) for pod in pods),
            "currentReplicas": updated,
            "updatedReplicas": updated,
            "availableReplicas": sum(is_available(world, pod, wait) for pod in pods),
            "currentRevision": revision
            if updated == len(pods)
            else before.get("currentRevision", revision),
            "updateRevision": revision,
            "collisionCount": 0,
        }
        set_status(world, RESOURCE, current, status)
        wake_when_available(world, pods, wait, "statefulsets", namespace_of(owner), name_of(owner))


def _number(pod: Obj, name: str) -> int:
    return int(name_of(pod)[len(name) + 1 :])
