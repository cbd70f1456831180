"""What every part of one cluster works on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from kiriwake.lab.ground import Ground
from kiriwake.lab.kube.events import Recorder
from kiriwake.lab.kube.loop import Loop
from kiriwake.lab.kube.objects import Obj
from kiriwake.lab.kube.store import Store


@dataclass(frozen=True, slots=True)
class Grant:
    """An EKS access policy, for some namespaces or for the whole cluster."""

    role: str
    """The ClusterRole that says the same: `view`, `edit`, `admin`, `cluster-admin`."""
    namespaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class User:
    """Who asks the API server."""

    name: str
    groups: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    principal: str = ""
    """The AWS principal behind a token of `aws eks get-token`."""


@dataclass(frozen=True, slots=True)
class FargateProfile:
    """Where Fargate runs a pod, and as whom it pulls and logs."""

    name: str
    role_arn: str
    subnets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a container wrote."""

    at: datetime
    text: str


class Outside(Protocol):
    """What a cluster asks of EKS and IAM, beyond the ground."""

    issuer: str
    """The OIDC issuer, without `https://`."""

    def who(self, principal: str) -> User | None:
        """The user that an AWS principal is in this cluster, None if it has no access."""

    def pod_identity(self, namespace: str, account: str) -> str:
        """The role ARN of a Pod Identity association, empty without one."""

    def fargate_profile(self, namespace: str, labels: Mapping[str, str]) -> FargateProfile | None:
        """The Fargate profile that takes such a pod."""

    def web_identity(self, role_arn: str, subject: str) -> str:
        """Empty if STS gives credentials for a projected token, else the words of its error."""

    def security_groups(self) -> Sequence[str]:
        """The security groups of nodes and pods."""


class Logs(Protocol):
    """The kubelets' logs."""

    def lines(self, pod: Obj, container: str, *, previous: bool) -> Sequence[LogLine] | None:
        """What a container wrote, None if there is no such (earlier) container."""


@dataclass
class World:
    """One cluster: its objects, its time and the AWS around it."""

    name: str
    version: str
    store: Store
    loop: Loop
    events: Recorder
    ground: Ground
    outside: Outside
    seed: str
    service_cidr: str = "172.20.0.0/16"
    logs: Logs | None = None
    usage: Callable[[Obj, Obj], tuple[float, float]] | None = None
    """CPU cores and MiB of memory that a running container uses at this moment."""
    role_of: Callable[[Obj], str] | None = None
    """Whose AWS rights a running pod has."""
    webhooks: list[Callable[[Obj], None]] = field(default_factory=list)
    """Admission that EKS itself adds (pod identity, Fargate)."""

    def now(self) -> datetime:
        """The lab's time."""
        return self.ground.now()

    def minor(self) -> int:
        """The minor version: 33 of `1.33`."""
        return int(self.version.split(".")[1])
