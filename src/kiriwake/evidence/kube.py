"""Kubernetes: workloads, pods, events, nodes and what they refer to.

The argument of a reading names the cluster first, as the target does: `CLUSTER` alone,
`CLUSTER/NAMESPACE`, or `CLUSTER/NAMESPACE/KIND/NAME`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiriwake.evidence.reading import Absent, Reading


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a node, pod or workload."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContainerState:
    """`waiting`, `running` or `terminated`, with the kubelet's words."""

    kind: str = ""
    reason: str = ""
    message: str = ""
    exit_code: int | None = None
    signal: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContainerStatus:
    """How a container of a pod is; `last` is how it ended the time before."""

    name: str
    ready: bool
    restarts: int
    state: ContainerState
    last: ContainerState = ContainerState()
    image: str = ""
    image_id: str = ""
    init: bool = False
    started: bool | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe: what it asks, and its patience in seconds."""

    kind: str
    """`http`, `tcp`, `grpc` or `exec`."""
    path: str = ""
    port: str = ""
    scheme: str = ""
    command: tuple[str, ...] = ()
    initial_delay_s: int = 0
    period_s: int = 10
    timeout_s: int = 1
    failure_threshold: int = 3
    success_threshold: int = 1


@dataclass(frozen=True, slots=True)
class Reference:
    """A ConfigMap, Secret, claim or service account that a pod refers to; never a value."""

    kind: str
    name: str
    key: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """A container as the pod declares it; quantities in millicores and bytes."""

    name: str
    image: str
    ports: tuple[int, ...] = ()
    port_names: tuple[tuple[str, int], ...] = ()
    cpu_request_m: int | None = None
    cpu_limit_m: int | None = None
    memory_request: int | None = None
    memory_limit: int | None = None
    references: tuple[Reference, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    """Name and salted fingerprint of the value."""
    command: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    liveness: Probe | None = None
    readiness: Probe | None = None
    startup: Probe | None = None
    pull_policy: str = ""
    init: bool = False


@dataclass(frozen=True, slots=True)
class Toleration:
    """A toleration, as Kubernetes names its parts."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who made an object."""

    kind: str
    name: str
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod, its declaration and its state."""

    namespace: str
    name: str
    phase: str
    created_at: datetime | None = None
    deleted_at: datetime | None = None
    node: str = ""
    ip: str = ""
    owner: Owner | None = None
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    service_account: str = ""
    containers: tuple[ContainerSpec, ...] = ()
    statuses: tuple[ContainerStatus, ...] = ()
    conditions: tuple[Condition, ...] = ()
    references: tuple[Reference, ...] = ()
    """What its volumes and pull secrets refer to."""
    node_selector: tuple[tuple[str, str], ...] = ()
    affinity: str = ""
    """Its node affinity as JSON text."""
    tolerations: tuple[Toleration, ...] = ()
    priority_class: str = ""
    scheduler: str = ""
    host_network: bool = False
    reason: str = ""
    message: str = ""
    qos: str = ""
    scheduling_gates: tuple[str, ...] = ()
    projected_tokens: tuple[str, ...] = ()
    """Audiences of its projected service account tokens (IRSA, Pod Identity)."""


@dataclass(frozen=True, slots=True)
class Pods:
    """Pods in the order of the API's list."""

    pods: tuple[Pod, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob."""

    kind: str
    namespace: str
    name: str
    desired: int | None = None
    current: int = 0
    updated: int = 0
    ready: int = 0
    available: int = 0
    unavailable: int = 0
    failed: int = 0
    succeeded: int = 0
    generation: int = 0
    observed_generation: int = 0
    created_at: datetime | None = None
    conditions: tuple[Condition, ...] = ()
    selector: tuple[tuple[str, str], ...] = ()
    paused: bool = False
    suspended: bool = False
    strategy: str = ""
    max_surge: str = ""
    max_unavailable: str = ""
    progress_deadline_s: int | None = None
    backoff_limit: int | None = None
    revision: str = ""
    owner: Owner | None = None
    template: tuple[ContainerSpec, ...] = ()
    service_account: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    volume_claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KubeEvent:
    """An event of either API; `count` is how often it was seen, which ranks nothing."""

    namespace: str
    kind: str
    name: str
    reason: str
    message: str
    warning: bool
    count: int = 1
    first_at: datetime | None = None
    last_at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Taint:
    """A node's taint."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class Node:
    """A node; quantities in millicores and bytes."""

    name: str
    provider_id: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    cpu_m: int = 0
    memory: int = 0
    pods: int = 0
    conditions: tuple[Condition, ...] = ()
    created_at: datetime | None = None
    kubelet: str = ""
    os_image: str = ""
    architecture: str = ""
    internal_ip: str = ""


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service."""

    port: int
    target_port: str
    protocol: str = "TCP"
    name: str = ""


@dataclass(frozen=True, slots=True)
class KubeService:
    """A Service, with how many ready and not ready addresses stand behind it."""

    namespace: str
    name: str
    type: str
    selector: tuple[tuple[str, str], ...] = ()
    ports: tuple[ServicePort, ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    load_balancer: tuple[str, ...] = ()
    load_balancer_class: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses behind one Service, from its EndpointSlices."""

    namespace: str
    service: str
    ready: tuple[str, ...] = ()
    not_ready: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ingress:
    """An Ingress and the Services that its rules name."""

    namespace: str
    name: str
    ingress_class: str = ""
    services: tuple[tuple[str, str], ...] = ()
    """Service name and port (name or number)."""
    annotations: tuple[tuple[str, str], ...] = ()
    load_balancer: tuple[str, ...] = ()
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim."""

    namespace: str
    name: str
    phase: str
    storage_class: str | None = None
    volume: str = ""
    access_modes: tuple[str, ...] = ()
    requested: int | None = None


@dataclass(frozen=True, slots=True)
class StorageClass:
    """A StorageClass."""

    name: str
    provisioner: str
    default: bool = False
    binding_mode: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """A ConfigMap (or, with `--read-secrets`, a Secret) by its keys alone."""

    namespace: str
    name: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoggingConfig:
    """The Fargate `aws-logging` ConfigMap, whose content is configuration and no secret."""

    entries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account with its annotations (`eks.amazonaws.com/role-arn`)."""

    namespace: str
    name: str
    annotations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Quota:
    """A ResourceQuota: used and hard amounts by resource, as Kubernetes writes them."""

    namespace: str
    name: str
    used: tuple[tuple[str, str], ...] = ()
    hard: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DisruptionBudget:
    """A PodDisruptionBudget."""

    namespace: str
    name: str
    selector: tuple[tuple[str, str], ...] = ()
    allowed: int = 0
    current: int = 0
    desired: int = 0


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """A HorizontalPodAutoscaler."""

    namespace: str
    name: str
    target: str
    minimum: int | None = None
    maximum: int = 0
    current: int = 0
    desired: int = 0
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook of a configuration, and the Service that answers it."""

    configuration: str
    name: str
    namespace: str = ""
    service: str = ""
    failure_policy: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """The last lines of a container's log, known secrets taken out."""

    lines: tuple[str, ...]


WORKLOAD = Reading[Workload | Absent](
    "k8s:get workload", Workload | Absent, argument="CLUSTER/NAMESPACE/KIND/NAME"
)
"""One workload; its action in a report is `k8s:get deployments` and the like."""
WORKLOADS = Reading[tuple[Workload, ...]](
    "k8s:list workloads", tuple[Workload, ...], argument="CLUSTER[/NAMESPACE]"
)
"""Deployments, StatefulSets, DaemonSets, Jobs and CronJobs that nobody owns."""
REPLICA_SETS = Reading[tuple[Workload, ...]](
    "k8s:list replicasets", tuple[Workload, ...], argument="CLUSTER/NAMESPACE"
)
PODS = Reading[Pods]("k8s:list pods", Pods, argument="CLUSTER[/NAMESPACE]")
EVENTS = Reading[tuple[KubeEvent, ...]](
    "k8s:list events", tuple[KubeEvent, ...], argument="CLUSTER[/NAMESPACE]"
)
NODES = Reading[tuple[Node, ...]]("k8s:list nodes", tuple[Node, ...], argument="CLUSTER")
SERVICES = Reading[tuple[KubeService, ...]](
    "k8s:list services", tuple[KubeService, ...], argument="CLUSTER/NAMESPACE"
)
ENDPOINTS = Reading[tuple[Endpoints, ...]](
    "k8s:list endpointslices", tuple[Endpoints, ...], argument="CLUSTER/NAMESPACE"
)
INGRESSES = Reading[tuple[Ingress, ...]](
    "k8s:list ingresses", tuple[Ingress, ...], argument="CLUSTER/NAMESPACE"
)
CLAIMS = Reading[tuple[Claim, ...]](
    "k8s:list persistentvolumeclaims", tuple[Claim, ...], argument="CLUSTER/NAMESPACE"
)
STORAGE_CLASSES = Reading[tuple[StorageClass, ...]](
    "k8s:list storageclasses", tuple[StorageClass, ...], argument="CLUSTER"
)
CONFIG_MAP = Reading[Keys | Absent](
    "k8s:get configmaps", Keys | Absent, argument="CLUSTER/NAMESPACE/NAME"
)
AWS_LOGGING = Reading[LoggingConfig | Absent](
    "k8s:get configmaps", LoggingConfig | Absent, "aws-logging", argument="CLUSTER"
)
SERVICE_ACCOUNT = Reading[ServiceAccount | Absent](
    "k8s:get serviceaccounts", ServiceAccount | Absent, argument="CLUSTER/NAMESPACE/NAME"
)
QUOTAS = Reading[tuple[Quota, ...]](
    "k8s:list resourcequotas", tuple[Quota, ...], argument="CLUSTER/NAMESPACE"
)
BUDGETS = Reading[tuple[DisruptionBudget, ...]](
    "k8s:list poddisruptionbudgets", tuple[DisruptionBudget, ...], argument="CLUSTER/NAMESPACE"
)
AUTOSCALERS = Reading[tuple[Autoscaler, ...]](
    "k8s:list horizontalpodautoscalers", tuple[Autoscaler, ...], argument="CLUSTER/NAMESPACE"
)
WEBHOOKS = Reading[tuple[Webhook, ...]](
    "k8s:list webhookconfigurations", tuple[Webhook, ...], argument="CLUSTER"
)
POD_LOG = Reading[Lines | Absent](
    "k8s:get pods/log", Lines | Absent, argument="CLUSTER/NAMESPACE/POD/CONTAINER"
)
PREVIOUS_LOG = Reading[Lines | Absent](
    "k8s:get pods/log", Lines | Absent, "previous", argument="CLUSTER/NAMESPACE/POD/CONTAINER"
)

READINGS = (
    WORKLOAD,
    WORKLOADS,
    REPLICA_SETS,
    PODS,
    EVENTS,
    NODES,
    SERVICES,
    ENDPOINTS,
    INGRESSES,
    CLAIMS,
    STORAGE_CLASSES,
    CONFIG_MAP,
    AWS_LOGGING,
    SERVICE_ACCOUNT,
    QUOTAS,
    BUDGETS,
    AUTOSCALERS,
    WEBHOOKS,
    POD_LOG,
    PREVIOUS_LOG,
)
