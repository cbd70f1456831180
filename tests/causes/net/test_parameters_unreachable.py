"""``net/parameters-unreachable``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.net.parameters_unreachable import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "ResourceInitializationError: unable to pull secrets or registry auth: execution"
    " resource retrieval failed: unable to retrieve secrets from ssm: service call has"
    " been retried 5 time(s): RequestCanceled: request context canceled caused by:"
    " context deadline exceeded"
)

NEAR_MISS = failing(
    "ResourceInitializationError: unable to pull secrets or registry auth: execution"
    " resource retrieval failed: unable to retrieve secrets from ssm: service call has"
    " been retried 1 time(s): AccessDeniedException: User:"
    " arn:aws:sts::111122223333:assumed-role/web-exec/1 is not authorized to perform:"
    " ssm:GetParameters on resource: arn:aws:ssm:us-east-1:111122223333:parameter/web/db"
    " because no identity-based policy allows the ssm:GetParameters action"
)
"""The same call, refused."""


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
