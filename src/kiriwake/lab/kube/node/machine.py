"""One machine of a cluster, and the `Node` that stands for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from kiriwake.lab.ground import Eni
from kiriwake.lab.kube.node import words
from kiriwake.lab.kube.node.addresses import Pool
from kiriwake.lab.kube.node.machines import InstanceType, reserved_cpu, reserved_memory_mib
from kiriwake.lab.kube.objects import Obj, cpu_text, uid

DISK_GIB = 20
NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
HEALTHY = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "sufficient PID available"),
)


@dataclass
class Machine:
    """One machine of the cluster."""

    name: str
    type: InstanceType
    eni: Eni
    instance_id: str
    role_arn: str
    pool: Pool | None = None
    fargate: bool = False
    has_network: bool = False
    """Whether the CNI plugin is initialized on it."""
    network_is_cut: bool = False
    """Whether the lab's user keeps the CNI plugin from it."""
    alive: bool = True
    """Whether its kubelet reports."""
    labels: dict[str, str] = field(default_factory=dict)
    taints: list[Obj] = field(default_factory=list)
    allocatable: dict[str, str] = field(default_factory=dict)
    """What differs from the instance type: `cpu`, `memory`, `pods`."""


def conditions_of(machine: Machine) -> Iterable[Obj]:
    """What the kubelet, or for it the node controller, reports."""
    if not machine.alive:
        for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready"):
            yield {
                "type": kind,
                "status": "Unknown",
                "reason": "NodeStatusUnknown",
                "message": "Kubelet stopped posting node status.",
            }
        return
    for kind, reason, word in HEALTHY:
        message = f"kubelet has {word}"
        yield {"type": kind, "status": "False", "reason": reason, "message": message}
    if machine.has_network:
        yield {
            "type": "Ready",
            "status": "True",
            "reason": "KubeletReady",
            "message": "kubelet is posting ready status",
        }
    else:
        yield {
            "type": "Ready",
            "status": "False",
            "reason": "KubeletNotReady",
            "message": words.CNI_NOT_READY,
        }


def status_of(machine: Machine, minor: int) -> Obj:
    """The status of a `Node`, without its conditions."""
    kind = machine.type
    pods = int(machine.allocatable.get("pods", 1 if machine.fargate else kind.max_pods))
    capacity = {
        "cpu": str(kind.cpus),
        "memory": f"{kind.memory_mib * 1024}Ki",
        "ephemeral-storage": f"{DISK_GIB * 1024 * 1024}Ki",
        "pods": str(pods),
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
    }
    left = Decimal(kind.cpus) - reserved_cpu(kind.cpus)
    memory = kind.memory_mib - reserved_memory_mib(kind.max_pods)
    allocatable = {
        **capacity,
        "cpu": cpu_text(left),
        "memory": f"{memory * 1024}Ki",
        "ephemeral-storage": "18242267924",
        **machine.allocatable,
    }
    extra = {k: v for k, v in machine.allocatable.items() if k not in capacity}
    return {
        "addresses": [
            {"type": "InternalIP", "address": machine.eni.private_ip},
            {"type": "InternalDNS", "address": machine.eni.private_dns},
            {"type": "Hostname", "address": machine.eni.private_dns},
            *(
                [{"type": "ExternalIP", "address": machine.eni.public_ip}]
                if machine.eni.public_ip
                else []
            ),
        ],
        "capacity": {**capacity, **extra},
        "allocatable": allocatable,
        "conditions": [],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "images": [],
        "nodeInfo": {
            "machineID": f"ec2{machine.instance_id[2:]}",
            "systemUUID": f"ec2{machine.instance_id[2:10]}",
            "bootID": uid(machine.instance_id),
            "kernelVersion": "6.12.40-64.114.amzn2023.x86_64",
            "osImage": "Amazon Linux 2023.8.20250818",
            "containerRuntimeVersion": "containerd://1.7.27",
            "kubeletVersion": f"v1.{minor}.4-eks-99d6cc0",
            "kubeProxyVersion": f"v1.{minor}.4-eks-99d6cc0",
            "operatingSystem": "linux",
            "architecture": kind.arch,
        },
    }


def dns_name(address: str, region: str) -> str:
    """The private DNS name of an address, as EC2 gives it."""
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return f"ip-{address.replace('.', '-')}.{domain}"


def provider_id(machine: Machine) -> str:
    """The `providerID` of a `Node`."""
    return f"aws:///{machine.eni.availability_zone}/{machine.instance_id}"


def labels_for(machine: Machine) -> dict[str, str]:
    """The labels that every node has."""
    zone = machine.eni.availability_zone
    return {
        "beta.kubernetes.io/arch": machine.type.arch,
        "beta.kubernetes.io/instance-type": machine.type.name,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": machine.type.arch,
        "kubernetes.io/hostname": machine.eni.private_dns,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": machine.type.name,
        "topology.kubernetes.io/region": zone[:-1],
        "topology.kubernetes.io/zone": zone,
        "failure-domain.beta.kubernetes.io/region": zone[:-1],
        "failure-domain.beta.kubernetes.io/zone": zone,
    }


def health_taints(machine: Machine, now: str) -> list[Obj]:
    """The taints that follow from a machine's health."""
    if not machine.alive:
        return [
            {"key": UNREACHABLE, "effect": "NoSchedule", "timeAdded": now},
            {"key": UNREACHABLE, "effect": "NoExecute", "timeAdded": now},
        ]
    if not machine.has_network:
        return [{"key": NOT_READY, "effect": "NoSchedule"}]
    return []
