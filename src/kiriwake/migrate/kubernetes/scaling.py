"""HorizontalPodAutoscalers and KEDA ScaledObjects."""

from __future__ import annotations

from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import Metric, Scaling
from kiriwake.migrate.tree import Map, as_maps, as_text, as_whole, at

_KEDA_DEFAULT_MOST = 100
_SHARE_OF_REQUEST = ("cpu", "memory")


def target_of(tree: Map) -> str:
    """The name of the workload an autoscaler watches."""
    return as_text(at(tree, "spec", "scaleTargetRef", "name")) or ""


def read_scaling(tree: Map, kind: str) -> Scaling:
    """An HPA (v1 or v2) or a ScaledObject."""
    spec = at(tree, "spec")
    where = trace(whole=tree)
    if kind == "ScaledObject":
        least, most = as_whole(at(spec, "minReplicaCount")), as_whole(at(spec, "maxReplicaCount"))
        metrics = tuple(_trigger(trigger) for trigger in as_maps(at(spec, "triggers")))
        return Scaling(least or 0, most or _KEDA_DEFAULT_MOST, metrics, tree.place, where)
    least, most = as_whole(at(spec, "minReplicas")), as_whole(at(spec, "maxReplicas"))
    metrics = tuple(_metric(metric) for metric in as_maps(at(spec, "metrics")))
    old = as_whole(at(spec, "targetCPUUtilizationPercentage"))
    if old is not None:
        metrics = (Metric("cpu", float(old), place=tree.place), *metrics)
    return Scaling(1 if least is None else least, most or 1, metrics, tree.place, where)


def _metric(tree: Map) -> Metric:
    kind = as_text(tree.get("type")) or ""
    inner = at(tree, "resource") or at(tree, "containerResource")
    name = as_text(at(inner, "name")) or ""
    share = as_whole(at(inner, "target", "averageUtilization"))
    if share is None:
        share = as_whole(at(inner, "targetAverageUtilization"))
    if kind in {"Resource", "ContainerResource"} and name in _SHARE_OF_REQUEST:
        if share is not None:
            return Metric(name, float(share), kind, tree.place, trace(whole=tree))
        value = as_text(at(inner, "target", "averageValue")) or ""
        return Metric("other", None, f"{name} averageValue {value}", tree.place, trace(whole=tree))
    return Metric("other", None, kind, tree.place, trace(whole=tree))


def _trigger(tree: Map) -> Metric:
    kind = as_text(tree.get("type")) or ""
    value = as_whole(at(tree, "metadata", "value"))
    if kind in _SHARE_OF_REQUEST and value is not None:
        return Metric(kind, float(value), kind, tree.place, trace(whole=tree))
    queues = ("queue", "servicebus", "eventhub", "kafka", "rabbitmq")
    what = "queue" if any(word in kind for word in queues) else "other"
    return Metric(what, None, kind, tree.place, trace(whole=tree))
