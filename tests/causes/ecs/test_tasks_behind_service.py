"""`ecs/tasks-behind-service`: the service was moved and its tasks were not."""

from __future__ import annotations

from dataclasses import replace

from tests.causes.builders import deployment, revision, service, snapshot, task

from kiriwake.causes.ecs.tasks_behind_service import CAUSE
from kiriwake.core.plan import Plan
from kiriwake.core.verdict import Holds, RuledOut
from kiriwake.evidence.ecs import Task


def on(number: int, n: int) -> Task:
    return replace(task(n), task_definition=revision(number))


WITNESS = snapshot(service(), running=(on(3, 1), on(2, 2)))

ROLLING = service(
    desired=2,
    running=3,
    deployments=(
        deployment(3, running=1, rollout_state="IN_PROGRESS"),
        deployment(2, id="ecs-svc/2", status="ACTIVE", running=2),
    ),
)
NEAR_MISS = snapshot(ROLLING, running=(on(3, 1), on(2, 2), on(2, 3)))
"""Old and new side by side is what a rollout looks like."""


def test_it_counts_the_tasks_of_another_revision() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].says.en == "1 of 2 tasks run another revision than my-app:3"


def test_tasks_of_the_services_own_revision_are_no_trouble() -> None:
    assert isinstance(CAUSE.decide(snapshot(service())), RuledOut)


def test_the_plan_replaces_the_tasks_and_keeps_the_revision() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    (plan,) = CAUSE.remedies(WITNESS, found)

    assert isinstance(plan, Plan)
    assert plan.apply[0].parameters["forceNewDeployment"] is True
    assert "taskDefinition" not in plan.apply[0].parameters
