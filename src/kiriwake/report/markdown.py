"""A report as Markdown, for an issue or a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiriwake.core.text import Text
from kiriwake.report import words
from kiriwake.report.calls import Calls, calls_of
from kiriwake.report.neutralise import code, plain
from kiriwake.report.neutralise import markdown as md
from kiriwake.report.report import Report
from kiriwake.report.story import Block, Row, Shown, Story, Style, story


def render(report: Report, style: Style) -> str:
    """The report as GitHub-flavoured Markdown, ending in a newline."""
    calls = calls_of(report)
    page = _Page(style)
    lines: list[str] = []
    for diagnosis in report.diagnoses:
        lines += page.target(story(diagnosis, calls, style, report.identity.region))
    lines += page.calls(calls)
    if report.diagnoses:
        lines += ["", words.NOTHING_CHANGED.in_(style.lang)]
    return "\n".join(lines).strip() + "\n"


class _Page:
    def __init__(self, style: Style) -> None:
        self._style = style

    def _in(self, text: Text) -> str:
        return text.in_(self._style.lang)

    def target(self, told: Story) -> Iterator[str]:
        yield from (f"## {code(told.target)}: {self._in(words.STATUS[told.status])}", "")
        yield from (f"{md(told.where)}, {md(told.when)}", "")
        for block in told.blocks:
            yield from self._block(block)
        yield from self._list(words.RULED_OUT, told.ruled_out)
        yield from self._list(words.UNKNOWN, told.unknown)
        yield from self._list(words.NOT_CHECKED, told.not_checked)
        if told.unexplained:
            yield from (f"**{self._in(words.UNEXPLAINED)}**", "")
            yield from (f"- {md(symptom)}" for symptom in told.unexplained)
            yield ""

    def _block(self, block: Block) -> Iterator[str]:
        head = f"{block.label} {code(block.id)}" if block.id else block.label
        yield from (f"### {head}: {md(block.headline)}", "")
        for shown in block.shown:
            yield from self._fact(shown)
        for symptom in block.symptoms:
            says = f"{self._in(words.SEEN)}: {symptom.says}"
            yield from self._fact(Shown(says, symptom.calls))
        if block.shown or block.symptoms:
            yield ""
        label = words.UNKNOWN if block.kind == "inconclusive" else words.LACKS
        for says in (*(f"{self._in(label)}: {lack}" for lack in block.lacks), *block.notes):
            yield from (f"> {md(says)}", "")
        for help_ in block.helps:
            letter = f" ({help_.letter})" if help_.letter else ""
            risk = f" [{help_.risk}]" if help_.risk else ""
            yield from (f"**{self._in(words.HELP)}{letter}**: {md(help_.title)}{md(risk)}", "")
            yield from (f"- {md(ask)}" for ask in help_.asks)
            if help_.asks:
                yield ""
            for command in help_.commands:
                yield from (*_fenced(command), "")

    def _fact(self, shown: Shown) -> Iterator[str]:
        refs = " ".join(f"\\[{n}\\]" for n in shown.calls)
        yield f"- {md(shown.says)} {refs}".rstrip()
        if shown.quote:
            yield ""
            yield from (f"  {line}" for line in _fenced(shown.quote))
            yield ""

    def _list(self, label: Text, rows: Sequence[Row]) -> Iterator[str]:
        if not rows:
            return
        yield from (f"| {self._in(label)} | |", "|---|---|")
        for row in rows:
            refs = " ".join(f"\\[{n}\\]" for n in row.calls)
            name = code(row.id) if "/" in row.id else md(row.id)
            yield f"| {name} | {md(row.says)} {refs} |"
        yield ""

    def calls(self, calls: Calls) -> Iterator[str]:
        yield f"<details><summary>{self._in(words.SEEN_BY)}</summary>"
        yield ""
        for n, request in enumerate(calls.requests, start=1):
            yield f"{n}. {code(str(request.call))}"
        yield from ("", "</details>")


def _fenced(words_: str) -> Iterator[str]:
    """A code block that its content cannot close."""
    fence = "```"
    while fence in words_:
        fence += "`"
    yield f"{fence}text"
    yield from (plain(line) for line in words_.splitlines())
    yield fence
