"""A container's environment, and what keeps the kubelet from making it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping

from kiriwake.lab.kube.objects import Obj, annotations_of, labels_of, name_of, namespace_of, uid_of
from kiriwake.lab.kube.store import Store

FIELDS: Mapping[str, Callable[[Obj], str]] = {
    "metadata.name": name_of,
    "metadata.namespace": namespace_of,
    "metadata.uid": uid_of,
    "spec.nodeName": lambda pod: str(pod["spec"].get("nodeName", "")),
    "spec.serviceAccountName": lambda pod: str(pod["spec"].get("serviceAccountName", "")),
    "status.podIP": lambda pod: str(pod.get("status", {}).get("podIP", "")),
    "status.hostIP": lambda pod: str(pod.get("status", {}).get("hostIP", "")),
}


class ConfigError(Exception):
    """Why a container cannot be configured, in the kubelet's words."""


def environment(store: Store, pod: Obj, container: Obj) -> dict[str, str]:
    """The variables of a container; raises ConfigError for what is missing."""
    namespace = namespace_of(pod)
    found: dict[str, str] = {}
    for source in container.get("envFrom") or ():
        prefix = source.get("prefix", "")
        for field, resource in (("configMapRef", "configmaps"), ("secretRef", "secrets")):
            reference = source.get(field)
            if reference:
                values = _values(store, resource, namespace, reference)
                found |= {f"{prefix}{key}": value for key, value in values.items()}
    for variable in container.get("env") or ():
        value = _value(store, pod, variable)
        if value is not None:
            found[variable["name"]] = value
    return found


def _value(store: Store, pod: Obj, variable: Obj) -> str | None:
    source = variable.get("valueFrom")
    if not source:
        return str(variable.get("value") or "")
    namespace = namespace_of(pod)
    for field, resource in (("configMapKeyRef", "configmaps"), ("secretKeyRef", "secrets")):
        reference = source.get(field)
        if reference:
            values = _values(store, resource, namespace, reference)
            key = reference["key"]
            if key not in values and not reference.get("optional"):
                kind = "ConfigMap" if resource == "configmaps" else "Secret"
                where = f"{namespace}/{reference['name']}"
                message = f"couldn't find key {key} in {kind} {where}"
                raise ConfigError(message)
            return values.get(key)
    path = (source.get("fieldRef") or {}).get("fieldPath", "")
    return _field(pod, path)


def _field(pod: Obj, path: str) -> str:
    if path in FIELDS:
        return FIELDS[path](pod)
    for prefix, read in (("metadata.labels", labels_of), ("metadata.annotations", annotations_of)):
        if path.startswith(prefix):
            return read(pod).get(path[len(prefix) + 2 : -2], "")
    return ""


def _values(store: Store, resource: str, namespace: str, reference: Obj) -> dict[str, str]:
    name = reference.get("name", "")
    found = store.find(resource, namespace, name)
    if found is None:
        if reference.get("optional"):
            return {}
        kind = "configmap" if resource == "configmaps" else "secret"
        message = f'{kind} "{name}" not found'
        raise ConfigError(message)
    data = found.get("data") or {}
    if resource == "configmaps":
        return {str(key): str(value) for key, value in data.items()}
    return {str(key): _decoded(str(value)) for key, value in data.items()}


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value).decode(errors="replace")
    except binascii.Error:
        return value


def missing_source(store: Store, pod: Obj, volume: Obj) -> str:
    """Why a volume's ConfigMap or Secret cannot be mounted, empty if it can."""
    namespace = namespace_of(pod)
    for field, resource, key in (
        ("configMap", "configmaps", "name"),
        ("secret", "secrets", "secretName"),
    ):
        source = volume.get(field)
        if not source or source.get("optional"):
            continue
        name = source.get(key, "")
        kind = resource[:-1]
        found = store.find(resource, namespace, name)
        if found is None:
            return f'{kind} "{name}" not found'
        data = {**(found.get("data") or {}), **(found.get("binaryData") or {})}
        for item in source.get("items") or ():
            if item["key"] not in data:
                return f"references non-existent {kind} key: {item['key']}"
    return ""
