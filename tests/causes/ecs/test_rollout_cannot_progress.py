"""``ecs/rollout-cannot-progress``: the worked cases of docs/facts.md, F3.06."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.causes.builders import deployment, service, snapshot

from kiriwake.causes.ecs.rollout_cannot_progress import CAUSE, bounds
from kiriwake.core.verdict import Holds, RuledOut
from kiriwake.evidence.ecs import DeploymentConfiguration, Service


def rolling(desired: int, low: int, high: int) -> Service:
    """A rollout that has not taken a step yet."""
    new = deployment(4, running=0, desired=desired, rollout_state="IN_PROGRESS")
    old = deployment(3, status="ACTIVE", id="ecs-svc/0", running=desired, desired=0)
    return service(
        desired=desired,
        running=desired,
        deployments=(new, old),
        deployment_configuration=DeploymentConfiguration(low, high, True, True),
    )


WITNESS = snapshot(rolling(1, 100, 100))

NEAR_MISS = snapshot(rolling(1, 0, 100))
"""Stops the only task first: a gap in the service, and a rollout that gets on."""


@pytest.mark.parametrize(
    ("desired", "low", "high", "stuck"),
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
        (5, 100, 200, False),
    ],
)
def test_the_worked_cases(desired: int, low: int, high: int, *, stuck: bool) -> None:
    found = CAUSE.decide(snapshot(rolling(desired, low, high)))

    assert isinstance(found, Holds if stuck else RuledOut)


def test_a_desired_count_of_zero_waits_for_nothing() -> None:
    assert isinstance(CAUSE.decide(snapshot(rolling(0, 100, 100))), RuledOut)


def test_the_same_numbers_are_no_fault_while_nothing_is_rolled_out() -> None:
    still = service(deployment_configuration=DeploymentConfiguration(100, 100, True, True))

    assert isinstance(CAUSE.decide(snapshot(still)), RuledOut)


@given(st.integers(1, 300), st.integers(0, 100), st.integers(100, 200))
def test_a_rollout_is_stuck_exactly_when_it_may_neither_start_nor_stop(
    desired: int, low: int, high: int
) -> None:
    limits = bounds(rolling(desired, low, high))
    assert limits is not None
    lower, upper = limits

    may_start, may_stop = upper > desired, desired > lower

    found = CAUSE.decide(snapshot(rolling(desired, low, high)))
    assert isinstance(found, Holds) is not (may_start or may_stop)
