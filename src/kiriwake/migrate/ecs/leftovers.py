"""Why the fields that no part of the ECS conversion took are dropped, or what stands for them."""

from __future__ import annotations

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.aci import TYPE
from kiriwake.migrate.azure import az
from kiriwake.migrate.container_apps import TYPES
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ledger import Fate, Ledger, traced
from kiriwake.migrate.model import Container, Workload
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.tree import Leaf, Map, Tree, as_text, at, leaves

_CONTAINED = ("allowPrivilegeEscalation", "seccompProfile", "seLinuxOptions", "runAsNonRoot",
              "appArmorProfile", "procMount", "privileged")  # fmt: skip
_SPREAD = ("affinity", "topologySpreadConstraints", "tolerations", "priorityClassName")
_SPEC = {
    "minReadySeconds": (Fate.DROPPED, reasons.PACE),
    "progressDeadlineSeconds": (Fate.REPLACED, reasons.BETTER_BREAKER),
    "revisionHistoryLimit": (Fate.REPLACED, reasons.HISTORY),
    "serviceName": (Fate.DROPPED, reasons.IDENTITY_LOST),
    "podManagementPolicy": (Fate.DROPPED, reasons.IDENTITY_LOST),
}
_THINGS: dict[str, tuple[Fate, str, Text]] = {
    "HorizontalPodAutoscaler": (Fate.ADAPTED, "ScalableTarget", reasons.SCALING),
    "ScaledObject": (Fate.ADAPTED, "ScalableTarget", reasons.SCALING),
    "PodDisruptionBudget": (Fate.ADAPTED, "DeploymentConfiguration", reasons.BUDGET),
    "Namespace": (Fate.ADAPTED, "", reasons.NAMESPACE),
    "ServiceAccount": (Fate.REPLACED, "TaskRole", reasons.IDENTITY),
    "StorageClass": (Fate.REPLACED, "Files", reasons.STORAGE_CLASS),
    "PersistentVolumeClaim": (Fate.REPLACED, "Files", reasons.VOLUME_DISK),
    "PersistentVolume": (Fate.REPLACED, "Files", reasons.VOLUME_DISK),
    "NetworkPolicy": (Fate.DROPPED, "TasksSecurityGroup", reasons.SHARED_NETWORK),
}


def claim_leftovers(setting: Setting, fit: list[Workload]) -> None:  # noqa: C901, PLR0912
    """Claims, from the exact to the general, on everything not yet claimed."""
    kept = {(w.namespace, w.name) for w in fit}
    for workload in setting.estate.workloads:
        if (workload.namespace, workload.name) not in kept:
            setting.ledger.claim((workload.tree,), Fate.DROPPED, "", reasons.NOT_CONVERTED)
            continue
        for container in workload.every_container:
            _container(setting, container)
        _workload(setting, workload)
    for config in setting.estate.configs:
        setting.ledger.claim(
            traced(config.trace, "whole"), Fate.REPLACED, "ContainerDefinitions", reasons.SETTINGS
        )
    for secret in setting.estate.secrets:
        setting.ledger.claim(
            traced(secret.trace, "whole"), Fate.REPLACED,
            setting.secret_ids.get(secret.name, ""), reasons.SECRET_VALUE,
        )  # fmt: skip
    for endpoint in setting.estate.endpoints:
        if endpoint.tree is not None:
            _plumbing(setting, endpoint.tree)
    for thing in setting.estate.things:
        known = _THINGS.get(thing.kind)
        if known is not None:
            fate, to, why = known
            setting.ledger.claim((thing.tree,), fate, to, why)
        elif thing.kind not in {"Ingress", "HTTPRoute", "GRPCRoute", "Gateway"}:
            setting.ledger.claim((thing.tree,), Fate.DROPPED, "", reasons.CLUSTER_ONLY)
        _plumbing(setting, thing.tree)
        if thing.kind == "NetworkPolicy":
            _tell_policy(setting, thing.tree, thing.name)
        if thing.kind in {"Ingress", "HTTPRoute", "GRPCRoute", "Gateway", "GatewayClass"}:
            for spot in (
                ("spec", "ingressClassName"),
                ("spec", "parentRefs"),
                ("spec", "gatewayClassName"),
                ("spec", "controllerName"),
                ("metadata", "annotations", "kubernetes.io/ingress.class"),
            ):
                setting.ledger.claim(
                    (at(thing.tree, *spot),), Fate.REPLACED, "PublicAlb", reasons.INGRESS_CLASS
                )
    for endpoint in setting.estate.endpoints:
        if endpoint.tree is None:
            setting.ledger.claim(
                traced(endpoint.trace, "whole"), Fate.ADAPTED, "PublicAlb", reasons.BALANCER
            )
    claim_wrappers(setting.ledger, setting.estate.documents, "Parameters")


def claim_wrappers(ledger: Ledger, documents: tuple[Tree, ...], to: str) -> None:  # noqa: C901, PLR0912
    """What stands around the objects: lists, template parts, compose headers."""
    for document in documents:
        for part in ("parameters", "variables", "outputs", "modules", "$schema", "contentVersion"):
            ledger.claim((at(document, part),), Fate.REPLACED, to, reasons.RESOLVED)
        resources = at(document, "resources")
        for leaf in leaves(document):
            if isinstance(leaf, Leaf) and leaf.raw.startswith("[") and leaf.raw.endswith("]"):
                ledger.claim((leaf,), Fate.REPLACED, to, reasons.RESOLVED)
        for resource in getattr(resources, "items", ()):
            if isinstance(resource, Map) and not _holds_containers(resource):
                ledger.claim((resource,), Fate.DROPPED, "", reasons.NO_CONTAINERS)
        services = at(document, "services")
        if isinstance(services, Map) and isinstance(document, Map):
            for name, item in document.items.items():
                if name.startswith("x-") or name in {"name", "version", "volumes", "networks"}:
                    ledger.claim((item,), Fate.REPLACED, to, reasons.WRAPPER)
            for item in services.items.values():
                if at(item, "profiles") is not None:
                    ledger.claim((item,), Fate.DROPPED, "", reasons.PROFILE)
        if at(document, "items") is not None:
            for part in ("apiVersion", "kind", "metadata"):
                ledger.claim((at(document, part),), Fate.REPLACED, to, reasons.WRAPPER)


def _holds_containers(resource: Map) -> bool:
    kind = (as_text(az(resource, "type")) or "").casefold()
    return kind in {TYPE, *TYPES}


def _container(setting: Setting, container: Container) -> None:
    ledger = setting.ledger
    for probe in (container.readiness, container.liveness, container.startup):
        if probe is None:
            continue
        ledger.claim(traced(probe.trace, "headers"), Fate.DROPPED, "", reasons.HEALTH_HEADERS)
        ledger.claim(traced(probe.trace, "whole"), Fate.DROPPED, "", reasons.HEALTH_NOBODY)
    for tree in traced(container.trace, "whole"):
        security = at(tree, "securityContext") or at(tree, "properties", "securityContext")
        for key in _CONTAINED:
            ledger.claim((at(security, key),), Fate.DROPPED, "", reasons.RUNS_CONTAINED)
        ledger.claim((at(tree, "imagePullPolicy"),), Fate.DROPPED, "", reasons.PULL_POLICY)


def _workload(setting: Setting, workload: Workload) -> None:
    ledger = setting.ledger
    for pod in traced(workload.trace, "pod"):
        for key in _SPREAD:
            ledger.claim((at(pod, key),), Fate.DROPPED, "", reasons.SPREAD)
        for key in _CONTAINED:
            ledger.claim((at(pod, "securityContext", key),), Fate.DROPPED, "",
                         reasons.RUNS_CONTAINED)  # fmt: skip
        ledger.claim((at(pod, "imagePullSecrets"),), Fate.REPLACED, "", reasons.PULL_SECRET)
    for key, (fate, why) in _SPEC.items():
        ledger.claim((at(workload.tree, "spec", key),), fate, "Service", why)
    for claims in traced(workload.trace, "claims", "fs_group"):
        ledger.claim((claims,), Fate.REPLACED, "Files", reasons.VOLUME_DISK)


def _plumbing(setting: Setting, tree: Map) -> None:
    for part in ("apiVersion", "kind"):
        setting.ledger.claim((tree.get(part),), Fate.REPLACED, "", reasons.PLUMBING)
    meta: Tree | None = tree.get("metadata")
    setting.ledger.claim((at(meta, "name"),), Fate.ADAPTED, "", reasons.NAME)
    setting.ledger.claim((at(meta, "namespace"),), Fate.ADAPTED, "", reasons.NAMESPACE)
    setting.ledger.claim((at(meta, "labels"),), Fate.REPLACED, "", reasons.SELECTOR)


def _tell_policy(setting: Setting, tree: Map, name: str) -> None:
    setting.note(
        "network-policy-dropped",
        Weight.WARNING,
        Text(
            en=f'the NetworkPolicy "{name}" is not carried: tasks of the stack reach each other',
            ja=f"NetworkPolicy「{name}」は引き継がれない。スタック内のタスクは相互に通信できる",
        ),
        tree.place,
    )
