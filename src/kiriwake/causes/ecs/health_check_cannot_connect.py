"""The load balancer's health check gets no connection to the tasks, or no answer in time."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.check_ways import NEEDS as WAYS
from kiriwake.causes.check_ways import hints, ways_out
from kiriwake.causes.health_checks import EXPLAINS, reported
from kiriwake.core.observed import Known
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, any_of, given, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.elb import TargetHealth
from kiriwake.evidence.failures import present_events
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.evidence.targets import NEEDS

REASONS = frozenset({"Target.Timeout", "Target.FailedHealthChecks"})
WORDS = ("(reason request timed out)", "(reason health checks failed)")


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when own targets are unhealthy with a time-out or without any code.

    What the security groups and ports tell beside it is added to the reasons.
    """
    verdict = any_of(
        [
            given(ecs.service(snapshot), _event),
            reported(
                snapshot,
                _is_not_reached,
                lambda bad, of: Text(
                    en=f"{bad} of {of} targets got no connection or did not answer in time",
                    ja=f"{of} 個中 {bad} 個のターゲットに接続できないか、時間内に応答がない",
                ),
            ),
        ]
    )
    match verdict:
        case Holds(because):
            return Holds((*because, *hints(snapshot)))
        case _:
            return verdict


def _is_not_reached(target: TargetHealth) -> bool:
    return target.state == "unhealthy" and target.reason in REASONS


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
    """The way that is seen to be closed is opened; else what to look at is told."""
    return ways_out(snapshot)


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
    explains=EXPLAINS,
    needs=(*NEEDS, *WAYS),
    decide=decide,
    remedies=remedies,
    facts=("F7.08", "F7.09"),
)
