"""A report in the wanted format, and the exit code that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common
from kiriwake.core.observed import Call
from kiriwake.diagnose.diagnosis import Status
from kiriwake.report import concise, document, github, junit, markdown, page, sarif, terminal
from kiriwake.report.report import Report
from kiriwake.report.story import Style
from kiriwake.sources.source import Request


def render(  # noqa: PLR0911 - one for each format
    report: Report, common: Common, io: IO, *, everything: bool = False
) -> str:
    """The report as characters; `everything` has SARIF tell what is ruled out, too."""
    style = Style(
        lang=io.lang,
        width=io.width,
        colour=io.colour and not common.output,
        verbose=io.verbose,
        zone=io.zone,
        flags=common.repeated,
    )
    match common.format:
        case "json":
            return document.render(report, io.lang)
        case "concise":
            return concise.render(report, style)
        case "markdown":
            return markdown.render(report, style)
        case "sarif":
            return sarif.render(report, io.lang, everything=everything)
        case "junit":
            return junit.render(report, io.lang)
        case "html":
            return page.render(report, style)
        case "github":
            return github.render(report, io.lang)
        case _:
            return terminal.render(report, style)


def merged(reports: Sequence[Report]) -> Report:
    """The reports of one run as one: what several sources were asked is added up."""
    first = reports[0]
    asked: dict[Call, Request] = {}
    # A source's later report repeats what its earlier ones asked.
    for report in reports:
        for request in report.requests:
            asked[request.call] = request
    return replace(
        first,
        seconds=round(sum(r.seconds for r in reports), 1),
        diagnoses=tuple(d for r in reports for d in r.diagnoses),
        requests=tuple(asked.values()),
        remarks=tuple(dict.fromkeys(remark for r in reports for remark in r.remarks)),
    )


def exit_code(report: Report, *, fail_on_warning: bool = False, unread: bool = False) -> int:
    """1 if a cause holds, else 3 if anything is inconclusive or was not read, else 0."""
    statuses = {d.status for d in report.diagnoses}
    if Status.CAUSE_FOUND in statuses or (fail_on_warning and Status.WARNINGS in statuses):
        return 1
    return 3 if unread or Status.INCONCLUSIVE in statuses else 0
