"""A report in the wanted format, and the exit code that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiriwake.cli.io import IO
from kiriwake.core.errors import UsageError
from kiriwake.core.text import Text
from kiriwake.diagnose.diagnosis import Status
from kiriwake.report import concise, document, terminal
from kiriwake.report.report import Report


def render(report: Report, format_: str, io: IO) -> str:
    """The report as characters."""
    match format_:
        case "text":
            style = terminal.Style(io.lang, io.width, io.colour, io.verbose)
            return terminal.render(report, style)
        case "json":
            return document.render(report, io.lang)
        case "concise":
            return concise.render(report, io.lang)
        case _:
            raise UsageError(
                "format-not-here",
                Text(
                    en=f"a diagnosis cannot be printed as {format_} yet",
                    ja=f"診断結果の {format_} 出力にはまだ対応していない",
                ),
            )


def merged(reports: Sequence[Report]) -> Report:
    """The reports of one source as one."""
    first = reports[0]
    return replace(
        first,
        seconds=sum(r.seconds for r in reports),
        diagnoses=tuple(d for r in reports for d in r.diagnoses),
        requests=reports[-1].requests,
        remarks=tuple(dict.fromkeys(remark for r in reports for remark in r.remarks)),
    )


def exit_code(report: Report, *, fail_on_warning: bool = False) -> int:
    """1 if a cause holds, else 3 if anything is inconclusive, else 0."""
    statuses = {d.status for d in report.diagnoses}
    if Status.CAUSE_FOUND in statuses or (fail_on_warning and Status.WARNINGS in statuses):
        return 1
    return 3 if Status.INCONCLUSIVE in statuses else 0
