"""An emulated AWS made of dicts, a clock that jumps, and a caller whose answers are all checked."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from kiriwake.lab.ecs.engine import EcsEngine
from kiriwake.lab.ground import (
    Allowed,
    AwsError,
    Caller,
    Eni,
    ImageAnswer,
    ImageBehaviour,
    Reach,
    Secret,
)

ACCOUNT, REGION = "123456789012", "us-east-1"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/my-execution-role"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/my-tg/0123456789abcdef"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/my-app"


@dataclass
class TargetGroup:
    """A target group whose health follows the path that the application serves."""

    path: str = "/health"
    interval_s: int = 30
    unhealthy_after: int = 2
    delay_s: int = 300
    targets: dict[tuple[str, int], datetime] = field(default_factory=dict)
    draining: dict[tuple[str, int], datetime] = field(default_factory=dict)


class DictGround:
    """The least AWS that tasks need; every member can be bent by a test."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.account, self.region = ACCOUNT, REGION
        self.clock = now
        self.subnets: dict[str, dict[str, Any]] = {}
        self.interfaces: dict[str, Eni] = {}
        self.instances: dict[str, tuple[Eni, str]] = {}
        self.taken: dict[str, set[str]] = {}
        self.roles: set[str] = {ROLE}
        self.untrusted: set[str] = set()
        self.denied: set[str] = set()
        self.unreachable: dict[str, str] = {}
        self.images: dict[str, ImageBehaviour] = {}
        self.secrets: dict[str, Secret] = {}
        self.objects: set[str] = set()
        self.log_groups: set[str] = {"/ecs/my-app"}
        self.logs: dict[tuple[str, str], list[str]] = {}
        self.groups: dict[str, TargetGroup] = {}
        self.engine: EcsEngine | None = None
        self.asked = 0
        self.add_subnet("subnet-a", "10.0.0.0/20", "us-east-1a")

    def add_subnet(self, name: str, cidr: str, zone: str) -> None:
        self.subnets[name] = {"CidrBlock": cidr, "AvailabilityZone": zone, "VpcId": "vpc-1"}
        self.taken[name] = set()

    def occupy(self, subnet: str, count: int) -> None:
        for _ in range(count):
            self.create_interface(subnet, (), "another's")

    def free(self, subnet: str) -> int:
        network = ipaddress.ip_network(self.subnets[subnet]["CidrBlock"])
        return network.num_addresses - 5 - len(self.taken[subnet])

    def now(self) -> datetime:
        return self.clock()

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
        if subnet_id not in self.subnets:
            raise AwsError("InvalidSubnetID.NotFound", f"{subnet_id} does not exist")
        network = ipaddress.ip_network(self.subnets[subnet_id]["CidrBlock"])
        usable = network.num_addresses - 5
        begin = len(self.interfaces)
        hosts = (str(network[4 + (begin + n) % usable]) for n in range(usable))
        free = next((host for host in hosts if host not in self.taken[subnet_id]), None)
        if free is None:
            raise AwsError("InsufficientFreeAddressesInSubnet", "not enough free addresses")
        self.taken[subnet_id].add(free)
        made = Eni(
            f"eni-{len(self.interfaces):017x}",
            subnet_id,
            free,
            "02:00:00:00:00:01",
            f"ip-{free.replace('.', '-')}.ec2.internal",
            tuple(group_ids),
            self.subnets[subnet_id]["AvailabilityZone"],
            "vpc-1",
        )
        self.interfaces[made.id] = made
        return made

    def delete_interface(self, eni_id: str) -> None:
        gone = self.interfaces.get(eni_id)
        if gone is not None:
            self.taken[gone.subnet_id].discard(gone.private_ip)

    def instance(self, instance_id: str) -> tuple[Eni, str] | None:
        return self.instances.get(instance_id)

    def subnet(self, subnet_id: str) -> Mapping[str, Any] | None:
        return self.subnets.get(subnet_id)

    def security_group(self, group_id: str) -> Mapping[str, Any] | None:
        return {"GroupId": group_id, "VpcId": "vpc-1"} if group_id.startswith("sg-") else None

    def reach(self, eni: Eni, dependency: str) -> Reach:
        failure = self.unreachable.get(dependency)
        return Reach(yes=failure is None, failure=failure or "")

    def admits(self, source: Sequence[str], target: Eni, port: int) -> bool:
        return True

    def role_exists(self, role_arn: str) -> bool:
        return role_arn in self.roles

    def trusts(self, role_arn: str, service: str) -> bool:
        return role_arn not in self.untrusted

    def may(self, role_arn: str, action: str, resource: str = "*") -> Allowed:
        if action in self.denied:
            return Allowed(
                yes=False, because=f"no identity-based policy allows the {action} action"
            )
        return Allowed(yes=True)

    def image(self, uri: str) -> ImageAnswer:
        known = self.images.get(uri)
        by_digest = {f"{u.rpartition(':')[0]}@{_digest(b)}": b for u, b in self.images.items()}
        known = known or by_digest.get(uri)
        registry = "ecr" if ".dkr.ecr." in uri else "dockerhub"
        if known is None:
            missing = "digest" if "@" in uri else "tag"
            return ImageAnswer(
                found=False, registry=registry, account=ACCOUNT, region=REGION,
                repository="my-app", missing=missing,
            )  # fmt: skip
        return ImageAnswer(
            found=True, behaviour=known, digest=_digest(known), registry=registry,
            account=ACCOUNT, region=REGION, repository="my-app",
        )  # fmt: skip

    def repository_admits(self, answer: ImageAnswer, role_arn: str) -> bool:
        return True

    def secret(self, arn: str) -> Secret:
        return self.secrets.get(arn, Secret(exists=False))

    def parameter(self, name_or_arn: str) -> Secret:
        return self.secrets.get(name_or_arn, Secret(exists=False))

    def object_exists(self, s3_arn: str) -> bool:
        return s3_arn in self.objects

    def log_group_exists(self, name: str, region: str = "") -> bool:
        return name in self.log_groups

    def create_log_group(self, name: str, region: str = "") -> None:
        self.log_groups.add(name)

    def put_logs(self, group: str, stream: str, lines: Sequence[tuple[datetime, str]]) -> None:
        self.logs.setdefault((group, stream), []).extend(line for _, line in lines)

    def target_group(self, arn: str) -> Mapping[str, Any] | None:
        found = self.groups.get(arn)
        if found is None:
            return None
        return {
            "TargetGroupArn": arn,
            "TargetType": "ip",
            "LoadBalancerArns": ["arn:lb"],
            "Attributes": {"deregistration_delay.timeout_seconds": str(found.delay_s)},
            "LoadBalancerState": "active",
        }

    def register_target(self, arn: str, target: str, port: int, zone: str) -> None:
        if arn not in self.groups:
            raise AwsError("TargetGroupNotFound", "One or more target groups not found")
        self.groups[arn].targets[target, port] = self.now()

    def deregister_target(self, arn: str, target: str, port: int) -> None:
        group = self.groups[arn]
        if group.targets.pop((target, port), None) is not None:
            group.draining[target, port] = self.now() + timedelta(seconds=group.delay_s)

    def target_health(self, arn: str, target: str, port: int) -> tuple[str, str, str]:  # noqa: PLR0911 - one for each state
        self.asked += 1
        group = self.groups[arn]
        until = group.draining.get((target, port))
        if until is not None and self.now() < until:
            return "draining", "Target.DeregistrationInProgress", "deregistration is in progress"
        since = group.targets.get((target, port))
        if since is None:
            return "unused", "Target.NotRegistered", "Target is not registered"
        waited = (self.now() - since).total_seconds()
        serving = self.engine.serving(target, port) if self.engine else None
        if waited < group.interval_s / 3:
            return "initial", "Elb.RegistrationInProgress", "Target registration is in progress"
        if serving is None:
            if waited < group.interval_s * group.unhealthy_after:
                return "initial", "Elb.InitialHealthChecking", "Initial health checks in progress"
            return "unhealthy", "Target.FailedHealthChecks", "Health checks failed"
        behaviour = serving.behaviour
        paths = behaviour.paths
        status = 200 if paths is None else paths.get(group.path, behaviour.default_status)
        if status == 200:
            return "healthy", "", ""
        if waited < group.interval_s * group.unhealthy_after:
            return "initial", "Elb.InitialHealthChecking", "Initial health checks in progress"
        words = f"Health checks failed with these codes: [{status}]"
        return "unhealthy", "Target.ResponseCodeMismatch", words


def _digest(behaviour: ImageBehaviour) -> str:
    return f"sha256:{hashlib.sha256(repr(behaviour).encode()).hexdigest()}"


@cache
def _model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("ecs", "service-2"), "ecs")


def check_shape(shape: Shape, value: object, path: str) -> None:
    """Fails if an answer has a member, type or enum value that ECS's model does not."""
    if isinstance(shape, StructureShape):
        assert isinstance(value, dict), path
        for name, inner in value.items():
            assert name in shape.members, f"{path}.{name} is not in {shape.name}"
            check_shape(shape.members[name], inner, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), f"{path}: {value!r}"
        for n, inner in enumerate(value):
            check_shape(shape.member, inner, f"{path}[{n}]")
    elif isinstance(shape, MapShape):
        assert isinstance(value, dict), path
    elif shape.type_name == "timestamp":
        assert isinstance(value, datetime), f"{path}: {value!r}"
        assert value.tzinfo is not None, path
    elif shape.type_name == "string":
        assert isinstance(value, str), f"{path}: {value!r}"
        assert not getattr(shape, "enum", None) or value in shape.enum, f"{path}: {value!r}"  # type: ignore[attr-defined]
    elif shape.type_name in {"integer", "long"}:
        assert type(value) is int, f"{path}: {value!r}"
    elif shape.type_name == "boolean":
        assert type(value) is bool, f"{path}: {value!r}"


class Town:
    """A lab of ECS alone."""

    def __init__(self) -> None:
        self.moment = START
        self.ground = DictGround(lambda: self.moment)
        self.engine = EcsEngine(lambda _account, _region: self.ground, lambda: self.moment, seed=7)
        self.ground.engine = self.engine
        self.ground.images[f"{IMAGE}:v1"] = ImageBehaviour()
        self.call("CreateCluster", clusterName="my-cluster")

    def call(self, action: str, **parameters: Any) -> dict[str, Any]:
        caller = Caller(ACCOUNT, REGION, f"arn:aws:iam::{ACCOUNT}:user/lab")
        answer = self.engine.handle(caller, action, parameters)
        shape = _model().operation_model(action).output_shape
        assert shape is not None
        check_shape(shape, answer, action)
        return answer

    def refused(self, action: str, **parameters: Any) -> AwsError:
        try:
            self.call(action, **parameters)
        except AwsError as error:
            return error
        raise AssertionError(f"{action} was not refused")

    def pass_time(self, seconds: float) -> None:
        goal = self.moment + timedelta(seconds=seconds)
        while (due := self.engine.next_due()) is not None and due <= goal:
            self.moment = max(self.moment, due)
            self.engine.step()
        self.moment = goal

    # --- what tests build and look at ------------------------------------------------
    def image(self, tag: str, **behaviour: Any) -> str:
        self.ground.images[f"{IMAGE}:{tag}"] = ImageBehaviour(**behaviour)
        return f"{IMAGE}:{tag}"

    def definition(self, image: str = f"{IMAGE}:v1", **container: Any) -> str:
        """Registers a Fargate revision of `my-app`; `task_` arguments are of the task."""
        task = {k.removeprefix("task_"): v for k, v in container.items() if k.startswith("task_")}
        own = {k: v for k, v in container.items() if not k.startswith("task_")}
        parameters: dict[str, Any] = {
            "family": "my-app",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": ROLE,
            "containerDefinitions": [
                {
                    "name": "app",
                    "image": image,
                    "portMappings": [{"containerPort": 8080}],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": "/ecs/my-app",
                            "awslogs-region": REGION,
                            "awslogs-stream-prefix": "ecs",
                        },
                    },
                    **own,
                }
            ],
            **task,
        }
        made = self.call("RegisterTaskDefinition", **parameters)
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def service(self, count: int = 2, definition: str = "", **more: Any) -> None:
        subnets = more.pop("subnets", ["subnet-a"])
        balanced = more.pop("balanced", False)
        parameters: dict[str, Any] = {
            "cluster": "my-cluster",
            "serviceName": "my-service",
            "taskDefinition": definition or self.definition(),
            "desiredCount": count,
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets}},
        }
        if balanced:
            self.ground.groups.setdefault(GROUP, TargetGroup())
            parameters["loadBalancers"] = [
                {"targetGroupArn": GROUP, "containerName": "app", "containerPort": 8080}
            ]
        parameters = {k: v for k, v in {**parameters, **more}.items() if v is not None}
        self.call("CreateService", **parameters)

    def update(self, **parameters: Any) -> dict[str, Any]:
        return self.call("UpdateService", cluster="my-cluster", service="my-service", **parameters)

    def look(self) -> dict[str, Any]:
        found = self.call("DescribeServices", cluster="my-cluster", services=["my-service"])
        return dict(found["services"][0])

    def events(self) -> list[str]:
        return [event["message"] for event in self.look()["events"]]

    def tasks(self, status: str = "RUNNING", **filters: Any) -> list[dict[str, Any]]:
        arns: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = self.call(
                "ListTasks", cluster="my-cluster", desiredStatus=status, **filters, **token
            )
            arns += page["taskArns"]
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        found: list[dict[str, Any]] = []
        for begin in range(0, len(arns), 100):
            answer = self.call(
                "DescribeTasks", cluster="my-cluster", tasks=arns[begin : begin + 100]
            )
            found += answer["tasks"]
        return found
