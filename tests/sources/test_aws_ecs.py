"""What ECS answers becomes evidence, in as few requests as its limits allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.sources.fake import FakeAws, denied, error, source_of
from tests.sources.payloads import (
    DEFINITION,
    ECS,
    IMAGE,
    THEN,
    definition,
    healthy,
    paged,
    service,
    task,
    task_arn,
)

from kiriwake.core.observed import Call, Known, Missing, Observed, Why
from kiriwake.evidence import ecs
from kiriwake.evidence.reading import Absent

WEB = "shop/web"
RUNNING, STOPPED = ecs.RUNNING_TASKS.of(WEB), ecs.STOPPED_TASKS.of(WEB)


def value(seen: Observed[Any]) -> Any:
    assert isinstance(seen, Known), seen
    return seen.value


def read_one(answers: Mapping[str, Any] | FakeAws, call: Call) -> Observed[Any]:
    return source_of(answers).read([call])[call]


def test_a_service_is_read_with_its_deployments_events_and_network() -> None:
    seen = value(read_one(healthy(), ecs.SERVICE.of(WEB)))

    assert (seen.name, seen.cluster, seen.desired, seen.running) == ("web", "shop", 2, 2)
    assert seen.primary.task_definition == DEFINITION
    assert seen.awsvpc == ecs.Awsvpc(("subnet-0a",), ("sg-0a",), assign_public_ip=False)
    assert seen.deployment_configuration.breaker_enabled is True
    assert seen.events[0].message.endswith("has reached a steady state.")


def test_what_aws_left_out_is_unknown_and_not_off() -> None:
    sparse = service()
    for key in ("deploymentConfiguration", "networkConfiguration", "healthCheckGracePeriodSeconds"):
        del sparse[key]
    answers = {"ecs:DescribeServices": {"services": [sparse], "failures": []}}

    seen = value(read_one(answers, ecs.SERVICE.of(WEB)))

    assert seen.deployment_configuration.breaker_enabled is None
    assert seen.awsvpc is None
    assert seen.grace_period_s is None


def test_an_answer_without_its_counts_is_not_a_service_of_no_tasks() -> None:
    broken = service()
    del broken["desiredCount"]
    answers = {"ecs:DescribeServices": {"services": [broken], "failures": []}}

    seen = read_one(answers, ecs.SERVICE.of(WEB))

    assert isinstance(seen, Missing)
    assert seen.why is Why.UNREACHABLE
    assert "desiredCount" in seen.says


def test_an_enum_value_that_nobody_knows_is_kept() -> None:
    odd = task(1, stopCode="SolarFlare", lastStatus="HOVERING")
    answers = {**healthy(1), "ecs:DescribeTasks": {"tasks": [odd], "failures": []}}

    (seen,) = value(read_one(answers, RUNNING)).tasks

    assert (seen.stop_code, seen.last_status) == ("SolarFlare", "HOVERING")


def test_services_are_described_ten_of_a_cluster_at_a_time() -> None:
    names = [f"s{n:02}" for n in range(25)]

    def describe(asked: Mapping[str, Any]) -> dict[str, Any]:
        assert len(asked["services"]) <= 10
        return {
            "services": [service(n, asked["cluster"]) for n in asked["services"]],
            "failures": [],
        }

    aws = FakeAws({"ecs:DescribeServices": describe})
    calls = [ecs.SERVICE.of(f"{c}/{n}") for c in ("shop", "bank") for n in names]

    seen = source_of(aws).read(calls)

    assert list(seen) == calls
    assert [value(seen[c]).cluster for c in calls] == ["shop"] * 25 + ["bank"] * 25
    assert aws.names().count("ecs:DescribeServices") == 6


def test_one_service_that_may_not_be_seen_hides_none_of_the_others() -> None:
    def describe(asked: Mapping[str, Any]) -> dict[str, Any] | Exception:
        if "secret" in asked["services"]:
            return denied("ecs:DescribeServices")
        return {"services": [service(n) for n in asked["services"]], "failures": []}

    calls = [ecs.SERVICE.of(f"shop/{n}") for n in ("web", "secret", "api")]

    seen = source_of({"ecs:DescribeServices": describe}).read(calls)

    assert [isinstance(seen[c], Known) for c in calls] == [True, False, True]


def test_a_service_and_a_cluster_that_do_not_exist_are_absent() -> None:
    assert value(read_one(healthy(), ecs.SERVICE.of("shop/nope"))) == Absent("MISSING")

    gone = {"ecs:DescribeServices": error("ClusterNotFoundException", "Cluster not found.")}
    absent = value(read_one(gone, ecs.SERVICE.of(WEB)))
    assert absent == Absent("ClusterNotFoundException", "Cluster not found.")


def test_running_and_stopped_tasks_share_one_description_where_they_fit() -> None:
    aws = FakeAws(healthy(tasks=60, stopped=40))

    seen = source_of(aws).read([RUNNING, STOPPED])

    assert len(value(seen[RUNNING]).tasks) == 60
    assert len(value(seen[STOPPED]).tasks) == 40
    assert sorted(aws.names()) == ["ecs:DescribeTasks", "ecs:ListTasks", "ecs:ListTasks"]


def test_more_tasks_than_are_read_are_told_as_truncated() -> None:
    aws = FakeAws(healthy(tasks=450))

    tasks = value(source_of(aws).read([RUNNING])[RUNNING])

    assert len(tasks.tasks) == 300
    assert tasks.truncated
    assert aws.names().count("ecs:ListTasks") == 3


def test_a_task_that_vanished_since_it_was_listed_is_counted() -> None:
    answers = healthy(tasks=3)
    answers["ecs:DescribeTasks"] = {
        "tasks": [task(1), task(3)],
        "failures": [{"arn": task_arn(2), "reason": "MISSING"}],
    }

    tasks = value(read_one(answers, RUNNING))

    assert [t.id[-1] for t in tasks.tasks] == ["1", "3"]
    assert tasks.vanished == 1


def test_a_task_that_stopped_between_list_and_description_is_among_the_stopped() -> None:
    answers = healthy(tasks=2)
    answers["ecs:DescribeTasks"] = {"tasks": [task(1), task(2, "STOPPED")], "failures": []}

    seen = source_of(answers).read([RUNNING, STOPPED])

    assert [t.id[-1] for t in value(seen[RUNNING]).tasks] == ["1"]
    assert [t.id[-1] for t in value(seen[STOPPED]).tasks] == ["2"]


def test_a_denied_listing_names_the_action_that_was_refused() -> None:
    def list_tasks(asked: Mapping[str, Any]) -> dict[str, Any] | Exception:
        stopped = asked["desiredStatus"] == "STOPPED"
        return denied("ecs:ListTasks") if stopped else {"taskArns": [task_arn(1)]}

    seen = source_of({**healthy(1), "ecs:ListTasks": list_tasks}).read([RUNNING, STOPPED])

    assert isinstance(seen[RUNNING], Known)
    missing = seen[STOPPED]
    assert isinstance(missing, Missing)
    assert missing.call == Call("ecs:ListTasks", WEB, "STOPPED")
    assert missing.why is Why.DENIED


def test_a_denied_description_hides_tasks_but_not_that_there_are_none() -> None:
    answers = {**healthy(tasks=1), "ecs:DescribeTasks": denied("ecs:DescribeTasks")}

    seen = source_of(answers).read([RUNNING, STOPPED])

    assert isinstance(seen[RUNNING], Missing)
    assert value(seen[STOPPED]) == ecs.Tasks(())


def test_a_stopped_task_that_aws_forgot_is_expired_and_not_absent() -> None:
    seen = read_one(healthy(), ecs.TASK.of(f"shop/{'f' * 32}"))

    assert isinstance(seen, Missing)
    assert seen.why is Why.EXPIRED


def test_a_task_tells_its_interface_and_its_containers() -> None:
    (seen,) = value(read_one(healthy(1), RUNNING)).tasks

    assert (seen.eni_id, seen.subnet_id, seen.private_ip) == ("eni-1", "subnet-0a", "10.0.0.1")
    assert seen.containers[0].image == IMAGE
    assert seen.containers[0].exit_code is None


def test_environment_values_are_kept_as_fingerprints_only() -> None:
    seen = value(read_one(healthy(), ecs.TASK_DEFINITION.of(DEFINITION)))

    ((name, fingerprint),) = seen.containers[0].environment
    assert name == "DATABASE_URL"
    assert len(fingerprint) == 16
    assert "p4ss" not in repr(seen)


def test_the_same_value_has_the_same_fingerprint_in_one_session() -> None:
    def of(value_: str) -> str:
        container = {"name": "w", "environment": [{"name": "A", "value": value_}]}
        answers = {
            "ecs:DescribeTaskDefinition": {
                "taskDefinition": definition(containerDefinitions=[container])
            }
        }
        seen = value(read_one(answers, ecs.TASK_DEFINITION.of(DEFINITION)))
        return str(seen.containers[0].environment[0][1])

    assert of("x") == of("x") != of("y")


def test_a_field_without_a_place_still_shows_as_a_difference() -> None:
    def other(**more: object) -> str:
        container = {"name": "w", **more}
        answers = {
            "ecs:DescribeTaskDefinition": {
                "taskDefinition": definition(containerDefinitions=[container])
            }
        }
        seen = value(read_one(answers, ecs.TASK_DEFINITION.of(DEFINITION)))
        return str(seen.containers[0].other)

    assert other() == other(links=[]) == ""
    assert other(user="root") != other(user="app") != ""


def test_a_deregistered_and_deleted_task_definition_is_absent() -> None:
    answers = {
        "ecs:DescribeTaskDefinition": error(
            "ClientException", "Unable to describe task definition."
        )
    }

    assert value(read_one(answers, ecs.TASK_DEFINITION.of(DEFINITION))).code == "ClientException"


def test_revisions_of_a_family_come_newest_first_and_alone() -> None:
    arns = [f"{ECS}:task-definition/{name}" for name in ("web:9", "web:10", "web-api:3")]
    answers = {"ecs:ListTaskDefinitions": {"taskDefinitionArns": arns}}

    names = value(read_one(answers, ecs.REVISIONS.of("web"))).names

    assert [arn.rpartition("/")[2] for arn in names] == ["web:10", "web:9"]


def test_revisions_of_many_families_are_paged_through_together() -> None:
    families = [f"f{n:03}" for n in range(150)]
    arns = [f"{ECS}:task-definition/{family}:1" for family in families]
    aws = FakeAws(
        {"ecs:ListTaskDefinitions": lambda asked: paged(arns, asked, "taskDefinitionArns")}
    )

    seen = source_of(aws).read([ecs.REVISIONS.of(family) for family in families])

    assert all(len(value(each).names) == 1 for each in seen.values())
    assert len(aws.calls) == 2


def test_a_family_that_the_shared_paging_did_not_reach_was_not_asked_for() -> None:
    arns = [f"{ECS}:task-definition/a:{n}" for n in range(150)] + [f"{ECS}:task-definition/b:1"]
    aws = FakeAws(
        {"ecs:ListTaskDefinitions": lambda asked: paged(arns, asked, "taskDefinitionArns")}
    )
    calls = [ecs.REVISIONS.of(family) for family in ("a", "b", "c", "d", "e")]

    seen = source_of(aws).read(calls)

    assert all(isinstance(each, Missing) and each.why is Why.NOT_ASKED for each in seen.values())


def test_service_deployments_tell_what_they_deployed() -> None:
    revision = f"{ECS}:service-revision/shop/web/7"
    arn = f"{ECS}:service-deployment/shop/web/d1"
    answers: dict[str, Any] = {
        "ecs:ListServiceDeployments": {
            "serviceDeployments": [
                {"serviceDeploymentArn": arn, "status": "SUCCESSFUL", "createdAt": THEN}
            ]
        },
        "ecs:DescribeServiceDeployments": {
            "serviceDeployments": [
                {
                    "serviceDeploymentArn": arn,
                    "status": "ROLLBACK_SUCCESSFUL",
                    "createdAt": THEN,
                    "targetServiceRevision": {"arn": revision},
                    "deploymentCircuitBreaker": {
                        "status": "TRIGGERED",
                        "failureCount": 3,
                        "threshold": 3,
                    },
                }
            ]
        },
        "ecs:DescribeServiceRevisions": {
            "serviceRevisions": [{"serviceRevisionArn": revision, "taskDefinition": DEFINITION}]
        },
    }

    (seen,) = value(read_one(answers, ecs.SERVICE_DEPLOYMENTS.of(WEB)))

    assert seen.target_task_definition == DEFINITION
    assert (seen.status, seen.breaker_failures) == ("ROLLBACK_SUCCESSFUL", 3)


def test_every_other_service_that_runs_the_family_is_found() -> None:
    def describe(asked: Mapping[str, Any]) -> dict[str, Any]:
        of = {"web": DEFINITION, "job": f"{ECS}:task-definition/job:1"}
        return {
            "services": [
                service(n, taskDefinition=of[n], deployments=[]) for n in asked["services"]
            ],
            "failures": [],
        }

    answers = {
        "ecs:ListClusters": {"clusterArns": [f"{ECS}:cluster/shop"]},
        "ecs:ListServices": {"serviceArns": [f"{ECS}:service/shop/web", f"{ECS}:service/shop/job"]},
        "ecs:DescribeServices": describe,
    }

    assert value(read_one(answers, ecs.SERVICES_USING.of("web"))) == (
        ecs.ServiceUse("shop", "web", DEFINITION),
    )


def test_too_many_services_to_look_through_are_not_looked_through() -> None:
    arns = [f"{ECS}:service/shop/s{n}" for n in range(1000)]
    aws = FakeAws(
        {
            "ecs:ListClusters": {"clusterArns": [f"{ECS}:cluster/shop"]},
            "ecs:ListServices": lambda asked: paged(arns, asked, "serviceArns"),
        }
    )

    seen = source_of(aws).read([ecs.SERVICES_USING.of("web")])[ecs.SERVICES_USING.of("web")]

    assert isinstance(seen, Missing)
    assert seen.why is Why.TRUNCATED


def test_container_instances_tell_what_is_left_on_them() -> None:
    arn = f"{ECS}:container-instance/shop/{'a' * 32}"
    resources = [
        {"name": "CPU", "type": "INTEGER", "integerValue": 2048},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": 3900},
        {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22", "2376"]},
    ]
    answers = {
        "ecs:ListContainerInstances": {"containerInstanceArns": [arn]},
        "ecs:DescribeContainerInstances": {
            "containerInstances": [
                {
                    "containerInstanceArn": arn,
                    "ec2InstanceId": "i-1",
                    "status": "ACTIVE",
                    "agentConnected": True,
                    "registeredResources": resources,
                    "remainingResources": resources,
                }
            ],
            "failures": [],
        },
    }

    (seen,) = value(read_one(answers, ecs.CONTAINER_INSTANCES.of("shop")))

    assert seen.remaining == ecs.Capacity(2048, 3900, (22, 2376))


def test_a_cluster_tells_its_settings_and_an_unknown_one_is_absent() -> None:
    answers = {
        "ecs:DescribeClusters": {
            "clusters": [
                {
                    "clusterArn": f"{ECS}:cluster/shop",
                    "clusterName": "shop",
                    "status": "ACTIVE",
                    "settings": [{"name": "containerInsights", "value": "enhanced"}],
                }
            ],
            "failures": [{"arn": f"{ECS}:cluster/nope", "reason": "MISSING"}],
        }
    }
    calls = [ecs.CLUSTER.of("shop"), ecs.CLUSTER.of("nope")]

    seen = source_of(answers).read(calls)

    assert value(seen[calls[0]]).container_insights == "enhanced"
    assert value(seen[calls[1]]) == Absent("MISSING")


@pytest.mark.parametrize("size", [0, 1, 100, 101, 250])
def test_listings_are_followed_to_their_end(size: int) -> None:
    arns = [f"{ECS}:service/shop/s{n:03}" for n in range(size)]
    answers = {"ecs:ListServices": lambda asked: paged(arns, asked, "serviceArns")}

    assert len(value(read_one(answers, ecs.SERVICES.of("shop"))).names) == size


def test_a_listing_whose_token_never_changes_ends() -> None:
    answers = {"ecs:ListServices": {"serviceArns": [f"{ECS}:service/shop/a"], "nextToken": "again"}}

    seen = read_one(answers, ecs.SERVICES.of("shop"))

    assert isinstance(seen, Missing)
    assert seen.why is Why.TRUNCATED
