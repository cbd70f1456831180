"""Which call is which: every claim refers to the call that decided it by a number."""

from __future__ import annotations

from collections.abc import Iterable

from kiriwake.core.observed import Call
from kiriwake.core.verdict import Fact
from kiriwake.report.report import Report


class Numbers:
    """Numbers for calls, given out in the order in which they are first referred to."""

    def __init__(self, calls: Iterable[Call] = ()) -> None:
        self._numbers: dict[Call, int] = {}
        for call in calls:
            self.of(call)

    def of(self, call: Call) -> int:
        """The call's number."""
        return self._numbers.setdefault(call, len(self._numbers) + 1)

    def all(self) -> list[tuple[int, Call]]:
        """Every number that was given out, with its call."""
        return [(n, call) for call, n in self._numbers.items()]


def facts_of(report: Report) -> Iterable[Fact]:
    """Every fact that a report may refer to, in its order."""
    for diagnosis in report.diagnoses:
        for symptom in diagnosis.symptoms:
            yield from symptom.because
        for finding in diagnosis.findings:
            yield from finding.because
        for excluded in diagnosis.ruled_out:
            yield from excluded.because
