"""``ecs/secret-key-missing``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.ecs.secret_key_missing import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "ResourceInitializationError: unable to pull secrets or registry auth: execution"
    " resource retrieval failed: unable to retrieve secret from asm: retrieved secret"
    " from Secrets Manager did not contain json key PASSWORD"
)

NEAR_MISS = failing(
    "ResourceInitializationError: unable to pull secrets or registry auth: execution"
    " resource retrieval failed: unable to retrieve secret from asm: service call has"
    " been retried 1 time(s): failed to fetch secret"
    " arn:aws:secretsmanager:us-east-1:111122223333:secret:db from secrets manager:"
    " ResourceNotFoundException: Secrets Manager can't find the specified secret."
)
"""There is no secret to look into."""


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
