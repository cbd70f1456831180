"""``ecs/app-exits``."""

from __future__ import annotations

from tests.causes.builders import exited, failing, service, snapshot, task

from kiriwake.causes.ecs.app_exits import CAUSE
from kiriwake.core.verdict import Holds, RuledOut
from kiriwake.diagnose.engine import diagnose

OOM = "OutOfMemoryError: Container killed due to memory usage"
WITNESS = snapshot(failing(), stopped=(exited(7, 1), exited(8, 1, ago=6)))

NEAR_MISS = snapshot(failing(), stopped=(exited(7, 137, reason=OOM),))
"""AWS names another reason for the exit."""


def test_it_quotes_the_exit_code() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].says.en == "2 tasks ended as container app exited with 1"


def test_the_end_of_a_replaced_task_is_no_exit_of_its_own() -> None:
    """Killed after stopTimeout in a rolling replacement: exit 137, and nothing is wrong."""
    replaced = task(
        7,
        last_status="STOPPED",
        desired_status="STOPPED",
        stop_code="ServiceSchedulerInitiated",
        stopped_reason="Scaling activity initiated by (deployment ecs-svc/0000000000000000000)",
        containers=exited(7, 137).containers,
    )
    seen = snapshot(stopped=(replaced,))

    assert isinstance(CAUSE.decide(seen), RuledOut)
    assert diagnose(seen).symptoms == ()


def test_one_exit_of_a_service_that_is_whole_again_is_no_symptom() -> None:
    assert diagnose(snapshot(service(), stopped=(exited(7, 1, ago=20),))).symptoms == ()


def test_a_job_that_ends_with_0_in_a_service_counts_too() -> None:
    assert isinstance(CAUSE.decide(snapshot(failing(), stopped=(exited(7, 0),))), Holds)
