"""What keeps a workload, or the whole estate, off a target."""

from __future__ import annotations

from dataclasses import dataclass

from kiriwake.core.text import Text
from kiriwake.migrate.fargate import SizeBy, size_of
from kiriwake.migrate.model import Estate, Kind, Source, Thing, Workload
from kiriwake.migrate.tree import Place, as_maps, as_text

OBSERVERS = ("fluent", "fluentd", "ama-logs", "omsagent", "node-exporter", "datadog", "promtail",
             "filebeat", "cloudwatch-agent", "otel", "newrelic", "dynatrace", "vector")  # fmt: skip
_MESHES = ("istio.io", "linkerd.io", "openservicemesh.io")


@dataclass(frozen=True, slots=True)
class Gate:
    """A hard reason; what it closes, where it stands."""

    id: str
    closes: tuple[str, ...]
    says: Text
    place: Place | None


FARGATE = ("ecs-fargate", "ecs-express")
ALL_ECS = (*FARGATE, "ecs-managed-instances")


def workload_gates(workload: Workload) -> tuple[Gate, ...]:  # noqa: C901
    """Why a workload cannot run on Fargate, or on ECS at all."""
    found: list[Gate] = []

    def gate(reference: str, closes: tuple[str, ...], en: str, ja: str) -> None:
        found.append(
            Gate(reference, closes, Text(en=f"{workload.name} {en}", ja=f"{workload.name} {ja}"),
                 workload.place)
        )  # fmt: skip

    if any(c.resources.gpu for c in workload.every_container):
        gate("gpu", FARGATE, "asks for a GPU", "は GPU を要求している")
    if any(c.privileged for c in workload.every_container):
        gate("privileged", FARGATE, "runs privileged", "は特権モードで動く")
    for name in workload.host:
        gate("host-namespace", ALL_ECS, f"needs {name}", f"は {name} を必要とする")
    on_nodes = workload.source is Source.KUBERNETES
    if on_nodes and any(volume.how == "host" for volume in workload.volumes):
        gate("host-path", FARGATE, "mounts a path of the node", "はノードのパスをマウントする")
    if any(volume.how == "block" for volume in workload.volumes):
        gate("raw-block", ALL_ECS, "uses a raw block volume", "は raw block ボリュームを使う")
    if workload.kind is Kind.DAEMON:
        gate("daemon-set", FARGATE, "runs once on every node", "は各ノードで 1 つずつ動く")
    disks = any(volume.how == "disk" for volume in workload.volumes)
    if workload.kind is Kind.STATEFUL and workload.replicas > 1 and disks:
        gate("stateful-set", ALL_ECS, "keeps a disk for each of several replicas",
             "は複数レプリカごとにディスクを持つ")  # fmt: skip
    if size_of(workload, SizeBy.LIMITS) is None:
        gate(
            "too-large",
            FARGATE,
            "is larger than any Fargate task",
            "は Fargate の最大サイズを超える",
        )
    extra = sorted({c for x in workload.every_container for c in x.add} - {"SYS_PTRACE"})
    if extra:
        named = ", ".join(extra)
        gate(
            "capability",
            FARGATE,
            f"adds the capability {named}",
            f"はケーパビリティ {named} を追加する",
        )
    return tuple(found)


def is_observer(workload: Workload) -> bool:
    """Whether a DaemonSet only ships logs or metrics, which awslogs and Container Insights do."""
    images = " ".join(c.image for c in workload.containers).lower()
    return workload.kind is Kind.DAEMON and any(word in images for word in OBSERVERS)


def estate_gates(estate: Estate) -> tuple[Gate, ...]:
    """Every hard reason in the files."""
    found: list[Gate] = []
    for workload in estate.workloads:
        if not is_observer(workload):
            found += workload_gates(workload)
    talkers = _api_talkers(estate)
    for thing in estate.things:
        if thing.kind == "CustomResourceDefinition" or thing.kind.endswith("WebhookConfiguration"):
            found.append(_thing_gate("custom-resource", thing))
        elif any(mesh in thing.api for mesh in _MESHES):
            found.append(_thing_gate("service-mesh", thing))
    found += talkers
    return tuple(found)


def _thing_gate(reference: str, thing: Thing) -> Gate:
    return Gate(
        reference,
        ALL_ECS,
        Text(
            en=f"{thing.kind} {thing.name} needs a Kubernetes API",
            ja=f"{thing.kind} {thing.name} には Kubernetes API が必要",
        ),
        thing.tree.place,
    )


def _api_talkers(estate: Estate) -> list[Gate]:
    """Workloads whose service account is bound to rights on the Kubernetes API."""
    bound: dict[tuple[str, str], Place] = {}
    for thing in estate.things:
        if thing.kind in {"RoleBinding", "ClusterRoleBinding"}:
            for subject in as_maps(thing.tree.get("subjects")):
                if as_text(subject.get("kind")) == "ServiceAccount":
                    space = as_text(subject.get("namespace")) or thing.namespace
                    bound[space, as_text(subject.get("name")) or ""] = thing.tree.place
    return [
        Gate(
            "calls-kubernetes",
            ALL_ECS,
            Text(
                en=f"{workload.name} may call the Kubernetes API as {workload.service_account}",
                ja=f"{workload.name} は {workload.service_account} として Kubernetes API を呼べる",
            ),
            bound[workload.namespace, workload.service_account],
        )
        for workload in estate.workloads
        if (workload.namespace, workload.service_account) in bound
    ]
