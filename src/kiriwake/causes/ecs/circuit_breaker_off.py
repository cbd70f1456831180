"""Nothing ends a failing deployment by itself."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.plans import unchanged, update_service
from kiriwake.core.observed import Known
from kiriwake.core.plan import Expectation, Plan, Risk
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, given, ruled_out, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.snapshot import Snapshot


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS says that the breaker of a rolling service is off."""
    return given(ecs.service(snapshot), _is_off)


def _is_off(service: Known[Service]) -> Verdict:
    seen = service.value
    if seen.controller != "ECS":
        return ruled_out(
            Text(
                en=f"the {seen.controller} controller ends deployments itself",
                ja=f"デプロイは {seen.controller} が管理している",
            ),
            service,
        )
    configuration = seen.deployment_configuration
    off = configuration.breaker_enabled is False and not configuration.alarms_enabled
    shown = {True: "true", False: "false", None: "?"}
    says = Text(
        en=(
            f"deploymentCircuitBreaker {{ enable: {shown[configuration.breaker_enabled]},"
            f" rollback: {shown[configuration.breaker_rollback]} }}"
        ),
        ja=(
            f"deploymentCircuitBreaker {{ enable: {shown[configuration.breaker_enabled]},"
            f" rollback: {shown[configuration.breaker_rollback]} }}"
        ),
    )
    return when(off, says, service)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Turns the breaker on with rollback; the other settings stay as they are."""
    match ecs.service(snapshot):
        case Known(value=service) as seen:
            pass
        case missing:
            return (missing,)
    plan = Plan(
        id="turn-breaker-on",
        title=Text(
            en="turn the circuit breaker on, with rollback",
            ja="サーキットブレーカーをロールバック付きで有効にする",
        ),
        risk=Risk.ASK,
        apply=(update_service(service, **_breaker(enable=True, service=service)),),
        verify=(Expectation(Text(en="the breaker is on", ja="ブレーカーが有効")),),
        undo=(update_service(service, **_breaker(enable=False, service=service)),),
        preconditions=(unchanged(seen, "deployment_configuration"),),
    )
    return (plan,)


def _breaker(*, enable: bool, service: Service) -> dict[str, object]:
    # What is left out of deploymentConfiguration falls back to its default.
    configuration = service.deployment_configuration
    block: dict[str, object] = {
        "deploymentCircuitBreaker": {"enable": enable, "rollback": enable},
    }
    if configuration.maximum_percent is not None:
        block["maximumPercent"] = configuration.maximum_percent
    if configuration.minimum_healthy_percent is not None:
        block["minimumHealthyPercent"] = configuration.minimum_healthy_percent
    return {"deploymentConfiguration": block}


CAUSE = Cause(
    title=Text(
        en="nothing ends a failing deployment by itself",
        ja="失敗したデプロイを自動で止めるものがない",
    ),
    meaning=Text(
        en="Without the circuit breaker ECS starts failing tasks again for ever.",
        ja="サーキットブレーカーがないと、ECS は失敗するタスクをいつまでも起動し直す。",
    ),
    contrast=Text(
        en="A Kubernetes Deployment reports ProgressDeadlineExceeded, and does not roll back.",
        ja="Kubernetes の Deployment は ProgressDeadlineExceeded を報告する (自動では戻さない)。",
    ),
    level=Level.WARNING,
    explains=frozenset(),
    needs=(ecs.SERVICE,),
    decide=decide,
    remedies=remedies,
    seed=Seed(section="scenario-d"),
    facts=("F3.24",),
)
