"""The load balancer's health check gets no connection to the tasks, or no answer in time."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.core.observed import Known
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, any_of, given, ruled_out, when
from kiriwake.evidence import ecs, elb
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.elb import TargetHealth
from kiriwake.evidence.failures import present_events
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

REASONS = frozenset({"Target.Timeout", "Target.FailedHealthChecks"})
WORDS = ("(reason request timed out)", "(reason health checks failed)")


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when targets are unhealthy with a time-out or without any code."""
    return given(ecs.service(snapshot), lambda service: _decide(service, snapshot))


def _decide(service: Known[Service], snapshot: Snapshot) -> Verdict:
    groups = dict.fromkeys(
        b.target_group_arn for b in service.value.load_balancers if b.target_group_arn
    )
    if not groups:
        return ruled_out(Text(en="it has no target group", ja="ターゲットグループがない"), service)
    answers = (given(present(snapshot.see(elb.TARGET_HEALTH, arn)), _not_reached) for arn in groups)
    return any_of([_event(service), *answers])


def _not_reached(health: Known[tuple[TargetHealth, ...]]) -> Verdict:
    failed = [t for t in health.value if t.state == "unhealthy" and t.reason in REASONS]
    reasons = ", ".join(sorted({t.reason for t in failed})) or "no such reason"
    total = len([t for t in health.value if "draining" not in t.state])
    says = Text(
        en=f"{len(failed)} of {total} targets are unhealthy with {reasons}",
        ja=f"{total} 個中 {len(failed)} 個のターゲットが {reasons} で unhealthy",
    )
    return when(bool(failed), says, health, direct=True)


def _event(service: Known[Service]) -> Verdict:
    said = any(w in e.message.lower() for e in present_events(service.value) for w in WORDS)
    says = Text(
        en="events tell of health checks without an answer"
        if said
        else "no event tells of a health check without an answer",
        ja="イベントによるとヘルスチェックに応答がない"
        if said
        else "ヘルスチェックの無応答を示すイベントはない",
    )
    return when(said, says, service, direct=True)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What to look at; which of them it is takes a person who knows the application."""
    return (
        Plan(
            id="open-the-way",
            title=Text(
                en=(
                    "let the load balancer's group reach the container port, and have the"
                    " application listen on it on 0.0.0.0"
                ),
                ja=(
                    "ロードバランサーのセキュリティグループからコンテナポートへの通信を許可し、"
                    "アプリを 0.0.0.0 で待ち受けさせる"
                ),
            ),
            risk=Risk.SHOW,
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the load balancer's health check gets no connection to the tasks",
        ja="ロードバランサーのヘルスチェックがタスクに接続できない",
    ),
    meaning=Text(
        en=(
            "No HTTP code came back: a group or NACL is in the way, nothing listens on the port,"
            " the application binds 127.0.0.1, or it answers too slowly."
        ),
        ja=(
            "HTTP コードが返っていない。セキュリティグループや NACL の遮断、ポートの不一致、"
            "127.0.0.1 での待ち受け、応答の遅さのいずれか。"
        ),
    ),
    contrast=Text(
        en="On AKS the kubelet probes the pod from its own node, past every network rule.",
        ja=(
            "AKS では kubelet が同じノードから Pod を確認するため、"
            "ネットワーク規則の影響を受けない。"
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
    needs=(ecs.SERVICE, elb.TARGET_HEALTH),
    decide=decide,
    remedies=remedies,
    facts=("F7.08", "F7.09"),
)
