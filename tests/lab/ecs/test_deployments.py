"""Rolling deployments: bounds, churn, the circuit breaker, going back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lab.ecs.town import GROUP, IMAGE, START, Town

from kiriwake.lab.ecs import bounds
from kiriwake.lab.ecs.model import Cluster, Service

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


def second_release(town: Town, **configuration: Any) -> None:
    """A steady service of five, then a release that does not serve the health check's path."""
    town.service(
        5,
        balanced=True,
        healthCheckGracePeriodSeconds=60,
        deploymentConfiguration=configuration or None,
    )
    town.pass_time(300)
    town.update(taskDefinition=town.definition(town.image("v2", paths={"/": 200})))


def test_a_release_that_fails_its_health_check_stands_beside_the_old_one(town: Town) -> None:
    second_release(town)
    for _ in range(15):
        town.pass_time(60)
        found = town.look()
        new, old = found["deployments"]
        assert (new["status"], old["status"]) == ("PRIMARY", "ACTIVE")
        assert old["runningCount"] == 5
        assert 4 <= new["runningCount"] + new["pendingCount"] <= 5
        assert new["rolloutState"] == "IN_PROGRESS"
    reasons = {t["stoppedReason"] for t in town.tasks("STOPPED")}
    assert reasons == {f"Task failed ELB health checks in (target-group {GROUP})"}
    assert any(
        e.endswith("due to (reason Health checks failed with these codes: [404])")
        and f"(port 8080) is unhealthy in (target-group {GROUP})" in e
        for e in town.events()
    )
    by_revision = {t["taskDefinitionArn"].rpartition(":")[2] for t in town.tasks()}
    assert by_revision == {"1", "2"}


def test_mending_the_path_finishes_the_release(town: Town) -> None:
    second_release(town)
    town.pass_time(600)
    town.ground.groups[GROUP].path = "/"
    town.pass_time(900)
    found = town.look()
    assert [(d["runningCount"], d["rolloutState"]) for d in found["deployments"]] == [
        (5, "COMPLETED")
    ]
    assert found["deployments"][0]["failedTasks"] == 0
    assert town.events()[0].endswith("has reached a steady state.")


def test_nothing_fails_its_health_check_within_the_grace_period(town: Town) -> None:
    town.service(2, balanced=True, healthCheckGracePeriodSeconds=1800)
    town.ground.groups[GROUP].path = "/nowhere"
    town.ground.images[f"{IMAGE}:v1"] = town.ground.images.pop(f"{IMAGE}:v1").__class__(
        paths={"/": 200}
    )
    town.pass_time(1700)
    assert town.tasks("STOPPED") == []
    town.pass_time(300)
    assert town.tasks("STOPPED") != []


def test_the_breaker_rolls_back_to_the_last_completed_deployment(town: Town) -> None:
    second_release(town, **BREAKER)
    first = town.look()["deployments"][1]["id"]
    town.pass_time(240)
    found = town.look()
    assert found["deployments"][0]["id"] == first
    failed = found["deployments"][1]
    assert failed["rolloutState"] == "FAILED"
    assert failed["rolloutStateReason"] == (
        f"ECS deployment circuit breaker: rolling back to deploymentId {first}."
    )
    assert failed["failedTasks"] == 3
    town.pass_time(900)
    found = town.look()
    assert [(d["id"], d["rolloutState"]) for d in found["deployments"]] == [(first, "COMPLETED")]
    assert found["taskDefinition"].endswith("my-app:1")
    assert any(e.endswith(f"rolling back to deployment {first}.") for e in town.events())
    history = town.call("ListServiceDeployments", cluster="my-cluster", service="my-service")
    assert [d["status"] for d in history["serviceDeployments"]] == [
        "ROLLBACK_SUCCESSFUL",
        "SUCCESSFUL",
    ]


def test_the_breaker_without_rollback_stalls(town: Town) -> None:
    second_release(town, deploymentCircuitBreaker={"enable": True, "rollback": False})
    town.pass_time(600)
    new, old = town.look()["deployments"]
    assert (new["status"], new["rolloutState"]) == ("PRIMARY", "FAILED")
    assert new["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert old["runningCount"] == 5
    started = sum("has started" in e for e in town.events())
    town.pass_time(1800)
    assert sum("has started" in e for e in town.events()) == started


def test_a_first_deployment_has_nothing_to_go_back_to(town: Town) -> None:
    town.ground.denied = {"ecr:GetAuthorizationToken"}
    town.service(2, deploymentConfiguration=BREAKER)
    town.pass_time(300)
    (only,) = town.look()["deployments"]
    assert only["rolloutState"] == "FAILED"
    assert town.tasks() == []


def test_without_the_breaker_it_tries_for_ever_with_ever_longer_waits(town: Town) -> None:
    town.ground.denied = {"ecr:GetAuthorizationToken"}
    town.service(1)
    town.pass_time(7200)
    (only,) = town.look()["deployments"]
    assert only["rolloutState"] == "IN_PROGRESS"
    moments = sorted(t["createdAt"] for t in town.tasks("STOPPED"))
    assert 1 <= len(moments) <= 4
    said = [e for e in town.events() if "unable to consistently start tasks" in e]
    assert len(said) == 1
    refused = [e for e in town.events() if "was unable to place a task. Reason: Resource" in e]
    assert len(refused) == 1
    town.ground.denied = set()
    town.update(forceNewDeployment=True)
    town.pass_time(120)
    assert town.look()["runningCount"] == 1


def test_exits_after_running_do_not_trip_the_breaker(town: Town) -> None:
    image = town.image("exits", exits_after_s=30, exit_code=1)
    town.service(2, town.definition(image), deploymentConfiguration=BREAKER)
    town.pass_time(1200)
    (only,) = town.look()["deployments"]
    assert (only["rolloutState"], only["failedTasks"]) == ("IN_PROGRESS", 0)


@pytest.mark.parametrize(
    ("desired", "least", "most", "stuck"),
    [
        (1, 100, 100, True),
        (1, 50, 100, True),
        (1, 1, 199, True),
        (1, 0, 100, False),
        (1, 100, 200, False),
        (2, 75, 100, True),
        (2, 50, 100, False),
        (3, 100, 125, True),
        (3, 100, 134, False),
        (4, 100, 125, False),
        (0, 100, 100, False),
    ],
)
def test_the_numbers_of_a_deployment_decide_whether_it_can_move(
    town: Town, desired: int, least: int, most: int, *, stuck: bool
) -> None:
    town.service(
        desired,
        deploymentConfiguration={"minimumHealthyPercent": least, "maximumPercent": most},
    )
    town.pass_time(180)
    town.update(forceNewDeployment=True)
    town.pass_time(900)
    found = town.look()
    words = "was unable to stop or start tasks during a deployment because of the service"
    assert (len(found["deployments"]) == 2) == stuck
    assert any(words in e for e in town.events()) == stuck
    assert found["runningCount"] == desired


@given(desired=st.integers(0, 5000), least=st.integers(0, 200), most=st.integers(0, 400))
def test_the_bounds_are_rounded_against_the_scheduler(desired: int, least: int, most: int) -> None:
    service = Service("s", "arn", Cluster("c", "arn"), desired, START, {}, "me")
    service.settings["deploymentConfiguration"] = {
        "minimumHealthyPercent": least,
        "maximumPercent": most,
    }
    assert desired * least <= bounds.lower(service) * 100 < desired * least + 100
    assert desired * most - 100 < bounds.upper(service) * 100 <= desired * most


@pytest.mark.parametrize(
    ("desired", "threshold"), [(1, 3), (6, 3), (7, 4), (25, 13), (400, 200), (800, 200)]
)
def test_the_breaker_takes_half_of_the_tasks_but_three_to_two_hundred(
    desired: int, threshold: int
) -> None:
    service = Service("s", "arn", Cluster("c", "arn"), desired, START, {}, "me")
    assert bounds.threshold(service) == threshold
    service.settings["deploymentConfiguration"] = {
        "deploymentCircuitBreaker": {"thresholdConfiguration": {"type": "COUNT", "value": 2}}
    }
    assert bounds.threshold(service) == 2


def test_a_rolling_deployment_keeps_its_bounds_all_the_way(town: Town) -> None:
    town.service(4, deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 125})
    town.pass_time(180)
    town.update(forceNewDeployment=True)
    for _ in range(400):
        town.pass_time(2)
        found = town.look()
        assert found["runningCount"] >= 2
        assert found["runningCount"] + found["pendingCount"] <= 5
    assert len(town.look()["deployments"]) == 1


def test_a_newer_deployment_takes_over_from_one_that_hangs(town: Town) -> None:
    second_release(town)
    town.pass_time(300)
    town.update(taskDefinition="my-app:1")
    town.pass_time(900)
    found = town.look()
    assert [d["taskDefinition"].rpartition(":")[2] for d in found["deployments"]] == ["1"]
    history = town.call("ListServiceDeployments", cluster="my-cluster", service="my-service")
    assert [d["status"] for d in history["serviceDeployments"]] == [
        "SUCCESSFUL",
        "STOPPED",
        "SUCCESSFUL",
    ]


def test_old_tasks_that_drain_keep_the_deployment_open(town: Town) -> None:
    town.service(1, balanced=True)
    town.pass_time(180)
    town.update(forceNewDeployment=True)
    town.pass_time(200)
    assert len(town.look()["deployments"]) == 2
    assert [t["lastStatus"] for t in town.tasks("STOPPED")] == ["DEACTIVATING"]
    town.pass_time(300)
    assert len(town.look()["deployments"]) == 1


def test_a_service_deployment_can_be_described_and_taken_back(town: Town) -> None:
    second_release(town)
    town.pass_time(120)
    current = town.look()["currentServiceDeployment"]
    described = town.call("DescribeServiceDeployments", serviceDeploymentArns=[current, "arn:no"])
    (found,) = described["serviceDeployments"]
    assert found["status"] == "IN_PROGRESS"
    assert found["targetServiceRevision"]["requestedTaskCount"] == 5
    assert described["failures"] == [{"arn": "arn:no", "reason": "MISSING"}]
    revision = town.call(
        "DescribeServiceRevisions", serviceRevisionArns=[found["targetServiceRevision"]["arn"]]
    )["serviceRevisions"][0]
    assert revision["containerImages"][0]["imageDigest"].startswith("sha256:")
    town.call("StopServiceDeployment", serviceDeploymentArn=current)
    town.pass_time(900)
    assert town.look()["taskDefinition"].endswith(":1")
    error = town.refused("StopServiceDeployment", serviceDeploymentArn=current)
    assert error.code == "ConflictException"


def test_blue_green_keeps_both_until_the_bake_time_is_over(town: Town) -> None:
    town.service(2, deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 10})
    town.pass_time(700)
    town.update(forceNewDeployment=True)
    town.pass_time(120)
    current = town.look()["currentServiceDeployment"]
    described = town.call("DescribeServiceDeployments", serviceDeploymentArns=[current])
    assert described["serviceDeployments"][0]["lifecycleStage"] == "BAKE_TIME"
    assert town.look()["runningCount"] == 4
    town.pass_time(600)
    assert town.look()["runningCount"] == 2


def test_code_deploy_services_refuse_what_code_deploy_does(town: Town) -> None:
    town.service(1, deploymentController={"type": "CODE_DEPLOY"})
    town.pass_time(60)
    found = town.look()
    assert found["deployments"] == []
    assert found["taskSets"][0]["runningCount"] == 1
    sets = town.call("DescribeTaskSets", cluster="my-cluster", service="my-service")["taskSets"]
    assert sets == found["taskSets"]
    error = town.refused(
        "UpdateService", cluster="my-cluster", service="my-service", taskDefinition="my-app:1"
    )
    assert "CODE_DEPLOY" in error.message


def test_the_same_trouble_is_told_again_after_six_hours(town: Town) -> None:
    town.engine.set_capacity({"FARGATE": False})
    town.service(1)
    town.pass_time(5 * 3600)
    assert len(town.events()) == 1
    assert "Capacity is unavailable at this time" in town.events()[0]
    town.pass_time(2 * 3600)
    assert len(town.events()) == 2
    first, second = (e["createdAt"] for e in reversed(town.look()["events"]))
    assert second - first >= timedelta(hours=6)


@pytest.mark.slow
def test_at_most_a_hundred_events_are_kept(town: Town) -> None:
    second_release(town)
    town.pass_time(7200)
    events = town.look()["events"]
    assert len(events) == 100
    moments = [e["createdAt"] for e in events]
    assert moments == sorted(moments, reverse=True)
