"""One line a finding, for grep and for eyes in a hurry."""

from __future__ import annotations

from kiriwake.core.text import Lang
from kiriwake.diagnose.diagnosis import Status
from kiriwake.report import words
from kiriwake.report.neutralise import plain
from kiriwake.report.report import Report


def render(report: Report, lang: Lang) -> str:
    """The report as lines `target: cause[id] title`."""
    lines = []
    for diagnosis in report.diagnoses:
        target = str(diagnosis.target).removeprefix("ecs:")
        for finding in diagnosis.findings:
            level = finding.cause.level
            lines.append(f"{target}: {level}[{finding.id}] {finding.cause.title.in_(lang)}")
        if not diagnosis.findings or diagnosis.status is Status.INCONCLUSIVE:
            lines.append(f"{target}: {words.STATUS[diagnosis.status].in_(lang)}")
    return "".join(f"{plain(line)}\n" for line in lines)
