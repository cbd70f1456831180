"""Diagnoses: judges, reads what the judgement lacks, and judges again."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from kiriwake.causes.cause import Cause
from kiriwake.core.observed import Call, Missing, Observed, Why
from kiriwake.core.target import Kind, Target
from kiriwake.core.text import Text
from kiriwake.diagnose import engine
from kiriwake.diagnose.diagnosis import Depth, Diagnosis, Status
from kiriwake.evidence import ecs
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.report.report import Report
from kiriwake.sources.bundle import BundleSource
from kiriwake.sources.cost import is_bulk, requests_for
from kiriwake.sources.source import Identity, SeesRegions, Source

BUDGET = 30
"""Requests that one target may cost."""
ROUNDS = 12
"""More would mean that a judgement asks for ever."""
BIG_CLUSTER = 20
"""A cluster with more services is swept first."""


FEW = 4
"""So many calls of a kind no source declines."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    targets: int
    decided: int
    requests: int


def silent(progress: Progress) -> None:
    """Tells nobody."""


def diagnose(
    source: Source,
    target: Target | None = None,
    *,
    quick: bool = False,
    progress: Callable[[Progress], None] = silent,
    timeout: float | None = None,
    budget: int = BUDGET,
    timer: Callable[[], float] = time.monotonic,
    causes: Mapping[str, Cause] | None = None,
) -> Report:
    """The report on a target, a cluster's services, or everything in the region.

    `quick` stops after the symptoms; `timeout` (seconds) and `budget` (requests per
    target) end the reading early, and what was not read by then stays unknown. Raises
    `NoAccess` and `TargetNotFound`.
    """
    started = timer()
    replayed = isinstance(source, BundleSource)
    before = _requests_of(source)
    identity = source.identity()
    targets = source.targets(target)
    run = _Run(
        source=source,
        identity=identity,
        taken_at=source.now(),
        quick=quick,
        budget=budget,
        causes=causes,
        out_of_time=lambda: timeout is not None and timer() - started > timeout,
        progress=progress,
        before=before,
        alone=len(targets) == 1,
        facts=dict(source.facts) if isinstance(source, BundleSource) else {},
    )
    with _without_collection() if replayed else nullcontext():
        diagnoses = run.sweep(targets) if _is_sweep(target, targets) else run.in_full(targets)
    remarks = (*_of_an_empty_region(source, identity, targets), *run.remarks)
    return Report(
        taken_at=run.taken_at,
        identity=identity,
        # Nothing is waited for in a recording, and its report must not differ by the machine.
        seconds=0.0 if replayed else round(timer() - started, 1),
        diagnoses=diagnoses,
        requests=source.requests(),
        remarks=remarks,
    )


@contextmanager
def _without_collection() -> Iterator[None]:
    """Spares the collector a big recording: it holds no cycles, and judging makes none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _is_sweep(wanted: Target | None, targets: Sequence[Target]) -> bool:
    if wanted is None:
        return len(targets) > 1
    return wanted.kind is Kind.ECS_CLUSTER and len(targets) > BIG_CLUSTER


@dataclass(slots=True)
class _Run:
    """One run over some targets; what is seen of one is seen for all."""

    source: Source
    identity: Identity
    taken_at: datetime
    quick: bool
    budget: int
    causes: Mapping[str, Cause] | None
    out_of_time: Callable[[], bool]
    progress: Callable[[Progress], None]
    before: int
    """Requests that the source had made before."""
    alone: bool
    """Whether there is one target only."""
    facts: dict[Call, Observed[Any]]
    remarks: tuple[Text, ...] = ()
    _judged: dict[Target, tuple[int, Diagnosis]] = field(default_factory=dict)
    _spent: dict[Target, int] = field(default_factory=dict)

    def in_full(self, targets: Sequence[Target]) -> tuple[Diagnosis, ...]:
        """Every target with all that it asks for."""
        self._read_listings(targets)
        self._in_rounds(targets, self._affordable)
        return tuple(self._judge(target) for target in targets)

    def sweep(self, targets: Sequence[Target]) -> tuple[Diagnosis, ...]:
        """Every target with what comes in bulk; those with a symptom with all they ask for."""
        self._read_listings(targets)
        self._in_rounds(targets, _in_bulk, Depth.SWEEP)
        ill = [target for target in targets if self._judge(target, Depth.SWEEP).symptoms]
        self._in_rounds(ill, self._affordable)
        full = frozenset(ill)
        return tuple(
            self._judge(target) if target in full else self._swept(target) for target in targets
        )

    def _swept(self, target: Target) -> Diagnosis:
        diagnosis = self._judge(target, Depth.SWEEP)
        # A recording may hold all that a sweep would not have asked for.
        whole = not _is_stage_one(diagnosis)
        return replace(diagnosis, depth=Depth.FULL) if whole else diagnosis

    def _read_listings(self, targets: Iterable[Target]) -> None:
        """Whether a cluster that stands for itself is empty, or could not be listed."""
        calls = [ecs.SERVICES.of(t.place) for t in targets if t.kind is Kind.ECS_CLUSTER]
        self._read(call for call in calls if call not in self.facts)

    def _in_rounds(
        self,
        targets: Sequence[Target],
        choose: Callable[[Target, Sequence[Call]], Sequence[Call]],
        depth: Depth = Depth.FULL,
    ) -> None:
        """Judges and reads, all targets side by side, until nothing more is chosen."""
        active = list(targets)
        asked: set[Call] = set()
        for _ in range(ROUNDS):
            if self.out_of_time():
                self._note_lack_of_time(len(active))
                return
            wanted: dict[Target, Sequence[Call]] = {}
            for target in active:
                diagnosis = self._judge(target, depth)
                if self.quick and not _is_stage_one(diagnosis):
                    continue
                calls = [c for c in diagnosis.wanted if c not in self.facts and c not in asked]
                if chosen := choose(target, calls):
                    wanted[target] = chosen
            self._tell(len(targets), len(targets) - len(wanted))
            if not wanted:
                return
            calls = list(dict.fromkeys(call for each in wanted.values() for call in each))
            asked.update(calls)
            declined = self._read(calls)
            if depth is Depth.FULL:
                for start in range(0, len(declined), FEW):
                    self._read(declined[start : start + FEW])
            active = list(wanted)

    def _affordable(self, target: Target, wanted: Sequence[Call]) -> Sequence[Call]:
        """As many of the calls as the target's budget still pays for, in their order."""
        left = self.budget - self._spent_on(target)
        chosen: list[Call] = []
        for call in wanted:
            if requests_for([*chosen, call]) <= left:
                chosen.append(call)
        self._spent[target] += requests_for(chosen)
        return chosen

    def _spent_on(self, target: Target) -> int:
        """What a target cost: exactly if it is the only one, by estimate beside others."""
        estimated = self._spent.setdefault(target, _TO_START)
        return self._requests() - self.before if self.alone else estimated

    def _read(self, calls: Iterable[Call]) -> list[Call]:
        """Reads the calls; the ones that the source declined, being too many at once."""
        declined: list[Call] = []
        for call, seen in self.source.read(tuple(calls)).items():
            if isinstance(seen, Missing) and seen.why is Why.NOT_ASKED:
                declined.append(call)
            else:
                self.facts[call] = seen
        return declined

    def _judge(self, target: Target, depth: Depth = Depth.FULL) -> Diagnosis:
        """The diagnosis by all that is known now; the last one where nothing was added."""
        before = self._judged.get(target)
        if before is not None and before[0] == len(self.facts) and before[1].depth is depth:
            return before[1]
        snapshot = Snapshot(
            target=target,
            taken_at=self.taken_at,
            facts=MappingProxyType(self.facts),
            account=self.identity.account,
            region=self.identity.region,
        )
        diagnosis = engine.diagnose(snapshot, self.causes, depth)
        if target.kind is Kind.ECS_CLUSTER and self._is_unlisted(target):
            # Nothing is wrong with the cluster itself; what runs in it was not seen.
            diagnosis = replace(diagnosis, status=Status.INCONCLUSIVE)
        self._judged[target] = (len(self.facts), diagnosis)
        return diagnosis

    def _is_unlisted(self, cluster: Target) -> bool:
        return isinstance(self.facts.get(ecs.SERVICES.of(cluster.place)), Missing)

    def _tell(self, targets: int, decided: int) -> None:
        self.progress(Progress(targets, decided, self._requests() - self.before))

    def _requests(self) -> int:
        return _requests_of(self.source)

    def _note_lack_of_time(self, targets: int) -> None:
        self.remarks = (
            *self.remarks,
            Text(
                en=f"time ran out with {targets} targets not read in full",
                ja=f"時間切れのため、{targets} 個のターゲットは最後まで読み取れていない",
            ),
        )


_TO_START = 1
"""The caller's identity; finding the target reads the service, which is not read again."""


def _in_bulk(target: Target, wanted: Sequence[Call]) -> Sequence[Call]:
    return [call for call in wanted if is_bulk(call)]


def _requests_of(source: Source) -> int:
    return sum(request.times for request in source.requests())


def _is_stage_one(diagnosis: Diagnosis) -> bool:
    """Whether a symptom still waits for something to be read."""
    return any(m.why is Why.NOT_ASKED for _, missing in diagnosis.blind for m in missing)


def _of_an_empty_region(
    source: Source, identity: Identity, targets: Sequence[Target]
) -> tuple[Text, ...]:
    if targets:
        return ()
    seen = source.regions_in_use() if isinstance(source, SeesRegions) else ()
    account = identity.account or "-"
    nothing = Text(
        en=f"no ECS cluster in {identity.region} of account {account}",
        ja=f"アカウント {account} の {identity.region} に ECS クラスターはない",
    )
    if not seen:
        return (nothing,)
    regions = ", ".join(seen)
    return (
        nothing,
        Text(en=f"clusters were seen in {regions}", ja=f"クラスターがあるリージョン: {regions}"),
    )
