"""What containers do once they run."""

from __future__ import annotations

from typing import Any

import pytest
from tests.lab.ecs.town import IMAGE, REGION, ROLE, Town


def several(town: Town, *containers: dict[str, Any]) -> str:
    made = town.call(
        "RegisterTaskDefinition",
        family="many",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        executionRoleArn=ROLE,
        containerDefinitions=[{"image": f"{IMAGE}:v1", **c} for c in containers],
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def test_a_container_above_its_memory_is_killed(town: Town) -> None:
    image = town.image("fat", memory_mib=600)
    town.service(1, town.definition(image))
    town.pass_time(60)
    task = town.tasks("STOPPED")[0]
    (container,) = task["containers"]
    assert container["exitCode"] == 137
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"


@pytest.mark.parametrize("code", [0, 1, 139])
def test_an_application_that_exits_leaves_its_code(town: Town, code: int) -> None:
    image = town.image("exits", exits_after_s=20, exit_code=code)
    town.service(1, town.definition(image))
    town.pass_time(70)
    task = town.tasks("STOPPED")[0]
    assert task["containers"][0]["exitCode"] == code
    assert "startedAt" in task
    assert town.look()["deployments"][0]["failedTasks"] == 0


def test_a_missing_variable_is_told_in_the_log_and_ends_the_task(town: Town) -> None:
    image = town.image("needs", requires_env=("DATABASE_URL",), logs=("starting",))
    town.service(1, town.definition(image))
    town.pass_time(30)
    task = town.tasks("STOPPED")[0]
    assert task["containers"][0]["exitCode"] == 1
    stream = f"ecs/app/{task['taskArn'].rpartition('/')[2]}"
    lines = town.ground.logs["/ecs/my-app", stream]
    assert lines == ["starting", "Error: required environment variable DATABASE_URL is not set"]


def test_the_log_tells_the_environment(town: Town) -> None:
    image = town.image("tells", logs=("DATABASE_URL=${DATABASE_URL}",))
    variable = {"name": "DATABASE_URL", "value": "postgres://old-db"}
    town.service(1, town.definition(image, environment=[variable]))
    town.pass_time(60)
    assert ["DATABASE_URL=postgres://old-db"] in town.ground.logs.values()


def test_overrides_win_over_the_definition(town: Town) -> None:
    image = town.image("tells", logs=("MODE=${MODE}",))
    definition = town.definition(image, environment=[{"name": "MODE", "value": "a"}])
    override = {"name": "app", "environment": [{"name": "MODE", "value": "b"}]}
    town.call(
        "RunTask",
        cluster="my-cluster",
        taskDefinition=definition,
        launchType="FARGATE",
        overrides={"containerOverrides": [override]},
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-a"]}},
    )
    town.pass_time(60)
    assert list(town.ground.logs.values()) == [["MODE=b"]]


def check(**more: Any) -> dict[str, Any]:
    return {"healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 10, **more}}


def test_a_failing_health_command_gets_its_task_replaced(town: Town) -> None:
    image = town.image("sick", health_command_exit=1)
    town.service(1, town.definition(image, **check(retries=2)))
    town.pass_time(30)
    assert town.tasks()[0]["healthStatus"] == "UNKNOWN"
    town.pass_time(120)
    reasons = {t["stoppedReason"] for t in town.tasks("STOPPED")}
    assert reasons == {"Task failed container health checks"}
    assert town.look()["deployments"][0]["failedTasks"] > 0


def test_the_start_period_forgives_a_slow_start(town: Town) -> None:
    image = town.image("slow", starts_after_s=45)
    town.service(1, town.definition(image, **check(retries=2, startPeriod=60)))
    town.pass_time(60)
    assert town.tasks()[0]["healthStatus"] == "UNKNOWN"
    town.pass_time(60)
    assert town.tasks()[0]["healthStatus"] == "HEALTHY"
    assert town.tasks("STOPPED") == []
    assert town.look()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_containers_wait_for_what_they_depend_on(town: Town) -> None:
    town.image("once", exits_after_s=20)
    needs = [{"containerName": "init", "condition": "SUCCESS"}]
    init = {"name": "init", "essential": False, "image": f"{IMAGE}:once"}
    town.service(1, several(town, init, {"name": "app", "dependsOn": needs}))
    town.pass_time(30)
    states = {c["name"]: c["lastStatus"] for c in town.tasks()[0]["containers"]}
    assert states == {"init": "RUNNING", "app": "PENDING"}
    town.pass_time(15)
    (task,) = town.tasks()
    assert task["lastStatus"] == "RUNNING"
    assert {c["name"]: c["lastStatus"] for c in task["containers"]} == {
        "init": "STOPPED",
        "app": "RUNNING",
    }


def test_a_dependency_that_fails_keeps_the_task_from_starting(town: Town) -> None:
    town.image("fails", exits_after_s=5, exit_code=3)
    needs = [{"containerName": "init", "condition": "SUCCESS"}]
    init = {"name": "init", "essential": False, "image": f"{IMAGE}:fails"}
    town.service(1, several(town, init, {"name": "app", "dependsOn": needs}))
    town.pass_time(60)
    task = town.tasks("STOPPED")[0]
    reasons = {c["name"]: c.get("reason", "") for c in task["containers"]}
    assert "[init] for target [app]" in reasons["app"]
    assert task["stopCode"] == "TaskFailedToStart"


def test_a_sidecar_may_end_but_an_essential_one_takes_the_task_along(town: Town) -> None:
    town.image("ends", exits_after_s=20)
    side = {"name": "side", "essential": False, "image": f"{IMAGE}:ends"}
    town.service(1, several(town, {"name": "app"}, side))
    town.pass_time(120)
    (task,) = town.tasks()
    assert task["lastStatus"] == "RUNNING"
    assert [c["lastStatus"] for c in task["containers"]] == ["RUNNING", "STOPPED"]
    assert REGION in task["taskArn"]
