"""metrics.k8s.io: what `kubectl top` reads, while a metrics server is ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from kiriwake.lab.kube.api.request import Call, Response, answer
from kiriwake.lab.kube.objects import Obj, is_true, labels_of, name_of, stamp
from kiriwake.lab.kube.selectors import label_test
from kiriwake.lab.kube.status import ApiError, not_found
from kiriwake.lab.kube.world import World

SERVER = "metrics-server"
SYSTEM_CPU, SYSTEM_MIB = 0.05, 450.0
"""What an idle node's own processes use."""


def is_served(world: World) -> bool:
    """Whether a metrics server has a ready pod."""
    return any(_is_server(pod) and is_true(pod, "Ready") for pod in world.store.some("pods"))


def is_installed(world: World) -> bool:
    """Whether somebody installed a metrics server, ready or not."""
    return any(SERVER in name_of(one) for one in world.store.all("deployments.apps", "kube-system"))


def _is_server(pod: Obj) -> bool:
    labels = labels_of(pod)
    return SERVER in (labels.get("k8s-app"), labels.get("app.kubernetes.io/name"))


def read(world: World, call: Call) -> Response:
    """Metrics of pods or nodes, one or a list."""
    if not is_served(world):
        raise ApiError(
            503, "ServiceUnavailable", "the server is currently unable to handle the request"
        )
    target = call.target
    test = label_test(call.request.query.get("labelSelector", ""))
    found = _pods(world, target.namespace) if target.kind.plural == "pods" else _nodes(world)
    items = [one for one in found if test(labels_of(one))]
    if target.name:
        for one in items:
            if name_of(one) == target.name:
                return answer(one)
        raise not_found(f"{target.kind.singular}.metrics.k8s.io", target.name)
    body = {"kind": f"{target.kind.kind}List", "apiVersion": "metrics.k8s.io/v1beta1"}
    return answer({**body, "metadata": {}, "items": items})


def _measured(world: World, obj: Obj, kind: str) -> Obj:
    now = world.now()
    meta = {
        key: obj["metadata"][key]
        for key in ("name", "namespace", "labels")
        if key in obj["metadata"]
    }
    return {
        "kind": kind,
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": {**meta, "creationTimestamp": stamp(now)},
        "timestamp": stamp(now - timedelta(seconds=10)),
        "window": "15s",
    }


def _pods(world: World, namespace: str) -> Iterator[Obj]:
    for pod in world.store.all("pods", namespace):
        used = list(_containers(world, pod))
        if used:
            yield {
                **_measured(world, pod, "PodMetrics"),
                "containers": [{"name": name, "usage": _usage(*both)} for name, both in used],
            }


def _containers(world: World, pod: Obj) -> Iterator[tuple[str, tuple[float, float]]]:
    states = {one["name"]: one for one in pod.get("status", {}).get("containerStatuses") or ()}
    for container in pod["spec"]["containers"]:
        state = states.get(container["name"], {}).get("state") or {}
        if "running" in state and world.usage is not None:
            yield container["name"], world.usage(pod, container)


def _nodes(world: World) -> Iterator[Obj]:
    for node in world.store.all("nodes"):
        if not is_true(node, "Ready"):
            continue
        cpu, memory = SYSTEM_CPU, SYSTEM_MIB
        for pod in world.store.pods_on(name_of(node)):
            for _, used in _containers(world, pod):
                cpu, memory = cpu + used[0], memory + used[1]
        yield {**_measured(world, node, "NodeMetrics"), "usage": _usage(cpu, memory)}


def _usage(cpu: float, memory: float) -> Obj:
    return {"cpu": f"{int(cpu * 1e9)}n", "memory": f"{int(memory * 1024)}Ki"}


def average_cpu(world: World, pods: Iterable[Obj]) -> Decimal | None:
    """CPU used by pods over what they request, None if one requests none."""
    used, asked = Decimal(0), Decimal(0)
    for pod in pods:
        for container in pod["spec"]["containers"]:
            request = ((container.get("resources") or {}).get("requests") or {}).get("cpu")
            if request is None:
                return None
            asked += _cores(request)
        used += sum((Decimal(str(both[0])) for _, both in _containers(world, pod)), Decimal(0))
    return used / asked if asked else None


def _cores(text: str) -> Decimal:
    return Decimal(text[:-1]) / 1000 if text.endswith("m") else Decimal(text)
