"""A report as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiriwake.core.text import Text
from kiriwake.report import words
from kiriwake.report.calls import Calls, calls_of
from kiriwake.report.neutralise import html_text as esc
from kiriwake.report.report import Report
from kiriwake.report.story import Block, Help, Row, Shown, Story, Style, story

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --dim: #5b6472; --paper: #fff; --rule: #d8dce3;
  --cause: #b3261e; --warning: #8a5a00; --clear: #1b6e3c; --inconclusive: #0b5a7d;
  --mechanism: #6b3fa0; --box: #f5f6f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ec; --dim: #9aa3b2; --paper: #14171c;
  --rule: #343a45; --cause: #ff8a80; --warning: #ffc766; --clear: #7ddba0;
  --inconclusive: #7cc9ee; --mechanism: #c3a3f0; --box: #1d2129; } }
body { font: 16px/1.6 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.2rem } h2 { font-size: 1.1rem; margin-top: 2.5rem;
  border-bottom: 1px solid var(--rule) } h3 { font-size: 1rem; margin-top: 1.5rem }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace } pre { background: var(--box);
  padding: .6rem .8rem; overflow-x: auto; border-radius: 4px; white-space: pre-wrap;
  overflow-wrap: anywhere }
.cause { color: var(--cause) } .warning { color: var(--warning) } .clear { color: var(--clear) }
.inconclusive { color: var(--inconclusive) } .mechanism { color: var(--mechanism) }
.dim { color: var(--dim) } table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0;
  border-bottom: 1px solid var(--rule) } mark { background: none; color: var(--cause);
  text-decoration: underline } ul { padding-left: 1.2rem }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(report: Report, style: Style) -> str:
    """The report as a page; it loads nothing and runs nothing."""
    calls = calls_of(report)
    lines = _Page(report, calls, style).lines()
    return "\n".join(lines) + "\n"


class _Page:
    def __init__(self, report: Report, calls: Calls, style: Style) -> None:
        self._report = report
        self._calls = calls
        self._style = style

    def _in(self, text: Text) -> str:
        return esc(text.in_(self._style.lang))

    def lines(self) -> Iterator[str]:
        who = self._report.identity
        yield f'<!doctype html>\n<html lang="{self._style.lang.value}"><head><meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>kiriwake {esc(who.region)}</title><style>{_STYLE}</style></head><body>"
        local = self._report.taken_at.astimezone(self._style.zone)
        seen = f"{who.account} {who.region} {local:%Y-%m-%d %H:%M:%S %z} {who.principal}"
        yield f'<h1>kiriwake</h1><p class="dim">{esc(seen)}</p>'
        for diagnosis in self._report.diagnoses:
            yield from self._target(story(diagnosis, self._calls, self._style, who.region))
        yield from self._seen_by()
        yield f"<p>{self._in(words.NOTHING_CHANGED)}</p></body></html>"

    def _target(self, told: Story) -> Iterator[str]:
        status = self._in(words.STATUS[told.status])
        yield f"<section><h2><code>{esc(told.target)}</code> {status}</h2>"
        yield f'<p class="dim">{esc(told.where)}, {esc(told.when)}</p>'
        for block in told.blocks:
            yield from self._block(block)
        unexplained = tuple(Row("", symptom) for symptom in told.unexplained)
        yield from self._table(words.UNEXPLAINED, unexplained)
        yield from self._table(words.RULED_OUT, told.ruled_out)
        yield from self._table(words.UNKNOWN, told.unknown)
        yield from self._table(words.NOT_CHECKED, told.not_checked)
        yield "</section>"

    def _block(self, block: Block) -> Iterator[str]:
        id_ = f" <code>{esc(block.id)}</code>" if block.id else ""
        label = f'<span class="{block.kind}">{esc(block.label)}</span>'
        yield f"<h3>{label}{id_}: {esc(block.headline)}</h3>"
        facts = [self._fact(shown) for shown in (*block.shown, *block.symptoms)]
        if facts:
            yield f"<ul>{''.join(facts)}</ul>"
        for says in (*block.lacks, *block.notes):
            yield f'<p class="dim">{esc(says)}</p>'
        for help_ in block.helps:
            yield from self._help(help_)

    def _fact(self, shown: Shown) -> str:
        quote = ""
        if shown.quote:
            lines = [esc(line) for line in shown.quote.splitlines()]
            mark = esc(shown.mark)
            head, found, tail = lines[-1].rpartition(mark) if mark else ("", "", "")
            if found:
                lines[-1] = f"{head}<mark>{mark}</mark>{tail}"
            quote = f"<pre>{chr(10).join(lines)}</pre>"
        return f"<li>{esc(shown.says)} {_refs(shown.calls)}{quote}</li>"

    def _help(self, help_: Help) -> Iterator[str]:
        letter = f" ({help_.letter})" if help_.letter else ""
        risk = f' <span class="dim">[{esc(help_.risk)}]</span>' if help_.risk else ""
        head = f"{self._in(words.HELP)}{letter}"
        yield f"<p><strong>{head}</strong>: {esc(help_.title)}{risk}</p>"
        for ask in help_.asks:
            yield f'<p class="dim">{esc(ask)}</p>'
        for command in help_.commands:
            yield f"<pre>{esc(command)}</pre>"

    def _table(self, label: Text, rows: Sequence[Row]) -> Iterator[str]:
        if not rows:
            return
        yield f'<table><tr><th colspan="2">{self._in(label)}</th></tr>'
        for row in rows:
            says = f"{esc(row.says)} {_refs(row.calls)}"
            yield f"<tr><td><code>{esc(row.id)}</code></td><td>{says}</td></tr>"
        yield "</table>"

    def _seen_by(self) -> Iterator[str]:
        yield f"<section><h2>{self._in(words.SEEN_BY)}</h2><ol>"
        for n, request in enumerate(self._calls.requests, start=1):
            yield f'<li id="call-{n}"><code>{esc(str(request.call))}</code></li>'
        yield "</ol></section>"


def _refs(calls: Sequence[int]) -> str:
    return "".join(f'<a href="#call-{n}">[{n}]</a>' for n in calls)
