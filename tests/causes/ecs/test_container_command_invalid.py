"""``ecs/container-command-invalid``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.ecs.container_command_invalid import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    "CannotStartContainerError: Error response from daemon: OCI runtime create failed:"
    ' container_linux.go:380: starting container process caused: exec: "gunicornn":'
    " executable file not found in $PATH: unknown"
)

NEAR_MISS = failing(
    "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s"
)
"""The command was never reached: the host was too slow."""


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
