"""A ground made of dicts, and clusters on it."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from kiriwake.lab.ground import (
    Allowed,
    AwsError,
    Eni,
    ImageAnswer,
    ImageBehaviour,
    Reach,
    Secret,
)
from kiriwake.lab.kube.api.request import Request, Response
from kiriwake.lab.kube.cluster import Around, Cluster
from kiriwake.lab.kube.world import FargateProfile, User

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LOGS_FROM = datetime(2000, 1, 1, tzinfo=UTC)
ACCOUNT = "123456789012"


@dataclass
class FakeGround:
    """The emulated AWS as a few dicts that a test sets."""

    account: str = ACCOUNT
    region: str = "us-east-1"
    moment: datetime = START
    subnets: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, ImageBehaviour] = field(default_factory=dict)
    missing_images: set[str] = field(default_factory=set)
    unreachable: dict[str, str] = field(default_factory=dict)
    """Dependency to the failure it shows."""
    denied: set[tuple[str, str]] = field(default_factory=set)
    """Role ARN (or `*`) and action."""
    roles: set[str] | None = None
    """None: every role is there."""
    logs: dict[tuple[str, str], list[tuple[datetime, str]]] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    enis: dict[str, Eni] = field(default_factory=dict)
    _count: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        for number, zone in enumerate("ab", start=1):
            self.add_subnet(f"subnet-{zone}", f"10.0.{number}.0/24", f"us-east-1{zone}")

    def add_subnet(self, name: str, cidr: str, zone: str) -> None:
        free = [str(a) for a in list(ip_network(cidr))[4:-1]]
        self.subnets[name] = {
            "VpcId": "vpc-1",
            "AvailabilityZone": zone,
            "CidrBlock": cidr,
            "free": free,
        }

    def now(self) -> datetime:
        return self.moment

    # --- EC2
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
        subnet = self.subnets.get(subnet_id)
        if subnet is None:
            raise AwsError(
                "InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist"
            )
        if not subnet["free"]:
            raise AwsError("InsufficientFreeAddressesInSubnet", "no free address")
        number, address = next(self._count), subnet["free"].pop(0)
        eni = Eni(
            id=f"eni-{number:08x}",
            subnet_id=subnet_id,
            private_ip=address,
            mac=f"0a:00:00:00:{number // 256:02x}:{number % 256:02x}",
            private_dns=f"ip-{address.replace('.', '-')}.ec2.internal",
            group_ids=tuple(group_ids),
            availability_zone=subnet["AvailabilityZone"],
            vpc_id="vpc-1",
        )
        self.enis[eni.id] = eni
        return eni

    def delete_interface(self, eni_id: str) -> None:
        eni = self.enis.pop(eni_id, None)
        if eni is not None:
            self.subnets[eni.subnet_id]["free"].append(eni.private_ip)

    def instance(self, instance_id: str) -> tuple[Eni, str] | None:
        return None

    def subnet(self, subnet_id: str) -> Mapping[str, Any] | None:
        found = self.subnets.get(subnet_id)
        return found and {**found, "AvailableIpAddressCount": len(found["free"])}

    def security_group(self, group_id: str) -> Mapping[str, Any] | None:
        return {"VpcId": "vpc-1", "GroupId": group_id}

    def reach(self, eni: Eni, dependency: str) -> Reach:
        failure = self.unreachable.get(dependency, "")
        return Reach(not failure, failure)

    def admits(self, source: Sequence[str], target: Eni, port: int) -> bool:
        return True

    # --- IAM
    def role_exists(self, role_arn: str) -> bool:
        return self.roles is None or role_arn in self.roles

    def trusts(self, role_arn: str, service: str) -> bool:
        return self.role_exists(role_arn)

    def may(self, role_arn: str, action: str, resource: str = "*") -> Allowed:
        no = {(role_arn, action), ("*", action)} & self.denied
        return Allowed(not no, f"no identity-based policy allows the {action} action" if no else "")

    # --- images, secrets, logs
    def image(self, uri: str) -> ImageAnswer:
        repository = uri.partition(":")[0]
        if uri in self.missing_images:
            return ImageAnswer(False, missing="tag", registry="ecr", repository=repository)
        host = uri.partition("/")[0]
        registry = "dockerhub" if "." not in host else "ecr" if ".dkr.ecr." in host else host
        behaviour = self.images.get(uri, ImageBehaviour())
        digest = "sha256:" + f"{abs(hash(uri)):064x}"[-64:]
        return ImageAnswer(
            True, behaviour, digest, registry, host.partition(".")[0], self.region, repository
        )

    def repository_admits(self, answer: ImageAnswer, role_arn: str) -> bool:
        return True

    def secret(self, arn: str) -> Secret:
        return Secret(False)

    def parameter(self, name_or_arn: str) -> Secret:
        return Secret(False)

    def object_exists(self, s3_arn: str) -> bool:
        return False

    def log_group_exists(self, name: str, region: str = "") -> bool:
        return name in self.groups

    def create_log_group(self, name: str, region: str = "") -> None:
        self.groups.add(name)

    def put_logs(self, group: str, stream: str, lines: Sequence[tuple[datetime, str]]) -> None:
        self.groups.add(group)
        self.logs.setdefault((group, stream), []).extend(lines)

    # --- ELBv2
    def target_group(self, arn: str) -> Mapping[str, Any] | None:
        return None

    def register_target(self, arn: str, target: str, port: int, zone: str) -> None:
        raise AwsError("TargetGroupNotFound", arn)

    def deregister_target(self, arn: str, target: str, port: int) -> None:
        return None

    def target_health(self, arn: str, target: str, port: int) -> tuple[str, str, str]:
        return ("unused", "Target.NotRegistered", "")


@dataclass
class FakeOutside:
    """EKS and IAM as a test sets them."""

    issuer: str = "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
    users: dict[str, User] = field(default_factory=dict)
    identities: dict[tuple[str, str], str] = field(default_factory=dict)
    profiles: dict[str, FargateProfile] = field(default_factory=dict)
    """By namespace."""
    web_identity_error: str = ""

    def who(self, principal: str) -> User | None:
        return self.users.get(principal)

    def pod_identity(self, namespace: str, account: str) -> str:
        return self.identities.get((namespace, account), "")

    def fargate_profile(self, namespace: str, labels: Mapping[str, str]) -> FargateProfile | None:
        return self.profiles.get(namespace)

    def web_identity(self, role_arn: str, subject: str) -> str:
        return self.web_identity_error

    def security_groups(self) -> Sequence[str]:
        return ("sg-cluster",)


class Bench:
    """A cluster on a fake ground, with a client and a clock of its own."""

    def __init__(self, version: str = "1.33") -> None:
        self.ground = FakeGround()
        self.outside = FakeOutside()
        around = Around(
            lock=threading.RLock(),
            wall=lambda: self.ground.moment,
            principal_of=lambda key: f"arn:aws:iam::{ACCOUNT}:user/{key}",
        )
        self.cluster = Cluster("my-cluster", version, self.ground, self.outside, around)
        self.store = self.cluster.world.store
        self.user: tuple[str, tuple[str, ...]] = ("admin", ("system:masters",))
        self.settle()

    def settle(self) -> None:
        """Lets all happen that is due now."""
        self.cluster.step()

    def advance(self, seconds: float) -> None:
        """Lets time pass, from one due moment to the next."""
        goal = self.ground.moment + timedelta(seconds=seconds)
        while (due := self.cluster.next_due()) is not None and due <= goal:
            self.ground.moment = max(self.ground.moment, due)
            self.cluster.step()
        self.ground.moment = goal

    def until(self, done: Callable[[], bool], seconds: float = 600) -> None:
        """Lets time pass until something holds."""
        goal = self.ground.moment + timedelta(seconds=seconds)
        while not done():
            due = self.cluster.next_due()
            assert due is not None, "nothing more is to happen"
            assert due <= goal, "it did not happen in time"
            self.ground.moment = max(self.ground.moment, due)
            self.cluster.step()

    def ask(
        self, method: str, path: str, body: Any = None, *, kind: str = "application/json",
        accept: str = "application/json", **query: str,
    ) -> Response:  # fmt: skip
        request = Request(
            method,
            path,
            query,
            {"content-type": kind, "accept": accept, "user-agent": "test/1"},
            b"" if body is None else json.dumps(body).encode(),
            self.user,
        )
        response = self.cluster.api.handle(request)
        self.settle()
        return response

    def json(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return json.loads(self.ask(method, path, body, **more).body)

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        """Server-side apply of some manifests into the default namespace."""
        kinds = {(k.api_version, k.kind): k for k in self.store.kinds()}
        for manifest in manifests:
            kind = kinds[manifest["apiVersion"], manifest["kind"]]
            root = f"/apis/{kind.api_version}" if kind.group else f"/api/{kind.api_version}"
            space = ""
            if kind.namespaced:
                space = f"/namespaces/{manifest['metadata'].get('namespace', 'default')}"
            path = f"{root}{space}/{kind.plural}/{manifest['metadata']['name']}"
            answer = self.ask(
                "PATCH", path, manifest, kind="application/apply-patch+yaml",
                fieldManager="test", force="true",
            )  # fmt: skip
            assert answer.status < 300, answer.body

    def pods(self, namespace: str = "default") -> list[dict[str, Any]]:
        return list(self.store.all("pods", namespace))

    def events(self, reason: str = "", namespace: str = "default") -> list[str]:
        return [
            event["message"]
            for event in self.store.all("events", namespace)
            if not reason or event["reason"] == reason
        ]
