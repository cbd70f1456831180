"""Instance types: what a node of each offers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A type of EC2 instance, as far as Kubernetes sees it."""

    name: str
    cpus: int
    memory_mib: int
    interfaces: int
    addresses: int
    """IPv4 addresses for each interface."""
    arch: str = "amd64"

    @property
    def max_pods(self) -> int:
        """Pods on a node whose pods take secondary addresses, and two in the host's network."""
        return self.interfaces * (self.addresses - 1) + 2


# vCPU and memory: EC2's instance types; interfaces and addresses: amazon-vpc-cni-k8s
# misc/eni-max-pods.txt and the EC2 page on addresses per interface.
_TABLE = """
t3.micro 2 1024 2 2 amd64
t3.small 2 2048 3 4 amd64
t3.medium 2 4096 3 6 amd64
t3.large 2 8192 3 12 amd64
t3.xlarge 4 16384 4 15 amd64
t3.2xlarge 8 32768 4 15 amd64
t4g.small 2 2048 3 4 arm64
t4g.medium 2 4096 3 6 arm64
t4g.large 2 8192 3 12 arm64
m5.large 2 8192 3 10 amd64
m5.xlarge 4 16384 4 15 amd64
m5.2xlarge 8 32768 4 15 amd64
m5.4xlarge 16 65536 8 30 amd64
m6i.large 2 8192 3 10 amd64
m6i.xlarge 4 16384 4 15 amd64
m6i.2xlarge 8 32768 4 15 amd64
m6g.medium 1 4096 2 4 arm64
m6g.large 2 8192 3 10 arm64
m6g.xlarge 4 16384 4 15 arm64
m7i.large 2 8192 3 10 amd64
m7g.large 2 8192 3 10 arm64
c5.large 2 4096 3 10 amd64
c5.xlarge 4 8192 4 15 amd64
c6i.large 2 4096 3 10 amd64
c6g.large 2 4096 3 10 arm64
c7g.large 2 4096 3 10 arm64
r5.large 2 16384 3 10 amd64
r6i.large 2 16384 3 10 amd64
r6g.large 2 16384 3 10 arm64
"""

TYPES = {
    name: InstanceType(name, int(cpus), int(memory), int(enis), int(addresses), arch)
    for name, cpus, memory, enis, addresses, arch in (
        line.split() for line in _TABLE.strip().splitlines()
    )
}
DEFAULT = TYPES["t3.medium"]


def instance_type(name: str) -> InstanceType:
    """The type of that name; one that is not in the table counts as an m5.large of its name."""
    known = TYPES.get(name)
    if known is not None:
        return known
    arch = "arm64" if "g" in name.partition(".")[0][2:] else "amd64"
    return InstanceType(name, 2, 8192, 3, 10, arch)


def reserved_memory_mib(pods: int) -> int:
    """What the EKS bootstrap reserves for the kubelet: 255 MiB + 11 MiB a pod, 100 for eviction."""
    return 255 + 11 * pods + 100


def reserved_cpu(cpus: int) -> Decimal:
    """6% of the first core, 1% of the second, 0.5% of the next two, 0.25% of the rest."""
    shares = [Decimal("0.06"), Decimal("0.01"), Decimal("0.005"), Decimal("0.005")]
    rest = max(0, cpus - len(shares)) * Decimal("0.0025")
    return sum(shares[:cpus], Decimal(0)) + rest
