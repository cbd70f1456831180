"""``iam/logs-write-denied``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.iam.logs_write_denied import CAUSE
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "ResourceInitializationError: failed to validate logger args: create stream has"
    " been retried 1 times: failed to create Cloudwatch log stream:"
    " AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/web-exec/1 is"
    " not authorized to perform: logs:CreateLogStream on resource:"
    " arn:aws:logs:us-east-1:111122223333:log-group:/ecs/web:log-stream:web/web/1"
    " because no identity-based policy allows the logs:CreateLogStream action"
)

NEAR_MISS = failing(
    "ResourceInitializationError: failed to validate logger args: create stream has"
    " been retried 1 times: failed to create Cloudwatch log stream:"
    " ResourceNotFoundException: The specified log group does not exist. : exit status 1"
)
"""The role may write, and there is no such group."""


def test_it_holds_when_aws_says_so_and_quotes_it() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].direct


def test_its_neighbour_is_told_apart() -> None:
    assert isinstance(CAUSE.decide(NEAR_MISS), RuledOut)


def test_a_stop_as_it_should_be_is_no_sign_of_it() -> None:
    assert isinstance(CAUSE.decide(failing(HEALTHY)), RuledOut)


def test_the_way_out_is_told() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    assert CAUSE.remedies(WITNESS, found)
