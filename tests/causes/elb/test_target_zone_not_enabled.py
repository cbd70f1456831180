"""`elb/target-zone-not-enabled`: unused, for its zone."""

from __future__ import annotations

from tests.causes.builders import HEALTH, denied, health
from tests.causes.health import OLD, checked

from kiriwake.causes.elb.target_zone_not_enabled import CAUSE
from kiriwake.core.verdict import Holds, Unknown
from kiriwake.diagnose.engine import diagnose

ZONE = "Target is in an Availability Zone that is not enabled for the load balancer"
LISTENER = "Target group is not configured to receive traffic from the load balancer"
WITNESS = checked(*OLD, health("unused", "Target.NotInUse", ZONE, 2))
NEAR_MISS = checked(*OLD, health("unused", "Target.NotInUse", LISTENER, 2))
"""The same reason code; the description tells them apart."""


def test_it_counts_the_targets() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].says.en == (
        "1 of 3 targets lie in a zone that is not enabled for the load balancer"
    )


def test_it_comes_first_and_alone() -> None:
    assert diagnose(WITNESS).chain == ("elb/target-zone-not-enabled",)


def test_target_health_that_we_may_not_read_is_unknown_not_fine() -> None:
    assert isinstance(CAUSE.decide(checked(more={HEALTH: denied(HEALTH)})), Unknown)
