"""`ecs/health-check-cannot-connect`: no answer comes back at all."""

from __future__ import annotations

from dataclasses import replace

from tests.causes.builders import HEALTH, TARGET_GROUP, denied, health, target_group
from tests.causes.health import OLD, answering, checked

from kiriwake.causes.ecs.health_check_cannot_connect import CAUSE
from kiriwake.core.plan import Plan
from kiriwake.core.verdict import Holds, RuledOut, Unknown
from kiriwake.evidence import elb, net
from kiriwake.evidence.elb import LoadBalancer, TargetHealth
from kiriwake.evidence.net import Rule, SecurityGroup
from kiriwake.evidence.snapshot import Snapshot

TIMED_OUT = health("unhealthy", "Target.Timeout", "Request timed out", 2)
FAILED = health("unhealthy", "Target.FailedHealthChecks", "Health checks failed", 3)
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/my-alb/1"
FROM_BALANCER = Rule("tcp", 8080, 8080, group_ids=("sg-lb",))


def behind(*rules: Rule) -> Snapshot:
    """Tasks in sg-abc123 with these rules, checked from sg-lb."""
    group = replace(target_group(), load_balancer_arns=(BALANCER,))
    balancer = LoadBalancer(
        BALANCER, "my-alb", "application", "internal", "active", "vpc-xyz789", group_ids=("sg-lb",)
    )
    more = {
        TARGET_GROUP: group,
        elb.LOAD_BALANCER.of(BALANCER): balancer,
        net.SECURITY_GROUP.of("sg-abc123"): SecurityGroup("sg-abc123", "vpc-xyz789", rules, ()),
    }
    return checked(*OLD, TIMED_OUT, FAILED, more=more)


WITNESS = behind()
NEAR_MISS = checked(
    *OLD,
    answering(404),
    health("initial", "Elb.InitialHealthChecking", "Initial health checks in progress", 3),
)
"""A code came back, so there is a connection; and first checks are still under way."""


def said(seen: Snapshot) -> list[str]:
    found = CAUSE.decide(seen)
    assert isinstance(found, Holds)
    return [fact.says.en for fact in found.because]


def plans(seen: Snapshot) -> list[Plan]:
    found = CAUSE.decide(seen)
    assert isinstance(found, Holds)
    return [plan for plan in CAUSE.remedies(seen, found) if isinstance(plan, Plan)]


def test_a_group_without_a_rule_for_the_load_balancer_is_named_and_can_be_opened() -> None:
    assert said(WITNESS) == [
        "2 of 4 targets got no connection or did not answer in time",
        "no rule of sg-abc123 admits port 8080 from sg-lb",
    ]
    (plan,) = plans(WITNESS)
    assert plan.id == "admit-load-balancer"
    assert plan.apply[0].parameters == plan.undo[0].parameters


def test_a_group_that_admits_the_check_points_at_the_application() -> None:
    assert len(said(behind(FROM_BALANCER))) == 1
    assert [plan.id for plan in plans(behind(FROM_BALANCER))] == ["open-the-way"]


def test_a_rule_for_addresses_may_cover_the_load_balancer_and_accuses_nobody() -> None:
    assert len(said(behind(Rule("tcp", 0, 65535, cidrs=("10.0.0.0/16",))))) == 1


def test_a_check_on_another_port_than_the_containers_is_named() -> None:
    fixed = replace(target_group(), check_port="9090")
    seen = checked(*OLD, FAILED, more={TARGET_GROUP: fixed})

    assert "my-tg checks port 9090; the container's port is 8080" in said(seen)
    assert plans(seen)[0].undo[0].parameters["HealthCheckPort"] == "9090"


def test_targets_of_another_service_in_the_same_group_are_not_ours() -> None:
    foreign = TargetHealth("10.0.9.9", 8080, "unhealthy", "Target.Timeout", "Request timed out")

    assert isinstance(CAUSE.decide(checked(*OLD, foreign)), RuledOut)


def test_target_health_that_we_may_not_read_is_unknown_not_fine() -> None:
    assert CAUSE.decide(checked(more={HEALTH: denied(HEALTH)})) == Unknown((denied(HEALTH),))


def test_a_target_that_drains_tells_nothing() -> None:
    leaving = health("draining", "Target.DeregistrationInProgress", n=2)

    assert isinstance(CAUSE.decide(checked(*OLD, leaving)), RuledOut)
