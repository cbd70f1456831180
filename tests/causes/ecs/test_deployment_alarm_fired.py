"""`ecs/deployment-alarm-fired`: the tasks were well, and the alarm was not."""

from __future__ import annotations

from tests.causes.builders import DEPLOYMENT, deployment, event, service, snapshot

from kiriwake.causes.ecs.deployment_alarm_fired import CAUSE
from kiriwake.core.verdict import Holds
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence.ecs import DeploymentConfiguration
from kiriwake.evidence.snapshot import Snapshot

WATCHED = DeploymentConfiguration(
    100, 200, True, True, alarm_names=("web-5xx",), alarms_enabled=True, alarms_rollback=True
)


def rolled_back(why: str) -> Snapshot:
    seen = service(
        deployment_configuration=WATCHED,
        deployments=(deployment(3),),
        events=(
            event(f"rolling back to deployment {DEPLOYMENT}.", 8),
            event(f"(deployment ecs-svc/2) deployment failed: {why}.", 8),
        ),
    )
    return snapshot(seen)


WITNESS = rolled_back("alarm detected")
NEAR_MISS = rolled_back("tasks failed to start")


def test_it_names_the_alarms_that_watch() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].says.en == "ECS says that an alarm ended the deployment (web-5xx)"


def test_the_rollback_follows_from_it() -> None:
    assert diagnose(WITNESS).chain == ("ecs/deployment-alarm-fired", "ecs/deployment-rolled-back")
