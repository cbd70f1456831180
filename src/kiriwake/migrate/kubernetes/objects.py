"""Kubernetes documents sorted by kind and read into the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kiriwake.core.text import Text
from kiriwake.migrate.kubernetes.network import read_endpoint, read_http_route, read_ingress
from kiriwake.migrate.kubernetes.pod import Surroundings
from kiriwake.migrate.kubernetes.scaling import read_scaling, target_of
from kiriwake.migrate.kubernetes.workloads import KINDS, name_of, namespace_of, read_workload
from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import (
    Config,
    Endpoint,
    Estate,
    Route,
    Scaling,
    Secret,
    Thing,
    Workload,
)
from kiriwake.migrate.notice import Notice, Weight, refusal
from kiriwake.migrate.tree import (
    Malformed,
    Map,
    Tree,
    as_maps,
    as_table,
    as_text,
    at,
)

_GATEWAY_ROUTES = {"HTTPRoute", "GRPCRoute"}
REMOVED = {
    ("extensions/v1beta1", "Deployment"): "apps/v1",
    ("extensions/v1beta1", "DaemonSet"): "apps/v1",
    ("extensions/v1beta1", "ReplicaSet"): "apps/v1",
    ("extensions/v1beta1", "Ingress"): "networking.k8s.io/v1",
    ("extensions/v1beta1", "NetworkPolicy"): "networking.k8s.io/v1",
    ("networking.k8s.io/v1beta1", "Ingress"): "networking.k8s.io/v1",
    ("networking.k8s.io/v1beta1", "IngressClass"): "networking.k8s.io/v1",
    ("apps/v1beta1", "Deployment"): "apps/v1",
    ("apps/v1beta1", "StatefulSet"): "apps/v1",
    ("apps/v1beta2", "Deployment"): "apps/v1",
    ("apps/v1beta2", "StatefulSet"): "apps/v1",
    ("apps/v1beta2", "DaemonSet"): "apps/v1",
    ("batch/v1beta1", "CronJob"): "batch/v1",
    ("policy/v1beta1", "PodDisruptionBudget"): "policy/v1",
    ("policy/v1beta1", "PodSecurityPolicy"): "",
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"): "autoscaling/v2",
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): "autoscaling/v2",
    ("rbac.authorization.k8s.io/v1beta1", "Role"): "rbac.authorization.k8s.io/v1",
    ("rbac.authorization.k8s.io/v1beta1", "RoleBinding"): "rbac.authorization.k8s.io/v1",
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRole"): "rbac.authorization.k8s.io/v1",
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding"): "rbac.authorization.k8s.io/v1",
    ("storage.k8s.io/v1beta1", "StorageClass"): "storage.k8s.io/v1",
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"): "apiextensions.k8s.io/v1",
}
"""Versions that no supported EKS cluster serves any more, and what serves the kind today."""


def flatten(tree: Map) -> Iterator[Map]:
    """The objects of a document: itself, or the items of a List."""
    if (as_text(tree.get("kind")) or "").endswith("List") and tree.get("items") is not None:
        for item in as_maps(tree.get("items")):
            yield from flatten(item)
    else:
        yield tree


def read_objects(documents: list[Map]) -> Estate:  # noqa: C901 - one case a kind
    """All objects of all files together, since they refer to each other across files."""
    notices: list[Notice] = []
    objects: list[tuple[str, Map]] = []
    for document in documents:
        for tree in flatten(document):
            kind = as_text(tree.get("kind")) or ""
            objects.append((kind, tree))
            notices += _version(tree, kind)
    configs, secrets = _settings(objects, notices)
    around = Surroundings(tuple(configs), tuple(secrets))
    claims = {
        (namespace_of(tree), as_text(at(tree, "metadata", "name")) or ""): tree
        for kind, tree in objects
        if kind == "PersistentVolumeClaim"
    }
    workloads: list[Workload] = []
    endpoints: list[Endpoint] = []
    routes: list[Route] = []
    things: list[Thing] = []
    scalings: list[tuple[str, str, Scaling, Map]] = []
    for kind, tree in objects:
        try:
            if kind in KINDS:
                workloads.append(read_workload(tree, kind, around, claims))
            elif kind == "Service" and not _is_knative(tree):
                endpoints.append(read_endpoint(tree))
            elif kind == "Ingress":
                routes += read_ingress(tree)
            elif kind in _GATEWAY_ROUTES:
                routes += read_http_route(tree)
            elif kind in {"HorizontalPodAutoscaler", "ScaledObject"}:
                found = read_scaling(tree, kind)
                scalings.append((namespace_of(tree), target_of(tree), found, tree))
            if kind not in {"Service", "ConfigMap", "Secret", *KINDS}:
                things.append(_thing(kind, tree))
        except Malformed as error:
            notices.append(refusal(error))
    workloads = [_scaled(workload, scalings) for workload in workloads]
    known = {(workload.namespace, workload.name) for workload in workloads}
    notices += [
        _orphan(tree, target)
        for namespace, target, _, tree in scalings
        if (namespace, target) not in known
    ]
    return Estate(
        documents=tuple(documents),
        workloads=tuple(workloads),
        endpoints=tuple(endpoints),
        routes=tuple(routes),
        configs=tuple(configs),
        secrets=tuple(secrets),
        things=tuple(things),
        notices=tuple(notices),
    )


def _thing(kind: str, tree: Map) -> Thing:
    api = as_text(tree.get("apiVersion")) or ""
    return Thing(kind, api, name_of(tree), namespace_of(tree), tree)


def _is_knative(tree: Map) -> bool:
    return (as_text(tree.get("apiVersion")) or "").startswith("serving.knative.dev")


def _settings(
    objects: list[tuple[str, Map]], notices: list[Notice]
) -> tuple[list[Config], list[Secret]]:
    configs: list[Config] = []
    secrets: list[Secret] = []
    for kind, tree in objects:
        try:
            if kind == "ConfigMap":
                data = as_table(tree.get("data"))
                binary = as_table(tree.get("binaryData"))
                where = trace(whole=tree, data=tree.get("data"), binary=tree.get("binaryData"))
                merged = {**data, **dict.fromkeys(binary, "")}
                configs.append(Config(name_of(tree), namespace_of(tree), merged, where))
            elif kind == "Secret":
                coded, clear = as_table(tree.get("data")), as_table(tree.get("stringData"))
                secrets.append(
                    Secret(
                        name_of(tree),
                        namespace_of(tree),
                        tuple(dict.fromkeys((*coded, *clear))),
                        as_text(tree.get("type")) or "Opaque",
                        encoded=bool(coded),
                        place=tree.place,
                        trace=trace(
                            whole=tree, data=tree.get("data"), clear=tree.get("stringData")
                        ),
                    )
                )
        except Malformed as error:
            notices.append(refusal(error))
    return configs, secrets


def _scaled(workload: Workload, scalings: list[tuple[str, str, Scaling, Map]]) -> Workload:
    for namespace, target, scaling, _ in scalings:
        if (namespace, target) == (workload.namespace, workload.name):
            return replace(workload, scaling=scaling)
    return workload


def _orphan(tree: Map, target: str) -> Notice:
    return Notice(
        "autoscaler-without-workload",
        Weight.WARNING,
        Text(
            en=f'the autoscaler watches "{target}", which is not among the input files',
            ja=f"オートスケーラーの対象「{target}」が入力ファイルの中にない",
        ),
        tree.place,
    )


def _version(tree: Map, kind: str) -> list[Notice]:
    api = as_text(tree.get("apiVersion")) or ""
    today = REMOVED.get((api, kind))
    if today is None:
        return []
    advice = (
        Text(en=f"write {today}", ja=f"{today} に書き換えること")
        if today
        else Text(en="it has no successor; delete it", ja="後継はない。削除すること")
    )
    return [
        Notice(
            "removed-api-version",
            Weight.WARNING,
            Text(
                en=f"{api} {kind} is no longer served by any supported Kubernetes: {advice.en}",
                ja=f"{api} の {kind} は現行の Kubernetes では提供されていない: {advice.ja}",
            ),
            (tree.get("apiVersion") or tree).place,
        )
    ]


def is_kubernetes(tree: Tree) -> bool:
    """Whether a document is a Kubernetes object."""
    return (
        isinstance(tree, Map)
        and tree.get("kind") is not None
        and tree.get("apiVersion") is not None
    )
