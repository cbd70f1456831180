"""Names, pages, limits and refusals of the API."""

from __future__ import annotations

from typing import Any

import pytest
from tests.lab.ecs.town import ACCOUNT, IMAGE, REGION, ROLE, Town

from kiriwake.lab.ground import AwsError, Caller


def test_services_are_listed_by_ten(town: Town) -> None:
    definition = town.definition()
    for n in range(23):
        town.service(0, definition, serviceName=f"service-{n:02}")
    found: list[str] = []
    token: dict[str, str] = {}
    sizes = []
    while True:
        answer = town.call("ListServices", cluster="my-cluster", **token)
        found += answer["serviceArns"]
        sizes.append(len(answer["serviceArns"]))
        if "nextToken" not in answer:
            break
        token = {"nextToken": answer["nextToken"]}
    assert sizes == [10, 10, 3]
    assert len(set(found)) == 23
    assert len(town.call("ListServices", cluster="my-cluster", maxResults=100)["serviceArns"]) == 23
    assert town.call("ListServices", cluster="my-cluster", launchType="EC2")["serviceArns"] == []


def test_a_token_belongs_to_its_question(town: Town) -> None:
    definition = town.definition()
    for n in range(11):
        town.service(0, definition, serviceName=f"service-{n:02}")
    token = town.call("ListServices", cluster="my-cluster")["nextToken"]
    for bad in (token[:-4], "nonsense"):
        error = town.refused("ListServices", cluster="my-cluster", nextToken=bad)
        assert error.code == "InvalidParameterException"
    assert town.refused("ListTasks", cluster="my-cluster", nextToken=token).message == (
        "Invalid token"
    )


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("DescribeServices", {"services": [f"s{n}" for n in range(11)]}),
        ("DescribeServices", {"services": []}),
        ("DescribeTasks", {"tasks": [f"{n:032x}" for n in range(101)]}),
        ("DescribeTasks", {"tasks": []}),
        ("ListTasks", {"maxResults": 101}),
        ("ListTasks", {"startedBy": "x", "family": "y"}),
        ("DescribeServiceDeployments", {"serviceDeploymentArns": ["a"] * 21}),
        ("RunTask", {"taskDefinition": "my-app", "count": 11, "launchType": "FARGATE"}),
        ("RunTask", {"taskDefinition": "my-app", "launchType": "FARGATE"}),
        ("RunTask", {"taskDefinition": "my-app", "launchType": "MOON"}),
        ("CreateService", {"serviceName": "x y", "taskDefinition": "my-app"}),
        ("CreateService", {"serviceName": "x", "taskDefinition": "my-app", "desiredCount": 5001}),
    ],
)
def test_what_is_over_a_limit_or_wrong_is_refused(
    town: Town, action: str, parameters: dict[str, Any]
) -> None:
    town.definition()
    cluster = {} if "Deployments" in action else {"cluster": "my-cluster"}
    assert town.refused(action, **cluster, **parameters).code == "InvalidParameterException"


def test_unknown_things_are_failures_or_errors_as_on_aws(town: Town) -> None:
    assert town.refused("DescribeServices", cluster="no", services=["x"]).code == (
        "ClusterNotFoundException"
    )
    answer = town.call("DescribeServices", cluster="my-cluster", services=["x"])
    assert answer["failures"][0]["reason"] == "MISSING"
    answer = town.call("DescribeClusters", clusters=["my-cluster", "no"])
    assert [c["clusterName"] for c in answer["clusters"]] == ["my-cluster"]
    assert answer["failures"] == [
        {"arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/no", "reason": "MISSING"}
    ]
    assert town.refused("ListTasks", cluster="my-cluster", serviceName="no").code == (
        "ServiceNotFoundException"
    )
    assert town.refused("UpdateService", cluster="my-cluster", service="no").code == (
        "ServiceNotFoundException"
    )
    assert town.refused("StopTask", cluster="my-cluster", task="0" * 32).message == (
        "The referenced task was not found."
    )


def test_an_operation_that_does_not_exist_is_said_to_be_unknown(town: Town) -> None:
    with pytest.raises(AwsError, match="UnknownOperationException"):
        town.engine.handle(Caller(ACCOUNT, REGION, "me"), "MakeCoffee", {})
    assert town.refused("CreateDaemon").code == "UnsupportedFeatureException"


def test_latest_is_not_a_revision(town: Town) -> None:
    town.definition()
    second = town.definition()
    described = town.call("DescribeTaskDefinition", taskDefinition="my-app")["taskDefinition"]
    assert described["taskDefinitionArn"] == second
    error = town.refused("DescribeTaskDefinition", taskDefinition="my-app:latest")
    assert (error.code, error.message) == (
        "ClientException",
        "Invalid revision number. Number: latest",
    )
    town.call("DeregisterTaskDefinition", taskDefinition="my-app:2")
    described = town.call("DescribeTaskDefinition", taskDefinition="my-app")["taskDefinition"]
    assert described["revision"] == 1
    town.service(0, "my-app:1")
    error = town.refused(
        "UpdateService", cluster="my-cluster", service="my-service", taskDefinition="my-app:2"
    )
    assert error.message == "TaskDefinition is inactive"
    assert town.refused("DescribeTaskDefinition", taskDefinition="other").message == (
        "Unable to describe task definition."
    )


def test_revisions_are_listed_both_ways_and_by_status(town: Town) -> None:
    arns = [town.definition() for _ in range(3)]
    town.call("DeregisterTaskDefinition", taskDefinition="my-app:1")
    newest = town.call("ListTaskDefinitions", familyPrefix="my-app", sort="DESC", maxResults=1)
    assert newest["taskDefinitionArns"] == [arns[2]]
    inactive = town.call("ListTaskDefinitions", status="INACTIVE")["taskDefinitionArns"]
    assert inactive == [arns[0]]
    assert town.call("ListTaskDefinitionFamilies")["families"] == ["my-app"]
    deleted = town.call("DeleteTaskDefinitions", taskDefinitions=["my-app:1", "my-app:2"])
    assert [d["status"] for d in deleted["taskDefinitions"]] == ["DELETE_IN_PROGRESS"]
    assert [f["reason"] for f in deleted["failures"]] == ["TASK_DEFINITION_IS_ACTIVE"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"task_cpu": "256", "task_memory": "4096"}, "No Fargate configuration exists for given"),
        ({"task_networkMode": "bridge"}, "Fargate only supports network mode ‘awsvpc’."),
        ({"task_executionRoleArn": None}, "requires task definition to have execution role ARN"),
        ({"image": "bad image"}, "Container.image contains invalid characters."),
        ({"dependsOn": [{"containerName": "x", "condition": "START"}]}, "container 'x' does not"),
        ({"mountPoints": [{"sourceVolume": "v", "containerPath": "/"}]}, "Unknown volume 'v'."),
        ({"portMappings": [{"containerPort": 80, "hostPort": 81}]}, "must match"),
        ({"portMappings": [{"containerPort": 99999}]}, "Invalid container port 99999"),
        ({"memory": 1024}, "greater than the task memory"),
        ({"essential": False}, "at least one essential container"),
    ],
)
def test_definitions_that_cannot_run_are_refused(
    town: Town, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(AwsError) as caught:
        town.definition(**change)
    assert caught.value.code == "ClientException"
    assert words in caught.value.message


def test_accounts_and_regions_do_not_see_each_other(town: Town) -> None:
    others = (Caller("999999999999", REGION, "me"), Caller(ACCOUNT, "eu-west-1", "me"))
    for caller in others:
        assert town.engine.handle(caller, "ListClusters", {}) == {"clusterArns": []}


def test_a_second_service_of_the_name_is_refused_but_a_repeat_is_not(town: Town) -> None:
    definition = town.definition()
    town.service(1, definition, clientToken="a")
    town.service(1, definition, clientToken="a")
    with pytest.raises(AwsError, match="Creation of service was not idempotent"):
        town.service(1, definition)


def test_clusters_with_something_in_them_stay(town: Town) -> None:
    town.service(1)
    assert town.refused("DeleteCluster", cluster="my-cluster").code == (
        "ClusterContainsServicesException"
    )
    town.call("DeleteService", cluster="my-cluster", service="my-service", force=True)
    town.pass_time(120)
    assert town.call("DeleteCluster", cluster="my-cluster")["cluster"]["status"] == "INACTIVE"
    assert town.refused("ListServices", cluster="my-cluster").code == "ClusterNotFoundException"


def test_tags_and_settings_are_kept(town: Town) -> None:
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/my-cluster"
    town.call("TagResource", resourceArn=arn, tags=[{"key": "team", "value": "a"}])
    assert town.call("ListTagsForResource", resourceArn=arn)["tags"] == [
        {"key": "team", "value": "a"}
    ]
    town.call("UntagResource", resourceArn=arn, tagKeys=["team"])
    assert town.call("ListTagsForResource", resourceArn=arn)["tags"] == []
    town.call("PutAccountSettingDefault", name="containerInsights", value="enabled")
    listed = town.call("ListAccountSettings", name="containerInsights", effectiveSettings=True)
    assert listed["settings"][0]["value"] == "enabled"
    town.call("CreateCluster", clusterName="seen")
    seen = town.call("DescribeClusters", clusters=["seen"], include=["SETTINGS"])["clusters"][0]
    assert seen["settings"] == [{"name": "containerInsights", "value": "enabled"}]


def test_services_are_checked_against_their_definition_and_network(town: Town) -> None:
    balancer = {"targetGroupArn": "arn:none", "containerName": "app", "containerPort": 8080}
    for change, words in (
        ({"networkConfiguration": None}, "Network Configuration must be provided"),
        ({"subnets": ["subnet-none"]}, "The subnet ID 'subnet-none' does not exist"),
        ({"loadBalancers": [{**balancer, "containerPort": 1}]}, "container port 1 defined"),
        ({"loadBalancers": [{**balancer, "containerName": "x"}]}, "The container x does not exist"),
        ({"loadBalancers": [balancer]}, "does not exist"),
    ):
        with pytest.raises(AwsError, match=words):
            town.service(1, **change)


def test_a_command_is_refused_honestly(town: Town) -> None:
    town.service(1)
    town.pass_time(60)
    arn = town.tasks()[0]["taskArn"]
    request = {"cluster": "my-cluster", "task": arn, "command": "sh", "interactive": True}
    assert "execute command was not enabled" in town.refused("ExecuteCommand", **request).message
    town.update(enableExecuteCommand=True, forceNewDeployment=True)
    town.pass_time(300)
    request["task"] = town.tasks()[0]["taskArn"]
    assert town.refused("ExecuteCommand", **request).code == "TargetNotConnectedException"


def test_capacity_providers_come_and_go(town: Town) -> None:
    group = {"autoScalingGroupArn": f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:x"}
    town.call("CreateCapacityProvider", name="mine", autoScalingGroupProvider=group)
    found = town.call("DescribeCapacityProviders")["capacityProviders"]
    assert [p["name"] for p in found] == ["FARGATE", "FARGATE_SPOT", "mine"]
    town.call("DeleteCapacityProvider", capacityProvider="mine")
    answer = town.call("DescribeCapacityProviders", capacityProviders=["mine"])
    assert answer["failures"][0]["reason"] == "MISSING"
    assert ROLE in town.ground.roles
    assert f"{IMAGE}:v1" in town.ground.images
