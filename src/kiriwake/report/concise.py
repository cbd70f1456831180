"""One line for each thing found, each of which stands alone."""

from __future__ import annotations

from collections.abc import Iterator

from kiriwake.causes.cause import Level
from kiriwake.diagnose.diagnosis import Diagnosis, Status
from kiriwake.report import words
from kiriwake.report.calls import calls_of
from kiriwake.report.neutralise import line, plain
from kiriwake.report.report import Report
from kiriwake.report.story import Style, story


def render(report: Report, style: Style) -> str:
    """`TARGET: cause[id] title`, one line each; a target without a finding has its own."""
    calls = calls_of(report)
    lines: list[str] = []
    for diagnosis in report.diagnoses:
        told = story(diagnosis, calls, style, report.identity.region)
        for block in told.blocks:
            label = f"{block.label}[{block.id}]" if block.id else f"{block.label}:"
            lines.append(f"{told.target}: {label} {block.headline}")
        lines.extend(f"{told.target}: {says}" for says in _open(diagnosis, style))
    return "".join(f"{line(plain(text))}\n" for text in lines)


def _open(diagnosis: Diagnosis, style: Style) -> Iterator[str]:
    """What an inconclusive target lacks."""
    if diagnosis.status is not Status.INCONCLUSIVE:
        return
    label = words.UNKNOWN.in_(style.lang)
    for left in diagnosis.unknown:
        if left.cause.level is Level.CAUSE and left.missing:
            first = left.missing[0]
            why = words.WHY[first.why].in_(style.lang)
            yield f"{label}[{left.id}] {why}: {first.call}"
