"""The workloads of EKS's add-ons, as the lab puts them into a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kiriwake.lab.kube.api import writing
from kiriwake.lab.kube.objects import Obj, name_of, namespace_of
from kiriwake.lab.kube.world import World

EVERYTHING = [{"operator": "Exists"}]
REGISTRY = "602401143452.dkr.ecr.{region}.amazonaws.com"
LABEL = "app.kubernetes.io/name"


def _meta(name: str, namespace: str, labels: Mapping[str, str]) -> Obj:
    return {"name": name, "namespace": namespace, "labels": dict(labels)}


def _account(name: str, namespace: str) -> Obj:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}


def _workload(
    kind: str,
    name: str,
    containers: Sequence[Obj],
    *,
    namespace: str = "kube-system",
    label: tuple[str, str] = ("", ""),
    account: str = "",
    spec: Mapping[str, object] | None = None,
    replicas: int = 1,
) -> Obj:
    key, value = label if label[0] else (LABEL, name)
    labels = {key: value, LABEL: name}
    pod: Obj = {"serviceAccountName": account or name, "containers": list(containers)}
    pod |= {"priorityClassName": "system-node-critical", **(spec or {})}
    body: Obj = {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": _meta(name, namespace, labels),
        "spec": {
            "selector": {"matchLabels": {key: value}},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    if kind == "Deployment":
        body["spec"]["replicas"] = replicas
    return body


def _exec(*command: str) -> Obj:
    return {"exec": {"command": list(command)}, "initialDelaySeconds": 1, "timeoutSeconds": 10}


def vpc_cni(registry: str) -> list[Obj]:
    """The VPC CNI: `aws-node` on every node."""
    probe = _exec("/app/grpc-health-probe", "-addr=:50051", "-connect-timeout=5s")
    env = {
        "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "false",
        "ENABLE_PREFIX_DELEGATION": "false",
        "WARM_ENI_TARGET": "1",
        "WARM_PREFIX_TARGET": "1",
    }
    container = {
        "name": "aws-node",
        "image": f"{registry}/amazon-k8s-cni:v1.20.1-eksbuild.1",
        "env": [{"name": key, "value": value} for key, value in env.items()],
        "ports": [{"containerPort": 61678, "name": "metrics"}],
        "readinessProbe": probe,
        "livenessProbe": {**probe, "initialDelaySeconds": 60},
        "resources": {"requests": {"cpu": "25m"}},
    }
    spec = {"hostNetwork": True, "tolerations": EVERYTHING}
    label = ("k8s-app", "aws-node")
    return [
        _account("aws-node", "kube-system"),
        _workload("DaemonSet", "aws-node", [container], label=label, spec=spec),
    ]


def kube_proxy(registry: str) -> list[Obj]:
    """kube-proxy on every node."""
    container = {
        "name": "kube-proxy",
        "image": f"{registry}/eks/kube-proxy:v1.33.3-minimal-eksbuild.4",
        "resources": {"requests": {"cpu": "100m"}},
    }
    spec = {"hostNetwork": True, "tolerations": EVERYTHING}
    label = ("k8s-app", "kube-proxy")
    return [
        _account("kube-proxy", "kube-system"),
        _workload("DaemonSet", "kube-proxy", [container], label=label, spec=spec),
    ]


def coredns(registry: str) -> list[Obj]:
    """CoreDNS, two of it, and the Service `kube-dns`."""
    container = {
        "name": "coredns",
        "image": f"{registry}/eks/coredns:v1.12.2-eksbuild.4",
        "args": ["-conf", "/etc/coredns/Corefile"],
        "ports": [
            {"containerPort": 53, "name": "dns", "protocol": "UDP"},
            {"containerPort": 53, "name": "dns-tcp"},
            {"containerPort": 9153, "name": "metrics"},
            {"containerPort": 8080, "name": "health"},
            {"containerPort": 8181, "name": "ready"},
        ],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}},
        "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "initialDelaySeconds": 60},
        "resources": {
            "requests": {"cpu": "100m", "memory": "70Mi"},
            "limits": {"memory": "170Mi"},
        },
        "volumeMounts": [{"name": "config-volume", "mountPath": "/etc/coredns"}],
    }
    spec = {
        "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "volumes": [{"name": "config-volume", "configMap": {"name": "coredns"}}],
        "tolerations": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}],
    }
    label = ("k8s-app", "kube-dns")
    corefile = (
        ".:53 {\n    errors\n    health\n    ready\n    kubernetes cluster.local in-addr.arpa"
    )
    corefile += " ip6.arpa\n    prometheus :9153\n    forward . /etc/resolv.conf\n    cache 30\n}\n"
    ports = [
        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
    ]
    service = {"selector": {"k8s-app": "kube-dns"}, "clusterIP": "172.20.0.10", "ports": ports}
    return [
        _account("coredns", "kube-system"),
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": _meta("coredns", "kube-system", {}),
            "data": {"Corefile": corefile},
        },
        _workload("Deployment", "coredns", [container], label=label, spec=spec, replicas=2),
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": _meta("kube-dns", "kube-system", {"k8s-app": "kube-dns"}),
            "spec": service,
        },
    ]


def metrics_server(registry: str) -> list[Obj]:
    """metrics-server, which `kubectl top` and autoscalers need."""
    container = {
        "name": "metrics-server",
        "image": f"{registry}/eks/metrics-server:v0.8.0-eksbuild.2",
        "ports": [{"containerPort": 10251, "name": "https"}],
        "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}},
    }
    spec = {"priorityClassName": "system-cluster-critical"}
    return [
        _account("metrics-server", "kube-system"),
        _workload("Deployment", "metrics-server", [container], spec=spec),
    ]


def pod_identity_agent(registry: str) -> list[Obj]:
    """The agent that hands pods the credentials of their Pod Identity association."""
    container = {
        "name": "eks-pod-identity-agent",
        "image": f"{registry}/eks/eks-pod-identity-agent:v0.1.31",
        "ports": [
            {"containerPort": 80, "name": "proxy"},
            {"containerPort": 2703, "name": "probes"},
        ],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "probes"}},
    }
    spec = {"hostNetwork": True, "tolerations": EVERYTHING}
    name = "eks-pod-identity-agent"
    return [
        _account(name, "kube-system"),
        _workload("DaemonSet", name, [container], spec=spec),
    ]


def ebs_csi(registry: str) -> list[Obj]:
    """The EBS CSI driver."""
    provisioner = {"name": "csi-provisioner", "image": f"{registry}/eks/csi-provisioner:v5.3.0"}
    plugin = {"name": "ebs-plugin", "image": f"{registry}/eks/aws-ebs-csi-driver:v1.48.0"}
    spec = {"hostNetwork": False, "tolerations": EVERYTHING}
    return [
        _account("ebs-csi-controller-sa", "kube-system"),
        _account("ebs-csi-node-sa", "kube-system"),
        _workload(
            "Deployment", "ebs-csi-controller", [plugin, provisioner],
            account="ebs-csi-controller-sa", label=("app", "ebs-csi-controller"), replicas=2,
            spec={"priorityClassName": "system-cluster-critical"},
        ),
        _workload(
            "DaemonSet", "ebs-csi-node", [plugin], account="ebs-csi-node-sa",
            label=("app", "ebs-csi-node"), spec=spec,
        ),
    ]  # fmt: skip


def observability(registry: str) -> list[Obj]:
    """CloudWatch agent and Fluent Bit in `amazon-cloudwatch`, under one service account."""
    space = "amazon-cloudwatch"
    account = "cloudwatch-agent"
    public = "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.34.0"
    fluent = {"name": "fluent-bit", "image": public, "imagePullPolicy": "IfNotPresent"}
    images = f"{registry}/eks/observability"
    agent = {"name": "otc-container", "image": f"{images}/cloudwatch-agent:1.300058.0"}
    manager = {"name": "manager", "image": f"{images}/cloudwatch-agent-operator:2.6.0"}
    spec = {"tolerations": EVERYTHING}
    manager_name = "amazon-cloudwatch-observability-controller-manager"
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}},
        _account(account, space),
        _account(manager_name, space),
        _workload("DaemonSet", "fluent-bit", [fluent], namespace=space, account=account,
                  label=("k8s-app", "fluent-bit"), spec=spec),
        _workload("DaemonSet", "cloudwatch-agent", [agent], namespace=space, account=account,
                  spec=spec),
        _workload("Deployment", manager_name, [manager], namespace=space),
    ]  # fmt: skip


ADDONS: Mapping[str, Callable[[str], list[Obj]]] = {
    "vpc-cni": vpc_cni,
    "kube-proxy": kube_proxy,
    "coredns": coredns,
    "metrics-server": metrics_server,
    "eks-pod-identity-agent": pod_identity_agent,
    "aws-ebs-csi-driver": ebs_csi,
    "amazon-cloudwatch-observability": observability,
}
AT_BIRTH = ("vpc-cni", "kube-proxy", "coredns")
"""What EKS puts into every cluster (`bootstrapSelfManagedAddons`)."""


def manifests(world: World, addon: str) -> list[Obj]:
    """The objects of an add-on."""
    return ADDONS[addon](REGISTRY.format(region=world.ground.region))


def install(world: World, addon: str) -> None:
    """Makes an add-on's objects; those that are there already stay."""
    kinds = {kind.kind: kind for kind in world.store.kinds() if kind.preferred}
    for obj in manifests(world, addon):
        kind = kinds[obj["kind"]]
        space = namespace_of(obj) if kind.namespaced else ""
        if world.store.find(kind.stored, space, name_of(obj)) is None:
            writing.create(world, kind, obj)


def remove(world: World, addon: str) -> None:
    """Takes an add-on's workloads away; its namespace stays."""
    kinds = {kind.kind: kind for kind in world.store.kinds() if kind.preferred}
    for obj in manifests(world, addon):
        kind = kinds[obj["kind"]]
        found = world.store.find(kind.stored, namespace_of(obj), name_of(obj))
        if found is not None and kind.kind != "Namespace":
            writing.delete(world, kind, found, {})


def workloads(world: World, addon: str) -> list[Obj]:
    """The add-on's Deployments and DaemonSets as they stand; missing ones are left out."""
    found = []
    for obj in manifests(world, addon):
        resource = {"Deployment": "deployments.apps", "DaemonSet": "daemonsets.apps"}.get(
            obj["kind"]
        )
        if resource:
            seen = world.store.find(resource, namespace_of(obj), name_of(obj))
            if seen is not None:
                found.append(seen)
    return found
