"""Ten scenarios on which the peers of kiriwake were measured, decoys included."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.drills.scene import scene

from kiriwake.core.errors import TargetNotFound
from kiriwake.diagnose.diagnosis import Status
from kiriwake.lab.stories.book import story

pytestmark = pytest.mark.incident

BROKEN = 30
HEALTHY = 9


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("fifty-tasks", "ecs/subnet-ip-exhausted"),
        ("new-database", "ecs/revision-not-deployed"),
        ("second-release", "ecs/health-check-path-not-served"),
        ("heavy-requests", "ecs/out-of-memory"),
        ("release-nine", "ecr/image-tag-missing"),
        ("new-role", "ecs/execution-role-cannot-pull"),
    ],
)
def test_the_truth_comes_first_within_the_budget(tmp_path: Path, name: str, cause: str) -> None:
    with scene(tmp_path, story(name)) as seen:
        calls = seen.calls(seen.diagnosed)
        assert seen.exit_code() == 1
        diagnosis = seen.diagnosed()

        assert diagnosis.chain[:1] == (cause,)
        assert diagnosis.status is Status.CAUSE_FOUND
        assert diagnosis.unexplained == ()
        assert calls <= BROKEN


@pytest.mark.parametrize("name", ["quiet-day", "slow-goodbye"])
def test_a_healthy_service_has_no_cause_and_costs_nine_calls(tmp_path: Path, name: str) -> None:
    with scene(tmp_path, story(name)) as seen:
        calls = seen.calls(seen.diagnosed)
        diagnosis = seen.diagnosed()

        assert diagnosis.chain == ()
        assert diagnosis.status in {Status.CLEAR, Status.WARNINGS}
        assert seen.exit_code() == 0
        assert calls <= HEALTHY


def test_with_most_reads_denied_a_visible_text_still_proves_it(tmp_path: Path) -> None:
    with scene(tmp_path, story("fifty-tasks")) as seen:
        denied = ["ecs:ListTasks", "iam:GetRole", "ec2:*"]
        seen.stage.control("PUT", "deny", {"actions": denied, "principal": None})

        diagnosis = seen.diagnosed()

        assert diagnosis.chain[:1] == ("ecs/subnet-ip-exhausted",)


def test_with_the_texts_gone_as_well_it_is_inconclusive_and_names_no_other_cause(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, story("new-role")) as seen:
        seen.stage.control(
            "PUT", "deny", {"actions": ["ecs:ListTasks", "ecs:DescribeTasks"], "principal": None}
        )
        # Events are suppressed and overwritten; a service that was just updated has none.
        diagnosis = seen.diagnosed()

        assert diagnosis.chain in {(), ("ecs/execution-role-cannot-pull",)}
        assert diagnosis.status in {Status.INCONCLUSIVE, Status.CAUSE_FOUND}


def test_a_misspelt_cluster_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    with scene(tmp_path, story("quiet-day")) as seen, pytest.raises(TargetNotFound) as missing:
        seen.diagnosed("my-clutser/my-service")

    assert any("my-cluster" in hint.en for hint in missing.value.hints)


def test_a_misspelt_service_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    with scene(tmp_path, story("quiet-day")) as seen, pytest.raises(TargetNotFound) as missing:
        seen.diagnosed("my-cluster/my-servcie")

    assert any("my-service" in hint.en for hint in missing.value.hints)


def test_the_fifty_tasks_stand_beside_an_older_outage_that_was_lifted(tmp_path: Path) -> None:
    """Both texts are visible at once, and only one of them is about the present."""
    with scene(tmp_path, story("fifty-tasks")) as seen:
        ecs = seen.stage.aws("ecs")
        where = {"cluster": "my-cluster", "serviceName": "my-service"}
        arns = ecs.list_tasks(**where, desiredStatus="STOPPED")["taskArns"]
        told = ecs.describe_tasks(cluster="my-cluster", tasks=arns)["tasks"]
        running = ecs.list_tasks(**where)["taskArns"]

        reasons = [task["stoppedReason"] for task in told]
        assert any("unable to pull secrets or registry auth" in r for r in reasons)
        assert any("InsufficientFreeAddressesInSubnet" in r for r in reasons)
        described = ecs.describe_services(cluster="my-cluster", services=["my-service"])
        assert described["services"][0]["runningCount"] == 46
        assert running
