"""Kubernetes' protobuf, as far as kubectl sends it where it prefers it to JSON."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kiriwake.lab.kube.objects import Obj

PROTOBUF = "application/vnd.kubernetes.protobuf"
MAGIC = b"k8s\x00"
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its JSON name, and what its bytes are."""

    name: str
    form: str = "string"
    """`string`, `int`, `bool`, `bytes`, `map`, `quantity`, `intstr`, `time` or a message."""
    many: bool = False


def _fields(text: str) -> dict[int, Field]:
    """Fields from `1 name, 3* args, 8 resources:Resources`; a star marks a list."""
    found = {}
    for part in text.split(","):
        number, _, rest = part.strip().partition(" ")
        name, _, form = rest.partition(":")
        found[int(number.rstrip("*"))] = Field(name, form or "string", number.endswith("*"))
    return found


MESSAGES: Mapping[str, dict[int, Field]] = {
    name: _fields(text)
    for name, text in {
        "Meta": (
            "1 name, 2 generateName, 3 namespace, 5 uid, 6 resourceVersion, 11 labels:map,"
            " 12 annotations:map, 13* ownerReferences:Owner, 14* finalizers"
        ),
        "Owner": "1 kind, 3 name, 4 uid, 5 apiVersion, 6 controller:bool",
        "SelfSubjectAccessReview": "1 metadata:Meta, 2 spec:AccessSpec",
        "AccessSpec": "1 resourceAttributes:Attributes, 2 nonResourceAttributes:PathAttributes",
        "Attributes": (
            "1 namespace, 2 verb, 3 group, 4 version, 5 resource, 6 subresource, 7 name"
        ),
        "PathAttributes": "1 path, 2 verb",
        "SelfSubjectRulesReview": "1 metadata:Meta, 2 spec:RulesSpec",
        "RulesSpec": "1 namespace",
        "SelfSubjectReview": "1 metadata:Meta",
        "SubjectAccessReview": "1 metadata:Meta, 2 spec:SubjectSpec",
        "LocalSubjectAccessReview": "1 metadata:Meta, 2 spec:SubjectSpec",
        "SubjectSpec": (
            "1 resourceAttributes:Attributes, 2 nonResourceAttributes:PathAttributes, 3 user,"
            " 4* groups"
        ),
        "Eviction": "1 metadata:Meta, 2 deleteOptions:DeleteOptions",
        "DeleteOptions": (
            "1 gracePeriodSeconds:int, 2 preconditions:Preconditions, 3 orphanDependents:bool,"
            " 4 propagationPolicy, 5* dryRun"
        ),
        "Preconditions": "1 uid, 2 resourceVersion",
        "TokenRequest": "1 metadata:Meta, 2 spec:TokenSpec",
        "TokenSpec": "1* audiences, 4 expirationSeconds:int",
        "Namespace": "1 metadata:Meta",
        "ServiceAccount": "1 metadata:Meta, 4 automountServiceAccountToken:bool",
        "ConfigMap": "1 metadata:Meta, 2 data:map, 4 immutable:bool",
        "Secret": "1 metadata:Meta, 2 data:bytesmap, 3 type, 4 stringData:map",
        "Deployment": "1 metadata:Meta, 2 spec:DeploymentSpec",
        "DeploymentSpec": "1 replicas:int, 2 selector:Selector, 3 template:Template",
        "Selector": "1 matchLabels:map",
        "Template": "1 metadata:Meta, 2 spec:PodSpec",
        "Job": "1 metadata:Meta, 2 spec:JobSpec",
        "JobSpec": (
            "1 parallelism:int, 2 completions:int, 6 template:Template, 7 backoffLimit:int,"
            " 8 ttlSecondsAfterFinished:int"
        ),
        "CronJob": "1 metadata:Meta, 2 spec:CronJobSpec",
        "CronJobSpec": "1 schedule, 3 concurrencyPolicy, 4 suspend:bool, 5 jobTemplate:JobTemplate",
        "JobTemplate": "1 metadata:Meta, 2 spec:JobSpec",
        "PodSpec": (
            "1* volumes:Volume, 2* containers:Container, 3 restartPolicy,"
            " 4 terminationGracePeriodSeconds:int, 6 dnsPolicy, 7 nodeSelector:map,"
            " 8 serviceAccountName, 9 serviceAccount, 10 nodeName, 20* initContainers:Container"
        ),
        "Volume": "1 name",
        "Container": (
            "1 name, 2 image, 3* command, 4* args, 5 workingDir, 6* ports:Port, 7* env:Env,"
            " 8 resources:Resources, 14 imagePullPolicy"
        ),
        "Port": "1 name, 2 hostPort:int, 3 containerPort:int, 4 protocol",
        "Env": "1 name, 2 value",
        "Resources": "1 limits:quantities, 2 requests:quantities",
        "Service": "1 metadata:Meta, 2 spec:ServiceSpec",
        "ServiceSpec": "1* ports:ServicePort, 2 selector:map, 3 clusterIP, 4 type, 10 externalName",
        "ServicePort": "1 name, 2 protocol, 3 port:int, 4 targetPort:intstr, 5 nodePort:int",
        "Role": "1 metadata:Meta, 2* rules:Rule",
        "ClusterRole": "1 metadata:Meta, 2* rules:Rule",
        "Rule": "1* verbs, 2* apiGroups, 3* resources, 4* resourceNames, 5* nonResourceURLs",
        "RoleBinding": "1 metadata:Meta, 2* subjects:Subject, 3 roleRef:RoleRef",
        "ClusterRoleBinding": "1 metadata:Meta, 2* subjects:Subject, 3 roleRef:RoleRef",
        "Subject": "1 kind, 2 apiGroup, 3 name, 4 namespace",
        "RoleRef": "1 apiGroup, 2 kind, 3 name",
        "ResourceQuota": "1 metadata:Meta, 2 spec:QuotaSpec",
        "QuotaSpec": "1 hard:quantities, 2* scopes",
        "PodDisruptionBudget": "1 metadata:Meta, 2 spec:BudgetSpec",
        "BudgetSpec": "1 minAvailable:intstr, 2 selector:Selector, 3 maxUnavailable:intstr",
        "PriorityClass": (
            "1 metadata:Meta, 2 value:int, 3 globalDefault:bool, 4 description, 5 preemptionPolicy"
        ),
    }.items()
}
"""The field numbers of the `generated.proto` files of k8s.io/api."""


def decode(body: bytes) -> Obj:
    """An object from its protobuf; raises ValueError for a kind that is not known here."""
    if not body.startswith(MAGIC):
        raise ValueError("no k8s protobuf magic at its start")
    api_version = kind = ""
    raw = b""
    for number, value in _walk(body[len(MAGIC) :]):
        if number == 1 and isinstance(value, bytes):
            meta = {n: v.decode() for n, v in _walk(value) if isinstance(v, bytes)}
            api_version, kind = meta.get(1, ""), meta.get(2, "")
        elif isinstance(value, bytes):
            raw = raw or value
    if kind not in MESSAGES:
        message = f"protobuf of kind {kind!r} is not read by the lab; send JSON"
        raise ValueError(message)
    return {"apiVersion": api_version, "kind": kind, **_message(kind, raw)}


def _message(name: str, raw: bytes) -> Obj:
    fields = MESSAGES[name]
    found: Obj = {}
    for number, value in _walk(raw):
        field = fields.get(number)
        if field is None:
            continue
        if field.form in ("map", "quantities", "bytesmap"):
            found.setdefault(field.name, {}).update(_entry(field.form, _octets(value)))
        elif field.many:
            found.setdefault(field.name, []).append(_value(field.form, value))
        else:
            found[field.name] = _value(field.form, value)
    return {key: value for key, value in found.items() if value not in ("", {})}


def _value(form: str, value: bytes | int) -> Any:  # noqa: ANN401 - a JSON value
    if form == "int":
        return value if isinstance(value, int) and value < 1 << 63 else int(value) - (1 << 64)
    if form == "bool":
        return bool(value)
    if form == "string":
        return _octets(value).decode()
    if form == "intstr":
        parts = dict(_walk(_octets(value)))
        return _octets(parts[3]).decode() if parts.get(1) == 1 else parts.get(2, 0)
    return _message(form, _octets(value))


def _entry(form: str, raw: bytes) -> Obj:
    parts = dict(_walk(raw))
    key, value = _octets(parts.get(1, b"")).decode(), _octets(parts.get(2, b""))
    if form == "quantities":
        return {key: _octets(dict(_walk(value)).get(1, b"")).decode()}
    if form == "bytesmap":
        return {key: base64.b64encode(value).decode()}
    return {key: value.decode()}


def _octets(value: bytes | int) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where text should be")  # noqa: TRY004 - it is bad input
    return value


def _walk(raw: bytes) -> Iterator[tuple[int, bytes | int]]:
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = _varint(raw, at)
            yield number, value
        elif wire == BYTES:
            length, at = _varint(raw, at)
            yield number, raw[at : at + length]
            at += length
        elif wire in (FIXED64, FIXED32):
            width = 8 if wire == FIXED64 else 4
            yield number, int.from_bytes(raw[at : at + width], "little")
            at += width
        else:
            message = f"wire type {wire} is not used by Kubernetes"
            raise ValueError(message)


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(raw):
        octet = raw[at]
        at += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:  # noqa: PLR2004 - the continuation bit
            return value, at
        shift += 7
    raise ValueError("the protobuf ends in the middle of a number")
