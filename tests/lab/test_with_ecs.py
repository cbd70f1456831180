"""ECS on the lab's ground: the incidents come from the ground's laws, seen through boto3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.lab.conftest import Bench
from tests.lab.shapes import faults

from kiriwake.lab.clock import wall_now
from kiriwake.lab.stories import book
from kiriwake.lab.stories.stage import PULL_POLICY, Network, Stage
from kiriwake.lab.telling import tell

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(bench: Bench) -> Stage:
    made = Stage(bench.lab)
    made.aws("ecs").create_cluster(clusterName="c")
    made.log_group("app")
    return made


def _service(
    stage: Stage,
    network: Network,
    count: int,
    *policies: str,
    image: str = "",
    **more: Any,
) -> None:
    role = stage.role("execution", *policies)
    uri = image or stage.image("app", "v1", listens=[8080], starts_after_s=2)
    revision = stage.task_definition("app", uri, role)
    stage.service("s", revision, count, network, cluster="c", **more)


def _described(stage: Stage) -> dict[str, Any]:
    answer = stage.aws("ecs").describe_services(cluster="c", services=["s"])
    assert faults("ecs", "DescribeServices", answer) == []
    found: dict[str, Any] = answer["services"][0]
    return found


def _tasks(stage: Stage, status: str = "RUNNING") -> list[dict[str, Any]]:
    ecs = stage.aws("ecs")
    arns = ecs.list_tasks(cluster="c", serviceName="s", desiredStatus=status)["taskArns"]
    if not arns:
        return []
    answer = ecs.describe_tasks(cluster="c", tasks=arns)
    assert faults("ecs", "DescribeTasks", answer) == []
    found: list[dict[str, Any]] = answer["tasks"]
    return found


def _free(stage: Stage, subnet: str) -> int:
    found = stage.aws("ec2").describe_subnets(SubnetIds=[subnet])["Subnets"][0]
    return int(found["AvailableIpAddressCount"])


def _reasons(stage: Stage) -> str:
    stopped = _tasks(stage, "STOPPED")
    words = [str(task.get("stoppedReason")) for task in stopped]
    words += [str(c.get("reason")) for task in stopped for c in task["containers"]]
    return "\n".join(words)


def test_a_service_comes_up_behind_its_load_balancer(stage: Stage) -> None:
    network = stage.network("10.0.0.0/24", "10.0.1.0/24")
    front = stage.front(network, path="/")
    _service(stage, network, 3, PULL_POLICY, front=front)
    stage.advance(300)
    found = _described(stage)
    assert (found["runningCount"], found["deployments"][0]["rolloutState"]) == (3, "COMPLETED")
    assert "has reached a steady state" in found["events"][0]["message"]
    health = stage.aws("elbv2").describe_target_health(TargetGroupArn=front.target_group)
    assert {h["TargetHealth"]["State"] for h in health["TargetHealthDescriptions"]} == {"healthy"}
    held = stage.aws("ec2").describe_network_interfaces(
        Filters=[{"Name": "description", "Values": ["arn:aws:ecs:*:attachment/*"]}]
    )["NetworkInterfaces"]
    assert len(held) == 3
    assert all(eni["RequesterManaged"] and eni["Status"] == "in-use" for eni in held)
    addresses = {eni["PrivateIpAddress"] for eni in held}
    assert addresses == {h["Target"]["Id"] for h in health["TargetHealthDescriptions"]}
    streams = stage.aws("logs").describe_log_streams(logGroupName="/ecs/app")["logStreams"]
    assert all(stream["logStreamName"].startswith("ecs/app/") for stream in streams)


def test_a_small_subnet_runs_out_and_gets_its_addresses_back(stage: Stage) -> None:
    network = stage.network("10.0.0.0/28")
    _service(stage, network, 20, PULL_POLICY)
    stage.advance(600)
    assert (_described(stage)["runningCount"], _free(stage, network.subnets[0])) == (11, 0)
    with pytest.raises(ClientError, match="InsufficientFreeAddressesInSubnet"):
        stage.aws("ec2").create_network_interface(SubnetId=network.subnets[0])
    stage.aws("ecs").update_service(cluster="c", service="s", desiredCount=0)
    stage.advance(300)
    assert (_described(stage)["runningCount"], _free(stage, network.subnets[0])) == (0, 11)


def test_a_path_that_is_not_served_kills_tasks_by_health_check(stage: Stage) -> None:
    network = stage.network("10.0.0.0/24", "10.0.1.0/24")
    front = stage.front(network, path="/health")
    image = stage.image("app", "v1", listens=[8080], paths={"/": 200})
    _service(stage, network, 2, PULL_POLICY, image=image, front=front)
    stage.advance(600)
    assert "failed ELB health checks" in _reasons(stage)
    elb = stage.aws("elbv2")
    elb.modify_target_group(TargetGroupArn=front.target_group, HealthCheckPath="/")
    stage.advance(900)
    assert _described(stage)["deployments"][0]["rolloutState"] == "COMPLETED"


def _no_policy(_: Stage, __: Network) -> tuple[str, ...]:
    return ()


def _registry_unreachable(stage: Stage, network: Network) -> tuple[str, ...]:
    stage.control("PUT", "reach", {network.subnets[0]: {"ecr": False}})
    return (PULL_POLICY,)


def _no_route(stage: Stage, network: Network) -> tuple[str, ...]:
    stage.aws("ec2").delete_route(
        RouteTableId=network.route_table, DestinationCidrBlock="0.0.0.0/0"
    )
    return (PULL_POLICY,)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_no_policy, "no identity-based policy allows the ecr:GetAuthorizationToken action"),
        (_registry_unreachable, "unable to pull secrets or registry auth"),
        (_no_route, "unable to pull secrets or registry auth"),
    ],
)
def test_an_image_that_cannot_be_pulled_says_why(
    stage: Stage, spoil: Callable[[Stage, Network], tuple[str, ...]], words: str
) -> None:
    network = stage.network("10.0.0.0/24")
    _service(stage, network, 1, *spoil(stage, network))
    stage.advance(600)
    assert _described(stage)["runningCount"] == 0
    assert words in _reasons(stage)
    assert _free(stage, network.subnets[0]) >= 250


def test_a_tag_that_is_not_there_is_not_found(stage: Stage) -> None:
    network = stage.network("10.0.0.0/24")
    image = stage.image("app", "v1").replace(":v1", ":v2")
    _service(stage, network, 1, PULL_POLICY, image=image)
    stage.advance(300)
    assert "not found" in _reasons(stage)


def test_a_denied_role_and_a_lifted_denial(stage: Stage) -> None:
    network = stage.network("10.0.0.0/24")
    role = "arn:aws:iam::123456789012:role/execution"
    stage.control("PUT", "deny", {"actions": ["ecr:BatchGetImage"], "principal": role})
    _service(stage, network, 1, PULL_POLICY)
    stage.advance(300)
    assert "ecr:BatchGetImage" in _reasons(stage)
    stage.control("PUT", "deny", [])
    stage.advance(600)
    assert _described(stage)["runningCount"] == 1


def test_fargate_without_capacity_and_an_interrupted_task(bench: Bench, stage: Stage) -> None:
    network = stage.network("10.0.0.0/24")
    _service(stage, network, 1, PULL_POLICY)
    stage.advance(120)
    task = _tasks(stage)[0]["taskArn"]
    stage.control("PUT", "capacity", {"FARGATE": False})
    status, _ = bench.control("POST", "interrupt", {"task": task, "kind": "host"})
    assert status == 200
    stage.advance(300)
    assert _described(stage)["runningCount"] == 0
    stage.control("PUT", "capacity", {"FARGATE": True})
    stage.advance(600)
    assert _described(stage)["runningCount"] == 1
    status, said = bench.control("POST", "interrupt", {"task": task, "kind": "moon"})
    assert (status, bool(said["error"])) == (400, True)


def test_two_regions_with_the_same_addresses_do_not_mix(bench: Bench, stage: Stage) -> None:
    network = stage.network("10.0.0.0/24", "10.0.1.0/24")
    front = stage.front(network, path="/")
    _service(stage, network, 1, PULL_POLICY, front=front)
    stage.advance(300)
    address = _tasks(stage)[0]["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]
    other = bench.lab.ground(region="eu-west-1")
    ec2 = bench.aws("ec2", region="eu-west-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    twin = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    ec2.create_network_interface(SubnetId=twin, PrivateIpAddress=address)
    assert other.subnet(twin) is not None
    assert bench.lab.world.serving(address, 8080, vpc) is None
    assert bench.lab.world.serving(address, 8080, network.vpc) is not None


def test_a_scalable_target_is_a_service_that_is_there(stage: Stage) -> None:
    network = stage.network("10.0.0.0/24")
    _service(stage, network, 1, PULL_POLICY)
    scaling = stage.aws("application-autoscaling")
    asked = {
        "ServiceNamespace": "ecs",
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 1,
        "MaxCapacity": 4,
    }
    scaling.register_scalable_target(ResourceId="service/c/s", **asked)
    with pytest.raises(ClientError, match="ECS service doesn't exist"):
        scaling.register_scalable_target(ResourceId="service/c/none", **asked)


@pytest.mark.parametrize("name", book.names())
def test_a_story_is_told_and_ends_at_the_present(bench: Bench, name: str) -> None:
    with bench.lab.world.lock:
        bench.lab.world.clock.run_at(0)
    tell(book.story(name), bench.lab, bench.lab.world)
    assert abs(wall_now() - bench.now()) < timedelta(seconds=10)
    found = bench.aws("ecs").describe_services(cluster="my-cluster", services=["my-service"])
    assert found["services"][0]["events"]
    assert faults("ecs", "DescribeServices", found) == []
