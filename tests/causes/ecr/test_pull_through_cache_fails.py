"""``ecr/pull-through-cache-fails``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.ecr.pull_through_cache_fails import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): unable"
    " to fetch from upstream by the pull through cache rule: access error"
)

NEAR_MISS = failing(
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed"
    " to resolve ref 111122223333.dkr.ecr.us-east-1.amazonaws.com/web:9:"
    " 111122223333.dkr.ecr.us-east-1.amazonaws.com/web:9: not found"
)
"""No cache is involved."""


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
