"""What all controllers of pods share: making them, counting them, choosing whom to delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import timedelta

from kiriwake.lab.kube.api import writing
from kiriwake.lab.kube.objects import (
    Obj,
    condition,
    is_going,
    is_true,
    labels_of,
    moment_of,
    name_of,
    namespace_of,
    reference_to,
)
from kiriwake.lab.kube.status import ApiError
from kiriwake.lab.kube.world import World

ENDED = ("Succeeded", "Failed")
RETRY_FIRST_S, RETRY_MOST_S = 1.0, 1000.0
REQUEUE = "requeue"


def pods_of(world: World, owner: Obj) -> list[Obj]:
    """The pods that an object controls."""
    return world.store.owned_by("pods", owner["metadata"]["uid"])


def is_active(pod: Obj) -> bool:
    """Whether a pod still counts as one that its controller has."""
    return pod.get("status", {}).get("phase") not in ENDED and not is_going(pod)


def is_ready(pod: Obj) -> bool:
    """Whether the pod's Ready condition is True."""
    return is_true(pod, "Ready")


def is_available(world: World, pod: Obj, wait_s: int) -> bool:
    """Whether the pod has been ready for `minReadySeconds`."""
    ready = condition(pod, "Ready")
    if ready is None or ready["status"] != "True":
        return False
    since = moment_of(ready["lastTransitionTime"])
    return wait_s == 0 or since + timedelta(seconds=wait_s) <= world.now()


def wake_when_available(world: World, pods: Iterable[Obj], wait_s: int, *key: str) -> None:
    """Has a controller look again when `minReadySeconds` of a pod are over."""
    for pod in pods if wait_s else ():
        ready = condition(pod, "Ready")
        if ready and ready["status"] == "True" and not is_available(world, pod, wait_s):
            due = moment_of(ready["lastTransitionTime"]) + timedelta(seconds=wait_s)
            world.loop.later(due, *key)
            return


def make_pod(
    world: World,
    owner: Obj,
    template: Obj,
    *,
    name: str = "",
    labels: Mapping[str, str] | None = None,
    spec: Mapping[str, object] | None = None,
    by: str,
) -> Obj | None:
    """A new pod of a template, or None if the API refused it; both are told as events."""
    meta = deepcopy(template.get("metadata") or {})
    meta.pop("creationTimestamp", None)
    meta["namespace"] = namespace_of(owner)
    meta["labels"] = {**(meta.get("labels") or {}), **(labels or {})}
    meta["ownerReferences"] = [reference_to(owner)]
    if name:
        meta["name"] = name
    else:
        meta["generateName"] = f"{name_of(owner)}-"
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta,
        "spec": {**deepcopy(template.get("spec") or {}), **(spec or {})},
    }
    key = (REQUEUE, owner["metadata"]["uid"])
    try:
        made = writing.make(world, "pods", pod)
    except ApiError as refused:
        world.events.warning(owner, "FailedCreate", f"Error creating: {refused.message}", by)
        return None
    world.loop.cancel(key)
    world.events.normal(owner, "SuccessfulCreate", f"Created pod: {name_of(made)}", by)
    return made


def retry_later(world: World, owner: Obj, tries: int, *key: str) -> None:
    """Has a controller try again after a refusal, later each time."""
    wait = min(RETRY_FIRST_S * 2 ** min(tries, 10), RETRY_MOST_S)
    world.loop.later(world.now() + timedelta(seconds=wait), *key)


def drop_pod(world: World, owner: Obj, pod: Obj, by: str) -> None:
    """Deletes a pod of a controller, with its event."""
    writing.delete(world, writing.BY_RESOURCE["pods"], pod, {})
    world.events.normal(owner, "SuccessfulDelete", f"Deleted pod: {name_of(pod)}", by)


def least_wanted(pods: Sequence[Obj]) -> list[Obj]:
    """Pods in the order in which a ReplicaSet gives them up."""

    def rank(pod: Obj) -> tuple[bool, bool, bool, int]:
        cost = "controller.kubernetes.io/pod-deletion-cost"
        notes = pod["metadata"].get("annotations") or {}
        return (
            bool(pod["spec"].get("nodeName")),
            pod.get("status", {}).get("phase") == "Running",
            is_ready(pod),
            int(notes.get(cost, 0)),
        )

    newest_first = sorted(pods, key=lambda p: p["metadata"]["creationTimestamp"], reverse=True)
    return sorted(newest_first, key=rank)


def has_labels(pod: Obj, wanted: Mapping[str, str]) -> bool:
    """Whether a pod carries all these labels."""
    have = labels_of(pod)
    return all(have.get(key) == value for key, value in wanted.items())


def portion(value: int | str, total: int, *, up: bool) -> int:
    """`25%` or a number, of a total, rounded up (surge) or down (unavailable)."""
    if isinstance(value, str) and value.endswith("%"):
        share = int(value[:-1]) * total
        return -(-share // 100) if up else share // 100
    return int(value)
