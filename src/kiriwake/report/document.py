"""The JSON report, `kiriwake-report/1`."""

from __future__ import annotations

import json
from typing import Any

from kiriwake.core.observed import Missing
from kiriwake.core.plan import Plan
from kiriwake.core.text import Lang, Text
from kiriwake.core.verdict import Fact
from kiriwake.diagnose.diagnosis import Diagnosis, Excluded, Finding, Open
from kiriwake.report import command
from kiriwake.report.numbering import Numbers, facts_of
from kiriwake.report.report import Report

SCHEMA = "kiriwake-report/1"


def render(report: Report, lang: Lang) -> str:
    """The report as one JSON document."""
    return json.dumps(document(report, lang), ensure_ascii=False, indent=1)


def document(report: Report, lang: Lang) -> dict[str, Any]:
    """The report as what JSON can hold; sentences in one language."""
    numbers = Numbers(request.call for request in report.requests)
    asked = len(report.requests)
    for fact in facts_of(report):
        numbers.of(fact.call)
    writer = _Writer(lang, numbers)
    replayed = [
        {"n": n, "action": call.action, "argument": _argument(call), "times": 0, "ms": 0}
        for n, call in numbers.all()[asked:]
    ]
    calls = [
        {
            "n": numbers.of(request.call),
            "action": request.call.action,
            "argument": _argument(request.call),
            "times": request.times,
            "ms": request.ms,
        }
        for request in report.requests
    ]
    return {
        "schema": SCHEMA,
        "taken_at": report.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "account": report.identity.account,
        "region": report.identity.region,
        "principal": report.identity.principal,
        "seconds": report.seconds,
        "targets": [writer.target(diagnosis) for diagnosis in report.diagnoses],
        "calls": [*calls, *replayed],
    }


def _argument(call: Any) -> str:  # noqa: ANN401 - a Call
    return f"{call.argument} {call.part}".strip()


class _Writer:
    def __init__(self, lang: Lang, numbers: Numbers) -> None:
        self._lang = lang
        self._numbers = numbers

    def target(self, diagnosis: Diagnosis) -> dict[str, Any]:
        return {
            "target": str(diagnosis.target),
            "status": diagnosis.status,
            "symptoms": [symptom.id for symptom in diagnosis.symptoms],
            "unexplained": list(diagnosis.unexplained),
            "causes": [self.finding(finding) for finding in diagnosis.findings],
            "chain": list(diagnosis.chain),
            "ruled_out": [self.excluded(each) for each in diagnosis.ruled_out],
            "unknown": [self.open(each) for each in diagnosis.unknown],
            "blind": [
                {"symptom": id_, "missing": [self.missing(m) for m in missing]}
                for id_, missing in diagnosis.blind
            ],
            "not_checked": [
                {"what": self.text(note.what), "why": self.text(note.why)}
                for note in diagnosis.not_checked
            ],
            "depth": diagnosis.depth,
        }

    def finding(self, finding: Finding) -> dict[str, Any]:
        return {
            "id": finding.id,
            "level": finding.cause.level,
            "root": finding.root,
            "explains": sorted(finding.explains),
            "title": self.text(finding.cause.title),
            "because": [self.fact(fact) for fact in finding.because],
            "plans": [self.plan(plan) for plan in finding.plans],
        }

    def excluded(self, excluded: Excluded) -> dict[str, Any]:
        return {
            "id": excluded.id,
            "because": [self.fact(fact) for fact in excluded.because],
            "no_symptom": excluded.no_symptom,
        }

    def open(self, left: Open) -> dict[str, Any]:
        told: dict[str, Any] = {"id": left.id, "missing": [self.missing(m) for m in left.missing]}
        return told | ({"crash": left.crash} if left.crash else {})

    def missing(self, missing: Missing) -> dict[str, Any]:
        return {
            "action": missing.call.action,
            "argument": _argument(missing.call),
            "why": missing.why,
            "says": missing.says,
        }

    def fact(self, fact: Fact) -> dict[str, Any]:
        return {
            "says": self.text(fact.says),
            "call": self._numbers.of(fact.call),
            "at": fact.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "direct": fact.direct,
        }

    def plan(self, plan: Plan) -> dict[str, Any]:
        return {
            "id": plan.id,
            "title": self.text(plan.title),
            "risk": plan.risk,
            "apply": command.lines(plan, plan.apply),
            "verify": [self.text(expectation.says) for expectation in plan.verify],
            "undo": [command.line(call) for call in reversed(plan.undo)],
            "slots": [
                {"name": slot.name, "says": self.text(slot.says), "example": slot.example}
                for slot in plan.slots
            ],
        }

    def text(self, text: Text) -> str:
        return text.in_(self._lang)
