"""``net/kms-unreachable``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.net.kms_unreachable import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "ResourceInitializationError: unable to pull secrets or registry auth: execution"
    " resource retrieval failed: unable to retrieve secrets: RequestError: send request"
    ' failed caused by: Post "https://kms.us-east-1.amazonaws.com/": dial tcp'
    " 52.94.2.2:443: i/o timeout"
)

NEAR_MISS = failing(
    "ResourceInitializationError: unable to pull secrets or registry auth: execution"
    " resource retrieval failed: unable to retrieve secret from asm:"
    " AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/web-exec/1 is"
    " not authorized to perform: kms:Decrypt on resource:"
    " arn:aws:kms:us-east-1:111122223333:key/1"
)
"""KMS answered, and refused."""


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
