"""``net/layers-unreachable``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.net.layers_unreachable import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy:"
    " httpReadSeeker: failed open: failed to do request: Get"
    ' "https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/0d1e/8a":'
    " dial tcp 52.216.1.1:443: i/o timeout"
)

NEAR_MISS = failing(
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed"
    " to resolve ref 111122223333.dkr.ecr.us-east-1.amazonaws.com/web:9:"
    " 111122223333.dkr.ecr.us-east-1.amazonaws.com/web:9: not found"
)
"""The registry says that there is no such tag; nothing was to be fetched."""


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
