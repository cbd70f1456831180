"""A report for a terminal: the grammar of a compiler's diagnostics, in ASCII and 80 columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kiriwake.core.observed import Call
from kiriwake.core.text import Text
from kiriwake.diagnose.diagnosis import Diagnosis, Status
from kiriwake.report import words
from kiriwake.report.calls import Calls, calls_of
from kiriwake.report.fixing import shown_target
from kiriwake.report.neutralise import line as inert
from kiriwake.report.neutralise import plain
from kiriwake.report.report import Report
from kiriwake.report.shell import shell_lines
from kiriwake.report.story import Block, Help, Row, Shown, Story, Style, story
from kiriwake.report.width import columns, folded, packed, pad

_NUMBER = re.compile(r"(?<![\w.:/\-])\d[\d,]*(?![\w:/\-]|\.\d)")
_AWS_CODE = re.compile(r"\b(?:[A-Z][a-z]+\.)?(?:[A-Z][a-z0-9]+){3,}\b")
"""A name that AWS gives a failure: `InsufficientFreeAddressesInSubnet`."""
_HEADLINE = re.compile(r"^[^\s\[:]+(\[[^\]]*\])?(?= ?:)")
_COLORS = {
    "cause": "1;31",
    "mechanism": "1;35",
    "warning": "1;33",
    "clear": "1;32",
    "inconclusive": "1;36",
}
_FRAME = "1;34"
_HELP = "1;36"
_MARK = {True: "1;31", False: "1;34"}
_LEAST_FOR_REFS = 60
"""A narrower terminal has the calls of a fact on the fact's own line, not at the right."""


def render(report: Report, style: Style) -> str:
    """The report, ending in a newline."""
    return _Page(report, calls_of(report), style).text()


class _Page:
    def __init__(self, report: Report, calls: Calls, style: Style) -> None:
        self._report = report
        self._calls = calls
        self._style = style
        self._told: set[int] = set()

    def text(self) -> str:
        return "".join(f"{inert(line).rstrip()}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        several = len(self._report.diagnoses) > 1
        for diagnosis in self._report.diagnoses:
            if several and not self._style.verbose and diagnosis.status is Status.CLEAR:
                continue
            yield from self._target(self._story(diagnosis))
            yield ""
        if several:
            yield from self._clear()
        if self._told or self._style.verbose:
            yield from self._seen_by()
            yield ""
        yield from self._end()

    def _story(self, diagnosis: Diagnosis) -> Story:
        return story(diagnosis, self._calls, self._style, self._report.identity.region)

    # --- one target ------------------------------------------------------------------
    def _target(self, told: Story) -> Iterator[str]:
        for index, block in enumerate(told.blocks):
            if index:
                yield ""
            yield from self._block(block, told)
        lists = [
            (words.RULED_OUT, told.ruled_out),
            (words.UNKNOWN, told.unknown),
            (words.NOT_CHECKED, told.not_checked),
        ]
        if told.unexplained and told.status is Status.CAUSE_FOUND:
            rows = tuple(Row("", symptom) for symptom in told.unexplained)
            lists.insert(0, (words.UNEXPLAINED, rows))
        shown = [(self._in(label), rows) for label, rows in lists if rows]
        if not shown:
            return
        yield ""
        label_width = max(columns(label) for label, _ in shown) + 2
        ids = [columns(row.id) for _, rows in shown for row in rows]
        for label, rows in shown:
            yield from self._rows(label, rows, label_width, max(ids))
            if label == self._in(words.UNKNOWN) and told.unknown_more:
                yield " " * label_width + self._in(words.and_more(told.unknown_more, "-v"))

    def _block(self, block: Block, told: Story) -> Iterator[str]:
        head = f"{block.label}[{block.id}]: " if block.id else f"{block.label}: "
        color = _COLORS[block.kind]
        for n, line in enumerate(self._fold(block.headline, head, "    ")):
            yield self._paint(line, color, _HEADLINE) if n == 0 else line
        if block.kind == "warning":
            yield from self._warning(block)
            return
        yield from self._where(told)
        notes = list(self._notes(block))
        if block.shown or notes:
            yield self._bar()
        for shown in block.shown:
            yield from self._shown(shown)
        if block.shown and notes:
            yield self._bar()
        yield from notes
        if block.helps:
            yield self._bar()
        for help_ in block.helps:
            yield from self._help(help_)

    def _notes(self, block: Block) -> Iterator[str]:
        for symptom in block.symptoms:
            yield from self._note(words.SEEN, symptom.says, symptom.calls)
        for lack in block.lacks:
            label = words.UNKNOWN if block.kind == "inconclusive" else words.LACKS
            yield from self._note(label, lack)
        for note in block.notes:
            yield from self._note(words.NOTE, note)

    def _warning(self, block: Block) -> Iterator[str]:
        for shown in block.shown:
            yield from self._with_calls("  --> ", shown.quote or shown.says, shown.calls, "      ")
        for note in block.notes:
            yield from self._note(words.NOTE, note)
        for help_ in block.helps:
            yield from self._help(help_)

    def _where(self, told: Story) -> Iterator[str]:
        head = f"  --> {told.where}"
        gap = self._style.width - columns(head) - columns(told.when)
        if gap >= 2:  # noqa: PLR2004 - two spaces part the two
            yield f"{head}{' ' * min(gap, 3)}{told.when}"
            return
        yield from self._fold(f"{told.where}  {told.when}", "  --> ", "      ")

    # --- the gutter ------------------------------------------------------------------
    def _shown(self, shown: Shown) -> Iterator[str]:
        bar = "   | "
        if not shown.quote:
            yield from self._marked(bar, shown.says, shown)
            return
        *above, last = shown.quote.splitlines()
        for line in above:
            yield from self._fold(line, bar, bar)
        yield from self._with_calls(bar, last, shown.calls, bar)
        self._told.update(shown.calls)
        at = last.rfind(shown.mark) if shown.mark else -1
        start = columns(bar) + columns(last[:at]) if at >= 0 else -1
        sign = "^" if shown.direct else "-"
        under = sign * max(columns(shown.mark), 1)
        reach = self._style.width
        room_for_refs = columns(self._refs(shown.calls)) + 1
        if at < 0 or columns(bar + last) + room_for_refs > reach:
            yield from self._fold(shown.says, f"{bar}{sign} ", f"{bar}  ")
            return
        first = bar + " " * (start - columns(bar)) + under
        room = start - columns(bar) - 1
        if columns(first) + 1 + columns(shown.says) <= reach:
            label = f"{first} {shown.says}"
        elif columns(shown.says) <= room:
            # Where the value stands far to the right its label goes before it.
            label = pad(bar, start - 1 - columns(shown.says)) + f"{shown.says} {under}"
        else:
            yield self._paint_marks(first, shown.direct)
            yield from self._fold(shown.says, f"{bar}{sign} ", f"{bar}  ")
            return
        yield self._paint_marks(label, shown.direct)

    def _marked(self, bar: str, says: str, shown: Shown) -> Iterator[str]:
        lines = list(self._with_calls(bar, says, shown.calls, bar))
        left = shown.mark
        last = len(lines) - 1
        for n, line in enumerate(lines):
            yield line
            if self._style.width < _LEAST_FOR_REFS or (last and not shown.mark):
                continue  # the numbers of a long sentence are seldom what decided
            body = line[: len(line) - len(self._refs(shown.calls))] if shown.calls else line
            marks = _marks(body, left, shown.direct)
            tail = ""
            if shown.direct and n == last:
                tail = f"  {self._in(words.AWS_SAYS)}" if marks else ""
            if marks and columns(marks) + columns(tail) <= self._style.width:
                yield self._paint_marks(marks, shown.direct) + tail
            elif marks:
                yield self._paint_marks(marks, shown.direct)

    def _with_calls(self, first: str, says: str, calls: Sequence[int], rest: str) -> Iterator[str]:
        """The words, and the calls' numbers at the right edge of the last line."""
        self._told.update(calls)
        refs = self._refs(calls)
        room = self._style.width - (len(refs) + 1 if refs else 0)
        if refs and self._style.width < _LEAST_FOR_REFS:
            yield from self._fold(f"{says} {refs}", first, rest)
            return
        *above, last = list(folded(says, first=first, rest=rest, to=room)) or [first]
        yield from above
        yield pad(last, self._style.width - len(refs)) + refs

    def _refs(self, calls: Sequence[int]) -> str:
        shown = "".join(f"[{n}]" for n in calls[:3])
        return shown + ("+" if len(calls) > 3 else "")  # noqa: PLR2004 - as many as are shown

    def _note(self, label: Text, says: str, calls: Sequence[int] = ()) -> Iterator[str]:
        first = f"   = {self._in(label)}: "
        rest = " " * columns(first)
        if calls:
            yield from self._with_calls(first, says, calls, rest)
        else:
            yield from self._fold(says, first, rest)

    def _help(self, help_: Help) -> Iterator[str]:
        letter = f" ({help_.letter})" if help_.letter else ""
        head = f"{self._in(words.HELP)}{letter}: "
        risk = f"[{help_.risk}]" if help_.risk else ""
        lines = list(self._fold(help_.title, head, " " * min(columns(head), 10)))
        gap = self._style.width - columns(lines[-1]) - columns(risk)
        if risk and gap < 2:  # noqa: PLR2004 - two spaces part the two
            lines.append("")
            gap = self._style.width - columns(risk)
        lines[-1] += " " * gap + risk if risk else ""
        for n, line in enumerate(lines):
            yield self._paint(line, _HELP, _HEADLINE_HELP) if n == 0 else line
        for ask in help_.asks:
            yield from self._fold(ask, "          ", "            ")
        for command in help_.commands:
            yield from shell_lines(command, indent="    ", to=self._style.width)

    # --- lists -----------------------------------------------------------------------
    def _rows(
        self, label: str, rows: Sequence[Row], label_width: int, id_width: int
    ) -> Iterator[str]:
        for n, row in enumerate(rows):
            first = pad(label if n == 0 else "", label_width)
            wide = self._style.width >= _LEAST_FOR_REFS and "/" in row.id
            if wide and columns(first) + id_width <= self._style.width // 2 + 8:
                head = first + pad(row.id, id_width + 2)
                yield from self._with_calls(head, row.says, row.calls, " " * columns(head))
            else:
                says = f"{row.id}: {row.says}" if row.id else row.says
                rest = " " * (label_width + 2)
                yield from self._with_calls(first, says, row.calls, rest)

    def _clear(self) -> Iterator[str]:
        names = [
            plain(shown_target(d.target))
            for d in self._report.diagnoses
            if d.status is Status.CLEAR
        ]
        if not names or self._style.verbose:
            return
        shown, more = names[:_CLEAR_SHOWN], len(names) - _CLEAR_SHOWN
        tail = [self._in(words.and_more(more, "-v"))] if more > 0 else []
        head = f"{self._in(words.CLEAR)}  "
        for item in (*shown, *tail):
            yield from self._fold(item, head, " " * (columns(head) + 2))
            head = " " * columns(head)
        yield ""

    # --- the end ---------------------------------------------------------------------
    def _seen_by(self) -> Iterator[str]:
        requests = self._calls.requests
        numbers = sorted(self._told) if not self._style.verbose else range(1, len(requests) + 1)
        calls = {n: requests[n - 1].call for n in numbers}
        head = f"{self._in(words.SEEN_BY)} "
        if self._style.verbose:
            rest = " " * columns(head)
            for index, (n, call) in enumerate(calls.items()):
                request = requests[n - 1]
                says = f"[{n}] {plain(str(call))}  x{request.times}, {request.ms} ms"
                yield from self._fold(says, rest if index else head, rest + "    ")
            return
        items = [f"[{n}] {self._call(call, calls.values())}" for n, call in calls.items()]
        for line in packed(items, first=head, gap="  ", to=self._style.width):
            yield from self._fold(line.lstrip(), line[: len(line) - len(line.lstrip())], "    ")

    def _call(self, call: Call, others: Iterable[Call]) -> str:
        same = [c for c in others if c.action == call.action]
        if len(same) == 1:
            return plain(call.action)
        about = " ".join(filter(None, (call.argument.rsplit(":", 1)[-1], call.part)))
        return plain(f"{call.action} {about}")

    def _end(self) -> Iterator[str]:
        report = self._report
        if len(report.diagnoses) != 1:
            by = Counter(d.status for d in report.diagnoses)
            summary = self._in(words.targets_by_status(by))
        else:
            summary = self._in(words.counts(*self._story(report.diagnoses[0]).counts))
        summary += self._in(words.took(report.seconds))
        changed = self._in(words.NOTHING_CHANGED)
        gap = "" if self._is_japanese else " "
        if columns(summary + gap + changed) <= self._style.width:
            yield summary + gap + changed
        else:
            yield from self._fold(summary, "", "")
            yield changed
        first = next((f for d in report.diagnoses for f in d.findings), None)
        if first is not None:
            lang = " --lang ja" if self._is_japanese else ""
            more = f"{self._in(words.READ_MORE)}: kiriwake explain {first.id}{lang}"
            yield from self._fold(more, "", "  ")

    # --- small things ----------------------------------------------------------------
    @property
    def _is_japanese(self) -> bool:
        return self._style.lang.value == "ja"

    def _in(self, text: Text) -> str:
        return text.in_(self._style.lang)

    def _bar(self) -> str:
        return self._painted("   |", _FRAME)

    def _fold(self, says: str, first: str, rest: str) -> Iterator[str]:
        return folded(says, first=first, rest=rest, to=self._style.width)

    def _painted(self, words_: str, color: str) -> str:
        return f"\x1b[{color}m{words_}\x1b[0m" if self._style.colour and words_ else words_

    def _paint(self, line: str, color: str, part: re.Pattern[str]) -> str:
        return part.sub(lambda m: self._painted(m[0], color), line, count=1)

    def _paint_marks(self, line: str, direct: bool) -> str:
        return _SIGNS.sub(lambda m: self._painted(m[0], _MARK[direct]), line)


_CLEAR_SHOWN = 20
_SIGNS = re.compile(r"(?<= )[\^-]+")
_HEADLINE_HELP = re.compile(r"^[^:]+(?=:)")


def _marks(line: str, mark: str, direct: bool) -> str:
    """The line of signs under what decided: the marked part, or else the numbers."""
    sign = "^" if direct else "-"
    at = line.rfind(mark) if mark else -1
    spans = [(at, at + len(mark))] if at >= 0 else _numbers(line)
    if at < 0 and direct and (named := [m.span() for m in _AWS_CODE.finditer(line)]):
        spans = named
    if not spans:
        return ""
    signs = ""
    for start, end in spans:
        signs = pad(signs, columns(line[:start])) + sign * columns(line[start:end])
    return f"   |{signs[4:]}"


def _numbers(line: str) -> list[tuple[int, int]]:
    return [match.span() for match in _NUMBER.finditer(line)]
