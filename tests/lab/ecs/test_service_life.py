"""Services reach a steady state, grow, shrink, drain and go."""

from __future__ import annotations

import pytest
from tests.lab.ecs.town import GROUP, IMAGE, Town

from kiriwake.lab.ground import ImageBehaviour


def test_a_fargate_service_reaches_a_steady_state(town: Town) -> None:
    town.service(2)
    town.pass_time(120)
    found = town.look()
    assert (found["runningCount"], found["pendingCount"]) == (2, 0)
    assert [d["rolloutState"] for d in found["deployments"]] == ["COMPLETED"]
    assert town.events()[0] == "(service my-service) has reached a steady state."
    assert len(town.events()) == 3


def test_a_task_goes_through_every_state_in_order(town: Town) -> None:
    town.service(1, balanced=True)
    seen: list[str] = []
    for _ in range(40):
        town.pass_time(1)
        seen += [t["lastStatus"] for t in town.tasks() if t["lastStatus"] not in seen]
    town.update(desiredCount=0)
    for _ in range(400):
        town.pass_time(1)
        seen += [t["lastStatus"] for t in town.tasks("STOPPED") if t["lastStatus"] not in seen]
    assert seen == [
        "PROVISIONING",
        "PENDING",
        "ACTIVATING",
        "RUNNING",
        "DEACTIVATING",
        "STOPPING",
        "DEPROVISIONING",
        "STOPPED",
    ]


def test_the_times_of_a_task_are_in_order(town: Town) -> None:
    town.service(1)
    town.pass_time(60)
    town.update(desiredCount=0)
    town.pass_time(120)
    (task,) = town.tasks("STOPPED")
    names = (
        "createdAt", "connectivityAt", "pullStartedAt", "pullStoppedAt", "startedAt",
        "stoppingAt", "executionStoppedAt", "stoppedAt",
    )  # fmt: skip
    moments = [task[name] for name in names]
    assert moments == sorted(moments)
    assert task["containers"][0]["exitCode"] == 143
    assert task["stopCode"] == "ServiceSchedulerInitiated"
    assert task["stoppedReason"].startswith("Scaling activity initiated by (deployment ecs-svc/")


def test_the_address_of_a_task_comes_from_its_subnet_and_goes_back(town: Town) -> None:
    before = town.ground.free("subnet-a")
    town.service(3)
    town.pass_time(60)
    assert town.ground.free("subnet-a") == before - 3
    (details, *_) = [t["attachments"][0]["details"] for t in town.tasks()]
    named = {d["name"]: d["value"] for d in details}
    assert named["privateIPv4Address"].startswith("10.0.")
    town.update(desiredCount=0)
    town.pass_time(60)
    assert town.ground.free("subnet-a") == before


def test_forty_six_of_fifty_run_when_the_subnet_is_out_of_addresses(town: Town) -> None:
    town.ground.add_subnet("subnet-x", "10.1.0.0/24", "us-east-1a")
    town.ground.occupy("subnet-x", 251 - 46)
    town.service(50, subnets=["subnet-x"])
    town.pass_time(600)
    found = town.look()
    assert found["runningCount"] == 46
    assert town.ground.free("subnet-x") == 0
    stopped = town.tasks("STOPPED")
    assert {t["stopCode"] for t in stopped} == {"TaskFailedToStart"}
    words = "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-x'"
    reasons = {t["stoppedReason"] for t in stopped}
    assert reasons == {f"{words}: InsufficientFreeAddressesInSubnet"}
    assert all("pullStartedAt" not in t for t in stopped)
    assert "(service my-service) is unable to consistently start tasks successfully." in (
        town.events()
    )
    town.ground.add_subnet("subnet-y", "10.2.0.0/20", "us-east-1b")
    town.update(networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-y"]}})
    town.pass_time(600)
    found = town.look()
    assert (found["runningCount"], len(found["deployments"])) == (50, 1)
    assert town.ground.free("subnet-y") == 4091 - 50


def test_a_full_subnet_loses_its_share_while_the_other_has_room(town: Town) -> None:
    town.ground.add_subnet("subnet-x", "10.1.0.0/28", "us-east-1b")
    town.ground.occupy("subnet-x", 11)
    town.service(4, subnets=["subnet-a", "subnet-x"])
    town.pass_time(30)
    assert {t["attachments"][0]["details"][0]["value"] for t in town.tasks("STOPPED")} == {
        "subnet-x"
    }


def test_scaling_does_not_start_a_deployment(town: Town) -> None:
    town.service(2)
    town.pass_time(120)
    before = town.look()["deployments"][0]["id"]
    town.update(desiredCount=5)
    town.pass_time(120)
    found = town.look()
    assert found["runningCount"] == 5
    assert [d["id"] for d in found["deployments"]] == [before]
    town.update(desiredCount=1)
    town.pass_time(120)
    assert town.look()["runningCount"] == 1
    assert any("has stopped 4 running tasks" in e for e in town.events())


def test_draining_lasts_as_long_as_the_deregistration_delay(town: Town) -> None:
    town.service(1, balanced=True)
    town.pass_time(120)
    town.update(desiredCount=0)
    town.pass_time(290)
    assert [t["lastStatus"] for t in town.tasks("STOPPED")] == ["DEACTIVATING"]
    town.pass_time(30)
    assert [t["lastStatus"] for t in town.tasks("STOPPED")] == ["STOPPED"]


def test_an_application_that_ignores_sigterm_is_killed_after_the_stop_timeout(town: Town) -> None:
    image = town.image("deaf", ignores_sigterm=True)
    town.service(1, town.definition(image, stopTimeout=90))
    town.pass_time(120)
    town.update(desiredCount=0)
    town.pass_time(85)
    assert [t["lastStatus"] for t in town.tasks("STOPPED")] == ["STOPPING"]
    town.pass_time(30)
    (task,) = town.tasks("STOPPED")
    assert task["containers"][0]["exitCode"] == 137
    assert "reason" not in task["containers"][0]


def test_a_stopped_task_is_gone_after_an_hour(town: Town) -> None:
    town.service(1)
    town.pass_time(60)
    arn = town.tasks()[0]["taskArn"]
    stopped = town.call("StopTask", cluster="my-cluster", task=arn, reason="just so")["task"]
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "just so")
    town.pass_time(3600)
    assert town.tasks("STOPPED")[0]["taskArn"] == arn
    town.pass_time(60)
    assert town.tasks("STOPPED") == []
    answer = town.call("DescribeTasks", cluster="my-cluster", tasks=[arn])
    assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_the_scheduler_replaces_a_task_that_somebody_stopped(town: Town) -> None:
    town.service(2)
    town.pass_time(60)
    town.call("StopTask", cluster="my-cluster", task=town.tasks()[0]["taskArn"])
    town.pass_time(60)
    assert town.look()["runningCount"] == 2


def test_a_service_must_be_scaled_down_or_forced_to_go(town: Town) -> None:
    town.service(1)
    town.pass_time(60)
    error = town.refused("DeleteService", cluster="my-cluster", service="my-service")
    assert error.code == "InvalidParameterException"
    town.call("DeleteService", cluster="my-cluster", service="my-service", force=True)
    town.pass_time(3)
    assert town.look()["status"] == "DRAINING"
    town.pass_time(60)
    assert town.look()["status"] == "INACTIVE"
    assert town.call("ListServices", cluster="my-cluster")["serviceArns"] == []
    error = town.refused("UpdateService", cluster="my-cluster", service="my-service")
    assert error.code == "ServiceNotActiveException"
    town.service(1)
    town.pass_time(60)
    assert town.look()["runningCount"] == 1


def test_the_tasks_answer_at_their_address_once_the_application_is_up(town: Town) -> None:
    image = town.image("slow", starts_after_s=60, listens=(9000,))
    town.service(1, town.definition(image))
    town.pass_time(30)
    address = town.tasks()[0]["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]
    assert town.engine.serving(address, 9000) is None
    town.pass_time(60)
    serving = town.engine.serving(address, 9000)
    assert serving is not None
    assert serving.eni is not None
    assert town.engine.serving(address, 8080) is None
    assert town.engine.serving("10.9.9.9", 9000) is None


def test_a_protected_task_survives_scaling_in(town: Town) -> None:
    town.service(2)
    town.pass_time(60)
    arns = [t["taskArn"] for t in town.tasks()]
    town.call(
        "UpdateTaskProtection",
        cluster="my-cluster",
        tasks=arns,
        protectionEnabled=True,
        expiresInMinutes=10,
    )
    town.update(desiredCount=0)
    town.pass_time(300)
    assert len(town.tasks()) == 2
    assert any("unable to scale in" in e for e in town.events())
    town.pass_time(400)
    assert town.tasks() == []


def test_an_update_of_the_image_behind_a_tag_changes_nothing_until_a_deployment(town: Town) -> None:
    town.service(1)
    town.pass_time(60)
    old = town.tasks()[0]["containers"][0]["imageDigest"]
    town.ground.images[f"{IMAGE}:old"] = town.ground.images[f"{IMAGE}:v1"]
    town.ground.images[f"{IMAGE}:v1"] = ImageBehaviour(size_mib=50)
    town.update(desiredCount=2)
    town.pass_time(60)
    assert {t["containers"][0]["imageDigest"] for t in town.tasks()} == {old}
    town.update(forceNewDeployment=True)
    town.pass_time(300)
    assert old not in {t["containers"][0]["imageDigest"] for t in town.tasks()}


@pytest.mark.slow
def test_two_thousand_tasks_in_two_hundred_services_pass_an_hour(town: Town) -> None:
    definition = town.definition()
    for n in range(200):
        town.service(10, definition, balanced=True, serviceName=f"service-{n}")
    town.pass_time(3600)
    clusters = town.call("DescribeClusters", clusters=["my-cluster"])["clusters"]
    assert clusters[0]["runningTasksCount"] == 2000
    assert len(town.ground.groups[GROUP].targets) == 2000


def test_the_same_seed_makes_the_same_history() -> None:
    histories = []
    for _ in range(2):
        town = Town()
        town.service(3, balanced=True)
        town.pass_time(600)
        histories.append((town.look(), town.tasks()))
    assert histories[0] == histories[1]


def test_reset_forgets_everything(town: Town) -> None:
    town.service(2)
    town.pass_time(30)
    town.engine.reset()
    assert town.engine.next_due() is None
    assert town.call("ListClusters")["clusterArns"] == []
