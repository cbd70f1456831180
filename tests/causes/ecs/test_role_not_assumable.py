"""``ecs/role-not-assumable``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing

from kiriwake.causes.ecs.role_not_assumable import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    events=(
        (
            "(service web) failed to launch a task with (error ECS was unable to assume the"
            " role 'arn:aws:iam::111122223333:role/web-exec' that was provided for this task."
            " Please verify that the role being passed has the proper trust relationship and"
            " permissions and that your IAM user has permissions to pass this role.)"
        ),
    )
)

NEAR_MISS = failing(
    events=(
        (
            "(service web) failed to launch a task with (error Unable to assume the service"
            " linked role. Please verify that the ECS service linked role exists.)"
        ),
    )
)
"""ECS's own role is missing, not the one of the task."""


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
