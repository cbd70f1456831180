"""Shows a fix to a person at a terminal, and brings back the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kiriwake.cli.io import IO
from kiriwake.core.plan import ApiCall, Output, Plan, Slot
from kiriwake.core.symptom import TITLES
from kiriwake.core.text import Text
from kiriwake.diagnose.diagnosis import Diagnosis, Finding
from kiriwake.report import command, words
from kiriwake.report.neutralise import plain
from kiriwake.report.report import Report
from kiriwake.report.shell import shell_lines
from kiriwake.report.width import wrap


class TerminalTeller:
    """Results on stdout, questions and progress on stderr."""

    def __init__(self, io: IO, *, dry_run: bool = False) -> None:
        self._io = io
        self._dry_run = dry_run
        self._seen = ""

    def preview(
        self, report: Report, finding: Finding, plan: Plan, given: Mapping[str, str]
    ) -> None:
        """What would change, field by field, and the equivalent commands."""
        del report
        io = self._io
        risk = words.RISK[plan.risk].in_(io.lang)
        self._out(f"{finding.id}: {plan.title.in_(io.lang)} [{risk}]")
        for call, back in zip(plan.apply, plan.undo, strict=False):
            self._out(f"  {call.action}")
            for path, old, new in changes(back.parameters, call.parameters, given):
                self._out(f"    {path}: {old} -> {new}")
        for line in command.lines(plan, plan.apply, given):
            if self._dry_run:
                print(plain(line), file=io.out)
            else:
                for part in shell_lines(f"$ {line}", indent="  ", to=io.width):
                    print(part, file=io.out)

    def ask_slot(self, slot: Slot) -> str | None:
        """A value, asked for where somebody can answer."""
        io = self._io
        if not io.can_ask:
            return None
        print(f"{slot.says.in_(io.lang)} [{slot.example}]: ", end="", file=io.err, flush=True)
        return io.inp.readline().strip() or slot.example

    def confirm(self, plan: Plan) -> bool:
        """Yes or no; nobody there to ask is a no."""
        io = self._io
        question = Text(en=f"apply this ({plan.id})? [y/N] ", ja=f"適用するか ({plan.id})? [y/N] ")
        if not io.can_ask:
            io.say(
                Text(
                    en="nobody to ask; use --yes to apply it",
                    ja="確認できる端末がない。適用するには --yes を付ける",
                )
            )
            return False
        print(question.in_(io.lang), end="", file=io.err, flush=True)
        return io.inp.readline().strip().lower() in {"y", "yes", "はい"}

    def applying(self, n: int, of: int, call: ApiCall) -> None:
        """One step is about to be sent."""
        self._io.say(
            Text(en=f"step {n + 1} of {of}: {call.action}", ja=f"手順 {n + 1}/{of}: {call.action}")
        )

    def looking(self, seconds: float, diagnosis: Diagnosis) -> None:
        """What is still seen, so many seconds after the change."""
        seen = ", ".join(symptom.id for symptom in diagnosis.symptoms) or "-"
        if seen == self._seen:
            return
        self._seen = seen
        self._io.say(Text(en=f"  {seconds:4.0f} s: {seen}", ja=f"  {seconds:4.0f} 秒: {seen}"))

    def verified(self, before: Diagnosis, after: Diagnosis, seconds: float) -> None:
        """Before and after."""
        lang = self._io.lang
        gone = {s.id for s in before.symptoms} - {s.id for s in after.symptoms}
        title = Text(
            en=f"verified after {seconds:.0f} s: {words.STATUS[after.status].en}",
            ja=f"{seconds:.0f} 秒で検証完了: {words.STATUS[after.status].ja}",
        )
        self._out(title.in_(lang))
        label = Text(en="gone", ja="解消").in_(lang)
        for symptom in before.symptoms:
            if symptom.id in gone:
                self._out(f"  {label}: {TITLES[symptom.id].in_(lang)}")

    def _out(self, line: str) -> None:
        # With --dry-run stdout holds nothing but lines that can be pasted.
        stream = self._io.err if self._dry_run else self._io.out
        first, *rest = wrap(plain(line.lstrip()), self._io.width - 4)
        indent = " " * (len(line) - len(line.lstrip()))
        for part in (indent + first, *(f"{indent}    {more}" for more in rest)):
            print(part, file=stream)


def changes(
    old: object,
    new: object,
    given: Mapping[str, str],
    path: str = "",
) -> Iterator[tuple[str, str, str]]:
    """The leaves in which two parameter blocks differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*new, *old)):
            where = f"{path}.{key}" if path else key
            yield from changes(old.get(key), new.get(key), given, where)
    elif old != new:
        yield path, _shown(old, given), _shown(new, given)


def _shown(value: Any, given: Mapping[str, str]) -> str:  # noqa: ANN401 - any JSON
    match value:
        case None:
            return "-"
        case Slot(name=name):
            return given.get(name, f"<{name.upper()}>")
        case Output(path=path):
            return f"({path})"
        case list() | tuple():
            return ", ".join(_shown(item, given) for item in value) or "-"
        case _:
            return str(value)
