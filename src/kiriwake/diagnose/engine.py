"""Runs the symptoms and every cause on a snapshot; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kiriwake.causes.cause import Cause, Level
from kiriwake.causes.registry import all_causes
from kiriwake.core.observed import Call, Missing, Why
from kiriwake.core.plan import Plan
from kiriwake.core.symptom import Symptom, SymptomId
from kiriwake.core.verdict import Fact, Holds, RuledOut, Unknown, Verdict
from kiriwake.diagnose.diagnosis import (
    Depth,
    Diagnosis,
    Excluded,
    Finding,
    Open,
    Status,
)
from kiriwake.diagnose.rank import ranked
from kiriwake.diagnose.symptoms import is_judged, not_checked, symptoms_of
from kiriwake.evidence.snapshot import Snapshot

_Symptoms: TypeAlias = Mapping[SymptomId, Verdict]


def diagnose(
    snapshot: Snapshot,
    causes: Mapping[str, Cause] | None = None,
    depth: Depth = Depth.FULL,
) -> Diagnosis:
    """The diagnosis as far as this evidence goes; `wanted` says what to read next."""
    symptoms = symptoms_of(snapshot)
    seen = {id_: v for id_, v in symptoms.items() if isinstance(v, Holds)}
    blind = {id_: v for id_, v in symptoms.items() if isinstance(v, Unknown)}
    bearings = _Bearings(symptoms)
    found: list[Finding] = []
    ruled: list[Excluded] = []
    open_: list[Open] = []
    for id_, cause in (all_causes() if causes is None else causes).items():
        if snapshot.target.kind not in cause.targets:
            continue
        match _judged(id_, cause, snapshot, bearings.of(cause)):
            case Finding() as finding:
                found.append(finding)
            case Excluded() as excluded:
                ruled.append(excluded)
            case Open() as left:
                open_.append(left)
    findings = ranked(_telling(found), open_)
    explained = frozenset[SymptomId]().union(*(f.explains for f in findings))
    unexplained = tuple(id_ for id_ in seen if id_ not in explained)
    return Diagnosis(
        target=snapshot.target,
        taken_at=snapshot.taken_at,
        status=_status(findings, unexplained, blind, open_, depth)
        if is_judged(snapshot.target.kind)
        else Status.INCONCLUSIVE,
        symptoms=tuple(Symptom(id_, verdict.because) for id_, verdict in seen.items()),
        blind=tuple((id_, verdict.missing) for id_, verdict in blind.items()),
        unexplained=unexplained,
        findings=findings,
        chain=tuple(f.id for f in findings if f.cause.level is Level.CAUSE),
        ruled_out=tuple(ruled),
        unknown=tuple(open_),
        not_checked=not_checked(snapshot, blind),
        depth=depth,
        wanted=_wanted(blind.values(), open_, findings),
    )


def _telling(found: list[Finding]) -> list[Finding]:
    """Leaves out a warning whose every symptom a cause accounts for: it says no more."""
    causes = [f for f in found if f.cause.level is Level.CAUSE]
    explained = frozenset[SymptomId]().union(*(f.explains for f in causes))
    return [
        f for f in found if f.cause.level is Level.CAUSE or not f.explains or f.explains - explained
    ]


@dataclass(frozen=True, slots=True)
class _Bearing:
    """What is seen of the symptoms that a cause explains."""

    holding: frozenset[SymptomId]
    open: bool
    """One of them could not be told."""
    against: tuple[Fact, ...]
    """The facts that rule them out."""


class _Bearings:
    """Works a bearing out once for all causes that explain the same symptoms."""

    def __init__(self, symptoms: _Symptoms) -> None:
        self._symptoms = symptoms
        self._known: dict[frozenset[SymptomId], _Bearing] = {}

    def of(self, cause: Cause) -> _Bearing:
        known = self._known.get(cause.explains)
        if known is None:
            known = self._known[cause.explains] = self._bearing(cause.explains)
        return known

    def _bearing(self, explains: frozenset[SymptomId]) -> _Bearing:
        verdicts = {s: self._symptoms.get(s) for s in sorted(explains)}
        return _Bearing(
            holding=frozenset(s for s, v in verdicts.items() if isinstance(v, Holds)),
            open=any(isinstance(v, Unknown) for v in verdicts.values()),
            against=tuple(
                fact for v in verdicts.values() if isinstance(v, RuledOut) for fact in v.because
            ),
        )


def _judged(
    id_: str, cause: Cause, snapshot: Snapshot, bearing: _Bearing
) -> Finding | Excluded | Open:
    if cause.level is Level.CAUSE and not bearing.holding and not bearing.open:
        return Excluded(id_, cause, bearing.against, no_symptom=True)
    try:
        verdict = cause.decide(snapshot)
        remedies = cause.remedies(snapshot, verdict) if isinstance(verdict, Holds) else ()
    except Exception as error:  # noqa: BLE001 - a crashed cause is a finding; the rest go on
        crash = f"{type(error).__name__}: {error}"
        return Open(id_, cause, (), crash=crash.splitlines()[0])
    match verdict:
        case Holds(because):
            plans = tuple(r for r in remedies if isinstance(r, Plan))
            lack = tuple(r for r in remedies if isinstance(r, Missing))
            return Finding(id_, cause, because, bearing.holding, True, plans, lack)
        case RuledOut(because):
            return Excluded(id_, cause, because)
        case Unknown(missing):
            return Open(id_, cause, missing)


def _status(
    findings: Iterable[Finding],
    unexplained: tuple[SymptomId, ...],
    blind: Mapping[SymptomId, Unknown],
    open_: Iterable[Open],
    depth: Depth,
) -> Status:
    findings = tuple(findings)
    if any(f.root for f in findings):
        return Status.CAUSE_FOUND
    # A symptom that nothing explains is never "fine", whether a cause is still open or not.
    if unexplained or any(_is_blinding(unknown, depth) for unknown in blind.values()):
        return Status.INCONCLUSIVE
    if any(f.cause.level is Level.CAUSE for f in findings):
        return Status.INCONCLUSIVE
    # A warning takes nothing away from a cause of the same symptom that a failed read left open.
    warned = frozenset[SymptomId]().union(*(f.explains for f in findings))
    if any(warned & left.cause.explains and _is_doubt(left, depth) for left in open_):
        return Status.INCONCLUSIVE
    return Status.WARNINGS if findings else Status.CLEAR


def _is_blinding(unknown: Unknown, depth: Depth) -> bool:
    """Whether a read failed; AWS's forgetting after an hour alone blinds nobody.

    Nor does what a sweep leaves unasked: its depth stands beside the status.
    """
    return _has_failed(unknown.missing, depth)


def _is_doubt(left: Open, depth: Depth) -> bool:
    return left.cause.level is Level.CAUSE and _has_failed(left.missing, depth)


def _has_failed(missing: Iterable[Missing], depth: Depth) -> bool:
    harmless = {Why.EXPIRED} | ({Why.NOT_ASKED} if depth is Depth.SWEEP else set())
    return any(m.why not in harmless for m in missing)


def _wanted(
    blind: Iterable[Unknown], open_: Iterable[Open], findings: Iterable[Finding]
) -> tuple[Call, ...]:
    """Stage one first; then what live causes need, and last what remedies need."""
    stage_one = _not_asked(m for unknown in blind for m in unknown.missing)
    if stage_one:
        return stage_one
    live = (m for left in open_ if left.cause.level is Level.CAUSE for m in left.missing)
    lacking = (m for f in findings if f.cause.level is Level.CAUSE for m in f.plans_lack)
    return _not_asked((*live, *lacking))


def _not_asked(missing: Iterable[Missing]) -> tuple[Call, ...]:
    return tuple(dict.fromkeys(m.call for m in missing if m.why is Why.NOT_ASKED))
