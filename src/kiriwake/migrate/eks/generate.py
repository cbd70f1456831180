"""Kubernetes manifests written from the model, for inputs that were none."""

from __future__ import annotations

from typing import Any

from kiriwake.migrate.eks.document import Data
from kiriwake.migrate.images import moved
from kiriwake.migrate.model import (
    Container,
    Endpoint,
    Kind,
    Probe,
    Resources,
    Route,
    Variable,
    Volume,
    Workload,
)
from kiriwake.migrate.names import dashed

_AWS = "service.beta.kubernetes.io/aws-load-balancer-"
_ALB = "alb.ingress.kubernetes.io/"


def manifests(workload: Workload, registry: str) -> list[Data]:
    """The controller of a workload, its claims and its autoscaler."""
    name = dashed(workload.name, 63)
    found: list[Data] = [
        _claim(name, volume) for volume in workload.volumes if volume.how in {"share", "disk"}
    ]
    if workload.service_account:
        account = dashed(workload.service_account, 63)
        found.append({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account}})
    template: Data = {
        "metadata": {"labels": dict(workload.labels)},
        "spec": _pod(workload, name, registry),
    }
    match workload.kind:
        case Kind.TASK:
            spec: Data = {"template": template, "backoffLimit": 3}
            found.append(_object("batch/v1", "Job", name, spec))
        case Kind.SCHEDULED:
            job = {"spec": {"template": template}}
            spec = {"schedule": workload.schedule, "jobTemplate": job}
            found.append(_object("batch/v1", "CronJob", name, spec))
        case _:
            spec = {
                "replicas": workload.replicas,
                "selector": {"matchLabels": dict(workload.labels)},
                "strategy": _strategy(workload),
                "template": template,
            }
            found.append(_object("apps/v1", "Deployment", name, spec))
    if workload.scaling is not None:
        scaler = _scaler(workload, name)
        if scaler is not None:
            found.append(scaler)
    return found


def _object(api: str, kind: str, name: str, spec: Data) -> Data:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _strategy(workload: Workload) -> Data:
    if workload.rollout.recreate:
        return {"type": "Recreate"}

    def amount(number: int, *, percent: bool) -> int | str:
        return f"{number}%" if percent else number

    surge, missing = workload.rollout.surge, workload.rollout.unavailable
    return {
        "type": "RollingUpdate",
        "rollingUpdate": {
            "maxSurge": amount(surge.number, percent=surge.percent),
            "maxUnavailable": amount(missing.number, percent=missing.percent),
        },
    }


def _pod(workload: Workload, name: str, registry: str) -> Data:
    gone = {"host", "git", "other"}
    volumes = [_volume(name, v) for v in workload.volumes if v.how not in gone]
    kept = {dashed(v.name, 63) for v in workload.volumes if v.how not in gone}
    found: Data = {
        "nodeSelector": {
            "kubernetes.io/os": "windows" if workload.windows else "linux",
            "kubernetes.io/arch": "arm64" if workload.arm else "amd64",
        },
        "terminationGracePeriodSeconds": workload.stop_s,
        "containers": [_container(c, workload, registry, kept) for c in workload.containers],
    }
    if workload.init:
        found["initContainers"] = [_container(c, workload, registry, kept) for c in workload.init]
    if workload.service_account:
        found["serviceAccountName"] = dashed(workload.service_account, 63)
    if volumes:
        found["volumes"] = volumes
    if workload.kind in {Kind.TASK, Kind.SCHEDULED}:
        found["restartPolicy"] = "Never"
    return found


def _container(container: Container, workload: Workload, registry: str, kept: set[str]) -> Data:  # noqa: C901, PLR0912
    image = moved(container, workload)
    written = f"{registry}/{image.repository}:{image.tag}" if image else container.image
    found: Data = {"name": dashed(container.name, 63), "image": written}
    if container.entry:
        found["command"] = list(container.entry)
    if container.command:
        found["args"] = list(container.command)
    if container.directory:
        found["workingDir"] = container.directory
    if container.ports:
        found["ports"] = [
            {"containerPort": p.number, "protocol": p.protocol} for p in container.ports
        ]
    env = [_variable(v) for v in container.variables if not v.filled]
    if env:
        found["env"] = env
    resources = _resources(container.resources)
    if resources:
        found["resources"] = resources
    for key, probe in (
        ("livenessProbe", container.liveness),
        ("readinessProbe", container.readiness),
        ("startupProbe", container.startup),
    ):
        if probe is not None:
            found[key] = _probe(probe, allow_many=key == "readinessProbe")
    mounts: list[Data] = []
    for mount in container.mounts:
        volume = dashed(mount.volume, 63)
        if volume in kept:
            item: Data = {"name": volume, "mountPath": mount.path}
            if mount.read_only:
                item["readOnly"] = True
            if mount.sub_path:
                item["subPath"] = mount.sub_path
            mounts.append(item)
    if mounts:
        found["volumeMounts"] = mounts
    security = _security(container)
    if security:
        found["securityContext"] = security
    if container.interactive:
        found["stdin"] = True
    if container.terminal:
        found["tty"] = True
    return found


def _variable(variable: Variable) -> Data:
    if variable.secret is not None:
        key = {"name": dashed(variable.secret.secret, 63), "key": variable.secret.key}
        return {"name": variable.name, "valueFrom": {"secretKeyRef": key}}
    if variable.unknown:
        return {"name": variable.name, "value": f"FILL_IN_{variable.name}"}
    return {"name": variable.name, "value": variable.value or ""}


def _resources(r: Resources) -> Data:
    requests: Data = {}
    limits: Data = {}
    for table, cpu, memory in (
        (requests, r.cpu_request, r.memory_request),
        (limits, r.cpu_limit, r.memory_limit),
    ):
        if cpu is not None:
            table["cpu"] = f"{cpu}m"
        if memory is not None:
            table["memory"] = f"{memory}Mi"
    if r.gpu:
        limits["nvidia.com/gpu"] = str(r.gpu)
    found = {"requests": requests, "limits": limits}
    return {key: table for key, table in found.items() if table}


def _probe(probe: Probe, *, allow_many: bool) -> Data:
    found: Data = {}
    if probe.how == "exec":
        found["exec"] = {"command": list(probe.command)}
    elif probe.how == "http":
        found["httpGet"] = {"path": probe.path, "port": probe.port or 80, "scheme": probe.scheme}
    elif probe.how == "grpc":
        found["grpc"] = {"port": probe.port or 80}
    else:
        found["tcpSocket"] = {"port": probe.port or 80}
    found |= {
        "initialDelaySeconds": probe.delay_s,
        "periodSeconds": probe.period_s,
        "timeoutSeconds": probe.timeout_s,
        "failureThreshold": probe.failures,
    }
    if allow_many:
        found["successThreshold"] = probe.successes
    return found


def _security(container: Container) -> Data:
    found: Data = {}
    user, _, group = container.user.partition(":")
    if user.isdigit():
        found["runAsUser"] = int(user)
    if group.isdigit():
        found["runAsGroup"] = int(group)
    if container.read_only_root is not None:
        found["readOnlyRootFilesystem"] = container.read_only_root
    if container.privileged:
        found["privileged"] = True
    capabilities: dict[str, Any] = {}
    if container.add:
        capabilities["add"] = list(container.add)
    if container.drop:
        capabilities["drop"] = list(container.drop)
    if capabilities:
        found["capabilities"] = capabilities
    return found


def _volume(name: str, volume: Volume) -> Data:
    found: Data = {"name": dashed(volume.name, 63)}
    if volume.how in {"share", "disk"}:
        found["persistentVolumeClaim"] = {"claimName": _claim_name(name, volume)}
    elif volume.how in {"secret", "config"}:
        inner: Data = {}
        if volume.files:
            inner["items"] = [{"key": key, "path": path} for path, key in volume.files]
        key = "secretName" if volume.how == "secret" else "name"
        inner[key] = dashed(volume.source or volume.name, 63)
        found["secret" if volume.how == "secret" else "configMap"] = inner
    else:
        found["emptyDir"] = {"medium": "Memory"} if volume.memory else {}
    return found


def _claim_name(name: str, volume: Volume) -> str:
    if volume.how == "share" and volume.source:
        return dashed(volume.source, 63)
    return dashed(f"{name}-{volume.name}", 63)


def _claim(name: str, volume: Volume) -> Data:
    shared = volume.how == "share"
    spec = {
        "accessModes": ["ReadWriteMany" if shared else "ReadWriteOnce"],
        "storageClassName": "efs" if shared else "gp3",
        "resources": {"requests": {"storage": f"{volume.gib or 10}Gi"}},
    }
    return _object("v1", "PersistentVolumeClaim", _claim_name(name, volume), spec)


def _scaler(workload: Workload, name: str) -> Data | None:
    scaling = workload.scaling
    if scaling is None:
        return None
    metrics = [
        {
            "type": "Resource",
            "resource": {
                "name": metric.what,
                "target": {"type": "Utilization", "averageUtilization": int(metric.target)},
            },
        }
        for metric in scaling.metrics
        if metric.what in {"cpu", "memory"} and metric.target is not None
    ]
    if not metrics:
        return None
    spec: Data = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": max(1, scaling.least),
        "maxReplicas": max(1, scaling.most),
        "metrics": metrics,
    }
    return _object("autoscaling/v2", "HorizontalPodAutoscaler", name, spec)


def service(endpoint: Endpoint) -> Data:
    """A Service in front of a generated workload."""
    name = dashed(endpoint.name, 63)
    spec: Data = {
        "type": "LoadBalancer" if endpoint.public else "ClusterIP",
        "selector": dict(endpoint.selector),
        "ports": [
            {
                "name": f"p{p.port}-{p.protocol.lower()}",
                "port": p.port,
                "targetPort": p.target if p.target is not None else p.port,
                "protocol": p.protocol,
            }
            for p in endpoint.ports
        ],
    }
    found = _object("v1", "Service", name, spec)
    if endpoint.public:
        found["metadata"]["annotations"] = {
            f"{_AWS}nlb-target-type": "ip",
            f"{_AWS}scheme": "internal" if endpoint.internal_balancer else "internet-facing",
            f"{_AWS}type": "external",
        }
        if endpoint.ranges:
            spec["loadBalancerSourceRanges"] = list(endpoint.ranges)
    return found


def ingress(routes: list[Route]) -> Data:
    """One Ingress for the routes of a workload, one rule a host."""
    first = routes[0]
    rules: list[Data] = []
    for route in routes:
        paths = [
            {
                "path": path.path,
                "pathType": "Exact" if path.how == "exact" else "Prefix",
                "backend": {
                    "service": {"name": dashed(path.service, 63), "port": {"number": path.port}}
                },
            }
            for path in route.paths
        ]
        rule: Data = {"host": route.host} if route.host else {}
        rules.append({**rule, "http": {"paths": paths}})
    notes = {
        f"{_ALB}scheme": "internal" if first.internal else "internet-facing",
        f"{_ALB}target-group-attributes": "deregistration_delay.timeout_seconds=30",
        f"{_ALB}target-type": "ip",
    }
    if first.tls:
        notes[f"{_ALB}listen-ports"] = '[{"HTTP": 80}, {"HTTPS": 443}]'
        if first.redirect:
            notes[f"{_ALB}ssl-redirect"] = "443"
    found = _object("networking.k8s.io/v1", "Ingress", dashed(first.name, 63),
                    {"ingressClassName": "alb", "rules": rules})  # fmt: skip
    found["metadata"]["annotations"] = dict(sorted(notes.items()))
    return found
