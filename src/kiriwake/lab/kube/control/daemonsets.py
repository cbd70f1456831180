"""DaemonSets: one pod on every node that takes it."""

from __future__ import annotations

from kiriwake.lab.kube.api.writing import set_status
from kiriwake.lab.kube.control.fitting import takes_daemon
from kiriwake.lab.kube.control.pods import (
    drop_pod,
    is_active,
    is_available,
    is_ready,
    make_pod,
    pods_of,
    portion,
    retry_later,
    wake_when_available,
)
from kiriwake.lab.kube.control.revisions import keep_revision
from kiriwake.lab.kube.objects import Obj, is_going, labels_of, name_of, namespace_of
from kiriwake.lab.kube.world import World

RESOURCE = "daemonsets.apps"
BY = "daemonset-controller"
HASH = "controller-revision-hash"
TOLERATED = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)
"""What every daemon pod tolerates."""


class DaemonSets:
    """The DaemonSet controller."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tries: dict[str, int] = {}

    def reconcile(self, namespace: str, name: str) -> None:
        """Makes and deletes pods node by node, then writes the status."""
        world = self._world
        owner = world.store.find(RESOURCE, namespace, name)
        if owner is None or is_going(owner):
            return
        mark = keep_revision(world, owner)
        by_node = self._by_node(owner)
        nodes = [n for n in world.store.all("nodes") if takes_daemon(owner, n, TOLERATED)]
        wanted = {name_of(node) for node in nodes}
        for node, pods in by_node.items():
            surplus = pods[1:] if node in wanted else pods
            for pod in surplus:
                drop_pod(world, owner, pod, BY)
        for node_name in sorted(wanted - set(by_node)):
            if self._make(owner, node_name, mark) is None:
                uid = owner["metadata"]["uid"]
                self._tries[uid] = self._tries.get(uid, 0) + 1
                retry_later(world, owner, self._tries[uid], "daemonsets", namespace, name)
                break
        self._roll(owner, mark, len(wanted))
        self._write_status(owner, mark, wanted)

    def _by_node(self, owner: Obj) -> dict[str, list[Obj]]:
        found: dict[str, list[Obj]] = {}
        for pod in pods_of(self._world, owner):
            if pod.get("status", {}).get("phase") == "Failed" and not is_going(pod):
                drop_pod(self._world, owner, pod, BY)
            elif is_active(pod):
                found.setdefault(_meant_for(pod), []).append(pod)
        return found

    def _make(self, owner: Obj, node: str, mark: str) -> Obj | None:
        template = owner["spec"]["template"]
        spec = template["spec"]
        field = {"key": "metadata.name", "operator": "In", "values": [node]}
        required = {"nodeSelectorTerms": [{"matchFields": [field]}]}
        affinity = {
            **(spec.get("affinity") or {}),
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required},
        }
        tolerations = [
            *(spec.get("tolerations") or ()),
            *({"key": k, "operator": "Exists", "effect": e} for k, e in TOLERATED),
        ]
        if spec.get("hostNetwork"):
            key = "node.kubernetes.io/network-unavailable"
            tolerations.append({"key": key, "operator": "Exists", "effect": "NoSchedule"})
        return make_pod(
            self._world,
            owner,
            template,
            labels={HASH: mark, "pod-template-generation": str(owner["metadata"]["generation"])},
            spec={"affinity": affinity, "tolerations": tolerations},
            by=BY,
        )

    def _roll(self, owner: Obj, mark: str, total: int) -> None:
        """Replaces old pods, at most maxUnavailable nodes without a ready one at a time."""
        strategy = owner["spec"]["updateStrategy"]
        if strategy["type"] != "RollingUpdate":
            return
        pods = [pod for pod in pods_of(self._world, owner) if is_active(pod)]
        old = [pod for pod in pods if labels_of(pod).get(HASH) != mark]
        if not old:
            return
        most = (strategy.get("rollingUpdate") or {}).get("maxUnavailable", 1)
        budget = max(1, portion(most, total, up=True))
        down = total - sum(is_ready(pod) for pod in pods)
        for pod in sorted(old, key=is_ready):
            if is_ready(pod):
                if down >= budget:
                    return
                down += 1
            drop_pod(self._world, owner, pod, BY)

    def _write_status(self, owner: Obj, mark: str, wanted: set[str]) -> None:
        world = self._world
        wait = int(owner["spec"].get("minReadySeconds") or 0)
        pods = [pod for pod in pods_of(world, owner) if is_active(pod)]
        mine = [pod for pod in pods if _meant_for(pod) in wanted]
        available = sum(is_available(world, pod, wait) for pod in mine)
        current = world.store.get(RESOURCE, namespace_of(owner), name_of(owner))
        status: Obj = {
            "currentNumberScheduled": len(mine),
            "numberMisscheduled": len(pods) - len(mine),
            "desiredNumberScheduled": len(wanted),
            "numberReady": sum(is_ready(pod) for pod in mine),
            "observedGeneration": current["metadata"].get("generation", 1),
            "updatedNumberScheduled": sum(labels_of(pod).get(HASH) == mark for pod in mine),
            "numberAvailable": available,
            "numberUnavailable": len(wanted) - available,
        }
        optional = ("updatedNumberScheduled", "numberAvailable", "numberUnavailable")
        status = {k: v for k, v in status.items() if v or k not in optional}
        set_status(world, RESOURCE, current, status)
        key = ("daemonsets", namespace_of(owner), name_of(owner))
        wake_when_available(world, mine, wait, *key)


def _meant_for(pod: Obj) -> str:
    """The node of a daemon pod: where it is, or where its affinity sends it."""
    if pod["spec"].get("nodeName"):
        return str(pod["spec"]["nodeName"])
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    for term in required.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            return str(field["values"][0])
    return ""
