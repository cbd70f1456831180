"""A report as annotations of a GitHub workflow run."""

from __future__ import annotations

from collections.abc import Iterator

from kiriwake.causes.cause import Level
from kiriwake.core.text import Lang, Text
from kiriwake.diagnose.diagnosis import Diagnosis, Status
from kiriwake.report import words
from kiriwake.report.neutralise import github_data, github_property, plain
from kiriwake.report.report import Report


def render(report: Report, lang: Lang) -> str:
    """`::error`, `::warning` and `::notice` lines."""
    return "".join(f"{line}\n" for d in report.diagnoses for line in _lines(d, lang))


def _lines(diagnosis: Diagnosis, lang: Lang) -> Iterator[str]:
    target = str(diagnosis.target)
    for finding in diagnosis.findings:
        level = "error" if finding.cause.level is Level.CAUSE else "warning"
        facts = "; ".join(fact.says.in_(lang) for fact in finding.because)
        says = f"{target}: {finding.cause.title.in_(lang)} ({facts})"
        yield _command(level, finding.id, says)
    if diagnosis.status is Status.INCONCLUSIVE:
        lacks = [m for left in diagnosis.unknown for m in left.missing]
        lacks += [m for _, missing in diagnosis.blind for m in missing]
        calls = dict.fromkeys(f"{_in(words.WHY[m.why], lang)}: {m.call}" for m in lacks)
        told = _in(words.CANNOT_TELL, lang)
        yield _command(
            "warning", _in(words.INCONCLUSIVE, lang), f"{target}: {told} ({'; '.join(calls)})"
        )
    if diagnosis.status is Status.CLEAR:
        says = f"{target}: {_in(words.NO_SYMPTOM, lang)}"
        yield _command("notice", _in(words.CLEAR, lang), says)


def _in(text: Text, lang: Lang) -> str:
    return text.in_(lang)


def _command(level: str, title: str, says: str) -> str:
    return f"::{level} title={github_property(f'kiriwake {title}')}::{github_data(plain(says))}"
