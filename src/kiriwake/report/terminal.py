"""The report for a person at a terminal: 80 columns, ASCII structure, either language.

A headline says what is wrong and stands alone; the gutter quotes what was seen, each
fact with the number of its call; notes say why, and every action is in `help`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kiriwake.causes.cause import Level
from kiriwake.core.observed import Missing, Why
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import TITLES
from kiriwake.core.target import Kind
from kiriwake.core.text import Lang, Text
from kiriwake.core.verdict import Fact
from kiriwake.diagnose.diagnosis import Depth, Diagnosis, Excluded, Finding, Open, Status
from kiriwake.report import command, words
from kiriwake.report.neutralise import plain
from kiriwake.report.numbering import Numbers
from kiriwake.report.report import Report
from kiriwake.report.width import columns, pad, wrap

NEAREST = 3
"""So many ruled-out causes are told unless all are asked for."""


class Ink(StrEnum):
    """Colours, as a terminal is told them; meaning never hangs on colour alone."""

    RED = "31;1"
    YELLOW = "33;1"
    GREEN = "32;1"
    BLUE = "34;1"
    DIM = "2"


@dataclass(frozen=True, slots=True)
class Style:
    """How wide, how colourful and how talkative."""

    lang: Lang = Lang.EN
    width: int = 80
    colour: bool = False
    verbose: bool = False

    def ink(self, text: str, ink: Ink) -> str:
        """The text in a colour, where colours are wanted."""
        return f"\x1b[{ink}m{text}\x1b[0m" if self.colour else text


def render(report: Report, style: Style) -> str:
    """The whole report."""
    blocks = [_Target(report, diagnosis, style).text() for diagnosis in report.diagnoses]
    return "\n".join([*blocks, _counts(report, style)])


def _counts(report: Report, style: Style) -> str:
    findings = [f for d in report.diagnoses for f in d.findings]
    causes = len([f for f in findings if f.cause.level is Level.CAUSE])
    warnings = len(findings) - causes
    ruled = sum(len(d.ruled_out) for d in report.diagnoses)
    unknown = sum(len(d.unknown) for d in report.diagnoses)
    calls = sum(request.times for request in report.requests)
    says = Text(
        en=(
            f"{_n(causes, 'cause')}, {_n(warnings, 'warning')}, {ruled} ruled out,"
            f" {unknown} unknown; {_n(calls, 'API call')} in {report.seconds:.1f} s."
            f" {words.CHANGED_NOTHING.en}"
        ),
        ja=(
            f"原因 {causes}, 警告 {warnings}, 除外 {ruled}, 不明 {unknown}"
            f" (API 呼び出し {calls} 回, {report.seconds:.1f} 秒)。{words.CHANGED_NOTHING.ja}"
        ),
    )
    return "\n".join(wrap(says.in_(style.lang), style.width)) + "\n"


def _n(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@dataclass
class _Target:
    """The report on one target, line by line."""

    report: Report
    diagnosis: Diagnosis
    style: Style
    lines: list[str] = field(default_factory=list)
    numbers: Numbers = field(default_factory=Numbers)

    def text(self) -> str:
        """The lines, joined."""
        causes = [f for f in self.diagnosis.findings if f.cause.level is Level.CAUSE]
        for n, finding in enumerate(causes):
            self._cause(finding, first=n == 0)
        if not causes:
            self._nothing()
        for finding in self.diagnosis.findings:
            if finding.cause.level is Level.WARNING:
                self._warning(finding)
        self._rest()
        self._calls()
        if causes:
            self._say(f"{self._t(words.MORE)} kiriwake explain {causes[0].id}")
        return "\n".join(self.lines) + "\n"

    # --- findings ------------------------------------------------------------------
    def _cause(self, finding: Finding, *, first: bool) -> None:
        label = words.CAUSE if finding.root else words.MECHANISM
        self._headline(label, finding, Ink.RED)
        if first:
            self._where()
            self._gutter()
            self._symptoms()
        self._facts(finding.because)
        self._gutter()
        for note in (finding.cause.meaning, finding.cause.contrast):
            self._note(note)
        if finding.plans:
            self._gutter()
        for letter, plan in zip("abcdefgh", finding.plans, strict=False):
            self._help(letter, finding, plan)
        self.lines.append("")

    def _warning(self, finding: Finding) -> None:
        self._headline(words.WARNING, finding, Ink.YELLOW)
        fact = finding.because[0]
        self._cited("  --> ", fact)
        self.lines.append("")

    def _headline(self, label: Text, finding: Finding, ink: Ink) -> None:
        head = f"{self._t(label)}[{finding.id}]: "
        lines = wrap(head + self._t(finding.cause.title), self.style.width)
        self.lines.append(self.style.ink(lines[0], ink))
        self.lines += [self.style.ink(f"    {line}", ink) for line in lines[1:]]

    def _nothing(self) -> None:
        status = self.diagnosis.status
        ink = Ink.YELLOW if status is Status.INCONCLUSIVE else Ink.GREEN
        head = f"{self.diagnosis.target}: {self._t(words.STATUS[status])}"
        self.lines += [self.style.ink(line, ink) for line in wrap(plain(head), self.style.width)]
        self._where()
        if self.diagnosis.symptoms:
            self._gutter()
            self._symptoms()
        self.lines.append("")

    def _where(self) -> None:
        target = self.diagnosis.target
        at = self.diagnosis.taken_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        name = {
            Kind.ECS_SERVICE: Text(
                en=f"service {target.name}, cluster {target.place}",
                ja=f"サービス {target.name}, クラスター {target.place}",
            ),
            Kind.ECS_TASK: Text(
                en=f"task {target.name}, cluster {target.place}",
                ja=f"タスク {target.name}, クラスター {target.place}",
            ),
        }.get(target.kind, Text(en=str(target), ja=str(target)))
        region = self.report.identity.region
        place = f"{self._t(name)}, {region}" if region else self._t(name)
        when = f"{at} {words.AS_OF.ja}" if self.style.lang is Lang.JA else f"{words.AS_OF.en} {at}"
        whole = f"  --> {place}   {when}"
        if columns(whole) <= self.style.width:
            self.lines.append(plain(whole))
        else:
            self._hanging("  --> ", place)
            self._hanging("      ", when)

    def _symptoms(self) -> None:
        label = self._t(words.SYMPTOMS)
        for symptom in self.diagnosis.symptoms:
            title = self._t(TITLES[symptom.id])
            self._hanging(f"   | {label}: ", title, then="   |   ")
            for fact in symptom.because[:1]:
                self._cited("   |   ", fact)

    def _facts(self, facts: Sequence[Fact]) -> None:
        shown = {f for s in self.diagnosis.symptoms for f in s.because[:1]}
        fresh = [fact for fact in facts if fact not in shown] or list(facts)
        if any(fact in shown for fact in facts) or self.diagnosis.symptoms:
            self._gutter()
        for fact in fresh:
            self._cited("   | ", fact, mark=fact.direct)

    def _cited(self, prefix: str, fact: Fact, *, mark: bool = False) -> None:
        """A fact with its call's number at the right edge; what AWS named is underlined."""
        cite = f"[{self.numbers.of(fact.call)}]"
        room = self.style.width - columns(prefix) - columns(cite) - 1
        lines = wrap(plain(self._t(fact.says)), room)
        hanging = prefix if "|" in prefix else " " * columns(prefix)
        for n, line in enumerate(lines):
            start = prefix if n == 0 else hanging
            if n == len(lines) - 1:
                gap = self.style.width - columns(start) - columns(cite)
                self.lines.append(f"{start}{pad(line, gap)}{cite}")
            else:
                self.lines.append(f"{start}{line}")
        if mark and len(lines) == 1:
            self.lines.append(f"{prefix}{self.style.ink('^' * columns(lines[0]), Ink.RED)}")

    def _note(self, note: Text) -> None:
        head = f"   = {self._t(words.NOTE)}: "
        self._hanging(head, self._t(note))

    def _help(self, letter: str, finding: Finding, plan: Plan) -> None:
        head = f"{self._t(words.HELP)} ({letter}): "
        risk = f"[{self._t(words.RISK[plan.risk])}]"
        room = self.style.width - columns(head) - columns(risk) - 2
        lines = wrap(plain(self._t(plan.title)), room)
        first = f"{head}{lines[0]}"
        gap = self.style.width - columns(risk)
        self.lines.append(self.style.ink(f"{pad(first, gap)}{risk}", Ink.BLUE))
        self.lines += [f"{' ' * columns(head)}{line}" for line in lines[1:]]
        for shown in self._to_type(finding, plan):
            self._typed(shown)

    def _to_type(self, finding: Finding, plan: Plan) -> Iterable[str]:
        if plan.risk is not Risk.SHOW:
            target = str(self.diagnosis.target).removeprefix("ecs:")
            options = "" if plan is finding.plans[0] else f" --plan {plan.id}"
            options += "".join(f" --set {s.name}={s.example}" for s in plan.slots)
            yield f"kiriwake fix {finding.id} {target}{options}"
        if plan.risk is Risk.SHOW or self.style.verbose:
            yield from command.lines(plan, plan.apply)

    def _typed(self, line: str) -> None:
        """A line to type, broken as a shell allows it."""
        prefix = "        | "
        room = self.style.width - columns(prefix) - 2
        if columns(line) <= room + 2:
            self.lines.append(prefix + plain(line))
            return
        parts = wrap(plain(line), room)
        self.lines += [f"{prefix}{part} \\" for part in parts[:-1]]
        self.lines.append(f"{prefix}{parts[-1]}")

    # --- the rest ------------------------------------------------------------------
    def _rest(self) -> None:
        diagnosis = self.diagnosis
        before = len(self.lines)
        if diagnosis.unexplained and diagnosis.findings:
            told = [f"{id_}: {self._t(TITLES[id_])}" for id_ in diagnosis.unexplained]
            self._table(words.UNEXPLAINED, [(line, "", "") for line in told])
        ruled = self._nearest()
        self._table(words.RULED_OUT, [self._excluded(excluded) for excluded in ruled])
        self._table(words.UNKNOWN, [row for left in self._live() for row in self._open(left)])
        self._table(
            words.UNKNOWN,
            [
                (id_, self._missing(missing[0]), "")
                for id_, missing in diagnosis.blind
                if missing[0].why is not Why.NOT_ASKED
            ],
        )
        self._table(
            words.NOT_CHECKED,
            [(f"{self._t(n.what)}:", self._t(n.why), "") for n in diagnosis.not_checked],
        )
        if len(self.lines) > before:
            self.lines.append("")

    def _nearest(self) -> Sequence[Excluded]:
        """Those that could have explained most come first; without a symptom none is near."""
        seen = {symptom.id for symptom in self.diagnosis.symptoms}
        if self.style.verbose:
            return self.diagnosis.ruled_out
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

    def _live(self) -> Sequence[Open]:
        if self.style.verbose:
            return self.diagnosis.unknown
        return [
            left
            for left in self.diagnosis.unknown
            if left.crash
            or (
                left.cause.level is Level.CAUSE
                and self.diagnosis.depth is Depth.FULL
                and any(m.why is not Why.NOT_ASKED for m in left.missing)
            )
        ]

    def _excluded(self, excluded: Excluded) -> tuple[str, str, str]:
        if not excluded.because:
            return excluded.id, "-", ""
        fact = excluded.because[0]
        return excluded.id, self._t(fact.says), f"[{self.numbers.of(fact.call)}]"

    def _open(self, left: Open) -> Iterable[tuple[str, str, str]]:
        if left.crash:
            yield left.id, f"{self._t(words.CRASHED)}: {left.crash}", ""
        actions = {m.call.action: m for m in left.missing}
        for missing in actions.values():
            yield left.id, self._missing(missing), ""

    def _missing(self, missing: Missing) -> str:
        return f"{self._t(words.WHY[missing.why])}: {missing.call.action}"

    def _table(self, label: Text, rows: Sequence[tuple[str, str, str]]) -> None:
        if not rows:
            return
        head = self._t(label) + "  "
        indent = columns(head)
        column = min(max(columns(left) for left, _, _ in rows) + 2, 40)
        for n, (left, right, cite) in enumerate(rows):
            start = (head if n == 0 else " " * indent) + pad(plain(left), column)
            room = self.style.width - columns(start) - columns(cite) - 1
            cut = wrap(plain(right), max(room, 12))
            text = cut[0] if len(cut) == 1 else f"{wrap(plain(right), max(room - 3, 9))[0]}..."
            gap = self.style.width - columns(start) - columns(cite)
            self.lines.append(f"{start}{pad(text, gap) if cite else text}{cite}".rstrip())

    def _calls(self) -> None:
        cited = self.numbers.all()
        if not cited:
            return
        head = f"{self._t(words.SEEN_BY)} "
        items = [f"[{n}] {call.action}" for n, call in cited]
        line = head
        for item in items:
            if columns(line) > columns(head) and columns(f"{line} {item}") > self.style.width:
                self.lines.append(line.rstrip())
                line = " " * columns(head)
            line += f"{item} "
        self.lines += [line.rstrip(), ""]

    # --- small change --------------------------------------------------------------
    def _t(self, text: Text) -> str:
        return text.in_(self.style.lang)

    def _gutter(self) -> None:
        if self.lines and self.lines[-1] != "   |":
            self.lines.append("   |")

    def _say(self, text: str) -> None:
        self.lines += wrap(plain(text), self.style.width)

    def _hanging(self, head: str, text: str, then: str = "") -> None:
        lines = wrap(plain(text), self.style.width - columns(head))
        self.lines.append(head + lines[0])
        self.lines += [f"{pad(then, columns(head))}{line}" for line in lines[1:]]
