"""`elb/target-group-without-listener`: unused, for want of a listener."""

from __future__ import annotations

from tests.causes.builders import health
from tests.causes.health import OLD, checked

from kiriwake.causes.elb.target_group_without_listener import CAUSE
from kiriwake.core.verdict import RuledOut
from kiriwake.diagnose.engine import diagnose

ZONE = "Target is in an Availability Zone that is not enabled for the load balancer"
LISTENER = "Target group is not configured to receive traffic from the load balancer"
WITNESS = checked(
    health("unused", "Target.NotInUse", LISTENER, 0),
    health("unused", "Target.NotInUse", LISTENER, 1),
)
NEAR_MISS = checked(*OLD, health("unused", "Target.NotInUse", ZONE, 2))
"""The same reason code; the description tells them apart."""


def test_it_comes_first_and_alone() -> None:
    assert diagnose(WITNESS).chain == ("elb/target-group-without-listener",)


def test_healthy_targets_have_their_listener() -> None:
    assert isinstance(CAUSE.decide(checked(*OLD)), RuledOut)
