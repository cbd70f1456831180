"""``ecs/deployment-rolled-back``: a mechanism, never the root of what can be seen."""

from __future__ import annotations

from dataclasses import replace

from tests.causes.builders import DEPLOYMENT, OLDER, deployment, event, refused, service, snapshot

from kiriwake.causes.ecs.deployment_rolled_back import CAUSE
from kiriwake.core.verdict import Holds
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence.snapshot import Snapshot

NOT_FOUND = (
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve"
    " ref 123456789012.dkr.ecr.us-east-1.amazonaws.com/my-app:v9: not found"
)
BACK = (
    event(f"rolling back to deployment {OLDER}.", ago=2),
    event(f"(deployment {DEPLOYMENT}) deployment failed: tasks failed to start.", ago=2),
)
OLD = deployment(
    3,
    id=OLDER,
    rollout_state="IN_PROGRESS",
    rollout_reason=f"ECS deployment circuit breaker: rolling back to deploymentId {OLDER}.",
)
FAILED = deployment(4, status="ACTIVE", desired=0, running=0, failed=3, rollout_state="FAILED")
WITNESS = snapshot(
    service(deployments=(OLD, FAILED), events=BACK), stopped=(refused(7, NOT_FOUND),)
)

NEAR_MISS = snapshot()


def test_what_made_it_fail_is_the_root_and_it_follows() -> None:
    diagnosis = diagnose(WITNESS)

    assert diagnosis.chain == ("ecr/image-tag-missing", "ecs/deployment-rolled-back")
    assert [f.root for f in diagnosis.findings if f.id in diagnosis.chain] == [True, False]


def test_where_nothing_else_is_left_to_see_it_is_what_we_can_say() -> None:
    alone = replace(
        WITNESS,
        facts={**WITNESS.facts, **snapshot().facts}
        | {
            call: seen
            for call, seen in WITNESS.facts.items()
            if call.action == "ecs:DescribeServices"
        },
    )

    assert isinstance(CAUSE.decide(alone), Holds)
    assert diagnose(alone).chain == ("ecs/deployment-rolled-back",)


def finished() -> Snapshot:
    """The rollback is over: the old revision is complete, steady and alone."""
    events = (
        event("has reached a steady state.", ago=1),
        event(f"(deployment {OLDER}) deployment completed.", ago=1),
        *BACK,
    )
    old = replace(OLD, rollout_state="COMPLETED", rollout_reason="")
    failed = refused(7, NOT_FOUND, ago=3)
    return snapshot(service(deployments=(old,), events=events), stopped=(failed,))


def test_a_finished_rollback_still_tells_what_made_the_deployment_fail() -> None:
    """Every task runs and all is steady, and it is not the revision that was wanted."""
    assert diagnose(finished()).chain == ("ecr/image-tag-missing", "ecs/deployment-rolled-back")


def test_a_later_deployment_that_succeeds_ends_it() -> None:
    later = deployment(3, id="ecs-svc/2222222222222222222")
    done = (
        event("has reached a steady state.", ago=0.2),
        event("(deployment ecs-svc/2222222222222222222) deployment completed.", ago=0.2),
        *BACK,
    )
    seen = snapshot(
        service(deployments=(later,), events=done), stopped=(refused(7, NOT_FOUND, ago=3),)
    )

    assert diagnose(seen).chain == ()
