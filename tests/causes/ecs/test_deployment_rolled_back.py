"""``ecs/deployment-rolled-back``: a mechanism, never the root of what can be seen."""

from __future__ import annotations

from dataclasses import replace

from tests.causes.builders import DEPLOYMENT, OLDER, deployment, event, refused, service, snapshot

from kiriwake.causes.ecs.deployment_rolled_back import CAUSE
from kiriwake.core.verdict import Holds
from kiriwake.diagnose.engine import diagnose

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
