"""``ecs/revision-not-deployed``: scenario B of the field report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.causes.builders import (
    AT,
    KEY,
    definition,
    minutes,
    revision,
    snapshot,
)

from kiriwake.causes.ecs.revision_not_deployed import CAUSE
from kiriwake.core.plan import Plan
from kiriwake.core.verdict import Holds, RuledOut
from kiriwake.diagnose.diagnosis import Status
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Names, ServiceDeployment, ServiceUse
from kiriwake.evidence.snapshot import Snapshot

NEW = replace(definition(5, DATABASE_URL="fp-new"), registered_at=AT - minutes(20))


def behind(**changes: Any) -> Snapshot:
    """The service is on 3; 5 was registered 20 minutes ago, 40 after the last deployment."""
    facts = {
        "names": Names((revision(5), revision(4), revision(3))),
        "new": NEW,
        "deployments": (ServiceDeployment("arn:1", "SUCCESSFUL", AT - minutes(60)),),
        "uses": (ServiceUse("my-cluster", "my-service", revision(3)),),
    } | changes
    return snapshot(
        more={
            ecs.REVISIONS.of("my-app"): facts["names"],
            ecs.TASK_DEFINITION.of(revision(3)): definition(3, DATABASE_URL="fp-old"),
            ecs.TASK_DEFINITION.of(revision(5)): facts["new"],
            ecs.SERVICE_DEPLOYMENTS.of(KEY): facts["deployments"],
            ecs.SERVICES_USING.of("my-app"): facts["uses"],
        }
    )


WITNESS = behind()

NEAR_MISS = behind(uses=(ServiceUse("my-cluster", "my-canary", revision(5)),))
"""Another service runs it: it was made for that one."""


def test_it_tells_the_difference_by_name_and_never_by_value() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    told = [fact.says.en for fact in found.because]
    assert "it differs in app.environment DATABASE_URL" in told
    assert not any("fp-new" in words for words in told)


@pytest.mark.parametrize(
    "changes",
    [
        {"new": replace(NEW, registered_at=AT - minutes(90))},
        {"new": replace(definition(5, DATABASE_URL="fp-old"), registered_at=AT - minutes(20))},
        {
            "deployments": (
                ServiceDeployment(
                    "arn:2",
                    "ROLLBACK_SUCCESSFUL",
                    AT - minutes(10),
                    target_task_definition=revision(5),
                ),
            )
        },
    ],
    ids=["registered before the last deployment", "differs in tags alone", "was rolled back"],
)
def test_being_behind_on_purpose_is_a_warning_and_no_cause(changes: dict[str, Any]) -> None:
    diagnosis = diagnose(behind(**changes))

    assert diagnosis.status is Status.WARNINGS
    assert [f.id for f in diagnosis.findings] == ["ecs/service-behind-latest"]


def test_the_service_on_the_newest_revision_asks_for_nothing_more() -> None:
    assert isinstance(CAUSE.decide(snapshot()), RuledOut)
    assert diagnose(snapshot()).wanted == ()


def test_the_plan_names_the_newest_revision_by_its_arn() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    (plan,) = (p for p in CAUSE.remedies(WITNESS, found) if isinstance(p, Plan))

    assert plan.apply[0].parameters["taskDefinition"] == revision(5)
    assert plan.undo[0].parameters["taskDefinition"] == revision(3)
