"""Each step of a task's start fails in its own words, and in its own time."""

from __future__ import annotations

from typing import Any

import pytest
from tests.lab.ecs.town import ACCOUNT, IMAGE, REGION, ROLE, Town

from kiriwake.lab.ground import Secret

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
OWN_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"


def run(town: Town, definition: str, seconds: float = 400) -> dict[str, Any]:
    """Runs one task and answers how it stands after some time."""
    town.call(
        "RunTask",
        cluster="my-cluster",
        taskDefinition=definition,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-a"]}},
    )
    town.pass_time(seconds)
    found = town.tasks("STOPPED") or town.tasks()
    return found[0]


@pytest.mark.parametrize(
    ("denied", "fragment"),
    [
        ("ecr:GetAuthorizationToken", "is not authorized to perform: ecr:GetAuthorizationToken on"),
        ("ecr:BatchGetImage", "is not authorized to perform: ecr:BatchGetImage on resource: arn:"),
        ("ecr:GetDownloadUrlForLayer", "failed to copy: httpReaderSeeker: failed open"),
        ("logs:CreateLogStream", "failed to validate logger args"),
    ],
)
def test_a_missing_right_fails_quickly_and_names_it(town: Town, denied: str, fragment: str) -> None:
    town.ground.denied = {denied}
    task = run(town, town.definition(), 30)
    assert task["stopCode"] == "TaskFailedToStart"
    assert fragment in task["stoppedReason"]
    assert "startedAt" not in task


@pytest.mark.parametrize(
    ("dependency", "fragment"),
    [
        ("ecr", 'Post "https://api.ecr.us-east-1.amazonaws.com/": dial tcp'),
        ("ecr-dkr", "There is a connection issue between the task and Amazon ECR"),
        ("s3", "httpReaderSeeker: failed open: failed to do request: Get"),
        ("logs", "The task cannot find the Amazon CloudWatch log group"),
    ],
)
def test_a_network_that_drops_fails_slowly(town: Town, dependency: str, fragment: str) -> None:
    town.ground.unreachable = {dependency: "timeout"}
    definition = town.definition()
    assert run(town, definition, 120)["lastStatus"] == "PENDING"
    town.pass_time(180)
    (task,) = town.tasks("STOPPED")
    assert fragment in task["stoppedReason"]
    assert (task["stoppedAt"] - task["createdAt"]).total_seconds() > 200


def test_a_missing_tag_is_not_found_after_the_retries(town: Town) -> None:
    task = run(town, town.definition(f"{IMAGE}:gone"))
    expected = (
        f"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to "
        f"resolve ref {IMAGE}:gone: {IMAGE}:gone: not found"
    )
    assert task["stoppedReason"] == expected
    assert task["containers"][0]["reason"] == expected
    assert "pullStartedAt" in task
    assert "pullStoppedAt" not in task
    assert "exitCode" not in task["containers"][0]


def test_an_image_for_another_processor_is_refused(town: Town) -> None:
    image = town.image("arm", arch=("arm64",))
    task = run(town, town.definition(image))
    assert "matching platform 'linux/amd64'" in task["stoppedReason"]
    arm = town.definition(image, task_runtimePlatform={"cpuArchitecture": "ARM64"})
    town.pass_time(3700)
    assert run(town, arm, 60)["lastStatus"] == "RUNNING"


def test_a_role_that_does_not_trust_ecs_is_named(town: Town) -> None:
    town.ground.untrusted = {ROLE}
    task = run(town, town.definition())
    assert task["stoppedReason"].startswith(f"ECS was unable to assume the role '{ROLE}'")


def secret(value_from: str) -> dict[str, Any]:
    return {"secrets": [{"name": "PASSWORD", "valueFrom": value_from}]}


@pytest.mark.parametrize(
    ("value_from", "known", "denied", "fragment"),
    [
        (SECRET, None, "", "Secrets Manager can't find the specified secret"),
        (
            f"{SECRET}:port::",
            Secret(exists=True, keys=frozenset({"host"})),
            "",
            "did not contain json key port",
        ),
        (SECRET, Secret(exists=True), "secretsmanager:GetSecretValue", "not authorized to perform"),
        (
            SECRET,
            Secret(exists=True, kms_key=OWN_KEY),
            "kms:Decrypt",
            "Access to KMS is not allowed",
        ),
        ("/db/password", None, "", "invalid parameters: /db/password"),
        ("/db/password", Secret(exists=True), "ssm:GetParameters", "perform: ssm:GetParameters on"),
    ],
)
def test_secrets_and_parameters_fail_apart(
    town: Town, value_from: str, known: Secret | None, denied: str, fragment: str
) -> None:
    if known is not None:
        town.ground.secrets = {SECRET: known, "/db/password": known}
    town.ground.denied = {denied}
    task = run(town, town.definition(**secret(value_from)), 60)
    assert task["stoppedReason"].startswith("ResourceInitializationError: unable to pull secrets")
    assert fragment in task["stoppedReason"]


def test_a_secret_that_is_there_starts_the_task(town: Town) -> None:
    town.ground.secrets = {SECRET: Secret(exists=True, keys=frozenset({"host"}), value="db-1")}
    image = town.image("talks", logs=("host is ${PASSWORD}",))
    task = run(town, town.definition(image, **secret(f"{SECRET}:host::")), 60)
    assert task["lastStatus"] == "RUNNING"
    assert list(town.ground.logs.values()) == [["host is db-1"]]


def test_environment_files_are_fetched_before_the_start(town: Town) -> None:
    file = {"value": "arn:aws:s3:::bucket/app.env", "type": "s3"}
    definition = town.definition(environmentFiles=[file])
    task = run(town, definition)
    assert "failed to download env files" in task["stoppedReason"]
    assert "NoSuchKey" in task["stoppedReason"]


@pytest.mark.parametrize(
    ("failure", "fragment"),
    [
        ("dns", 'Failed to resolve "fs-1.efs.us-east-1.amazonaws.com"'),
        ("timeout", "Mount attempt 1/3 failed due to timeout after 15 sec"),
        ("forbidden", "mount.nfs4: access denied by server"),
    ],
)
def test_file_systems_fail_in_three_ways(town: Town, failure: str, fragment: str) -> None:
    town.ground.unreachable = {"efs": failure}
    volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}
    mount = {"sourceVolume": "data", "containerPath": "/data"}
    definition = town.definition(task_volumes=[volume], mountPoints=[mount])
    assert fragment in run(town, definition)["stoppedReason"]


def test_a_missing_log_group_stops_the_task_unless_it_may_be_made(town: Town) -> None:
    town.ground.log_groups.clear()
    task = run(town, town.definition())
    assert "The specified log group does not exist." in task["stoppedReason"]
    town.pass_time(3700)
    options = {
        "awslogs-group": "/ecs/new",
        "awslogs-region": REGION,
        "awslogs-stream-prefix": "ecs",
        "awslogs-create-group": "true",
    }
    definition = town.definition(logConfiguration={"logDriver": "awslogs", "options": options})
    assert run(town, definition, 60)["lastStatus"] == "RUNNING"
    assert "/ecs/new" in town.ground.log_groups


def test_a_command_that_is_not_there_cannot_be_started(town: Town) -> None:
    image = town.image("nocmd", exits_after_s=0, exit_code=127)
    task = run(town, town.definition(image, command=["serve"]))
    assert task["stopCode"] == "TaskFailedToStart"
    assert 'exec: "serve": executable file not found in $PATH' in task["containers"][0]["reason"]
