"""``net/logs-unreachable``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.net.logs_unreachable import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "ResourceInitializationError: failed to validate logger args: create stream has"
    " been retried 1 times: failed to create Cloudwatch log stream: RequestError: send"
    ' request failed caused by: Post "https://logs.us-east-1.amazonaws.com/": dial tcp'
    " 52.46.1.1:443: i/o timeout : exit status 1"
)

NEAR_MISS = failing(
    "ResourceInitializationError: failed to validate logger args: create stream has"
    " been retried 1 times: failed to create Cloudwatch log stream:"
    " ResourceNotFoundException: The specified log group does not exist. : exit status 1"
)
"""CloudWatch answered that there is no such group."""


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
