"""Disruption budgets, quotas and autoscalers: what they count, and what follows."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from kiriwake.lab.kube.api import metrics
from kiriwake.lab.kube.api.quota import usage, usage_text
from kiriwake.lab.kube.api.writing import set_status
from kiriwake.lab.kube.control.pods import is_active, is_ready, portion
from kiriwake.lab.kube.objects import Obj, name_of, namespace_of, stamp, with_condition
from kiriwake.lab.kube.selectors import selects
from kiriwake.lab.kube.world import World

BUDGETS = "poddisruptionbudgets.policy"
SCALERS = "horizontalpodautoscalers.autoscaling"
EVERY = timedelta(seconds=15)
TOLERANCE = Decimal("0.1")
BY = "horizontal-pod-autoscaler"
TARGETS = {
    "Deployment": "deployments.apps",
    "ReplicaSet": "replicasets.apps",
    "StatefulSet": "statefulsets.apps",
}
NO_METRICS = (
    "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics"
    " from resource metrics API: the server could not find the requested resource"
    " (get pods.metrics.k8s.io)"
)
GOES = (
    ("AbleToScale", "ReadyForNewScale", "recommended size matches current size"),
    (
        "ScalingActive",
        "ValidMetricFound",
        "the HPA was able to successfully calculate a replica count from cpu resource utilization",
    ),
)
NO_REQUEST = "failed to get cpu utilization: missing request for cpu in container {name}"


class Budgets:
    """Keeps the status of disruption budgets and quotas."""

    def __init__(self, world: World) -> None:
        self._world = world

    def budget(self, namespace: str, name: str) -> None:
        """Counts what a budget still allows."""
        world = self._world
        budget = world.store.find(BUDGETS, namespace, name)
        if budget is None:
            return
        spec = budget["spec"]
        pods = [
            pod
            for pod in world.store.all("pods", namespace)
            if selects(spec.get("selector"), pod) and is_active(pod)
        ]
        healthy = sum(is_ready(pod) for pod in pods)
        if "maxUnavailable" in spec:
            least = len(pods) - portion(spec["maxUnavailable"], len(pods), up=True)
        else:
            least = portion(spec.get("minAvailable", 1), len(pods), up=True)
        allowed = max(0, healthy - least)
        status: Obj = {
            "currentHealthy": healthy,
            "desiredHealthy": max(0, least),
            "disruptionsAllowed": allowed,
            "expectedPods": len(pods),
            "observedGeneration": budget["metadata"].get("generation", 1),
        }
        set_status(world, BUDGETS, budget, status)

    def quota(self, namespace: str, name: str) -> None:
        """Writes what a namespace uses of its quota."""
        world = self._world
        quota = world.store.find("resourcequotas", namespace, name)
        if quota is None:
            return
        hard = quota.get("spec", {}).get("hard") or {}
        used = usage(world, namespace, hard)
        said = {key: usage_text(key, amount) for key, amount in used.items()}
        set_status(world, "resourcequotas", quota, {"hard": hard, "used": said})


class Autoscalers:
    """The HorizontalPodAutoscaler controller."""

    def __init__(self, world: World) -> None:
        self._world = world

    def reconcile(self, namespace: str, name: str) -> None:
        """Scales by CPU, or says that there are no metrics."""
        world = self._world
        scaler = world.store.find(SCALERS, namespace, name)
        if scaler is None:
            return
        world.loop.later(world.now() + EVERY, "autoscalers", namespace, name)
        reference = scaler["spec"]["scaleTargetRef"]
        resource = TARGETS.get(reference["kind"], "")
        target = world.store.find(resource, namespace, reference["name"]) if resource else None
        if target is None:
            said = (
                f"the HPA controller was unable to get the target's current scale:"
                f' {reference["kind"].lower()}s.apps "{reference["name"]}" not found'
            )
            self._cannot(scaler, "AbleToScale", "FailedGetScale", said)
            return
        pods = [
            pod
            for pod in world.store.all("pods", namespace)
            if selects(target["spec"].get("selector"), pod) and is_ready(pod)
        ]
        if not metrics.is_served(world):
            self._cannot(scaler, "ScalingActive", "FailedGetResourceMetric", NO_METRICS)
            return
        used = metrics.average_cpu(world, pods)
        if used is None:
            names = [str(c["name"]) for c in target["spec"]["template"]["spec"]["containers"]]
            said = NO_REQUEST.format(name=names[0])
            self._cannot(scaler, "ScalingActive", "FailedGetResourceMetric", said)
            return
        self._scale(scaler, resource, target, used)

    def _cannot(self, scaler: Obj, kind: str, reason: str, message: str) -> None:
        now = stamp(self._world.now())
        words = f"the HPA was unable to compute the replica count: {message}"
        new = {"type": kind, "status": "False", "reason": reason, "message": words}
        status = dict(scaler.get("status") or {})
        status.setdefault("currentReplicas", 0)
        status.setdefault("desiredReplicas", 0)
        status["conditions"] = with_condition(status.get("conditions") or [], new, now)
        set_status(self._world, SCALERS, scaler, status)
        self._world.events.warning(scaler, reason, message, BY)

    def _scale(self, scaler: Obj, resource: str, target: Obj, used: Decimal) -> None:
        world, spec = self._world, scaler["spec"]
        goal = Decimal(80)
        for metric in spec.get("metrics") or ():
            inner = (metric.get("resource") or {}).get("target") or {}
            goal = Decimal(inner.get("averageUtilization") or goal)
        current = int(target["spec"].get("replicas") or 0)
        ratio = used * 100 / goal
        wanted = current
        if abs(ratio - 1) > TOLERANCE:
            wanted = -int(-(current * ratio) // 1)
        wanted = max(int(spec.get("minReplicas") or 1), min(int(spec["maxReplicas"]), wanted))
        percent = int((used * 100).quantize(Decimal(1), ROUND_HALF_UP))
        now = stamp(world.now())
        conditions = list((scaler.get("status") or {}).get("conditions") or [])
        for kind, reason, words in GOES:
            new = {"type": kind, "status": "True", "reason": reason, "message": words}
            conditions = with_condition(conditions, new, now)
        status: Obj = {
            "currentReplicas": current,
            "desiredReplicas": wanted,
            "currentMetrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "current": {"averageUtilization": percent}},
                }
            ],
            "conditions": conditions,
        }
        set_status(world, SCALERS, scaler, status)
        if wanted != current:
            meta = dict(target["metadata"])
            meta["generation"] = int(meta.get("generation") or 1) + 1
            new_spec = {**target["spec"], "replicas": wanted}
            world.store.update(resource, {**target, "metadata": meta, "spec": new_spec})
            said = f"New size: {wanted}; reason: cpu resource utilization (percentage of request)"
            world.events.normal(scaler, "SuccessfulRescale", said, BY)


def touched_by(world: World, pod: Obj) -> list[tuple[str, str, str]]:
    """The budgets and quotas that a changed pod concerns."""
    namespace = namespace_of(pod)
    budgets = [
        ("budget", namespace, name_of(one))
        for one in world.store.all(BUDGETS, namespace)
        if selects(one["spec"].get("selector"), pod)
    ]
    quotas = [
        ("quota", namespace, name_of(one)) for one in world.store.all("resourcequotas", namespace)
    ]
    return budgets + quotas
