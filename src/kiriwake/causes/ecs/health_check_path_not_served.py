"""The load balancer reaches the application, and it does not serve the health check path."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.plans import unchanged, update_service
from kiriwake.core.observed import Known, Missing
from kiriwake.core.plan import ApiCall, Expectation, Plan, Precondition, Risk, Slot
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, any_of, given, ruled_out, when
from kiriwake.evidence import ecs, elb
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.elb import TargetGroup, TargetHealth
from kiriwake.evidence.failures import present_events
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

CODES = re.compile(r"with these codes: \[([0-9, ]+)\]")
SERVER_ERROR = 500
PATH = Slot(
    name="path",
    says=Text(
        en="a path that the new tasks answer with a code in the matcher (the old ones too)",
        ja="新旧どちらのタスクも matcher の範囲内のコードで応答するパス",
    ),
    example="/",
)


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when targets answer the check with a code that says: not here, or not so."""
    return given(ecs.service(snapshot), lambda service: _decide(service, snapshot))


def _decide(service: Known[Service], snapshot: Snapshot) -> Verdict:
    groups = _groups(service.value)
    if not groups:
        return ruled_out(Text(en="it has no target group", ja="ターゲットグループがない"), service)
    answers = [
        given(present(snapshot.see(elb.TARGET_HEALTH, arn)), _answers_wrongly) for arn in groups
    ]
    return any_of([_event_tells_a_code(service), *answers])


def _groups(service: Service) -> Sequence[str]:
    return tuple(
        dict.fromkeys(b.target_group_arn for b in service.load_balancers if b.target_group_arn)
    )


def _answers_wrongly(health: Known[tuple[TargetHealth, ...]]) -> Verdict:
    unhealthy = [t for t in health.value if t.state == "unhealthy"]
    wrong = [t for t in unhealthy if codes_of(t.description)]
    codes = ", ".join(dict.fromkeys(c for t in wrong for c in codes_of(t.description)))
    total = len([t for t in health.value if "draining" not in t.state])
    says = Text(
        en=f"{len(wrong)} of {total} targets answer the check with {codes or 'no such code'}",
        ja=f"{total} 個中 {len(wrong)} 個のターゲットがヘルスチェックに {codes or '-'} を返す",
    )
    return when(bool(wrong), says, health, direct=True)


def _event_tells_a_code(service: Known[Service]) -> Verdict:
    said = [c for e in present_events(service.value) for c in codes_of(e.message)]
    codes = ", ".join(dict.fromkeys(said))
    says = Text(
        en=f"events tell of health checks failed with {codes}"
        if said
        else "no event tells of a code outside the matcher",
        ja=f"イベントによるとヘルスチェックの応答は {codes}"
        if said
        else "matcher 外のコードを示すイベントはない",
    )
    return when(bool(said), says, service, direct=True)


def codes_of(words: str) -> tuple[str, ...]:
    """The codes below 500 that a description names; a 5xx is the application's own trouble."""
    found = CODES.search(words)
    codes = found[1].replace(" ", "").split(",") if found else []
    return tuple(code for code in codes if code and int(code) < SERVER_ERROR)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Points the check at a served path, or goes back to the revision that passed it."""
    match ecs.service(snapshot):
        case Known(value=service) as seen:
            pass
        case missing:
            return (missing,)
    groups = [present(snapshot.see(elb.TARGET_GROUP, arn)) for arn in _groups(service)]
    plans = [_point(group) for group in groups if isinstance(group, Known)]
    lacking = [group for group in groups if isinstance(group, Missing)]
    return (*plans, *_go_back(seen), *lacking)


def _point(group: Known[TargetGroup]) -> Plan:
    seen = group.value

    def check(path: object) -> ApiCall:
        parameters = {"TargetGroupArn": seen.arn, "HealthCheckPath": path}
        return ApiCall("elasticloadbalancing:ModifyTargetGroup", parameters)

    return Plan(
        id="point-check-at-served-path",
        title=Text(
            en=f'point the check of {seen.name} at a served path instead of "{seen.check_path}"',
            ja=f"{seen.name} のヘルスチェックを「{seen.check_path}」から応答のあるパスに変える",
        ),
        risk=Risk.ASK,
        apply=(check(PATH),),
        verify=(_all_healthy(),),
        undo=(check(seen.check_path),),
        preconditions=(
            Precondition(
                call=group.call,
                fields={"check_path": seen.check_path},
                says=Text(
                    en=f"HealthCheckPath of {seen.name}", ja=f"{seen.name} の HealthCheckPath"
                ),
            ),
        ),
        slots=(PATH,),
    )


def _go_back(seen: Known[Service]) -> tuple[Plan, ...]:
    service, newest = seen.value, seen.value.primary
    older = [d for d in service.deployments if d.status == "ACTIVE" and d.running]
    if newest is None or not older or older[0].task_definition == newest.task_definition:
        return ()
    name = older[0].task_definition.rsplit("/", 1)[-1]
    return (
        Plan(
            id="rollback",
            title=Text(en=f"go back to {name}", ja=f"{name} に戻す"),
            risk=Risk.ASK,
            apply=(update_service(service, taskDefinition=older[0].task_definition),),
            verify=(_all_healthy(),),
            undo=(update_service(service, taskDefinition=newest.task_definition),),
            preconditions=(unchanged(seen, "task_definition"),),
        ),
    )


def _all_healthy() -> Expectation:
    return Expectation(
        Text(en="every target is healthy", ja="すべてのターゲットが healthy になる"),
        frozenset({SymptomId.TARGETS_UNHEALTHY}),
    )


CAUSE = Cause(
    title=Text(
        en="new tasks fail the health check: its path is not served",
        ja="ヘルスチェックのパスにアプリが応答せず、タスクが healthy にならない",
    ),
    meaning=Text(
        en="An HTTP code came back, so the way there is open; the code is outside the matcher.",
        ja="HTTP コードが返っているので経路は通じている。コードが matcher の範囲外。",
    ),
    contrast=Text(
        en=(
            "On AKS the readinessProbe is part of the Deployment and changes with it; here the"
            " path belongs to the target group, and stays behind."
        ),
        ja=(
            "AKS の readinessProbe は Deployment と一緒に更新されるが、ここではパスが"
            "ターゲットグループ側にあり、更新されずに残る。"
        ),
    ),
    level=Level.CAUSE,
    explains=frozenset(
        {
            SymptomId.TARGETS_UNHEALTHY,
            SymptomId.TASKS_KILLED_BY_LOAD_BALANCER,
            SymptomId.OLD_TASKS_REMAIN,
            SymptomId.DEPLOYMENT_STALLED,
            SymptomId.DEPLOYMENT_ROLLED_BACK,
            SymptomId.TASKS_MISSING,
            SymptomId.OLD_REVISION_RUNS,
        }
    ),
    needs=(ecs.SERVICE, elb.TARGET_HEALTH, elb.TARGET_GROUP),
    decide=decide,
    remedies=remedies,
    seed=Seed(section="scenario-d"),
    facts=("F7.05", "F7.15"),
)
