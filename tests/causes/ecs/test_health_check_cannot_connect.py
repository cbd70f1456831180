"""``ecs/health-check-cannot-connect``."""

from __future__ import annotations

from tests.causes.builders import GROUP, HEALTH, health, service, snapshot

from kiriwake.causes.ecs.health_check_cannot_connect import CAUSE
from kiriwake.core.verdict import Holds, RuledOut
from kiriwake.evidence.ecs import ServiceLoadBalancer

BEHIND = (ServiceLoadBalancer(GROUP, "app", 8080),)
WITNESS = snapshot(
    service(load_balancers=BEHIND),
    more={HEALTH: (health("unhealthy", "Target.Timeout", "Request timed out"),)},
)

NEAR_MISS = snapshot(
    service(load_balancers=BEHIND),
    more={
        HEALTH: (
            health(
                "unhealthy",
                "Target.ResponseCodeMismatch",
                "Health checks failed with these codes: [404]",
            ),
        )
    },
)
"""A code came back, so the connection stands."""


def test_a_refused_connection_is_one_as_well() -> None:
    refused = health("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
    seen = snapshot(service(load_balancers=BEHIND), more={HEALTH: (refused,)})

    assert isinstance(CAUSE.decide(seen), Holds)


def test_a_target_that_drains_tells_nothing() -> None:
    leaving = health("draining", "Target.DeregistrationInProgress")
    seen = snapshot(service(load_balancers=BEHIND), more={HEALTH: (leaving,)})

    assert isinstance(CAUSE.decide(seen), RuledOut)


def test_a_service_without_a_target_group_has_no_such_check() -> None:
    assert isinstance(CAUSE.decide(snapshot()), RuledOut)
