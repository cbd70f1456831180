"""The one model between readers and writers: what the input asks for, whatever it was written in.

Every object keeps a `Trace`: the places in the input its facts were read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kiriwake.migrate.ledger import Trace
from kiriwake.migrate.notice import Notice
from kiriwake.migrate.tree import Map, Place, Tree


class Source(StrEnum):
    """What an input was written for."""

    KUBERNETES = "kubernetes"
    ACI = "aci"
    CONTAINER_APPS = "container-apps"
    COMPOSE = "compose"


class Kind(StrEnum):
    """How a workload runs."""

    SERVICE = "service"
    STATEFUL = "stateful"
    DAEMON = "daemon"
    TASK = "task"
    SCHEDULED = "scheduled"


@dataclass(frozen=True, slots=True)
class Port:
    """A port a container listens on."""

    number: int
    name: str = ""
    protocol: str = "TCP"
    app: str = ""
    """http, http2 or grpc where the input proves it."""
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key of a secret; its value is never kept."""

    secret: str
    key: str


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable; one of value, secret, filled, unknown says where from."""

    name: str
    value: str | None = None
    secret: SecretKey | None = None
    filled: str = ""
    """The pod field or container resource that the kubelet fills in."""
    unknown: str = ""
    """An expression or a ConfigMap key that the files do not resolve."""
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probe:
    """A health question: exec, http, grpc or tcp; times in seconds."""

    how: str
    command: tuple[str, ...] = ()
    path: str = "/"
    port: int | None = None
    scheme: str = "HTTP"
    headers: int = 0
    service: str = ""
    delay_s: int = 0
    period_s: int = 10
    timeout_s: int = 1
    failures: int = 3
    successes: int = 1
    place: Place | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume at a path in a container."""

    volume: str
    path: str
    read_only: bool = False
    sub_path: str = ""
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a container asks for and may use; CPU in thousandths of a core, memory in MiB."""

    cpu_request: int | None = None
    cpu_limit: int | None = None
    memory_request: int | None = None
    memory_limit: int | None = None
    storage_gib: int | None = None
    gpu: int = 0


@dataclass(frozen=True, slots=True)
class Container:
    """One container."""

    name: str
    image: str
    entry: tuple[str, ...] | None = None
    """What replaces the image's ENTRYPOINT (Kubernetes calls it command)."""
    command: tuple[str, ...] | None = None
    """What replaces the image's CMD (Kubernetes calls it args)."""
    directory: str = ""
    ports: tuple[Port, ...] = ()
    variables: tuple[Variable, ...] = ()
    mounts: tuple[Mount, ...] = ()
    resources: Resources = Resources()
    liveness: Probe | None = None
    readiness: Probe | None = None
    startup: Probe | None = None
    user: str = ""
    read_only_root: bool | None = None
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    privileged: bool = False
    interactive: bool = False
    terminal: bool = False
    pre_stop: tuple[str, ...] = ()
    sidecar: bool = False
    """An init container that keeps running beside the others."""
    built_from: str = ""
    """The folder a compose file builds the image from."""
    place: Place | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume: scratch, config, secret, disk, share, host, vault or other."""

    name: str
    how: str
    source: str = ""
    """The ConfigMap, Secret, claim or share it comes from."""
    files: tuple[tuple[str, str], ...] = ()
    """Path and key (of the ConfigMap or Secret) of each file; empty for all keys."""
    memory: bool = False
    gib: int | None = None
    place: Place | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of tasks, or a percentage of them."""

    number: int
    percent: bool


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a new version replaces the old one."""

    surge: Amount = Amount(25, percent=True)
    unavailable: Amount = Amount(25, percent=True)
    recreate: bool = False
    stated: bool = False
    place: Place | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """What an autoscaler watches: cpu, memory, requests, queue or other."""

    what: str
    target: float | None
    """Per cent for cpu and memory, as the source means it."""
    detail: str = ""
    place: Place | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scaling:
    """An autoscaler of one workload."""

    least: int
    most: int
    metrics: tuple[Metric, ...] = ()
    place: Place | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workload:
    """What becomes one ECS service or task, or one Kubernetes controller."""

    name: str
    kind: Kind
    source: Source
    namespace: str = "default"
    replicas: int = 1
    containers: tuple[Container, ...] = ()
    init: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    rollout: Rollout = Rollout()
    scaling: Scaling | None = None
    service_account: str = ""
    windows: bool = False
    arm: bool = False
    spot: bool = False
    stop_s: int = 30
    schedule: str = ""
    timezone: str = ""
    suspended: bool = False
    host: tuple[str, ...] = ()
    """hostNetwork, hostPID or hostIPC, where asked for."""
    fs_group: int | None = None
    after: tuple[str, ...] = ()
    """Workloads that must run first (compose `depends_on`)."""
    place: Place | None = None
    tree: Map | None = None
    trace: Trace = field(default_factory=dict)

    @property
    def every_container(self) -> tuple[Container, ...]:
        """Init containers first."""
        return self.init + self.containers


@dataclass(frozen=True, slots=True)
class EndpointPort:
    """A port that callers use and the container port behind it."""

    port: int
    target: int | str | None
    protocol: str = "TCP"
    name: str = ""
    app: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A name others call, in front of the workloads its selector picks."""

    name: str
    namespace: str
    selector: Mapping[str, str]
    ports: tuple[EndpointPort, ...]
    public: bool = False
    internal_balancer: bool = False
    headless: bool = False
    external_name: str = ""
    sticky: bool = False
    ranges: tuple[str, ...] = ()
    probe_path: str = ""
    place: Place | None = None
    tree: Map | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Path:
    """One path of a route: exact, prefix or other (left to the controller)."""

    path: str
    how: str
    service: str
    port: int | str | None
    weight: int = 1
    place: Place | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """HTTP from outside to endpoints, by host and path."""

    name: str
    namespace: str
    host: str
    paths: tuple[Path, ...]
    tls: bool = False
    redirect: bool = False
    internal: bool = False
    probe_path: str = ""
    probe: Mapping[str, str] = field(default_factory=dict)
    """Health check settings of the controller, by ALB target group property."""
    drain_s: int | None = None
    sticky: bool = False
    place: Place | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """A ConfigMap or compose config: text by key."""

    name: str
    namespace: str
    data: Mapping[str, str]
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's keys; the values stay in the user's own file."""

    name: str
    namespace: str
    keys: tuple[str, ...]
    kind: str = "Opaque"
    encoded: bool = False
    """Whether the input writes the values in base64."""
    place: Place | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thing:
    """An object that is understood as a signal, not converted into the model."""

    kind: str
    api: str
    name: str
    namespace: str
    tree: Map


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything that the input files say."""

    documents: tuple[Tree, ...] = ()
    workloads: tuple[Workload, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    routes: tuple[Route, ...] = ()
    configs: tuple[Config, ...] = ()
    secrets: tuple[Secret, ...] = ()
    things: tuple[Thing, ...] = ()
    notices: tuple[Notice, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values the files leave open, by name, with what is known of them."""

    def targets(self, endpoint: Endpoint) -> tuple[Workload, ...]:
        """The workloads behind an endpoint."""
        if not endpoint.selector:
            return ()
        wanted = endpoint.selector.items()
        return tuple(
            workload
            for workload in self.workloads
            if workload.namespace == endpoint.namespace and wanted <= workload.labels.items()
        )
