"""Which change has which controller look again."""

from __future__ import annotations

from collections.abc import Callable

from kiriwake.lab.kube.control.budgets import Autoscalers, Budgets, touched_by
from kiriwake.lab.kube.control.cronjobs import CronJobs
from kiriwake.lab.kube.control.daemonsets import DaemonSets
from kiriwake.lab.kube.control.deployments import Deployments
from kiriwake.lab.kube.control.endpoints import Endpoints
from kiriwake.lab.kube.control.jobs import Jobs
from kiriwake.lab.kube.control.replicasets import ReplicaSets
from kiriwake.lab.kube.control.spaces import Garbage, Namespaces
from kiriwake.lab.kube.control.statefulsets import StatefulSets
from kiriwake.lab.kube.control.volumes import Volumes
from kiriwake.lab.kube.objects import (
    Obj,
    controller_of,
    is_going,
    labels_of,
    name_of,
    namespace_of,
)
from kiriwake.lab.kube.world import World

SELF = {
    "deployments.apps": "deployments",
    "replicasets.apps": "replicasets",
    "daemonsets.apps": "daemonsets",
    "statefulsets.apps": "statefulsets",
    "jobs.batch": "jobs",
    "services": "endpoints",
    "persistentvolumeclaims": "volumes",
    "cronjobs.batch": "cronjobs",
    "poddisruptionbudgets.policy": "budget",
    "resourcequotas": "quota",
    "horizontalpodautoscalers.autoscaling": "autoscalers",
}
"""The controller that looks at a changed object itself."""

REPLICA_SETS = "replicasets.apps"
OWNER = {
    "Deployment": "deployments",
    "ReplicaSet": "replicasets",
    "DaemonSet": "daemonsets",
    "StatefulSet": "statefulsets",
    "Job": "jobs",
    "CronJob": "cronjobs",
}
"""The controller that looks at the owner of a changed object."""


def wire(world: World, ca: Callable[[], str]) -> None:
    """Registers the controllers and lets the store's changes wake them."""
    garbage = Garbage(world)
    budgets = Budgets(world)
    world.loop.controllers |= {
        "deployments": Deployments(world).reconcile,
        "replicasets": ReplicaSets(world).reconcile,
        "daemonsets": DaemonSets(world).reconcile,
        "statefulsets": StatefulSets(world).reconcile,
        "jobs": Jobs(world).reconcile,
        "endpoints": Endpoints(world).reconcile,
        "namespaces": Namespaces(world, ca).reconcile,
        "volumes": Volumes(world).reconcile,
        "cronjobs": CronJobs(world).reconcile,
        "budget": budgets.budget,
        "quota": budgets.quota,
        "autoscalers": Autoscalers(world).reconcile,
        "garbage": garbage.reconcile,
        "foreground": garbage.foreground,
    }
    world.store.listeners.append(lambda *change: _on_change(world, *change))


def _on_change(world: World, resource: str, old: Obj | None, new: Obj | None) -> None:
    if resource == "events":
        return
    soon = world.loop.soon
    obj = new if new is not None else old
    if obj is None:
        return
    namespace, name = namespace_of(obj), name_of(obj)
    if resource in SELF and not _is_status_only(resource, old, new):
        soon(SELF[resource], namespace, name)
    _owner_looks(world, resource, obj, gone=new is None)
    if resource == "pods":
        _pod_changed(world, old, new)
    elif resource == "nodes":
        _node_changed(world, old, new)
    elif resource == "namespaces":
        soon("namespaces", name)
    if new is None:
        _gone(world, obj)
    elif is_going(new) and new["metadata"].get("finalizers"):
        soon("foreground", resource, namespace, name)


def _owner_looks(world: World, resource: str, obj: Obj, *, gone: bool) -> None:
    """The owner looks again; for a pod that is gone its Deployment does too."""
    owner = controller_of(obj)
    if owner is None or owner["kind"] not in OWNER:
        return
    namespace = namespace_of(obj)
    world.loop.soon(OWNER[owner["kind"]], namespace, owner["name"])
    if gone and resource == "pods" and owner["kind"] == "ReplicaSet":
        above = controller_of(world.store.find(REPLICA_SETS, namespace, owner["name"]) or {})
        if above:
            world.loop.soon(OWNER.get(above["kind"], "deployments"), namespace, above["name"])


def _is_status_only(resource: str, old: Obj | None, new: Obj | None) -> bool:
    """An autoscaler looks by the clock: its own status is no reason to look again."""
    if resource != "horizontalpodautoscalers.autoscaling" or old is None or new is None:
        return False
    return bool(old["spec"] == new["spec"])


def _gone(world: World, obj: Obj) -> None:
    soon = world.loop.soon
    soon("garbage", obj["metadata"]["uid"])
    namespace = namespace_of(obj)
    home = world.store.find("namespaces", "", namespace) if namespace else None
    if home is not None and is_going(home):
        soon("namespaces", namespace)
    for reference in obj["metadata"].get("ownerReferences") or ():
        kinds = {kind.kind: kind.stored for kind in world.store.kinds()}
        if reference["kind"] in kinds:
            soon("foreground", kinds[reference["kind"]], namespace, reference["name"])


def _pod_changed(world: World, old: Obj | None, new: Obj | None) -> None:
    """Services that select the pod, before or after, count their endpoints again."""
    before, after = _served(old), _served(new)
    pod = new if new is not None else old
    if before == after or pod is None:
        return
    for key in touched_by(world, pod):
        world.loop.soon(*key)
    for volume in pod["spec"].get("volumes") or ():
        claim = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        if claim:
            world.loop.soon("volumes", namespace_of(pod), claim)
    for service in world.store.all("services", namespace_of(pod)):
        selector = service["spec"].get("selector")
        for one in (old, new):
            labels = labels_of(one) if one is not None else {}
            if selector and all(labels.get(key) == value for key, value in selector.items()):
                world.loop.soon("endpoints", namespace_of(service), name_of(service))
                break


def _served(pod: Obj | None) -> object:
    if pod is None:
        return None
    status = pod.get("status", {})
    conditions = [c["status"] for c in status.get("conditions") or () if c["type"] == "Ready"]
    return (status.get("podIP"), status.get("phase"), conditions, labels_of(pod), is_going(pod))


def _node_changed(world: World, old: Obj | None, new: Obj | None) -> None:
    """DaemonSets look again when a node comes, goes, or changes its labels or taints."""

    def seen(node: Obj | None) -> object:
        return node and (labels_of(node), node.get("spec", {}).get("taints"))

    if seen(old) == seen(new):
        return
    for one in world.store.some("daemonsets.apps"):
        world.loop.soon("daemonsets", namespace_of(one), name_of(one))
