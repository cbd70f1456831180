"""``ecs/circuit-breaker-off``."""

from __future__ import annotations

from tests.causes.builders import service, snapshot

from kiriwake.causes.ecs.circuit_breaker_off import CAUSE
from kiriwake.core.plan import Plan
from kiriwake.core.verdict import Holds, RuledOut
from kiriwake.diagnose.diagnosis import Status
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence.ecs import DeploymentConfiguration

WITNESS = snapshot(
    service(deployment_configuration=DeploymentConfiguration(100, 200, False, False))
)

NEAR_MISS = snapshot()


def test_a_breaker_that_an_older_api_does_not_mention_is_not_off() -> None:
    silent = service(deployment_configuration=DeploymentConfiguration(100, 200))

    assert isinstance(CAUSE.decide(snapshot(silent)), RuledOut)


def test_a_healthy_service_without_a_breaker_has_a_warning_and_no_cause() -> None:
    diagnosis = diagnose(WITNESS)

    assert diagnosis.status is Status.WARNINGS
    assert [f.id for f in diagnosis.findings] == ["ecs/circuit-breaker-off"]


def test_the_percentages_stay_as_they_are() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    (plan,) = (p for p in CAUSE.remedies(WITNESS, found) if isinstance(p, Plan))

    configuration = plan.apply[0].parameters["deploymentConfiguration"]
    assert (configuration["maximumPercent"], configuration["minimumHealthyPercent"]) == (200, 100)


def test_alarms_end_a_deployment_as_well() -> None:
    watched = DeploymentConfiguration(100, 200, False, False, alarms_enabled=True)

    assert isinstance(CAUSE.decide(snapshot(service(deployment_configuration=watched))), RuledOut)


def test_another_controller_ends_its_own_deployments() -> None:
    off = DeploymentConfiguration(100, 200, False, False)
    handed = service(deployment_configuration=off, controller="CODE_DEPLOY")

    assert isinstance(CAUSE.decide(snapshot(handed)), RuledOut)
