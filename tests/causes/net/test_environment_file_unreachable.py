"""``net/environment-file-unreachable``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.net.environment_file_unreachable import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "ResourceInitializationError: The task can't download the environment variable"
    " files from Amazon S3. There is a connection issue between the task and Amazon S3."
    " Check your task network configuration."
)

NEAR_MISS = failing(
    "ResourceInitializationError: failed to download env files: file download command:"
    " non empty error stream: service call has been retried 1 time(s): NoSuchKey: The"
    " specified key does not exist. environment file s3://conf/app.env"
)
"""S3 answered: there is no such file."""


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
