"""Every remedy of the field report, applied in the lab, proved, and taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.drills.scene import SERVICE, Silent, scene

from kiriwake.app.fix import Wish, fix
from kiriwake.core.errors import PlanRefused
from kiriwake.core.plan import Plan
from kiriwake.core.target import parse
from kiriwake.diagnose.diagnosis import Status
from kiriwake.lab.stories.book import story

pytestmark = pytest.mark.incident

FIXES = [
    ("fifty-tasks", "ecs/subnet-ip-exhausted", "", {}),
    ("new-database", "ecs/revision-not-deployed", "", {}),
    ("second-release", "ecs/health-check-path-not-served", "", {"path": "/"}),
    ("second-release", "ecs/health-check-path-not-served", "rollback", {}),
    ("new-role", "ecs/execution-role-cannot-pull", "", {}),
    ("slow-goodbye", "ecs/circuit-breaker-off", "", {}),
]


@pytest.mark.parametrize(
    ("name", "cause", "plan", "given"), FIXES, ids=[f"{c}-{p or 'first'}" for _, c, p, _ in FIXES]
)
def test_a_plan_cures_and_its_undo_brings_the_cause_back(
    tmp_path: Path, name: str, cause: str, plan: str, given: dict[str, str]
) -> None:
    with scene(tmp_path, story(name)) as seen:
        before = _configuration(seen.stage)

        outcome = seen.fixed(cause, plan=plan, given=given)

        assert outcome.ended == "verified"
        assert outcome.after is not None
        assert cause not in {f.id for f in outcome.after.findings}
        assert outcome.change is not None

        seen.undone(outcome.change)

        assert _configuration(seen.stage) == before


def _configuration(stage: object) -> dict[str, object]:
    """What a plan may change, as AWS tells it."""
    ecs, elb, iam = (stage.aws(s) for s in ("ecs", "elbv2", "iam"))  # type: ignore[attr-defined]
    (service,) = ecs.describe_services(cluster="my-cluster", services=["my-service"])["services"]
    groups = elb.describe_target_groups()["TargetGroups"]
    attached = iam.list_attached_role_policies(RoleName="my-execution-role")
    return {
        "network": service["networkConfiguration"],
        "revision": service["taskDefinition"],
        "rolling": service["deploymentConfiguration"],
        "paths": [group["HealthCheckPath"] for group in groups],
        "policies": attached["AttachedPolicies"],
    }


def test_nothing_is_done_when_the_world_changed_since_the_plan_was_made(tmp_path: Path) -> None:
    with scene(tmp_path, story("new-database")) as seen:
        tools = seen.tools()
        ecs = seen.stage.aws("ecs")

        class Meddler(Silent):
            def confirm(self, plan: Plan) -> bool:
                del plan
                ecs.update_service(
                    cluster="my-cluster", service="my-service", taskDefinition="my-app:4"
                )
                return True

        meddled = replace(tools, teller=Meddler())
        with pytest.raises(PlanRefused, match="not so any more"):
            fix(Wish("ecs/revision-not-deployed", parse(SERVICE)), meddled)
        assert seen.journal.changes() == ()


def test_a_cause_that_does_not_hold_is_nothing_to_fix(tmp_path: Path) -> None:
    with scene(tmp_path, story("quiet-day")) as seen:
        outcome = seen.fixed("subnet-ip-exhausted")

        assert outcome.ended == "nothing-to-fix"
        assert outcome.before.status is Status.CLEAR
