"""Endpoints and EndpointSlices: the ready pods behind each Service."""

from __future__ import annotations

from kiriwake.lab.kube.control.pods import is_ready
from kiriwake.lab.kube.objects import (
    Obj,
    is_going,
    labels_of,
    name_of,
    namespace_of,
    reference_to,
    suffix,
)
from kiriwake.lab.kube.world import World

SLICES = "endpointslices.discovery.k8s.io"
PER_SLICE = 100


class Endpoints:
    """The endpoints controllers, old and new."""

    def __init__(self, world: World) -> None:
        self._world = world

    def reconcile(self, namespace: str, name: str) -> None:
        """Writes the addresses of one Service."""
        store = self._world.store
        service = store.find("services", namespace, name)
        if service is None:
            store.delete("endpoints", namespace, name)
            return
        selector = service["spec"].get("selector")
        if not selector or service["spec"].get("type") == "ExternalName":
            return
        pods = [
            pod
            for pod in store.all("pods", namespace)
            if pod.get("status", {}).get("podIP")
            and pod["status"].get("phase") not in ("Succeeded", "Failed")
            and all(labels_of(pod).get(key) == value for key, value in selector.items())
        ]
        publish = bool(service["spec"].get("publishNotReadyAddresses"))
        self._write_endpoints(service, pods, publish=publish)
        self._write_slices(service, pods, publish=publish)

    def _write_endpoints(self, service: Obj, pods: list[Obj], *, publish: bool) -> None:
        groups: dict[str, Obj] = {}
        for pod in pods:
            ports = _ports(service, pod)
            if ports is None or is_going(pod):
                continue
            group = groups.setdefault(str(ports), {"ports": ports})
            field = "addresses" if publish or is_ready(pod) else "notReadyAddresses"
            group.setdefault(field, []).append(_address(pod))
        subsets = list(groups.values())
        namespace, name = namespace_of(service), name_of(service)
        labels = {"endpoints.kubernetes.io/managed-by": "endpoint-controller"}
        new: Obj = {
            "apiVersion": "v1",
            "kind": "Endpoints",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {**labels_of(service), **labels},
            },
        }
        if subsets:
            new["subsets"] = subsets
        self._put("endpoints", new)

    def _write_slices(self, service: Obj, pods: list[Obj], *, publish: bool) -> None:
        namespace, name = namespace_of(service), name_of(service)
        ports = next((p for pod in pods if (p := _ports(service, pod)) is not None), None)
        entries = [self._entry(pod, publish=publish) for pod in pods]
        chunks = [entries[at : at + PER_SLICE] for at in range(0, len(entries), PER_SLICE)] or [[]]
        known = self._world.store.owned_by(SLICES, service["metadata"]["uid"])
        for at, chunk in enumerate(chunks):
            slice_name = f"{name}-{suffix(f'{namespace}/{name}/{at}')}"
            self._put(
                SLICES,
                {
                    "apiVersion": "discovery.k8s.io/v1",
                    "kind": "EndpointSlice",
                    "metadata": {
                        "name": slice_name,
                        "namespace": namespace,
                        "generateName": f"{name}-",
                        "labels": {
                            **labels_of(service),
                            "kubernetes.io/service-name": name,
                            "endpointslice.kubernetes.io/managed-by": (
                                "endpointslice-controller.k8s.io"
                            ),
                        },
                        "ownerReferences": [reference_to(service)],
                    },
                    "addressType": "IPv4",
                    "endpoints": chunk,
                    "ports": ports,
                },
            )
        kept = {f"{name}-{suffix(f'{namespace}/{name}/{at}')}" for at in range(len(chunks))}
        for one in known:
            if name_of(one) not in kept:
                self._world.store.delete(SLICES, namespace, name_of(one))

    def _entry(self, pod: Obj, *, publish: bool) -> Obj:
        ready = publish or (is_ready(pod) and not is_going(pod))
        node = self._world.store.find("nodes", "", pod["spec"].get("nodeName", ""))
        zone = labels_of(node or {}).get("topology.kubernetes.io/zone")
        entry: Obj = {
            "addresses": [pod["status"]["podIP"]],
            "conditions": {
                "ready": ready,
                "serving": is_ready(pod),
                "terminating": is_going(pod),
            },
            "nodeName": pod["spec"].get("nodeName"),
            "targetRef": _target(pod),
        }
        return {**entry, "zone": zone} if zone else entry

    def _put(self, resource: str, new: Obj) -> None:
        store = self._world.store
        old = store.find(resource, namespace_of(new), name_of(new))
        if old is None:
            store.create(resource, new)
            return
        same = all(old.get(key) == value for key, value in new.items() if key != "metadata")
        if not same or set(old) != set(new) or labels_of(old) != labels_of(new):
            meta = {**old["metadata"], "labels": labels_of(new)}
            store.update(resource, {**new, "metadata": meta})


def _target(pod: Obj) -> Obj:
    meta = pod["metadata"]
    return {
        "kind": "Pod",
        "namespace": meta["namespace"],
        "name": meta["name"],
        "uid": meta["uid"],
    }


def _address(pod: Obj) -> Obj:
    return {
        "ip": pod["status"]["podIP"],
        "nodeName": pod["spec"].get("nodeName"),
        "targetRef": _target(pod),
    }


def _ports(service: Obj, pod: Obj) -> list[Obj] | None:
    """The pod's own ports for a Service, None if a named one is missing there."""
    found = []
    for port in service["spec"].get("ports") or ():
        number = _number(port.get("targetPort", port["port"]), pod)
        if number is None:
            return None
        entry = {"port": number, "protocol": port.get("protocol", "TCP")}
        found.append({"name": port["name"], **entry} if port.get("name") else entry)
    return found


def _number(target: object, pod: Obj) -> int | None:
    if isinstance(target, int) or str(target).isdigit():
        return int(str(target))
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("name") == target:
                return int(port["containerPort"])
    return None
