"""What a story acts with: clients of the lab, its control API, its clock, and a small town."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol
from urllib.request import Request, urlopen

import botocore.session

ACCOUNT = "123456789012"
REGION = "us-east-1"
PULL_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


@cache
def _session() -> botocore.session.Session:
    # One for all clients: a new one reads all of botocore's tables again.
    return botocore.session.Session()


class LabLike(Protocol):
    """The part of a lab that a story needs."""

    @property
    def endpoint(self) -> str:
        """Where AWS and the control API answer."""

    def advance(self, seconds: float) -> None:
        """Lets time pass; all that happens in it has happened when this returns."""


@dataclass(frozen=True, slots=True)
class Network:
    """A VPC with a way out, and the ids of what lies in it."""

    vpc: str
    subnets: tuple[str, ...]
    group: str
    route_table: str


@dataclass(frozen=True, slots=True)
class Front:
    """A load balancer's target group that a listener forwards to."""

    target_group: str
    load_balancer: str
    group: str


@dataclass
class Stage:
    """Everything that a story does, it does through the lab's public APIs."""

    lab: LabLike
    _clients: dict[str, Any] = field(default_factory=dict)

    def aws(self, service: str, region: str = REGION) -> Any:  # noqa: ANN401 - made at run time
        """An unmodified client of one service."""
        key = f"{service}@{region}"
        if key not in self._clients:
            self._clients[key] = _session().create_client(
                service,
                region_name=region,
                endpoint_url=self.lab.endpoint,
                aws_access_key_id="lab",
                aws_secret_access_key="lab",  # noqa: S106 - the lab takes any
            )
        return self._clients[key]

    def control(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - JSON
        """One request to the control API."""
        request = Request(  # noqa: S310 - the lab's own loopback address
            f"{self.lab.endpoint}/_lab/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request) as answer:  # noqa: S310
            return json.load(answer)

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self.lab.advance(seconds)

    # --- the town ----------------------------------------------------------------
    def network(self, *cidrs: str, zones: Sequence[str] = ("a", "b", "c")) -> Network:
        """A VPC 10.0.0.0/16 with public subnets, one in each zone in turn."""
        ec2 = self.aws("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
            ec2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": True}})
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        subnets = tuple(
            self.subnet(vpc, cidr, zones[n % len(zones)], table) for n, cidr in enumerate(cidrs)
        )
        group = self.group(vpc, "tasks", 8080, "10.0.0.0/16")
        return Network(vpc, subnets, group, table)

    def subnet(self, vpc: str, cidr: str, zone: str = "a", table: str = "") -> str:
        """A subnet, with a route table if one is given."""
        ec2 = self.aws("ec2")
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"{REGION}{zone}")[
            "Subnet"
        ]["SubnetId"]
        if table:
            ec2.associate_route_table(RouteTableId=table, SubnetId=made)
        return str(made)

    def group(self, vpc: str, name: str, port: int, cidr: str) -> str:
        """A security group that lets one port in from one block, and everything out."""
        ec2 = self.aws("ec2")
        made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        self.let_in(made, port, cidr)
        return str(made)

    def let_in(self, group: str, port: int, cidr: str) -> None:
        """One ingress rule more."""
        self.aws("ec2").authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "IpRanges": [{"CidrIp": cidr}],
                }
            ],
        )

    def role(self, name: str, *policies: str, service: str = "ecs-tasks.amazonaws.com") -> str:
        """A role that a service may assume, with managed policies; answers its ARN."""
        iam = self.aws("iam")
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": service},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        for policy in policies:
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        return str(made["Role"]["Arn"])

    def image(self, repository: str, tag: str, **behaviour: Any) -> str:  # noqa: ANN401 - JSON
        """Describes what an image does, pushes it, and answers its URI."""
        self.control("PUT", f"images/{repository}/{tag}", behaviour)
        return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{repository}:{tag}"

    def task_definition(
        self,
        family: str,
        image: str,
        role: str,
        *,
        environment: Mapping[str, str] | None = None,
        container: Mapping[str, Any] | None = None,
        **more: Any,  # noqa: ANN401 - as the API takes them
    ) -> str:
        """Registers a Fargate task definition with one container that logs; answers its ARN."""
        definition = {
            "name": "app",
            "image": image,
            "essential": True,
            "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
            "environment": [{"name": k, "value": v} for k, v in (environment or {}).items()],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": f"/ecs/{family}",
                    "awslogs-region": REGION,
                    "awslogs-stream-prefix": "ecs",
                },
            },
            **(container or {}),
        }
        parameters = {
            "family": family,
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": role,
            "containerDefinitions": [definition],
            **more,
        }
        made = self.aws("ecs").register_task_definition(**parameters)
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def log_group(self, family: str) -> None:
        """The group that `task_definition` logs to."""
        self.aws("logs").create_log_group(logGroupName=f"/ecs/{family}")

    def front(self, network: Network, name: str = "my", path: str = "/health") -> Front:
        """An Application Load Balancer on port 80 with a target group on 8080."""
        elb = self.aws("elbv2")
        group = self.group(network.vpc, f"{name}-alb", 80, "0.0.0.0/0")
        balancer = elb.create_load_balancer(
            Name=f"{name}-alb",
            Subnets=list(network.subnets),
            SecurityGroups=[group],
            Type="application",
        )["LoadBalancers"][0]["LoadBalancerArn"]
        target_group = elb.create_target_group(
            Name=f"{name}-tg",
            Protocol="HTTP",
            Port=8080,
            VpcId=network.vpc,
            TargetType="ip",
            HealthCheckPath=path,
            HealthCheckIntervalSeconds=30,
            HealthyThresholdCount=3,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        elb.create_listener(
            LoadBalancerArn=balancer,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
        )
        return Front(str(target_group), str(balancer), group)

    def service(
        self,
        name: str,
        task_definition: str,
        count: int,
        network: Network,
        *,
        cluster: str = "my-cluster",
        subnets: Sequence[str] = (),
        front: Front | None = None,
        **more: Any,  # noqa: ANN401 - as the API takes them
    ) -> None:
        """A Fargate service, behind a load balancer if there is one."""
        parameters: dict[str, Any] = {
            "cluster": cluster,
            "serviceName": name,
            "taskDefinition": task_definition,
            "desiredCount": count,
            "launchType": "FARGATE",
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": list(subnets or network.subnets),
                    "securityGroups": [network.group],
                    "assignPublicIp": "ENABLED",
                }
            },
        }
        if front:
            parameters["loadBalancers"] = [
                {
                    "targetGroupArn": front.target_group,
                    "containerName": "app",
                    "containerPort": 8080,
                }
            ]
            parameters["healthCheckGracePeriodSeconds"] = 60
        self.aws("ecs").create_service(**parameters | more)
