"""``ecs/container-health-check-fails``, told by the words of AWS."""

from __future__ import annotations

from tests.causes.start_up import HEALTHY, failing, stopped

from kiriwake.causes.ecs.container_health_check_fails import CAUSE
from kiriwake.core.plan import Risk
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = failing(
    tasks=stopped("Task failed container health checks", code="ServiceSchedulerInitiated")
)

NEAR_MISS = failing(
    tasks=stopped(
        "Task failed ELB health checks in (target-group"
        " arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1)",
        code="ServiceSchedulerInitiated",
    )
)
"""The load balancer stopped it, not the check in the container."""


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
