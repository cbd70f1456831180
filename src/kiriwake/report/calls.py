"""The calls of a run, numbered in the order in which they were asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kiriwake.core.observed import Call
from kiriwake.core.verdict import Fact
from kiriwake.report.report import Report
from kiriwake.sources.source import Request


@dataclass(frozen=True, slots=True)
class Calls:
    """Every call that was asked or that a fact refers to; the first one is number 1."""

    requests: tuple[Request, ...]
    numbers: Mapping[Call, int]

    def of(self, facts: Iterable[Fact]) -> tuple[int, ...]:
        """The numbers of the calls that gave these facts, each once, in order."""
        return tuple(sorted({self.numbers[fact.call] for fact in facts}))


def calls_of(report: Report) -> Calls:
    """The calls of a report; one that only a recording knows is counted as never asked."""
    asked: dict[Call, Request] = {}
    for request in report.requests:
        before = asked.get(request.call, Request(request.call, 0, 0))
        asked[request.call] = Request(
            request.call, before.times + request.times, before.ms + request.ms
        )
    for fact in facts_of(report):
        asked.setdefault(fact.call, Request(fact.call, 0, 0))
    return Calls(tuple(asked.values()), {call: n for n, call in enumerate(asked, start=1)})


def facts_of(report: Report) -> Iterator[Fact]:
    """Every fact that a report holds."""
    for diagnosis in report.diagnoses:
        for symptom in diagnosis.symptoms:
            yield from symptom.because
        for finding in diagnosis.findings:
            yield from finding.because
        for excluded in diagnosis.ruled_out:
            yield from excluded.because
