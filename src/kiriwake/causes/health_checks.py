"""What load balancers say of this service's own targets, told apart by code and reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from kiriwake.core.observed import Known
from kiriwake.core.plan import Expectation
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Verdict, any_of, given, ruled_out, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.elb import TargetHealth
from kiriwake.evidence.failures import present_events
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.evidence.targets import groups_of, own_targets

CODES = re.compile(r"with these codes: \[([0-9, ]+)\]", re.IGNORECASE)
NOT_SERVED = frozenset({404, 405, 410})
"""Codes of a server that knows no such path."""
SERVER_ERROR = 500
EXPLAINS = frozenset(
    {
        SymptomId.TARGETS_UNHEALTHY,
        SymptomId.TASKS_KILLED_BY_LOAD_BALANCER,
        SymptomId.OLD_TASKS_REMAIN,
        SymptomId.DEPLOYMENT_STALLED,
        SymptomId.DEPLOYMENT_ROLLED_BACK,
        SymptomId.TASKS_MISSING,
        SymptomId.OLD_REVISION_RUNS,
    }
)
"""What a failing health check leads to."""

HEALTHY = Expectation(
    Text(en="every target is healthy", ja="すべてのターゲットが healthy になる"),
    frozenset({SymptomId.TARGETS_UNHEALTHY}),
)

_Codes: TypeAlias = Callable[[int], bool]
_Targets: TypeAlias = Callable[[TargetHealth], bool]


def answered_with(snapshot: Snapshot, which: _Codes) -> Verdict:
    """Holds when own targets, or events of the present trouble, tell of such a code."""

    def judged(service: Known[Service]) -> Verdict:
        answers = of_own_targets(snapshot, service, lambda health: _answers(health, which))
        return any_of([_event_tells(service, which), answers])

    return given(ecs.service(snapshot), judged)


def reported(snapshot: Snapshot, which: _Targets, says: Callable[[int, int], Text]) -> Verdict:
    """Holds when the load balancer reports own targets of this kind; `says` gets both counts."""

    def counted(health: Known[tuple[TargetHealth, ...]]) -> Verdict:
        found = [target for target in health.value if which(target)]
        return when(bool(found), says(len(found), len(health.value)), health, direct=True)

    return given(ecs.service(snapshot), lambda service: of_own_targets(snapshot, service, counted))


def of_own_targets(
    snapshot: Snapshot,
    service: Known[Service],
    judge: Callable[[Known[tuple[TargetHealth, ...]]], Verdict],
) -> Verdict:
    """The verdict on the own targets of any target group; without one it is ruled out."""
    groups = groups_of(service.value)
    if not groups:
        return ruled_out(Text(en="it has no target group", ja="ターゲットグループがない"), service)
    return any_of(given(own_targets(snapshot, group), judge) for group in groups)


def codes_of(words: str) -> tuple[int, ...]:
    """The HTTP codes that a description or an event names."""
    return tuple(
        int(code)
        for found in CODES.findall(words)
        for code in found.replace(" ", "").split(",")
        if code
    )


def _answers(health: Known[tuple[TargetHealth, ...]], which: _Codes) -> Verdict:
    wrong = [
        (target, codes)
        for target in health.value
        if target.state == "unhealthy"
        and (codes := [code for code in codes_of(target.description) if which(code)])
    ]
    named = _listed(code for _, codes in wrong for code in codes)
    table = _table(health.value, [target for target, _ in wrong]) if wrong else ""
    says = Text(
        en=f"{len(wrong)} of {len(health.value)} targets answer the check with"
        f" {named or 'no such code'}",
        ja=f"{len(health.value)} 個中 {len(wrong)} 個のターゲットがヘルスチェックに"
        f" {named or '該当コードなし'} を返す",
    )
    return when(bool(wrong), says, health, direct=True, quote=table, mark=named)


def _table(targets: Sequence[TargetHealth], wrong: Sequence[TargetHealth]) -> str:
    """How many targets are in which state and why, those that decided in the last line."""
    counted = Counter((t.state, t.description) for t in targets)
    last = Counter((t.state, t.description) for t in wrong).most_common(1)[0][0]
    rows = [*sorted(key for key in counted if key != last), last]
    states = max(len(state) for state, _ in [("State", ""), *rows])
    lines = [f"{'State':<{states}}  targets  Description"]
    lines += [f"{state:<{states}}  {counted[state, told]:>7}  {told}" for state, told in rows]
    return "\n".join(line.rstrip() for line in lines)


def _event_tells(service: Known[Service], which: _Codes) -> Verdict:
    said = [
        code
        for event in present_events(service.value)
        for code in codes_of(event.message)
        if which(code)
    ]
    says = (
        Text(
            en=f"events tell of health checks that failed with {_listed(said)}",
            ja=f"イベントによるとヘルスチェックの応答は {_listed(said)}",
        )
        if said
        else Text(
            en="no event tells of such a code",
            ja="該当する応答コードを示すイベントはない",
        )
    )
    return when(bool(said), says, service, direct=True)


def _listed(codes: Iterable[int]) -> str:
    return ", ".join(str(code) for code in dict.fromkeys(codes))
