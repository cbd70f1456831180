"""boto3's waiters and a third-party deploy tool, unmodified, against the lab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from kiriwake.lab.server import Lab
from kiriwake.lab.stories.book import story
from kiriwake.lab.stories.stage import Stage

pytestmark = pytest.mark.conformance

DEPLOY = Path(__file__).parents[2] / ".venv-clients" / "bin" / "ecs"
HERE = {"cluster": "my-cluster"}
QUICKLY = {"WaiterConfig": {"Delay": 1, "MaxAttempts": 60}}


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A healthy service in a lab whose minute passes in a second."""
    with Lab(rate=60) as lab:
        at_work = Stage(lab)
        story("quiet-day")(at_work)
        yield at_work


@pytest.fixture
def ecs(stage: Stage) -> Any:
    return boto3.client(
        "ecs",
        endpoint_url=stage.lab.endpoint,
        region_name="us-east-1",
        aws_access_key_id="lab",
        aws_secret_access_key="lab",
    )


def deploy(stage: Stage, *words: str) -> subprocess.CompletedProcess[str]:
    """`ecs deploy` and `ecs scale` as they come from the package registry."""
    assert isinstance(stage.lab, Lab)
    env = {**os.environ, **stage.lab.environment()}
    return subprocess.run(  # noqa: S603 - the tool under test is the lab
        [str(DEPLOY), *words], env=env, capture_output=True, text=True, check=False, timeout=120
    )


def test_services_stable_waits_for_a_deployment(ecs: Any) -> None:
    ecs.update_service(**HERE, service="my-service", forceNewDeployment=True)

    ecs.get_waiter("services_stable").wait(**HERE, services=["my-service"], **QUICKLY)

    (service,) = ecs.describe_services(**HERE, services=["my-service"])["services"]
    assert [d["rolloutState"] for d in service["deployments"]] == ["COMPLETED"]


def test_tasks_running_and_tasks_stopped_wait_for_one_task(ecs: Any) -> None:
    (service,) = ecs.describe_services(**HERE, services=["my-service"])["services"]
    started = ecs.run_task(
        **HERE,
        taskDefinition=service["taskDefinition"],
        launchType="FARGATE",
        networkConfiguration=service["networkConfiguration"],
    )
    (task,) = (t["taskArn"] for t in started["tasks"])

    ecs.get_waiter("tasks_running").wait(**HERE, tasks=[task], **QUICKLY)
    ecs.stop_task(**HERE, task=task, reason="enough")
    ecs.get_waiter("tasks_stopped").wait(**HERE, tasks=[task], **QUICKLY)

    (ended,) = ecs.describe_tasks(**HERE, tasks=[task])["tasks"]
    assert (ended["stopCode"], ended["stoppedReason"]) == ("UserInitiated", "enough")


def test_ecs_deploy_registers_a_revision_and_sees_it_through(stage: Stage, ecs: Any) -> None:
    stage.image("my-app", "v2", listens=[8080])

    done = deploy(stage, "deploy", "my-cluster", "my-service", "--tag", "v2", "--sleep-time", "1")

    assert done.returncode == 0, done.stdout + done.stderr
    (service,) = ecs.describe_services(**HERE, services=["my-service"])["services"]
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    (container,) = definition["taskDefinition"]["containerDefinitions"]
    assert container["image"].endswith(":v2")
    assert service["runningCount"] == 5


def test_ecs_deploy_scales(stage: Stage, ecs: Any) -> None:
    done = deploy(stage, "scale", "my-cluster", "my-service", "3", "--sleep-time", "1")

    assert done.returncode == 0, done.stdout + done.stderr
    (service,) = ecs.describe_services(**HERE, services=["my-service"])["services"]
    assert service["desiredCount"] == 3


def test_a_rollback_that_ecs_deploy_takes_for_success_is_told_by_kiriwake(stage: Stage) -> None:
    """The breaker puts the old revision back, and every task of the service runs again."""
    done = deploy(stage, "deploy", "my-cluster", "my-service", "--tag", "v99", "--sleep-time", "3")
    assert done.returncode == 0, done.stdout + done.stderr

    assert isinstance(stage.lab, Lab)
    told = subprocess.run(
        [sys.executable, "-m", "kiriwake", "diagnose", "my-cluster/my-service", "--format", "json"],
        env={**os.environ, **stage.lab.environment()},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1, told.stdout + told.stderr
    (target,) = json.loads(told.stdout)["targets"]
    assert target["chain"] == ["ecr/image-tag-missing", "ecs/deployment-rolled-back"]
