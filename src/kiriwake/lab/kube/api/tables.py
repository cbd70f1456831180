"""Tables: what a real API server answers when kubectl asks `as=Table`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kiriwake.lab.kube.api import rows_cluster as cluster
from kiriwake.lab.kube.api import rows_workloads as work
from kiriwake.lab.kube.api.duration import age
from kiriwake.lab.kube.api.rows_pods import POD_COLUMNS, pod_row
from kiriwake.lab.kube.kinds import Kind
from kiriwake.lab.kube.objects import Obj, name_of

Column = tuple[str, str, int]
"""Name, type, priority (1: only with `-o wide`)."""
Row = Callable[[Obj, datetime], list[Any]]

NAME: Column = ("Name", "string", 0)
AGE: Column = ("Age", "string", 0)


def _columns(*names: str) -> tuple[Column, ...]:
    """Columns by name; a plus sign before it marks the wide ones."""
    found = tuple((name.lstrip("+"), "string", int(name.startswith("+"))) for name in names)
    return (NAME, *found)


BY_RESOURCE: Mapping[str, tuple[Sequence[Column], Row]] = {
    "pods": (POD_COLUMNS, pod_row),
    "deployments.apps": (work.DEPLOYMENT_COLUMNS, work.deployment_row),
    "replicasets.apps": (work.REPLICA_SET_COLUMNS, work.replica_set_row),
    "replicationcontrollers": (work.REPLICA_SET_COLUMNS, work.replica_set_row),
    "daemonsets.apps": (work.DAEMON_SET_COLUMNS, work.daemon_set_row),
    "statefulsets.apps": (work.STATEFUL_SET_COLUMNS, work.stateful_set_row),
    "jobs.batch": (work.JOB_COLUMNS, work.job_row),
    "cronjobs.batch": (work.CRON_JOB_COLUMNS, work.cron_job_row),
    "horizontalpodautoscalers.autoscaling": (work.AUTOSCALER_COLUMNS, work.autoscaler_row),
    "nodes": (
        _columns(
            "Status", "Roles", "Age", "Version", "+Internal-IP", "+External-IP", "+OS-Image",
            "+Kernel-Version", "+Container-Runtime",
        ),
        cluster.node_row,
    ),
    "services": (
        _columns("Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "+Selector"),
        cluster.service_row,
    ),
    "events": (
        (
            ("Last Seen", "string", 0), ("Type", "string", 0), ("Reason", "string", 0),
            ("Object", "string", 0), ("Subobject", "string", 1), ("Source", "string", 1),
            ("Message", "string", 0), ("First Seen", "string", 1), ("Count", "string", 1),
            ("Name", "string", 1),
        ),
        cluster.event_row,
    ),
    "endpoints": (_columns("Endpoints", "Age"), cluster.endpoints_row),
    "endpointslices.discovery.k8s.io": (
        _columns("AddressType", "Ports", "Endpoints", "Age"),
        cluster.slice_row,
    ),
    "configmaps": (_columns("Data", "Age"), cluster.config_map_row),
    "secrets": (_columns("Type", "Data", "Age"), cluster.secret_row),
    "serviceaccounts": (_columns("Secrets", "Age"), cluster.account_row),
    "namespaces": (_columns("Status", "Age"), cluster.namespace_row),
    "persistentvolumeclaims": (
        _columns(
            "Status", "Volume", "Capacity", "Access Modes", "StorageClass",
            "VolumeAttributesClass", "Age", "+VolumeMode",
        ),
        cluster.claim_row,
    ),
    "persistentvolumes": (
        _columns(
            "Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", "StorageClass",
            "VolumeAttributesClass", "Reason", "Age", "+VolumeMode",
        ),
        cluster.volume_row,
    ),
    "storageclasses.storage.k8s.io": (
        _columns(
            "Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion", "Age"
        ),
        cluster.storage_class_row,
    ),
    "ingresses.networking.k8s.io": (
        _columns("Class", "Hosts", "Address", "Ports", "Age"),
        cluster.ingress_row,
    ),
    "ingressclasses.networking.k8s.io": (
        _columns("Controller", "Parameters", "Age"),
        cluster.ingress_class_row,
    ),
    "networkpolicies.networking.k8s.io": (
        _columns("Pod-Selector", "Age"),
        cluster.policy_row,
    ),
    "poddisruptionbudgets.policy": (
        _columns("Min Available", "Max Unavailable", "Allowed Disruptions", "Age"),
        cluster.budget_row,
    ),
    "resourcequotas": (_columns("Request", "Limit", "Age"), cluster.quota_row),
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": (
        _columns("Webhooks", "Age"),
        cluster.webhook_row,
    ),
    "validatingwebhookconfigurations.admissionregistration.k8s.io": (
        _columns("Webhooks", "Age"),
        cluster.webhook_row,
    ),
    "clusterroles.rbac.authorization.k8s.io": (_columns("Created At"), cluster.role_row),
    "roles.rbac.authorization.k8s.io": (_columns("Created At"), cluster.role_row),
    "clusterrolebindings.rbac.authorization.k8s.io": (
        _columns("Role", "Age"),
        cluster.binding_row,
    ),
    "rolebindings.rbac.authorization.k8s.io": (_columns("Role", "Age"), cluster.binding_row),
    "priorityclasses.scheduling.k8s.io": (
        _columns("Value", "Global-Default", "Age", "PreemptionPolicy"),
        cluster.priority_row,
    ),
    "customresourcedefinitions.apiextensions.k8s.io": (
        _columns("Created At"),
        cluster.definition_row,
    ),
    "leases.coordination.k8s.io": (_columns("Holder", "Age"), cluster.lease_row),
    "controllerrevisions.apps": (
        _columns("Controller", "Revision", "Age"),
        cluster.revision_row,
    ),
}  # fmt: skip


def table(kind: Kind, items: Iterable[Obj], now: datetime, include: str, meta: Obj) -> Obj:
    """The `Table` of some objects; `include` is `Object`, `Metadata` or `None`."""
    columns, row = BY_RESOURCE.get(kind.stored) or _generic(kind)
    rows = []
    for item in items:
        entry: Obj = {"cells": row(item, now)}
        if include == "Object":
            entry["object"] = item
        elif include != "None":
            entry["object"] = {
                "kind": "PartialObjectMetadata",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": item["metadata"],
            }
        rows.append(entry)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": meta,
        "columnDefinitions": [
            {
                "name": name,
                "type": type_,
                "format": "name" if name == "Name" else "",
                "description": name,
                "priority": priority,
            }
            for name, type_, priority in columns
        ],
        "rows": rows,
    }


def _generic(kind: Kind) -> tuple[Sequence[Column], Row]:
    """Name and age, or the columns that a CustomResourceDefinition asks for."""
    extra = _printer_columns(kind)
    if not extra:
        return (NAME, AGE), lambda obj, now: [name_of(obj), cluster.born(obj, now)]
    columns = [NAME, *((one["name"], "string", int(one.get("priority", 0))) for one in extra)]

    def row(obj: Obj, now: datetime) -> list[Any]:
        return [name_of(obj), *(_cell(obj, one, now) for one in extra)]

    return columns, row


def _printer_columns(kind: Kind) -> Sequence[Obj]:
    if kind.custom is None:
        return ()
    for version in kind.custom["spec"].get("versions") or ():
        if version["name"] == kind.version:
            return version.get("additionalPrinterColumns") or ()
    return ()


def _cell(obj: Obj, column: Obj, now: datetime) -> Any:  # noqa: ANN401 - a JSON value
    here: Any = obj
    for step in str(column.get("jsonPath", "")).strip(".").split("."):
        here = here.get(step) if isinstance(here, dict) else None
    if column.get("type") == "date":
        return age(here, now) if isinstance(here, str) else "<none>"
    return here if here is not None else ""
