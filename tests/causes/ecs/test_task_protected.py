"""`ecs/task-protected`: told by an event alone."""

from __future__ import annotations

from tests.causes.builders import OLDER, event, snapshot
from tests.causes.health import rolling

from kiriwake.causes.ecs.task_protected import CAUSE
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.verdict import Holds
from kiriwake.diagnose.engine import diagnose

WORDS = (
    f"was unable to reach steady state because task set ({OLDER}) was unable to scale in."
    " Reason: The number of protected tasks are more than the desired count of tasks"
)
WITNESS = snapshot(rolling(load_balancers=(), events=(event(WORDS),)))
NEAR_MISS = snapshot(
    rolling(load_balancers=(), events=(event("has begun draining connections on 2 tasks."),))
)
"""Draining takes its time, and ends."""


def test_it_comes_first_and_alone() -> None:
    assert diagnose(WITNESS).chain == ("ecs/task-protected",)


def test_no_protection_is_taken_away_by_us() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    (plan,) = CAUSE.remedies(WITNESS, found)

    assert isinstance(plan, Plan)
    assert plan.risk is Risk.SHOW
