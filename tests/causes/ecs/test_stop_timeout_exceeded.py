"""`ecs/stop-timeout-exceeded`: 137 after a stop that was meant."""

from __future__ import annotations

from tests.causes.builders import AT, OLDER, exited, failing, minutes, service, snapshot, task

from kiriwake.causes.ecs.stop_timeout_exceeded import CAUSE
from kiriwake.core.verdict import RuledOut
from kiriwake.diagnose.diagnosis import Status
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence.ecs import Container
from kiriwake.evidence.snapshot import Snapshot


def replaced(code: int) -> Snapshot:
    old = task(
        9,
        last_status="STOPPED",
        desired_status="STOPPED",
        stop_code="ServiceSchedulerInitiated",
        stopped_reason=f"Scaling activity initiated by (deployment {OLDER})",
        started_by=OLDER,
        stopped_at=AT - minutes(3),
        containers=(Container("app", exit_code=code),),
    )
    return snapshot(service(), stopped=(old,))


WITNESS = replaced(137)
NEAR_MISS = replaced(143)
"""SIGTERM was heeded: what a replacement looks like."""


def test_it_is_worth_knowing_and_no_cause() -> None:
    assert diagnose(WITNESS).status is Status.WARNINGS


def test_a_container_that_was_killed_unasked_is_another_matter() -> None:
    assert isinstance(CAUSE.decide(snapshot(failing(), stopped=(exited(9, 137),))), RuledOut)
