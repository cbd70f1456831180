"""Where tasks go: instances by what they have, Fargate Spot, capacity that is not there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.lab.ecs.town import ACCOUNT, IMAGE, REGION, Town


def instance(town: Town, cpu: int = 2048, memory: int = 3884, **attributes: str) -> str:
    resources = [
        {"name": "CPU", "type": "INTEGER", "integerValue": cpu},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
    ]
    named = [{"name": k.replace("_", "."), "value": v} for k, v in attributes.items()]
    made = town.call(
        "RegisterContainerInstance",
        cluster="my-cluster",
        totalResources=resources,
        attributes=named,
    )
    return str(made["containerInstance"]["containerInstanceArn"])


def bridge(town: Town, family: str = "web", **container: Any) -> str:
    made = town.call(
        "RegisterTaskDefinition",
        family=family,
        containerDefinitions=[
            {"name": "app", "image": f"{IMAGE}:v1", "cpu": 512, "memory": 1024, **container}
        ],
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def on_ec2(town: Town, count: int, definition: str, **more: Any) -> None:
    town.service(count, definition, launchType="EC2", networkConfiguration=None, **more)


def test_tasks_are_spread_over_instances(town: Town) -> None:
    first, second = instance(town), instance(town)
    on_ec2(town, 4, bridge(town))
    town.pass_time(120)
    assert sorted(t["containerInstanceArn"] for t in town.tasks()) == sorted([first, second] * 2)
    found = town.call(
        "DescribeContainerInstances", cluster="my-cluster", containerInstances=[first]
    )["containerInstances"][0]
    left = {r["name"]: r["integerValue"] for r in found["remainingResources"]}
    assert (left["CPU"], left["MEMORY"]) == (2048 - 1024, 3884 - 2048)
    assert found["runningTasksCount"] == 2


@pytest.mark.parametrize(
    ("room", "container", "words"),
    [
        ({"cpu": 256}, {}, "has insufficient CPU units available."),
        ({"memory": 512}, {}, "has insufficient memory available."),
        (
            {},
            {"portMappings": [{"containerPort": 80, "hostPort": 22}]},
            "is already using a port required by your task.",
        ),
        (
            {"ecs_capability_docker-plugin": ""},
            {"healthCheck": {"command": ["CMD", "x"]}},
            "is missing an attribute required by your task.",
        ),
    ],
)
def test_the_event_names_what_the_closest_instance_lacks(
    town: Town, room: dict[str, Any], container: dict[str, Any], words: str
) -> None:
    instance(town, **room)
    on_ec2(town, 1, bridge(town, **container))
    town.pass_time(60)
    event = town.events()[0]
    assert "because no container instance met all of its requirements." in event
    assert words in event
    assert town.tasks() == []


def test_without_instances_the_event_says_so(town: Town) -> None:
    on_ec2(town, 1, bridge(town))
    town.pass_time(60)
    assert "Reason: No Container Instances were found in your cluster." in town.events()[0]
    instance(town)
    town.pass_time(60)
    assert town.look()["runningCount"] == 1


def test_run_task_answers_with_failures_when_nothing_fits(town: Town) -> None:
    definition = bridge(town)
    error = town.refused("RunTask", cluster="my-cluster", taskDefinition=definition)
    assert error.message == "No Container Instances were found in your cluster."
    arn = instance(town, cpu=600)
    answer = town.call("RunTask", cluster="my-cluster", taskDefinition=definition, count=2)
    assert len(answer["tasks"]) == 1
    assert answer["failures"] == [{"arn": arn, "reason": "RESOURCE:CPU"}]


def test_interfaces_of_an_instance_run_out(town: Town) -> None:
    instance(town, ecs_instance_type="x")
    town.call(
        "PutAttributes",
        cluster="my-cluster",
        attributes=[
            {
                "name": "ecs.instance-type",
                "value": "c5.large",
                "targetId": town.call("ListContainerInstances", cluster="my-cluster")[
                    "containerInstanceArns"
                ][0],
            }
        ],
    )
    made = town.call(
        "RegisterTaskDefinition",
        family="eni",
        networkMode="awsvpc",
        containerDefinitions=[{"name": "app", "image": f"{IMAGE}:v1", "cpu": 1, "memory": 16}],
    )["taskDefinition"]["taskDefinitionArn"]
    town.service(4, made, launchType="EC2")
    town.pass_time(120)
    assert town.look()["runningCount"] == 2
    assert any('"RESOURCE:ENI"' in e for e in town.events())


def test_dynamic_ports_answer_on_the_instance(town: Town) -> None:
    instance(town)
    on_ec2(town, 2, bridge(town, portMappings=[{"containerPort": 80}]))
    town.pass_time(60)
    ports = [t["containers"][0]["networkBindings"][0]["hostPort"] for t in town.tasks()]
    assert sorted(ports) == [32768, 32769]
    arns = town.call("ListContainerInstances", cluster="my-cluster")["containerInstanceArns"]
    host = town.call("DescribeContainerInstances", cluster="my-cluster", containerInstances=arns)
    ec2_id = host["containerInstances"][0]["ec2InstanceId"]
    assert town.engine.serving(ec2_id, 32769) is not None
    assert town.engine.serving(ec2_id, 80) is None


def test_an_instance_that_ec2_knows_brings_its_address_and_its_role(town: Town) -> None:
    eni = town.ground.create_interface("subnet-a", (), "")
    role = f"arn:aws:iam::{ACCOUNT}:role/nodes"
    town.ground.instances["i-0abc"] = (eni, role)
    document = json.dumps({"instanceId": "i-0abc", "instanceType": "c5.large"})
    town.call("RegisterContainerInstance", cluster="my-cluster", instanceIdentityDocument=document)
    on_ec2(town, 1, bridge(town, portMappings=[{"containerPort": 80}]))
    town.pass_time(60)
    assert town.engine.serving(eni.private_ip, 32768) is not None
    town.ground.denied = {"ecr:GetAuthorizationToken"}
    town.update(forceNewDeployment=True)
    town.pass_time(60)
    words = {t["containers"][0].get("reason", "") for t in town.tasks("STOPPED")}
    assert all("assumed-role/nodes/i-0abc" in w for w in words)


def test_placement_constraints_are_kept(town: Town) -> None:
    instance(town, stack="blue")
    green = instance(town, stack="green")
    on_ec2(
        town,
        2,
        bridge(town),
        placementConstraints=[
            {"type": "memberOf", "expression": "attribute:stack == green"},
            {"type": "distinctInstance"},
        ],
    )
    town.pass_time(60)
    assert [t["containerInstanceArn"] for t in town.tasks()] == [green]


def test_a_daemon_runs_once_on_every_instance(town: Town) -> None:
    instance(town), instance(town)
    on_ec2(town, 0, bridge(town), schedulingStrategy="DAEMON", desiredCount=None)
    town.pass_time(120)
    assert town.look()["runningCount"] == 2
    instance(town)
    town.pass_time(120)
    found = town.look()
    assert (found["runningCount"], found["desiredCount"]) == (3, 3)
    town.update(taskDefinition=bridge(town))
    town.pass_time(300)
    assert {t["taskDefinitionArn"][-1] for t in town.tasks()} == {"2"}


def test_a_draining_instance_is_emptied_onto_another(town: Town) -> None:
    first, second = instance(town), instance(town)
    on_ec2(town, 2, bridge(town))
    town.pass_time(120)
    town.call(
        "UpdateContainerInstancesState",
        cluster="my-cluster",
        containerInstances=[first],
        status="DRAINING",
    )
    town.pass_time(300)
    assert {t["containerInstanceArn"] for t in town.tasks()} == {second}
    assert town.look()["runningCount"] == 2


def test_an_instance_with_tasks_goes_only_by_force(town: Town) -> None:
    arn = instance(town)
    on_ec2(town, 1, bridge(town))
    town.pass_time(60)
    request = {"cluster": "my-cluster", "containerInstance": arn}
    assert town.refused("DeregisterContainerInstance", **request).code == (
        "InvalidParameterException"
    )
    town.call("DeregisterContainerInstance", **request, force=True)
    reasons = {t["stoppedReason"] for t in town.tasks("STOPPED")}
    assert reasons == {"Container instance deregistration forced by user"}


def test_a_host_that_is_lost_takes_its_tasks_along(town: Town) -> None:
    arn = instance(town)
    on_ec2(town, 1, bridge(town))
    town.pass_time(60)
    town.engine.interrupt("agent", instance=arn)
    host = town.call("DescribeContainerInstances", cluster="my-cluster", containerInstances=[arn])[
        "containerInstances"
    ][0]
    assert host["agentConnected"] is False
    town.engine.interrupt("host", instance=arn)
    (task,) = town.tasks("STOPPED")
    assert task["stoppedReason"].startswith("Host EC2 (instance i-")
    with pytest.raises(KeyError):
        town.engine.interrupt("host", instance="i-unknown")


def test_on_instances_the_instance_role_pulls_and_the_agent_says_why_not(town: Town) -> None:
    town.ground.roles.add(f"arn:aws:iam::{ACCOUNT}:role/ecsInstanceRole")
    town.ground.denied = {"ecr:BatchGetImage"}
    instance(town)
    on_ec2(town, 1, bridge(town))
    town.pass_time(30)
    task = town.tasks("STOPPED")[0]
    assert task["stoppedReason"] == "Task failed to start"
    assert "assumed-role/ecsInstanceRole/i-" in task["containers"][0]["reason"]
    assert task["containers"][0]["reason"].startswith(
        "CannotPullContainerError: Error response from daemon: pull access denied for"
    )


def spot(town: Town, count: int = 2) -> None:
    town.call(
        "PutClusterCapacityProviders",
        cluster="my-cluster",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[],
    )
    town.service(
        count,
        launchType=None,
        capacityProviderStrategy=[
            {"capacityProvider": "FARGATE", "base": 1, "weight": 0},
            {"capacityProvider": "FARGATE_SPOT", "weight": 1},
        ],
    )


def test_a_strategy_fills_its_base_first(town: Town) -> None:
    spot(town, 3)
    town.pass_time(60)
    providers = sorted(t["capacityProviderName"] for t in town.tasks())
    assert providers == ["FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"]
    assert {t["launchType"] for t in town.tasks()} == {"FARGATE"}


def test_an_interrupted_spot_task_is_replaced_if_there_is_capacity(town: Town) -> None:
    spot(town)
    town.pass_time(60)
    (victim,) = [t for t in town.tasks() if t["capacityProviderName"] == "FARGATE_SPOT"]
    (other,) = [t for t in town.tasks() if t["capacityProviderName"] == "FARGATE"]
    town.engine.set_capacity({"FARGATE_SPOT": False})
    town.engine.interrupt("spot", task=victim["taskArn"])
    with pytest.raises(ValueError, match="not on Fargate Spot"):
        town.engine.interrupt("spot", task=other["taskArn"])
    town.pass_time(300)
    (stopped,) = town.tasks("STOPPED")
    assert stopped["stopCode"] == "SpotInterruption"
    assert stopped["stoppedReason"] == "Your Spot Task was interrupted."
    assert town.look()["runningCount"] == 1
    assert any("Capacity is unavailable at this time." in e for e in town.events())
    town.engine.set_capacity({})
    town.pass_time(120)
    assert town.look()["runningCount"] == 2
    assert REGION in stopped["taskArn"]
