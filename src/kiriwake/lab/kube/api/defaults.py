"""What the API server fills in where the writer said nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from kiriwake.lab.kube.objects import Obj, containers_of

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def defaulted(resource: str, obj: Obj) -> Obj:
    """A copy of the object with Kubernetes' defaults."""
    fill = BY_RESOURCE.get(resource)
    if fill is None:
        return obj
    new = deepcopy(obj)
    fill(new)
    return new


def _set(target: Obj, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if target.get(key) is None:
            target[key] = deepcopy(value)


def _pod_spec(spec: Obj) -> None:
    _set(
        spec,
        {
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            "securityContext": {},
            "schedulerName": "default-scheduler",
        },
    )
    if spec.get("serviceAccountName"):
        spec["serviceAccount"] = spec["serviceAccountName"]
    elif spec.get("serviceAccount"):
        spec["serviceAccountName"] = spec["serviceAccount"]
    for container in containers_of(spec):
        _container(container)
    for volume in spec.get("volumes") or ():
        for source, mode in (("configMap", 420), ("secret", 420), ("projected", 420)):
            if isinstance(volume.get(source), dict):
                _set(volume[source], {"defaultMode": mode})
        if isinstance(volume.get("hostPath"), dict):
            _set(volume["hostPath"], {"type": ""})
        if not set(volume) - {"name"}:
            volume["emptyDir"] = {}


def _container(container: Obj) -> None:
    image = str(container.get("image") or "")
    tag = image.rpartition("/")[2].partition(":")[2]
    always = "@" not in image and tag in ("", "latest")
    _set(
        container,
        {
            "imagePullPolicy": "Always" if always else "IfNotPresent",
            "resources": {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
        },
    )
    for port in container.get("ports") or ():
        _set(port, {"protocol": "TCP"})
    for name in PROBES:
        if container.get(name):
            _probe(container[name])
    for variable in container.get("env") or ():
        source = variable.get("valueFrom") or {}
        if isinstance(source.get("fieldRef"), dict):
            _set(source["fieldRef"], {"apiVersion": "v1"})
    limits = (container["resources"] or {}).get("limits") or {}
    if limits:
        requests = container["resources"].setdefault("requests", {})
        _set(requests, limits)


def _probe(probe: Obj) -> None:
    _set(
        probe,
        {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
    )
    if isinstance(probe.get("httpGet"), dict):
        _set(probe["httpGet"], {"path": "/", "scheme": "HTTP"})


def _pod(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _pod_spec(spec)
    _set(spec, {"enableServiceLinks": True})


def _template(obj: Obj) -> None:
    template = obj["spec"].setdefault("template", {})
    meta = template.setdefault("metadata", {})
    meta.setdefault("creationTimestamp", None)
    _pod_spec(template.setdefault("spec", {}))


def _deployment(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _set(
        spec,
        {
            "replicas": 1,
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
            "strategy": {"type": "RollingUpdate"},
        },
    )
    _set(spec["strategy"], {"type": "RollingUpdate"})
    if spec["strategy"]["type"] == "RollingUpdate":
        rolling = spec["strategy"].setdefault("rollingUpdate", {})
        _set(rolling, {"maxUnavailable": "25%", "maxSurge": "25%"})
    _template(obj)


def _replica_set(obj: Obj) -> None:
    _set(obj.setdefault("spec", {}), {"replicas": 1})
    _template(obj)


def _daemon_set(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _set(spec, {"revisionHistoryLimit": 10, "updateStrategy": {"type": "RollingUpdate"}})
    _set(spec["updateStrategy"], {"type": "RollingUpdate"})
    if spec["updateStrategy"]["type"] == "RollingUpdate":
        rolling = spec["updateStrategy"].setdefault("rollingUpdate", {})
        _set(rolling, {"maxUnavailable": 1, "maxSurge": 0})
    _template(obj)


def _stateful_set(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _set(
        spec,
        {
            "replicas": 1,
            "podManagementPolicy": "OrderedReady",
            "revisionHistoryLimit": 10,
            "serviceName": "",
            "updateStrategy": {"type": "RollingUpdate"},
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
        },
    )
    if spec["updateStrategy"].get("type") == "RollingUpdate":
        _set(spec["updateStrategy"], {"rollingUpdate": {"partition": 0}})
    for claim in spec.get("volumeClaimTemplates") or ():
        _set(claim, {"apiVersion": "v1", "kind": "PersistentVolumeClaim"})
        _set(claim.setdefault("spec", {}), {"volumeMode": "Filesystem"})
    _template(obj)


def _job(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _set(
        spec,
        {
            "backoffLimit": 6,
            "completionMode": "NonIndexed",
            "suspend": False,
            "manualSelector": False,
            "podReplacementPolicy": "TerminatingOrFailed",
        },
    )
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    _set(spec, {"parallelism": 1})
    _template(obj)


def _cron_job(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _set(
        spec,
        {
            "concurrencyPolicy": "Allow",
            "suspend": False,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 1,
        },
    )
    inner = spec.setdefault("jobTemplate", {}).setdefault("spec", {})
    _pod_spec(inner.setdefault("template", {}).setdefault("spec", {}))


def _service(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _set(spec, {"type": "ClusterIP", "sessionAffinity": "None"})
    if spec["type"] == "ExternalName":
        return
    _set(spec, {"internalTrafficPolicy": "Cluster"})
    _set(spec, {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"})
    if spec["type"] in ("LoadBalancer", "NodePort"):
        _set(spec, {"externalTrafficPolicy": "Cluster"})
    if spec["type"] == "LoadBalancer":
        _set(spec, {"allocateLoadBalancerNodePorts": True})
    for port in spec.get("ports") or ():
        _set(port, {"protocol": "TCP"})
        _set(port, {"targetPort": port.get("port")})


def _namespace(obj: Obj) -> None:
    obj.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    obj.setdefault("status", {"phase": "Active"})
    labels = obj["metadata"].setdefault("labels", {})
    labels["kubernetes.io/metadata.name"] = obj["metadata"]["name"]


def _claim(obj: Obj) -> None:
    _set(obj.setdefault("spec", {}), {"volumeMode": "Filesystem"})
    obj.setdefault("status", {"phase": "Pending"})


def _volume(obj: Obj) -> None:
    reclaim = {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"}
    _set(obj.setdefault("spec", {}), reclaim)
    obj.setdefault("status", {"phase": "Pending"})


def _storage_class(obj: Obj) -> None:
    _set(obj, {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"})


def _secret(obj: Obj) -> None:
    _set(obj, {"type": "Opaque"})
    if obj.get("stringData"):
        from_text = {key: _base64(value) for key, value in obj.pop("stringData").items()}
        obj["data"] = {**(obj.get("data") or {}), **from_text}


def _base64(text: str) -> str:
    return b64encode(str(text).encode()).decode()


def _autoscaler(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _set(spec, {"minReplicas": 1})
    percent = spec.pop("targetCPUUtilizationPercentage", None)
    if "metrics" not in spec:
        target = {"type": "Utilization", "averageUtilization": percent or 80}
        resource = {"name": "cpu", "target": target}
        spec["metrics"] = [{"type": "Resource", "resource": resource}]


def _ingress(obj: Obj) -> None:
    obj.setdefault("status", {"loadBalancer": {}})


def _hook(obj: Obj) -> None:
    for hook in obj.get("webhooks") or ():
        _set(hook, {"failurePolicy": "Fail", "timeoutSeconds": 10, "matchPolicy": "Equivalent"})
        _set(hook, {"namespaceSelector": {}, "objectSelector": {}})


def _definition(obj: Obj) -> None:
    names = obj.get("spec", {}).get("names", {})
    _set(names, {"listKind": f"{names.get('kind', '')}List"})
    _set(names, {"singular": str(names.get("kind", "")).lower()})


BY_RESOURCE: Mapping[str, Callable[[Obj], None]] = {
    "pods": _pod,
    "deployments.apps": _deployment,
    "replicasets.apps": _replica_set,
    "daemonsets.apps": _daemon_set,
    "statefulsets.apps": _stateful_set,
    "jobs.batch": _job,
    "cronjobs.batch": _cron_job,
    "services": _service,
    "namespaces": _namespace,
    "persistentvolumeclaims": _claim,
    "persistentvolumes": _volume,
    "storageclasses.storage.k8s.io": _storage_class,
    "secrets": _secret,
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "ingresses.networking.k8s.io": _ingress,
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": _hook,
    "validatingwebhookconfigurations.admissionregistration.k8s.io": _hook,
    "customresourcedefinitions.apiextensions.k8s.io": _definition,
}
