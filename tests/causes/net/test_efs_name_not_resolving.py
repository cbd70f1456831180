"""``net/efs-name-not-resolving``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.net.efs_name_not_resolving import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS"
    ' volumes: stderr: Failed to resolve "fs-0aa.efs.us-east-1.amazonaws.com" - check'
    " that your file system ID is correct"
)

NEAR_MISS = failing(
    "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS"
    " volumes: stderr: Mount attempt 1/3 failed due to timeout after 15 sec, wait 0 sec"
    " before next attempt."
)
"""The name resolved; the port did not answer."""


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
