"""``ecs/eni-limit-reached``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.ecs.eni_limit_reached import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    events=(
        (
            "(service web) was unable to place a task because no container instance met all of"
            " its requirements. The closest matching (container-instance 2b) encountered error"
            ' "RESOURCE:ENI".'
        ),
    )
)

NEAR_MISS = failing(
    events=(
        (
            "(service web) was unable to place a task because no container instance met all of"
            " its requirements. The closest matching (container-instance 2b) encountered error"
            ' "AGENT".'
        ),
    )
)
"""The agent is away."""


def test_it_holds_when_aws_says_so_and_quotes_it() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].direct


def test_its_neighbour_is_told_apart() -> None:
    assert isinstance(CAUSE.decide(NEAR_MISS), RuledOut)


def test_a_stop_as_it_should_be_is_no_sign_of_it() -> None:
    assert isinstance(CAUSE.decide(failing(HEALTHY)), RuledOut)


def test_the_way_out_is_shown_and_never_applied() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    (plan,) = CAUSE.remedies(WITNESS, found)

    assert getattr(plan, "risk", None) is Risk.SHOW
