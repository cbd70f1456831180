"""A VPC with a load balancer and applications at addresses, without ECS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.lab.conftest import Bench

from kiriwake.lab.ground import Eni, ImageBehaviour, Serving


@dataclass
class Town:
    """Applications by address and port, as an engine would run them."""

    bench: Bench
    apps: dict[tuple[str, int], ImageBehaviour] = field(default_factory=dict)
    vpc: str = ""
    subnets: list[str] = field(default_factory=list)
    lb_group: str = ""
    task_group: str = ""

    def serving(self, address: str, port: int, vpc_id: str = "") -> Serving | None:
        """Who listens there."""
        app = self.apps.get((address, port))
        return Serving(app, self.bench.now(), None) if app else None

    def build(self, zones: Sequence[str] = ("a", "b")) -> None:
        """A VPC, a subnet a zone, a group for the load balancer and one for the tasks."""
        ec2 = self.bench.aws("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        for n, zone in enumerate(zones):
            made = ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}"
            )
            self.subnets.append(made["Subnet"]["SubnetId"])
        self.lb_group = self.group("lb")
        self.task_group = self.group("tasks")
        self.let_in(self.task_group, 8080, UserIdGroupPairs=[{"GroupId": self.lb_group}])

    def group(self, name: str) -> str:
        """A security group that lets everything out."""
        made = self.bench.aws("ec2").create_security_group(
            GroupName=name, Description=name, VpcId=self.vpc
        )
        return str(made["GroupId"])

    def let_in(self, group: str, port: int, **source: Any) -> None:
        """One ingress rule."""
        self.bench.aws("ec2").authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}],
        )

    def front(self, kind: str = "application", **check: Any) -> str:
        """A load balancer with a listener; answers its target group's ARN."""
        elb = self.bench.aws("elbv2")
        protocol = "HTTP" if kind == "application" else "TCP"
        lb = elb.create_load_balancer(
            Name=f"front-{kind[:3]}",
            Subnets=self.subnets,
            SecurityGroups=[self.lb_group],
            Type=kind,
        )["LoadBalancers"][0]["LoadBalancerArn"]
        group = self.target_group(protocol, **check)
        elb.create_listener(
            LoadBalancerArn=lb,
            Protocol=protocol,
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return group

    def target_group(self, protocol: str = "HTTP", **check: Any) -> str:
        """A target group of addresses."""
        made = self.bench.aws("elbv2").create_target_group(
            Name=f"tg-{protocol.lower()}",
            Protocol=protocol,
            Port=8080,
            VpcId=self.vpc,
            TargetType="ip",
            **check,
        )
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def app(self, subnet: int = 0, **behaviour: Any) -> Eni:
        """An application with an interface, listening on 8080."""
        eni = self.bench.lab.ground().create_interface(
            self.subnets[subnet], [self.task_group], "app"
        )
        self.apps[eni.private_ip, 8080] = ImageBehaviour(**behaviour)
        return eni

    def register(self, group: str, eni: Eni) -> None:
        """The application joins a target group."""
        self.bench.aws("elbv2").register_targets(
            TargetGroupArn=group, Targets=[{"Id": eni.private_ip, "Port": 8080}]
        )

    def health(self, group: str) -> list[tuple[str, str, str]]:
        """State, reason and description of every target."""
        found = self.bench.aws("elbv2").describe_target_health(TargetGroupArn=group)
        told = [row["TargetHealth"] for row in found["TargetHealthDescriptions"]]
        return [(t["State"], t.get("Reason", ""), t.get("Description", "")) for t in told]


@contextmanager
def town(bench: Bench) -> Iterator[Town]:
    """A town whose applications answer while the context lasts."""
    made = Town(bench)
    bench.lab.world.inhabited.append(made)
    try:
        made.build()
        yield made
    finally:
        bench.lab.world.inhabited.remove(made)
