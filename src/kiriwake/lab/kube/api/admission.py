"""Admission: what is added to an object, and what is refused, before it is kept."""

from __future__ import annotations

from copy import deepcopy

from kiriwake.lab.kube.api.quota import charge, limit_ranges
from kiriwake.lab.kube.api.webhooks import call_webhooks
from kiriwake.lab.kube.kinds import Kind
from kiriwake.lab.kube.objects import (
    Obj,
    annotations_of,
    is_going,
    name_of,
    namespace_of,
    suffix,
)
from kiriwake.lab.kube.status import ApiError, forbidden, not_found
from kiriwake.lab.kube.world import World

TOKEN_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path
TOKEN_SECONDS = 3607
SYSTEM_PRIORITIES = {
    "system-node-critical": 2000001000,
    "system-cluster-critical": 2000000000,
}


def admit(world: World, kind: Kind, obj: Obj, old: Obj | None) -> Obj:
    """The object as it is kept; raises the API's Forbidden, NotFound and InternalError."""
    creating = old is None
    if kind.namespaced and creating:
        _namespace_takes(world, kind, obj)
    obj = call_webhooks(world, kind, obj, "CREATE" if creating else "UPDATE")
    if creating and kind.resource == "pods":
        obj = deepcopy(obj)
        _pod(world, obj)
        for webhook in world.webhooks:
            webhook(obj)
    if creating and kind.resource == "services":
        obj = _with_addresses(world, obj)
    if creating and kind.resource == "persistentvolumeclaims":
        obj = _with_class(world, obj)
    if creating and kind.namespaced:
        charge(world, kind, obj)
    return obj


def _namespace_takes(world: World, kind: Kind, obj: Obj) -> None:
    namespace = namespace_of(obj)
    home = world.store.find("namespaces", "", namespace)
    if home is None:
        raise not_found("namespaces", namespace)
    if is_going(home):
        why = (
            f"unable to create new content in namespace {namespace} because it is being terminated"
        )
        raise forbidden(kind.resource, name_of(obj), why)


def _pod(world: World, pod: Obj) -> None:
    spec, namespace = pod["spec"], namespace_of(pod)
    spec.setdefault("serviceAccountName", "default")
    spec["serviceAccount"] = spec["serviceAccountName"]
    account = world.store.find("serviceaccounts", namespace, spec["serviceAccountName"])
    if account is None:
        name = spec["serviceAccountName"]
        why = (
            f'error looking up service account {namespace}/{name}: serviceaccount "{name}"'
            " not found"
        )
        raise forbidden("pods", name_of(pod), why)
    mounts = spec.get("automountServiceAccountToken", account.get("automountServiceAccountToken"))
    if mounts is not False:
        _mount_token(world, pod)
    if account.get("imagePullSecrets") and not spec.get("imagePullSecrets"):
        spec["imagePullSecrets"] = account["imagePullSecrets"]
    limit_ranges(world, pod)
    _priority(world, pod)
    tolerations = spec.setdefault("tolerations", [])
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"):
        if not any(one.get("key") in (key, None) for one in tolerations):
            tolerations.append(
                {
                    "key": key,
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": 300,
                }
            )
    pod["status"] = {"phase": "Pending", "qosClass": quality(spec)}


def _mount_token(world: World, pod: Obj) -> None:
    spec = pod["spec"]
    if any(
        mount.get("mountPath") == TOKEN_MOUNT
        for container in spec["containers"]
        for mount in container.get("volumeMounts") or ()
    ):
        return
    name = f"kube-api-access-{suffix(f'{world.seed}/{name_of(pod)}/{world.store.version}')}"
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        mount = {"name": name, "readOnly": True, "mountPath": TOKEN_MOUNT}
        container.setdefault("volumeMounts", []).append(mount)
    items = [{"key": "ca.crt", "path": "ca.crt"}]
    field = {
        "path": "namespace",
        "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
    }
    sources = [
        {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": items}},
        {"downwardAPI": {"items": [field]}},
    ]
    volume = {"name": name, "projected": {"sources": sources, "defaultMode": 420}}
    spec.setdefault("volumes", []).append(volume)


def _priority(world: World, pod: Obj) -> None:
    spec = pod["spec"]
    name = spec.get("priorityClassName")
    resource = "priorityclasses.scheduling.k8s.io"
    if not name:
        default = next((c for c in world.store.all(resource) if c.get("globalDefault")), None)
        spec.setdefault("priority", default["value"] if default else 0)
        spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
        return
    found = world.store.find(resource, "", name)
    if found is None and name not in SYSTEM_PRIORITIES:
        why = f"no PriorityClass with name {name} was found"
        raise forbidden("pods", name_of(pod), why)
    spec["priority"] = found["value"] if found else SYSTEM_PRIORITIES[name]
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")


def quality(spec: Obj) -> str:
    """The pod's QoS class."""
    asked = [c.get("resources") or {} for c in spec["containers"]]
    requests = [one.get("requests") or {} for one in asked]
    limits = [one.get("limits") or {} for one in asked]
    if not any(requests) and not any(limits):
        return "BestEffort"
    sure = all(
        limit.get(name) is not None and limit.get(name) == (request.get(name) or limit.get(name))
        for request, limit in zip(requests, limits, strict=True)
        for name in ("cpu", "memory")
    )
    return "Guaranteed" if sure else "Burstable"


def _with_addresses(world: World, obj: Obj) -> Obj:
    """A Service with its cluster address and node ports."""
    spec = deepcopy(obj["spec"])
    if spec["type"] == "ExternalName":
        return obj
    taken = {one["spec"].get("clusterIP") for one in world.store.some("services")}
    if not spec.get("clusterIP"):
        spec["clusterIP"] = _free_address(world, taken)
    elif spec["clusterIP"] != "None" and spec["clusterIP"] in taken:
        address = spec["clusterIP"]
        raise ApiError(
            422,
            "Invalid",
            f'Service "{name_of(obj)}" is invalid: spec.clusterIPs: Invalid value: ["{address}"]:'
            f" failed to allocate IP {address}: provided IP is already allocated",
        )
    spec["clusterIPs"] = [spec["clusterIP"]]
    if spec["type"] in ("NodePort", "LoadBalancer"):
        used = {
            port.get("nodePort")
            for one in world.store.some("services")
            for port in one["spec"].get("ports") or ()
        }
        for port in spec.get("ports") or ():
            if not port.get("nodePort"):
                port["nodePort"] = next(n for n in range(30080, 32768) if n not in used)
                used.add(port["nodePort"])
    return {**obj, "spec": spec, "status": obj.get("status") or {"loadBalancer": {}}}


def _free_address(world: World, taken: set[str | None]) -> str:
    first = world.service_cidr.rsplit(".", 2)[0]
    number = len(taken) + 20
    while f"{first}.{number // 250}.{number % 250 + 2}" in taken:
        number += 1
    return f"{first}.{number // 250}.{number % 250 + 2}"


def _with_class(world: World, obj: Obj) -> Obj:
    """A claim with the default storage class, if it names none and there is one."""
    if obj["spec"].get("storageClassName") is not None:
        return obj
    mark = "storageclass.kubernetes.io/is-default-class"
    for one in world.store.all("storageclasses.storage.k8s.io"):
        if annotations_of(one).get(mark) == "true":
            return {**obj, "spec": {**obj["spec"], "storageClassName": name_of(one)}}
    return obj
