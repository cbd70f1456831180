"""``ecs/host-terminated``: the host went away under the task."""

from __future__ import annotations

from tests.causes.start_up import failing, stopped

from kiriwake.causes.ecs.host_terminated import CAUSE
from kiriwake.core.verdict import Holds, RuledOut

GONE = "Host EC2 (instance i-0123456789abcdef0) terminated."

WITNESS = failing(tasks=stopped(GONE, code=""))

NEAR_MISS = failing(tasks=stopped("Your Spot Task was interrupted.", code="SpotInterruption"))
"""Fargate Spot took it: there was no instance."""


def test_it_holds_when_ecs_says_that_the_host_went() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].says.en == f'1 tasks were stopped with "{GONE}"'


def test_spot_on_fargate_is_another_cause() -> None:
    assert isinstance(CAUSE.decide(NEAR_MISS), RuledOut)
