"""What the ECS engine and the Kubernetes server ask of the rest of the emulated AWS.

One `Ground` serves one account in one region. The implementation stands on moto; the
engines see this protocol only, so that they can be tested on a ground made of dicts.
All methods are called with the lab's lock held. Times are aware UTC, the lab's clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class AwsError(Exception):
    """An error that AWS answers, with its code, its words and its HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Eni:
    """A network interface as the lab made it."""

    id: str
    subnet_id: str
    private_ip: str
    mac: str
    private_dns: str
    group_ids: tuple[str, ...]
    availability_zone: str
    vpc_id: str
    public_ip: str | None = None


@dataclass(frozen=True, slots=True)
class ImageBehaviour:
    """What a container of an image does when it runs (`PUT /_lab/images/…`)."""

    listens: tuple[int, ...] | None = None
    """Ports; None means the container's own ports."""
    bind: str = "0.0.0.0"  # noqa: S104 - what the emulated application binds
    tls: bool = False
    paths: Mapping[str, int] | None = None
    """Path to HTTP status; None answers 200 on every path."""
    default_status: int = 404
    latency_ms: int = 0
    starts_after_s: float = 0
    exits_after_s: float | None = None
    exit_code: int = 0
    memory_mib: int = 0
    logs: tuple[str, ...] = ()
    requires_env: tuple[str, ...] = ()
    health_command_exit: int = 0
    ignores_sigterm: bool = False
    arch: tuple[str, ...] = ("amd64",)
    size_mib: int = 100


@dataclass(frozen=True, slots=True)
class ImageAnswer:
    """What a registry answers for an image URI, seen from a puller."""

    found: bool
    behaviour: ImageBehaviour = field(default_factory=ImageBehaviour)
    digest: str = ""
    registry: str = "ecr"
    """`ecr`, `ecr-public`, `dockerhub` or another host."""
    account: str = ""
    region: str = ""
    repository: str = ""
    missing: str = ""
    """`repository` or `tag` or `digest` when not found."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whether a principal may do one action, and the words IAM gives for a no."""

    yes: bool
    because: str = ""
    """`no identity-based policy allows the ecr:BatchGetImage action`, …"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether packets get from an interface to a dependency, and what happens if not."""

    yes: bool
    failure: str = ""
    """`timeout` (dropped), `refused`, `dns` (name not resolved), `forbidden` (policy)."""
    where: str = ""
    """The hop that stops it, for the lab's own log: `route`, `security-group`, …"""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret or parameter as the agent sees it."""

    exists: bool
    keys: frozenset[str] = frozenset()
    """The JSON keys inside, if the value is a JSON object."""
    value: str = ""
    kms_key: str = ""


class Ground(Protocol):
    """The emulated AWS around ECS and Kubernetes, in one account and region."""

    account: str
    region: str

    def now(self) -> datetime:
        """The lab's time."""

    # --- EC2 -------------------------------------------------------------------
    def create_interface(
        self,
        subnet_id: str,
        group_ids: Sequence[str],
        description: str,
        *,
        public_ip: bool = False,
        requester: str = "",
        interface_type: str = "interface",
    ) -> Eni:
        """A new interface with one address of the subnet (the default group if none is given).

        Raises `AwsError` `InsufficientFreeAddressesInSubnet`, `InvalidSubnetID.NotFound`,
        `InvalidGroup.NotFound`; an address comes back only by `delete_interface`.
        """

    def delete_interface(self, eni_id: str) -> None:
        """Gives the address back; unknown ids are ignored."""

    def instance(self, instance_id: str) -> tuple[Eni, str] | None:
        """An instance's first interface and its profile's role (or nothing); None without one."""

    def subnet(self, subnet_id: str) -> Mapping[str, Any] | None:
        """`VpcId`, `AvailabilityZone`, `CidrBlock`, `AvailableIpAddressCount`, or None."""

    def security_group(self, group_id: str) -> Mapping[str, Any] | None:
        """`VpcId`, `GroupId`, or None."""

    def reach(self, eni: Eni, dependency: str) -> Reach:
        """Routes, endpoints, groups, NACLs and `PUT /_lab/reach`, for one dependency.

        `dependency` is ecr, ecr-dkr, s3, secretsmanager, ssm, kms, logs, efs, sts,
        dockerhub, internet.
        """

    def admits(self, source: Sequence[str], target: Eni, port: int) -> bool:
        """Whether the target's groups and NACLs let TCP in from a load balancer's groups."""

    # --- IAM -------------------------------------------------------------------
    def role_exists(self, role_arn: str) -> bool:
        """Whether the role is there."""

    def trusts(self, role_arn: str, service: str) -> bool:
        """Whether the role's trust policy lets `ecs-tasks.amazonaws.com` (say) assume it."""

    def may(self, role_arn: str, action: str, resource: str = "*") -> Allowed:
        """Identity policies, boundary and `PUT /_lab/deny` for a role."""

    # --- images, secrets, logs ---------------------------------------------------
    def image(self, uri: str) -> ImageAnswer:
        """What the registry of the URI has; described by `PUT /_lab/images`, or ECR's own list."""

    def repository_admits(self, answer: ImageAnswer, role_arn: str) -> bool:
        """Whether a cross-account repository policy lets this role pull."""

    def secret(self, arn: str) -> Secret:
        """A Secrets Manager secret by ARN (without the JSON key part)."""

    def parameter(self, name_or_arn: str) -> Secret:
        """A Systems Manager parameter."""

    def object_exists(self, s3_arn: str) -> bool:
        """An S3 object (environment files)."""

    def log_group_exists(self, name: str, region: str = "") -> bool:
        """Whether the log group is there."""

    def create_log_group(self, name: str, region: str = "") -> None:
        """Makes a log group (awslogs-create-group)."""

    def put_logs(self, group: str, stream: str, lines: Sequence[tuple[datetime, str]]) -> None:
        """Writes events; the stream is made if it is not there."""

    # --- ELBv2 -----------------------------------------------------------------
    def target_group(self, arn: str) -> Mapping[str, Any] | None:
        """The group in API shape plus `Attributes` (a dict) and `LoadBalancerState`, or None."""

    def register_target(self, arn: str, target: str, port: int, zone: str) -> None:
        """`target` is an address or an instance id. Raises `AwsError` TargetGroupNotFound."""

    def deregister_target(self, arn: str, target: str, port: int) -> None:
        """Starts draining for the deregistration delay; unknown targets are ignored."""

    def target_health(self, arn: str, target: str, port: int) -> tuple[str, str, str]:
        """State, reason and description, as DescribeTargetHealth answers; by the lab's clock."""


class Workloads(Protocol):
    """What the ground asks of the engines: what answers at an address."""

    def serving(self, address: str, port: int, vpc_id: str = "") -> Serving | None:
        """Who listens there at this moment, or None (connection refused).

        Two VPCs may have the same addresses; without a VPC any of them will do.
        """


@dataclass(frozen=True, slots=True)
class Serving:
    """A listening emulated application."""

    behaviour: ImageBehaviour
    started_at: datetime
    eni: Eni | None


class Engine(Protocol):
    """A part of the lab that lives in time; the clock drives all of them together.

    To advance, the clock goes from one due moment to the next (or to the goal) and
    calls `step` on every engine at each, so an hour costs what happens in it.
    """

    def next_due(self) -> datetime | None:
        """The next moment at which something happens by itself, or None."""

    def step(self) -> None:
        """Does all that is due at the lab's present moment."""

    def reset(self) -> None:
        """Forgets everything."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, from the request's signature."""

    account: str
    region: str
    principal: str
    """`arn:aws:iam::123456789012:user/lab` or an assumed role's ARN."""
