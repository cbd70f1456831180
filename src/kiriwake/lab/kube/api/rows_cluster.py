"""The columns of nodes, services, volumes, events and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kiriwake.lab.kube.api.duration import age
from kiriwake.lab.kube.objects import Obj, condition, labels_of, name_of

ROLE_PREFIX = "node-role.kubernetes.io/"
ACCESS = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def born(obj: Obj, now: datetime) -> str:
    """The AGE cell."""
    return age(obj["metadata"].get("creationTimestamp"), now)


def node_row(obj: Obj, now: datetime) -> list[Any]:
    """STATUS, roles and addresses of a node."""
    info = obj.get("status", {}).get("nodeInfo", {})
    ready = condition(obj, "Ready")
    words = ["Unknown"] if ready is None else ["Ready" if ready["status"] == "True" else "NotReady"]
    if obj.get("spec", {}).get("unschedulable"):
        words.append("SchedulingDisabled")
    roles = [key[len(ROLE_PREFIX) :] for key in labels_of(obj) if key.startswith(ROLE_PREFIX)]
    addresses = {one["type"]: one["address"] for one in obj["status"].get("addresses") or ()}
    return [
        name_of(obj),
        ",".join(words),
        ",".join(sorted(roles)) or "<none>",
        born(obj, now),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", "<none>"),
        addresses.get("ExternalIP", "<none>"),
        info.get("osImage", "<unknown>"),
        info.get("kernelVersion", "<unknown>"),
        info.get("containerRuntimeVersion", "<unknown>"),
    ]


def service_row(obj: Obj, now: datetime) -> list[Any]:
    """Addresses and ports of a Service."""
    spec = obj.get("spec", {})
    ports = []
    for port in spec.get("ports") or ():
        node = f":{port['nodePort']}" if port.get("nodePort") else ""
        ports.append(f"{port['port']}{node}/{port.get('protocol', 'TCP')}")
    selector = ",".join(f"{k}={v}" for k, v in sorted((spec.get("selector") or {}).items()))
    return [
        name_of(obj),
        spec.get("type", ""),
        spec.get("clusterIP") or "<none>",
        _external(obj),
        ",".join(ports) or "<none>",
        born(obj, now),
        selector or "<none>",
    ]


def _external(obj: Obj) -> str:
    spec = obj.get("spec", {})
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName", ""))
    if spec.get("type") == "LoadBalancer":
        entries = obj.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
        found = ",".join(one.get("hostname") or one.get("ip", "") for one in entries)
        return found or "<pending>"
    return ",".join(spec.get("externalIPs") or ()) or "<none>"


def event_row(obj: Obj, now: datetime) -> list[Any]:
    """LAST SEEN, type, reason, object and message of an event."""
    target = obj.get("involvedObject", {})
    count = int(obj.get("count") or 1)
    last = age(obj.get("lastTimestamp"), now)
    first = age(obj.get("firstTimestamp"), now)
    source = obj.get("source", {})
    said = source.get("component") or obj.get("reportingComponent", "")
    return [
        f"{last} (x{count} over {first})" if count > 1 else last,
        obj.get("type", ""),
        obj.get("reason", ""),
        f"{str(target.get('kind', '')).lower()}/{target.get('name', '')}",
        target.get("fieldPath", ""),
        f"{said}, {source['host']}" if source.get("host") else said,
        str(obj.get("message", "")).strip(),
        first,
        count,
        name_of(obj),
    ]


def endpoints_row(obj: Obj, now: datetime) -> list[Any]:
    """The addresses behind a Service."""
    said = [
        f"{address['ip']}:{port['port']}"
        for subset in obj.get("subsets") or ()
        for port in subset.get("ports") or ()
        for address in subset.get("addresses") or ()
    ]
    shown = ",".join(said[:3]) + (
        f" + {len(said) - 3} more..." if len(said) > len(said[:3]) else ""
    )
    return [name_of(obj), shown or "<none>", born(obj, now)]


def slice_row(obj: Obj, now: datetime) -> list[Any]:
    """The addresses of an EndpointSlice."""
    ports = ",".join(str(port.get("port")) for port in obj.get("ports") or ()) or "<unset>"
    found = [ip for one in obj.get("endpoints") or () for ip in one.get("addresses") or ()]
    shown = ",".join(found[:3]) + (
        f" + {len(found) - 3} more..." if len(found) > len(found[:3]) else ""
    )
    return [name_of(obj), obj.get("addressType", ""), ports, shown or "<unset>", born(obj, now)]


def config_map_row(obj: Obj, now: datetime) -> list[Any]:
    """How many keys a ConfigMap has."""
    count = len(obj.get("data") or ()) + len(obj.get("binaryData") or ())
    return [name_of(obj), count, born(obj, now)]


def secret_row(obj: Obj, now: datetime) -> list[Any]:
    """Type and number of keys of a Secret."""
    return [name_of(obj), obj.get("type", ""), len(obj.get("data") or ()), born(obj, now)]


def account_row(obj: Obj, now: datetime) -> list[Any]:
    """A ServiceAccount."""
    return [name_of(obj), len(obj.get("secrets") or ()), born(obj, now)]


def namespace_row(obj: Obj, now: datetime) -> list[Any]:
    """A Namespace and its phase."""
    return [name_of(obj), obj.get("status", {}).get("phase", ""), born(obj, now)]


def claim_row(obj: Obj, now: datetime) -> list[Any]:
    """A PersistentVolumeClaim."""
    spec, status = obj.get("spec", {}), obj.get("status", {})
    return [
        name_of(obj),
        status.get("phase", ""),
        spec.get("volumeName", ""),
        status.get("capacity", {}).get("storage", ""),
        ",".join(ACCESS.get(mode, mode) for mode in status.get("accessModes") or ()),
        spec.get("storageClassName") or "",
        spec.get("volumeAttributesClassName") or "<unset>",
        born(obj, now),
        spec.get("volumeMode", "Filesystem"),
    ]


def volume_row(obj: Obj, now: datetime) -> list[Any]:
    """A PersistentVolume."""
    spec, status = obj.get("spec", {}), obj.get("status", {})
    claim = spec.get("claimRef") or {}
    return [
        name_of(obj),
        spec.get("capacity", {}).get("storage", ""),
        ",".join(ACCESS.get(mode, mode) for mode in spec.get("accessModes") or ()),
        spec.get("persistentVolumeReclaimPolicy", ""),
        status.get("phase", ""),
        f"{claim['namespace']}/{claim['name']}" if claim else "",
        spec.get("storageClassName", ""),
        "<unset>",
        status.get("reason", ""),
        born(obj, now),
        spec.get("volumeMode", "Filesystem"),
    ]


def storage_class_row(obj: Obj, now: datetime) -> list[Any]:
    """A StorageClass; the default one is marked."""
    marks: Mapping[str, str] = obj["metadata"].get("annotations") or {}
    default = marks.get("storageclass.kubernetes.io/is-default-class") == "true"
    return [
        f"{name_of(obj)} (default)" if default else name_of(obj),
        obj.get("provisioner", ""),
        obj.get("reclaimPolicy", "Delete"),
        obj.get("volumeBindingMode", "Immediate"),
        "true" if obj.get("allowVolumeExpansion") else "false",
        born(obj, now),
    ]


def ingress_row(obj: Obj, now: datetime) -> list[Any]:
    """An Ingress."""
    spec = obj.get("spec", {})
    hosts = [rule.get("host") or "*" for rule in spec.get("rules") or ()]
    entries = obj.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
    return [
        name_of(obj),
        spec.get("ingressClassName") or "<none>",
        ",".join(hosts) or "*",
        ",".join(one.get("hostname") or one.get("ip", "") for one in entries),
        "80, 443" if spec.get("tls") else "80",
        born(obj, now),
    ]


def budget_row(obj: Obj, now: datetime) -> list[Any]:
    """A PodDisruptionBudget."""
    spec = obj.get("spec", {})
    return [
        name_of(obj),
        str(spec.get("minAvailable", "N/A")),
        str(spec.get("maxUnavailable", "N/A")),
        obj.get("status", {}).get("disruptionsAllowed", 0),
        born(obj, now),
    ]


def quota_row(obj: Obj, now: datetime) -> list[Any]:
    """A ResourceQuota with what is used."""
    status = obj.get("status", {})
    used, hard = status.get("used", {}), status.get("hard", obj.get("spec", {}).get("hard", {}))
    rows = {
        limit: ", ".join(
            f"{key}: {used.get(key, 0)}/{value}"
            for key, value in sorted(hard.items())
            if key.startswith("limits.") == limit
        )
        for limit in (False, True)
    }
    return [name_of(obj), rows[False], rows[True], born(obj, now)]


def webhook_row(obj: Obj, now: datetime) -> list[Any]:
    """A webhook configuration."""
    return [name_of(obj), len(obj.get("webhooks") or ()), born(obj, now)]


def binding_row(obj: Obj, now: datetime) -> list[Any]:
    """A role binding."""
    role = obj.get("roleRef", {})
    return [name_of(obj), f"{role.get('kind')}/{role.get('name')}", born(obj, now)]


def role_row(obj: Obj, now: datetime) -> list[Any]:
    """A role, with the moment of its making."""
    return [name_of(obj), obj["metadata"].get("creationTimestamp", "")]


def priority_row(obj: Obj, now: datetime) -> list[Any]:
    """A PriorityClass."""
    default = "true" if obj.get("globalDefault") else "false"
    policy = obj.get("preemptionPolicy", "PreemptLowerPriority")
    return [name_of(obj), obj.get("value", 0), default, born(obj, now), policy]


def definition_row(obj: Obj, now: datetime) -> list[Any]:
    """A CustomResourceDefinition."""
    return [name_of(obj), obj["metadata"].get("creationTimestamp", "")]


def ingress_class_row(obj: Obj, now: datetime) -> list[Any]:
    """An IngressClass."""
    spec = obj.get("spec", {})
    parameters = spec.get("parameters") or {}
    said = f"{parameters.get('kind')}/{parameters.get('name')}" if parameters else "<none>"
    return [name_of(obj), spec.get("controller", ""), said, born(obj, now)]


def policy_row(obj: Obj, now: datetime) -> list[Any]:
    """A NetworkPolicy."""
    wanted = obj.get("spec", {}).get("podSelector", {}).get("matchLabels") or {}
    said = ",".join(f"{key}={value}" for key, value in sorted(wanted.items()))
    return [name_of(obj), said or "<none>", born(obj, now)]


def lease_row(obj: Obj, now: datetime) -> list[Any]:
    """A Lease and its holder."""
    return [name_of(obj), obj.get("spec", {}).get("holderIdentity", ""), born(obj, now)]


def revision_row(obj: Obj, now: datetime) -> list[Any]:
    """A ControllerRevision."""
    owners = obj["metadata"].get("ownerReferences") or [{}]
    owner = owners[0]
    group = str(owner.get("apiVersion", "")).partition("/")[0]
    said = f"{str(owner.get('kind', '')).lower()}.{group}/{owner.get('name')}"
    return [name_of(obj), said, obj.get("revision", 0), born(obj, now)]
