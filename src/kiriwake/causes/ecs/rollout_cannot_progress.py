"""The two percentages leave no room to start a new task nor to stop an old one."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.plans import unchanged, update_service
from kiriwake.core.observed import Known
from kiriwake.core.plan import Expectation, Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, all_of, given, ruled_out, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.snapshot import Snapshot


def bounds(service: Service) -> tuple[int, int] | None:
    """How many tasks must be healthy and how many may run; None where AWS did not say.

    The lower bound is rounded up, the upper one down (F3.01, F3.02).
    """
    configuration = service.deployment_configuration
    low, high = configuration.minimum_healthy_percent, configuration.maximum_percent
    if low is None or high is None:
        return None
    return -(-service.desired * low // 100), service.desired * high // 100


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when a rollout is open and F3.06 says that it can take no step."""
    return given(ecs.service(snapshot), _decide)


def _decide(service: Known[Service]) -> Verdict:
    seen = service.value
    limits = bounds(seen)
    if limits is None or seen.controller != "ECS":
        return ruled_out(
            Text(en="ECS does not roll by percentages here", ja="割合によるローリングではない"),
            service,
        )
    lower, upper = limits
    configuration = seen.deployment_configuration
    numbers = (
        f"desired {seen.desired}, minimumHealthyPercent"
        f" {configuration.minimum_healthy_percent}, maximumPercent {configuration.maximum_percent}"
    )
    says = Text(
        en=f"{numbers}: at least {lower} must stay, at most {upper} may run",
        ja=f"{numbers}: 下限 {lower} タスク、上限 {upper} タスク",
    )
    stuck = seen.desired > 0 and upper <= seen.desired <= lower
    return all_of([when(stuck, says, service), _is_open(service)])


def _is_open(service: Known[Service]) -> Verdict:
    newest = service.value.primary
    older = sum(d.running for d in service.value.deployments if d.status == "ACTIVE")
    running = newest.running if newest else 0
    says = Text(
        en=f"{running} tasks of the new deployment run, {older} of older ones",
        ja=f"新しいデプロイのタスクは {running} 個、古いデプロイは {older} 個",
    )
    return when(newest is not None and running < newest.desired and older > 0, says, service)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Lets twice as many tasks run for the time of a rollout."""
    match ecs.service(snapshot):
        case Known(value=service) as seen:
            pass
        case missing:
            return (missing,)
    now = service.deployment_configuration
    roomy = {"maximumPercent": 200, "minimumHealthyPercent": now.minimum_healthy_percent}
    before = {
        "maximumPercent": now.maximum_percent,
        "minimumHealthyPercent": now.minimum_healthy_percent,
    }
    breaker = {
        "deploymentCircuitBreaker": {
            "enable": bool(now.breaker_enabled),
            "rollback": bool(now.breaker_rollback),
        }
    }
    plan = Plan(
        id="raise-maximum-percent",
        title=Text(
            en="raise maximumPercent to 200 (needs addresses and quota for the surge)",
            ja="maximumPercent を 200 にする (一時的に増える分の IP とクォータが必要)",
        ),
        risk=Risk.ASK,
        apply=(update_service(service, deploymentConfiguration=roomy | breaker),),
        verify=(
            Expectation(
                Text(en="the rollout comes to its end", ja="デプロイが完了する"),
                frozenset({SymptomId.DEPLOYMENT_STALLED, SymptomId.OLD_TASKS_REMAIN}),
            ),
        ),
        undo=(update_service(service, deploymentConfiguration=before | breaker),),
        preconditions=(unchanged(seen, "deployment_configuration", "desired"),),
    )
    return (plan,)


CAUSE = Cause(
    title=Text(
        en="minimumHealthyPercent and maximumPercent leave no room for the rollout",
        ja="minimumHealthyPercent と maximumPercent の組み合わせでデプロイが進めない",
    ),
    meaning=Text(
        en="No task may be started above the upper bound, and none stopped below the lower one.",
        ja="上限のため新しいタスクを起動できず、下限のため古いタスクも止められない。",
    ),
    contrast=Text(
        en="Kubernetes refuses maxSurge 0 with maxUnavailable 0; ECS accepts the same and waits.",
        ja=(
            "Kubernetes は maxSurge 0 かつ maxUnavailable 0 を拒否するが、"
            "ECS は受け入れて待ち続ける。"
        ),
    ),
    level=Level.CAUSE,
    explains=frozenset(
        {
            SymptomId.DEPLOYMENT_STALLED,
            SymptomId.OLD_TASKS_REMAIN,
            SymptomId.TASKS_MISSING,
            SymptomId.OLD_REVISION_RUNS,
        }
    ),
    needs=(ecs.SERVICE,),
    decide=decide,
    remedies=remedies,
    seed=Seed(section="scenario-d"),
    facts=("F3.01", "F3.02", "F3.06"),
)
