"""Fifty tasks in the old /24, after a night in which the registry could not be reached."""

from __future__ import annotations

from kiriwake.lab.stories.stage import PULL_POLICY, Network, Stage


def happen(stage: Stage) -> None:
    """The neighbours take their addresses, the registry comes back, and fifty tasks want in."""
    network = stage.network("10.0.1.0/24", "10.0.16.0/20")
    old = network.subnets[0]
    role = stage.role("my-execution-role", PULL_POLICY)
    for family in ("my-app", "other-app"):
        stage.log_group(family)
        stage.image(family, "latest", listens=[8080], starts_after_s=5)
    _neighbours(stage, network, old)
    ecs = stage.aws("ecs")
    ecs.create_cluster(clusterName="my-cluster")
    other = stage.task_definition("other-app", _uri("other-app"), role)
    stage.service("other-service", other, 50, network, subnets=[old])
    stage.advance(300)
    stage.control("PUT", "reach", {old: {"ecr": False}})
    mine = stage.task_definition("my-app", _uri("my-app"), role)
    stage.service("my-service", mine, 2, network, subnets=[old])
    stage.advance(420)
    stage.control("PUT", "reach", {})
    stage.advance(600)
    ecs.update_service(cluster="my-cluster", service="my-service", desiredCount=50)
    stage.advance(900)


def _neighbours(stage: Stage, network: Network, subnet: str) -> None:
    """A database, functions and endpoints that were there before: 155 addresses."""
    ec2 = stage.aws("ec2")
    held = [("RDSNetworkInterface", 2), *((f"AWS Lambda VPC ENI-fn-{n}", 1) for n in range(153))]
    for description, count in held:
        for _ in range(count):
            ec2.create_network_interface(
                SubnetId=subnet, Description=description, Groups=[network.group]
            )


def _uri(family: str) -> str:
    return f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{family}:latest"
