"""What a diagnosis tells, in order and in one language, before it is given a form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from kiriwake.causes.cause import Cause, Level
from kiriwake.core.observed import Missing, Why
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import TITLES, SymptomId
from kiriwake.core.target import Kind, Target
from kiriwake.core.text import Lang, Text
from kiriwake.core.verdict import Fact
from kiriwake.diagnose.diagnosis import Depth, Diagnosis, Excluded, Finding, Open, Status
from kiriwake.report import command, words
from kiriwake.report.calls import Calls
from kiriwake.report.fixing import fix_line, shown_target
from kiriwake.report.neutralise import line as inert
from kiriwake.report.neutralise import plain

NEAREST = 3
"""So many of the ruled out are shown unasked."""
UNKNOWNS = 5


@dataclass(frozen=True, slots=True)
class Style:
    """How a person wants to read."""

    lang: Lang = Lang.EN
    width: int = 80
    colour: bool = False
    verbose: bool = False
    zone: tzinfo | None = UTC
    """None is the machine's own."""
    flags: tuple[str, ...] = ()
    """Repeated in every `kiriwake` command that is shown (`--region us-east-1`)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One fact: what was seen, the part that decided, and by which calls."""

    says: str
    calls: tuple[int, ...]
    direct: bool = False
    quote: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """One way out: what it does, how risky it is, and what to type."""

    letter: str
    title: str
    risk: str
    commands: tuple[str, ...]
    """Alternatives, each complete: kiriwake's own first, then the steps by hand."""
    asks: tuple[str, ...] = ()
    """What a person must give, and an example."""


@dataclass(frozen=True, slots=True)
class Block:
    """One headline with what stands behind it."""

    kind: str
    """`cause`, `mechanism`, `warning`, `clear` or `inconclusive`."""
    label: str
    id: str
    headline: str
    shown: tuple[Shown, ...] = ()
    symptoms: tuple[Shown, ...] = ()
    notes: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    helps: tuple[Help, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: a cause, and in a few words why."""

    id: str
    says: str
    calls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One target's diagnosis as it is told."""

    target: str
    where: str
    when: str
    status: Status
    blocks: tuple[Block, ...]
    ruled_out: tuple[Row, ...] = ()
    unknown: tuple[Row, ...] = ()
    unknown_more: int = 0
    not_checked: tuple[Row, ...] = ()
    unexplained: tuple[str, ...] = ()
    counts: tuple[int, int, int, int] = field(default=(0, 0, 0, 0))
    """Causes, warnings, ruled out, unknown."""


def story(diagnosis: Diagnosis, calls: Calls, style: Style, region: str) -> Story:
    """The diagnosis of one target as it is told."""
    return _Teller(diagnosis, calls, style, diagnosis.target.region or region).story()


@dataclass(frozen=True, slots=True)
class _Teller:
    diagnosis: Diagnosis
    calls: Calls
    style: Style
    region: str

    def story(self) -> Story:
        seen = self.diagnosis
        ruled, unknown = self._ruled_out(), self._unknown()
        shown = unknown if self.style.verbose else unknown[:UNKNOWNS]
        level = [finding.cause.level for finding in seen.findings]
        return Story(
            target=plain(shown_target(seen.target)),
            where=self._where(seen.target),
            when=self._time(seen.taken_at),
            status=seen.status,
            blocks=tuple(self._blocks()),
            ruled_out=tuple(self._excluded(e) for e in ruled),
            unknown=tuple(self._open(o) for o in shown),
            unknown_more=len(unknown) - len(shown),
            not_checked=tuple(self._not_checked()),
            unexplained=tuple(self._in(TITLES[id_]) for id_ in seen.unexplained),
            counts=(
                level.count(Level.CAUSE),
                level.count(Level.WARNING),
                len(seen.ruled_out),
                len(seen.unknown),
            ),
        )

    def _in(self, text: Text) -> str:
        return plain(text.in_(self.style.lang))

    # --- headlines -------------------------------------------------------------------
    def _blocks(self) -> Iterator[Block]:
        findings = self.diagnosis.findings
        if not any(finding.root for finding in findings):
            yield self._without_cause()
        told: set[SymptomId] = set()
        for finding in findings:
            yield self._finding(finding, finding.explains - told)
            told |= finding.explains

    def _finding(self, finding: Finding, explains: frozenset[SymptomId]) -> Block:
        cause = finding.cause
        warning = cause.level is Level.WARNING
        kind = "warning" if warning else "cause" if finding.root else "mechanism"
        label = {"warning": words.WARNING, "cause": words.CAUSE, "mechanism": words.MECHANISM}
        brief = warning and not self.style.verbose
        return Block(
            kind=kind,
            label=self._in(label[kind]),
            id=finding.id,
            headline=self._in(cause.title),
            shown=self._facts(finding.because),
            symptoms=tuple(self._symptoms(explains)),
            notes=tuple(self._notes(kind, cause)),
            lacks=() if brief else tuple(self._missing(finding.plans_lack)),
            helps=tuple(self._helps(finding)) if self._helps_are_due(finding) else (),
        )

    def _notes(self, kind: str, cause: Cause) -> Iterator[str]:
        if kind == "warning" and not self.style.verbose:
            return
        yield self._in(cause.meaning)
        if kind != "mechanism" or self.style.verbose:
            yield self._in(cause.contrast)

    def _helps_are_due(self, finding: Finding) -> bool:
        return finding.cause.level is Level.CAUSE or self.style.verbose

    def _without_cause(self) -> Block:
        seen = self.diagnosis
        match seen.status:
            case Status.CLEAR | Status.WARNINGS | Status.CAUSE_FOUND:
                swept = seen.depth is Depth.SWEEP
                nothing = words.NO_SYMPTOM_SWEEP if swept else words.NO_SYMPTOM
                says = nothing if not seen.symptoms else words.ONLY_WARNINGS
                return Block(
                    "clear",
                    self._in(words.CLEAR),
                    "",
                    self._in(says),
                    shown=tuple(self._symptoms(frozenset(s.id for s in seen.symptoms))),
                    notes=(self._in(words.SWEEP),) if swept else (),
                )
            case Status.INCONCLUSIVE:
                return self._inconclusive()

    def _inconclusive(self) -> Block:
        seen = self.diagnosis
        chained = any(f.cause.level is Level.CAUSE for f in seen.findings)
        ids = frozenset(s.id for s in seen.symptoms)
        says = (
            words.ROOT_IS_OPEN
            if chained
            else words.NO_CAUSE_SHOWN
            if seen.symptoms
            else words.CANNOT_TELL
        )
        notes = [
            f"{self._in(TITLES[id_])}: {', '.join(self._missing(missing))}"
            for id_, missing in seen.blind
        ]
        return Block(
            "inconclusive",
            self._in(words.INCONCLUSIVE),
            "",
            self._in(says),
            shown=() if chained else tuple(self._symptoms(ids)),
            lacks=tuple(dict.fromkeys(notes)),
            helps=tuple(self._help_to_see()),
        )

    def _help_to_see(self) -> Iterator[Help]:
        missing = [m for _, several in self.diagnosis.blind for m in several]
        missing += [m for o in self.diagnosis.unknown for m in o.missing]
        denied = tuple(dict.fromkeys(m.call.action for m in missing if m.why is Why.DENIED))
        if denied:
            grant = self._in(words.GRANT).format(actions=plain(", ".join(denied)))
            yield Help("", grant, "", ("kiriwake iam-policy",))
        elif any(m.why in {Why.THROTTLED, Why.UNREACHABLE} for m in missing):
            yield Help("", self._in(words.TRY_AGAIN), "", ())

    # --- facts -----------------------------------------------------------------------
    def _symptoms(self, ids: frozenset[SymptomId]) -> Iterator[Shown]:
        for symptom in self.diagnosis.symptoms:
            if symptom.id in ids:
                facts = symptom.because if self.style.verbose else symptom.because[:1]
                because = "; ".join(self._in(fact.says) for fact in facts)
                says = f"{self._in(TITLES[symptom.id])} ({because})"
                yield Shown(says, self.calls.of(facts))

    def _facts(self, facts: Iterable[Fact]) -> tuple[Shown, ...]:
        """Facts in their order; the same sentence from several calls is said once."""
        by_words: dict[tuple[str, str], list[Fact]] = {}
        for fact in facts:
            by_words.setdefault((self._in(fact.says), fact.quote), []).append(fact)
        return tuple(
            Shown(
                says,
                self.calls.of(same),
                any(fact.direct for fact in same),
                "\n".join(inert(plain(line)) for line in quote.splitlines()),
                plain(same[0].mark),
            )
            for (says, quote), same in by_words.items()
        )

    def _missing(self, missing: Iterable[Missing]) -> Iterator[str]:
        told = dict.fromkeys(f"{self._in(words.WHY[m.why])}: {plain(str(m.call))}" for m in missing)
        yield from told

    # --- help ------------------------------------------------------------------------
    def _helps(self, finding: Finding) -> Iterator[Help]:
        for index, plan in enumerate(finding.plans):
            yield Help(
                letter=chr(ord("a") + index % 26),
                title=self._in(plan.title),
                risk=self._in(words.RISK[plan.risk]),
                commands=tuple(self._commands(finding, plan)),
                asks=tuple(
                    f"{slot.name.upper()}: {self._in(slot.says)} ({plain(slot.example)})"
                    for slot in plan.slots
                ),
            )

    def _commands(self, finding: Finding, plan: Plan) -> Iterator[str]:
        if plan.apply and plan.risk is not Risk.SHOW:
            yield plain(fix_line(finding, plan, self.diagnosis.target, self.style.flags))
        for call in plan.apply:
            yield plain(command.line(call, region=self.region))
        for typed in plan.commands:
            yield plain(typed)

    # --- lists -----------------------------------------------------------------------
    def _ruled_out(self) -> Sequence[Excluded]:
        if self.style.verbose:
            return self.diagnosis.ruled_out
        seen = frozenset(symptom.id for symptom in self.diagnosis.symptoms)
        near = [e for e in self.diagnosis.ruled_out if not e.no_symptom and e.cause.explains & seen]
        said = Counter(e.because[0].says.en for e in near if e.because)
        # What is ruled out by a number of its own tells more than what no text names.
        near.sort(
            key=lambda e: (
                said[e.because[0].says.en] if e.because else len(near),
                -len(e.cause.explains & seen),
                e.id,
            )
        )
        return near[:NEAREST]

    def _excluded(self, excluded: Excluded) -> Row:
        if excluded.no_symptom or not excluded.because:
            says = self._in(words.NO_SYMPTOM)
            return Row(excluded.id, says, self.calls.of(excluded.because))
        first = excluded.because[0]
        return Row(excluded.id, self._in(first.says), self.calls.of((first,)))

    def _unknown(self) -> Sequence[Open]:
        if self.style.verbose:
            return self.diagnosis.unknown
        # What was never asked for tells less than what was asked for and not given.
        told = [
            o
            for o in self.diagnosis.unknown
            if o.crash or any(m.why is not Why.NOT_ASKED for m in o.missing)
        ]
        told.sort(key=lambda o: (o.cause.level is not Level.CAUSE, o.id))
        return told

    def _open(self, left: Open) -> Row:
        if left.crash:
            return Row(left.id, f"{self._in(words.CRASHED)}: {plain(left.crash)}")
        telling = [m for m in left.missing if m.why is not Why.NOT_ASKED] or left.missing
        return Row(left.id, ", ".join(self._missing(telling)))

    def _not_checked(self) -> Iterator[Row]:
        for item in self.diagnosis.not_checked:
            yield Row(self._in(item.what), self._in(item.why))

    # --- where and when --------------------------------------------------------------
    def _where(self, target: Target) -> str:
        what = _WHERE[target.kind]
        if target.kind is Kind.EKS_CLUSTER and target.namespace:
            what = words.WORKLOAD
        name = f":{target.name}" if target.kind is Kind.ECR_IMAGE and target.name else target.name
        told = what.in_(self.style.lang).format(
            name=name.replace(":@", "@"),
            place=target.place,
            namespace=target.namespace,
            workload=target.workload or "*",
        )
        return plain(f"{told}, {self.region}" if self.region else told)

    def _time(self, moment: datetime) -> str:
        local = moment.astimezone(self.style.zone)
        return self._in(words.AS_OF).format(time=f"{local:%H:%M:%S %z}")


_WHERE = {
    Kind.ECS_SERVICE: words.SERVICE,
    Kind.ECS_TASK: words.TASK,
    Kind.ECS_CLUSTER: words.CLUSTER,
    Kind.EKS_CLUSTER: words.CLUSTER,
    Kind.K8S_WORKLOAD: words.WORKLOAD,
    Kind.ECR_IMAGE: words.IMAGE,
    Kind.SUBNET: words.SUBNET,
}
