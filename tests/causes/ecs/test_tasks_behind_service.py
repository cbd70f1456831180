"""``ecs/tasks-behind-service``."""

from __future__ import annotations

from tests.causes.builders import deployment, revision, service, snapshot, task

from kiriwake.causes.ecs.tasks_behind_service import CAUSE
from kiriwake.core.verdict import RuledOut

STALE = task(1, task_definition=revision(2))
WITNESS = snapshot(running=(STALE, task(2)))

NEAR_MISS = snapshot()


def test_a_rolling_deployment_is_expected_to_mix_revisions() -> None:
    new = deployment(4, rollout_state="IN_PROGRESS", running=1)
    old = deployment(3, status="ACTIVE", id="ecs-svc/0", running=1)
    rolling = service(task_definition=revision(4), deployments=(new, old))
    tasks = (task(1), task(2, task_definition=revision(4)))

    assert isinstance(CAUSE.decide(snapshot(rolling, running=tasks)), RuledOut)
