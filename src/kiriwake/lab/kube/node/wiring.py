"""Which change has the scheduler or a kubelet look again."""

from __future__ import annotations

from collections.abc import Callable

from kiriwake.lab.kube.node.agents import Agents
from kiriwake.lab.kube.node.fargate import Fargate
from kiriwake.lab.kube.node.identity import inject
from kiriwake.lab.kube.node.kubelet import Kubelets
from kiriwake.lab.kube.node.nodes import Nodes
from kiriwake.lab.kube.node.scheduler import NAME, Scheduler
from kiriwake.lab.kube.objects import (
    Obj,
    condition,
    is_going,
    labels_of,
    name_of,
    namespace_of,
    uid_of,
)
from kiriwake.lab.kube.world import World


class Machinery:
    """Scheduler, nodes, kubelets and agents of one cluster, wired to its store."""

    def __init__(self, world: World) -> None:
        self.nodes = Nodes(world)
        self.kubelets = Kubelets(world, self.nodes.machines)
        self.scheduler = Scheduler(world)
        self.fargate = Fargate(world, self.nodes)
        self.agents = Agents(world, self.nodes, self.kubelets)
        world.webhooks += [self.fargate.admit, lambda pod: inject(world, pod)]
        self.fargate.booted = lambda _namespace, _name: self.agents.watch_fargate()
        world.loop.controllers |= {
            "scheduler": self.scheduler.reconcile,
            "fargate-scheduler": self.fargate.reconcile,
            "kubelet": self.kubelets.reconcile,
            "pod-next": self.kubelets.next_container,
            "network": self.agents.network,
            "taint-eviction": self.nodes.evict,
        }
        self._soon: Callable[..., None] = world.loop.soon
        world.store.listeners.append(self._on_change)

    def _on_change(self, resource: str, old: Obj | None, new: Obj | None) -> None:
        if resource == "pods":
            self._pod_changed(old, new)
        elif resource == "nodes":
            if _schedulable(old) != _schedulable(new):
                self.scheduler.wake()
        elif resource in ("persistentvolumeclaims", "persistentvolumes"):
            self.scheduler.wake()

    def _pod_changed(self, old: Obj | None, new: Obj | None) -> None:
        self.scheduler.observe(old, new)
        if new is None:
            if old is not None:
                self.kubelets.forget(uid_of(old))
                self.fargate.gone(old)
            return
        namespace, name = namespace_of(new), name_of(new)
        if not new["spec"].get("nodeName"):
            if old is None or old["spec"] != new["spec"]:
                by = new["spec"].get("schedulerName", NAME)
                self._soon("scheduler" if by == NAME else by, namespace, name)
            return
        bound = old is None or not old["spec"].get("nodeName")
        ends = is_going(new) and (old is None or old["metadata"] != new["metadata"])
        if bound or ends:
            self._soon("kubelet", namespace, name)
        if labels_of(new).get("k8s-app") == "aws-node":
            self._soon("network", new["spec"]["nodeName"])


def _schedulable(node: Obj | None) -> object:
    if node is None:
        return None
    ready = condition(node, "Ready") or {}
    return (
        node.get("spec"),
        node["status"].get("allocatable"),
        labels_of(node),
        ready.get("status"),
    )
