"""``ecs/health-check-path-not-served``: scenario D of the field report."""

from __future__ import annotations

from tests.causes.builders import (
    AT,
    GROUP,
    HEALTH,
    OLDER,
    TARGET_GROUP,
    denied,
    deployment,
    event,
    health,
    minutes,
    service,
    snapshot,
    target_group,
    task,
)

from kiriwake.causes.ecs.health_check_path_not_served import CAUSE
from kiriwake.core.plan import Plan, Slot
from kiriwake.core.verdict import Holds, RuledOut, Unknown
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence.ecs import Service, ServiceLoadBalancer
from kiriwake.evidence.elb import TargetHealth

NOT_FOUND = "Health checks failed with these codes: [404]"
BEHIND = (ServiceLoadBalancer(GROUP, "app", 8080),)


def rolling() -> Service:
    new = deployment(
        4, rollout_state="IN_PROGRESS", created_at=AT - minutes(22), desired=2, running=2
    )
    old = deployment(3, status="ACTIVE", id=OLDER, desired=2, running=2)
    return service(
        running=4,
        task_definition=new.task_definition,
        deployments=(new, old),
        load_balancers=BEHIND,
    )


def targets(*states: str, words: str = NOT_FOUND) -> tuple[object, ...]:
    return tuple(
        health(state, "Target.ResponseCodeMismatch", words, n)
        if state == "unhealthy"
        else health(state, n=n)
        for n, state in enumerate(states)
    )


TASKS = tuple(task(n) for n in range(4))
WITNESS = snapshot(
    rolling(),
    running=TASKS,
    more={
        HEALTH: targets("healthy", "healthy", "unhealthy", "unhealthy"),
        TARGET_GROUP: target_group(),
    },
)

NEAR_MISS = snapshot(
    rolling(),
    running=TASKS,
    more={
        HEALTH: (
            health("healthy", n=0),
            health("unhealthy", "Target.Timeout", "Request timed out", n=1),
        ),
        TARGET_GROUP: target_group(),
    },
)
"""Nothing came back, so nothing is known of the path."""


def test_it_counts_the_targets_and_names_the_code() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[-1].says.en == "2 of 4 targets answer the check with 404"


def test_a_server_error_is_the_applications_own_trouble() -> None:
    words = "Health checks failed with these codes: [503]"
    seen = snapshot(rolling(), running=TASKS, more={HEALTH: targets("unhealthy", words=words)})

    assert isinstance(CAUSE.decide(seen), RuledOut)


def test_events_alone_tell_it_though_the_rollout_is_completed() -> None:
    """Tasks that are replaced again and again, each for a while the running one."""
    words = (
        f"(task {1:032x}) (port 8080) is unhealthy in (target-group {GROUP})"
        f" due to (reason {NOT_FOUND})."
    )
    flapping = service(load_balancers=BEHIND, events=(event(words),))

    diagnosis = diagnose(snapshot(flapping, more={HEALTH: (health("initial"),)}))

    assert diagnosis.chain == ("ecs/health-check-path-not-served",)


def test_an_event_before_the_last_steady_state_is_history() -> None:
    words = f"(port 8080) is unhealthy in (target-group {GROUP}) due to (reason {NOT_FOUND})."
    well = service(
        load_balancers=BEHIND,
        events=(event("has reached a steady state.", ago=30), event(words, ago=50)),
    )

    diagnosis = diagnose(snapshot(well, more={HEALTH: (health("healthy"),)}))

    assert diagnosis.findings == ()
    assert diagnosis.symptoms == ()


def test_the_path_is_asked_for_and_the_rollback_is_offered_beside_it() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    point, back = (p for p in CAUSE.remedies(WITNESS, found) if isinstance(p, Plan))

    assert isinstance(point.apply[0].parameters["HealthCheckPath"], Slot)
    assert point.undo[0].parameters["HealthCheckPath"] == "/health"
    assert back.apply[0].parameters["taskDefinition"].endswith("my-app:3")


def test_targets_of_another_service_in_the_same_group_are_not_ours() -> None:
    foreign = TargetHealth("10.0.9.9", 8080, "unhealthy", "", NOT_FOUND)
    more = {HEALTH: (health("healthy", n=0), foreign)}

    assert isinstance(CAUSE.decide(snapshot(rolling(), running=TASKS, more=more)), RuledOut)


def test_target_health_that_we_may_not_read_is_unknown_not_fine() -> None:
    seen = snapshot(rolling(), running=TASKS, more={HEALTH: denied(HEALTH)})

    assert CAUSE.decide(seen) == Unknown((denied(HEALTH),))
