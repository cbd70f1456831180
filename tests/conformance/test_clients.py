"""Clients that know nothing of the lab: boto3's waiters, and ecs-deploy."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiriwake.lab.server import Lab
from kiriwake.lab.stories.stage import PULL_POLICY, Stage

pytestmark = pytest.mark.conformance

ECS_DEPLOY = Path(__file__).parents[2] / ".venv-clients/bin/ecs"
CLUSTER = "my-cluster"
QUICKLY = {"Delay": 1, "MaxAttempts": 40}


@contextmanager
def running() -> Iterator[tuple[Lab, Stage]]:
    """A service that has just been created, in a lab where a minute takes a second."""
    with Lab(rate=60) as lab:
        stage = Stage(lab)
        network = stage.network("10.0.0.0/20", "10.0.16.0/20")
        role = stage.role("my-execution-role", PULL_POLICY)
        stage.log_group("my-app")
        image = stage.image("my-app", "v1", listens=[8080])
        stage.image("my-app", "v2", listens=[8080])
        stage.aws("ecs").create_cluster(clusterName=CLUSTER)
        stage.service("my-service", stage.task_definition("my-app", image, role), 2, network)
        yield lab, stage


def test_the_waiters_for_a_service_and_its_tasks_return() -> None:
    with running() as (_, stage):
        ecs = stage.aws("ecs")

        ecs.get_waiter("services_stable").wait(
            cluster=CLUSTER, services=["my-service"], WaiterConfig=QUICKLY
        )
        tasks = ecs.list_tasks(cluster=CLUSTER, serviceName="my-service")["taskArns"]
        ecs.get_waiter("tasks_running").wait(cluster=CLUSTER, tasks=tasks, WaiterConfig=QUICKLY)
        ecs.update_service(cluster=CLUSTER, service="my-service", desiredCount=0)
        ecs.get_waiter("tasks_stopped").wait(cluster=CLUSTER, tasks=tasks, WaiterConfig=QUICKLY)

        assert len(tasks) == 2


def test_ecs_deploy_scales_and_deploys() -> None:
    with running() as (lab, stage):
        ecs = stage.aws("ecs")
        ecs.get_waiter("services_stable").wait(
            cluster=CLUSTER, services=["my-service"], WaiterConfig=QUICKLY
        )

        scaled = _ecs_deploy(lab, "scale", CLUSTER, "my-service", "3", "--timeout", "60")
        deployed = _ecs_deploy(
            lab, "deploy", CLUSTER, "my-service", "--tag", "v2", "--timeout", "60"
        )

        assert scaled.returncode == 0, scaled.stdout + scaled.stderr
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        (service,) = ecs.describe_services(cluster=CLUSTER, services=["my-service"])["services"]
        assert service["desiredCount"] == 3
        assert service["taskDefinition"].endswith("my-app:2")


def _ecs_deploy(lab: Lab, *words: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return subprocess.run(  # noqa: S603 - our own words, no shell
        [str(ECS_DEPLOY), *words],
        env=plain | lab.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
