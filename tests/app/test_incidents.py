"""Incidents as the APIs tell them, from the first question to the cause, within the budget."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from tests.sources.fake import NOW, FakeAws, denied, error, source_of
from tests.sources.payloads import (
    DEFINITION,
    ECS,
    GROUP,
    IMAGE,
    definition,
    healthy,
    service,
    target,
    task,
)

from kiriwake.app.diagnose import diagnose
from kiriwake.core.target import parse
from kiriwake.diagnose.diagnosis import Diagnosis, Status
from kiriwake.evidence.bundle import decode, encode
from kiriwake.sources.bundle import BundleSource, RecordingSource

NO_ADDRESS = (
    "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment"
    " disabled in subnet 'subnet-0a': InsufficientFreeAddressesInSubnet"
)
AGO = NOW - timedelta(minutes=3)


def world(**changes: Any) -> dict[str, Any]:
    """A healthy service with its subnet, its image and its role to be seen as well."""

    def subnets(asked: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "Subnets": [
                {
                    "SubnetId": "subnet-0a",
                    "VpcId": "vpc-1",
                    "CidrBlock": "10.0.0.0/28",
                    "AvailabilityZone": "eu-west-1a",
                    "AvailableIpAddressCount": 8,
                }
            ]
        }

    answers: dict[str, Any] = {**healthy(2), "ec2:DescribeSubnets": subnets}
    return answers | {key.replace("__", ":"): value for key, value in changes.items()}


def stopped(reason: str, code: str, **changes: object) -> list[dict[str, Any]]:
    return [
        task(
            2000 + n,
            "STOPPED",
            stoppedReason=reason,
            stopCode=code,
            createdAt=AGO - timedelta(minutes=1),
            stoppedAt=AGO,
            **changes,
        )
        for n in range(3)
    ]


def with_tasks(ended: list[dict[str, Any]], running: int = 1, desired: int = 4) -> dict[str, Any]:
    alive = [task(n) for n in range(1, running + 1)]
    every = {t["taskArn"]: t for t in (*alive, *ended)}

    def listed(asked: Mapping[str, Any]) -> dict[str, Any]:
        of = alive if asked["desiredStatus"] == "RUNNING" else ended
        return {"taskArns": [t["taskArn"] for t in of]}

    short = service(desiredCount=desired, runningCount=running)
    short["deployments"][0] |= {
        "desiredCount": desired,
        "runningCount": running,
        "failedTasks": len(ended),
        "rolloutState": "IN_PROGRESS",
    }
    short["events"] = []
    return {
        "ecs__DescribeServices": {"services": [short], "failures": []},
        "ecs__ListTasks": listed,
        "ecs__DescribeTasks": lambda asked: {
            "tasks": [every[arn] for arn in asked["tasks"]],
            "failures": [],
        },
    }


def judged(answers: dict[str, Any]) -> tuple[Diagnosis, FakeAws]:
    """The diagnosis; within the budget, without asking twice, and the same from a recording."""
    aws = FakeAws(answers)
    source = RecordingSource(source_of(aws))
    report = diagnose(source, parse("shop/web"))
    (diagnosis,) = report.diagnoses

    assert len(aws.calls) <= 30
    # Looking for others that run a family describes the service itself once more.
    asked = [repr(call) for call in aws.calls if call[0] != "ecs:DescribeServices"]
    assert len(asked) == len(set(asked))
    replay = diagnose(
        BundleSource(decode(encode(source.recording(report.taken_at)))), parse("shop/web")
    )
    assert repr(replay.diagnoses) == repr(report.diagnoses)
    return diagnosis, aws


def root(diagnosis: Diagnosis) -> str:
    assert diagnosis.findings[0].root
    return diagnosis.findings[0].id


FULL = {
    "Subnets": [
        {
            "SubnetId": "subnet-0a",
            "VpcId": "vpc-1",
            "CidrBlock": "10.0.1.0/24",
            "AvailabilityZone": "eu-west-1a",
            "AvailableIpAddressCount": 0,
        }
    ]
}


def test_the_field_reports_own_mixture_of_texts_is_exhaustion_first() -> None:
    """Its event is one of EC2 capacity, and its reason one of the network; the subnet is at 0."""
    tasks = with_tasks(
        stopped(
            "ResourceInitializationError: unable to pull secrets or registry auth:"
            " execution resource retrieval failed: unable to retrieve ecr registry auth: service"
            " call has been retried 3 time(s): RequestError: send request failed caused by: Post"
            ' "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 52.46.1.1:443: i/o timeout',
            "TaskFailedToStart",
            attachments=[],
        )
    )
    told = (
        "service my-service was unable to place a task because no container instance met all of"
        " its requirements"
    )
    tasks["ecs__DescribeServices"]["services"][0]["events"] = [
        {"id": "1", "createdAt": AGO, "message": told}
    ]

    diagnosis, _ = judged(world(**tasks, ec2__DescribeSubnets=FULL))

    assert root(diagnosis) == "ecs/subnet-ip-exhausted"


def test_a_full_subnet_is_found() -> None:
    tasks = with_tasks(stopped(NO_ADDRESS, "TaskFailedToStart", attachments=[]))

    diagnosis, _ = judged(world(**tasks, ec2__DescribeSubnets=FULL))

    assert root(diagnosis) == "ecs/subnet-ip-exhausted"


def test_a_full_subnet_is_found_by_its_text_where_all_else_is_denied() -> None:
    tasks = with_tasks(stopped(NO_ADDRESS, "TaskFailedToStart", attachments=[]))

    diagnosis, _ = judged(world(**tasks, ec2__DescribeSubnets=denied("ec2:DescribeSubnets")))

    assert root(diagnosis) == "ecs/subnet-ip-exhausted"


def test_a_missing_tag_is_found() -> None:
    reason = (
        f"CannotPullContainerError: pull image manifest has been retried 1 time(s):"
        f" failed to resolve ref {IMAGE}: {IMAGE}: not found"
    )
    tasks = with_tasks(stopped(reason, "TaskFailedToStart"))

    diagnosis, _ = judged(
        world(**tasks, ecr__DescribeImages=error("ImageNotFoundException", "no such image"))
    )

    assert root(diagnosis) == "ecr/image-tag-missing"


def test_a_container_out_of_memory_is_found() -> None:
    killed = {
        "name": "web",
        "lastStatus": "STOPPED",
        "exitCode": 137,
        "reason": "OutOfMemoryError: Container killed due to memory usage",
    }
    reason = "Essential container in task exited"
    tasks = with_tasks(stopped(reason, "EssentialContainerExited", containers=[killed]))

    diagnosis, _ = judged(world(**tasks))

    assert root(diagnosis) == "ecs/out-of-memory"


def test_a_task_that_its_scheduler_killed_is_no_memory_fault() -> None:
    killed = {"name": "web", "lastStatus": "STOPPED", "exitCode": 137}
    reason = "Scaling activity initiated by (deployment ecs-svc/1)"
    ended = stopped(reason, "ServiceSchedulerInitiated", containers=[killed])
    well = with_tasks(ended, running=2, desired=2)
    well["ecs__DescribeServices"] = {"services": [service()], "failures": []}

    diagnosis, _ = judged(world(**well))

    assert diagnosis.status in {Status.CLEAR, Status.WARNINGS}


def test_a_service_behind_the_latest_revision_is_found_in_a_sweep_too() -> None:
    newer = f"{ECS}:task-definition/web:5"

    def described(asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked["taskDefinition"] == newer:
            later = definition(
                taskDefinitionArn=newer,
                revision=5,
                registeredAt=NOW - timedelta(minutes=20),
                memory="1024",
            )
            return {"taskDefinition": later}
        return {"taskDefinition": definition()}

    answers = world(
        ecs__ListTaskDefinitions={"taskDefinitionArns": [newer, DEFINITION]},
        ecs__DescribeTaskDefinition=described,
        ecs__ListServiceDeployments={"serviceDeployments": []},
    )

    alone, _ = judged(answers)
    swept = diagnose(source_of(answers)).diagnoses[0]

    assert root(alone) == root(swept) == "ecs/revision-not-deployed"


@pytest.mark.parametrize("action", ["ecs:ListTasks", "ecs:DescribeTasks", "ecs:DescribeServices"])
def test_a_denied_read_is_never_another_cause(action: str) -> None:
    tasks = with_tasks(stopped(NO_ADDRESS, "TaskFailedToStart", attachments=[]))

    diagnosis, _ = judged(world(**tasks) | {action: denied(action)})

    assert diagnosis.status is Status.INCONCLUSIVE or root(diagnosis) == "ecs/subnet-ip-exhausted"


def test_targets_that_answer_404_are_found() -> None:
    sick = target(
        "10.0.0.1",
        "unhealthy",
        Reason="Target.ResponseCodeMismatch",
        Description="Health checks failed with these codes: [404]",
    )
    reason = f"Task failed ELB health checks in (target-group {GROUP})"
    group = {
        "TargetGroupArn": GROUP,
        "TargetGroupName": "web",
        "Protocol": "HTTP",
        "Port": 8080,
        "VpcId": "vpc-1",
        "TargetType": "ip",
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": "/health",
        "Matcher": {"HttpCode": "200"},
    }
    tasks = with_tasks(stopped(reason, "ServiceSchedulerInitiated"))

    diagnosis, _ = judged(
        world(
            **tasks,
            elbv2__DescribeTargetHealth={"TargetHealthDescriptions": [sick]},
            elbv2__DescribeTargetGroups={"TargetGroups": [group]},
        )
    )

    assert root(diagnosis) == "ecs/health-check-path-not-served"
