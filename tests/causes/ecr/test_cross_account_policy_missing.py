"""``ecr/cross-account-policy-missing``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.ecr.cross_account_policy_missing import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "CannotPullContainerError: Error response from daemon: denied: User:"
    " arn:aws:sts::111122223333:assumed-role/web-exec/1 is not authorized to perform:"
    " ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:444455556666:repository/base"
    " because no resource-based policy allows the ecr:BatchGetImage action"
)

NEAR_MISS = failing(
    "CannotPullContainerError: Error response from daemon: denied: User:"
    " arn:aws:sts::111122223333:assumed-role/web-exec/1 is not authorized to perform:"
    " ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:111122223333:repository/web"
    " because no identity-based policy allows the ecr:BatchGetImage action"
)
"""The role's own policy lacks the action."""


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
