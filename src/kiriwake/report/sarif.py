"""A report as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from kiriwake import __version__
from kiriwake.causes.cause import Cause, Level
from kiriwake.core.text import Lang, Text
from kiriwake.diagnose.diagnosis import Diagnosis, Finding
from kiriwake.report import words
from kiriwake.report.document import json_lines
from kiriwake.report.neutralise import plain
from kiriwake.report.report import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report, lang: Lang, *, everything: bool = False) -> str:
    """What holds as results of kind `fail`; what could not be seen as notifications.

    Code scanning shows every result whatever its kind, so `pass` and `open` are written
    only when everything is asked for.
    """
    return json_lines(_Log(report, lang, everything=everything).log())


class _Log:
    def __init__(self, report: Report, lang: Lang, *, everything: bool) -> None:
        self._report = report
        self._lang = lang
        self._everything = everything
        self._rules: dict[str, Cause] = {}

    def log(self) -> dict[str, Any]:
        results = [r for d in self._report.diagnoses for r in self._results(d)]
        notes = [n for d in self._report.diagnoses for n in self._notifications(d)]
        driver = {
            "name": "kiriwake",
            "version": __version__,
            "rules": [self._rule(id_, cause) for id_, cause in self._rules.items()],
        }
        run = {
            "tool": {"driver": driver},
            "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }
        return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}

    def _in(self, text: Text) -> str:
        return plain(text.in_(self._lang))

    def _rule(self, id_: str, cause: Cause) -> dict[str, Any]:
        return {
            "id": id_,
            "shortDescription": {"text": self._in(cause.title)},
            "fullDescription": {"text": self._in(cause.meaning)},
            "help": {"text": self._in(cause.contrast)},
            "defaultConfiguration": {"level": _level(cause)},
        }

    def _results(self, diagnosis: Diagnosis) -> Iterator[dict[str, Any]]:
        for finding in diagnosis.findings:
            yield self._result(diagnosis, finding.id, finding.cause, self._told(finding))
        if not self._everything:
            return
        for excluded in diagnosis.ruled_out:
            says = "; ".join(self._in(fact.says) for fact in excluded.because)
            told = says or self._in(words.NO_SYMPTOM)
            yield self._result(diagnosis, excluded.id, excluded.cause, told, "pass")
        for left in diagnosis.unknown:
            told = self._lacks(diagnosis, left.id)
            yield self._result(diagnosis, left.id, left.cause, told, "open")

    def _told(self, finding: Finding) -> str:
        facts = "; ".join(self._in(fact.says) for fact in finding.because)
        return f"{self._in(finding.cause.title)}: {facts}"

    def _lacks(self, diagnosis: Diagnosis, id_: str) -> str:
        left = next(o for o in diagnosis.unknown if o.id == id_)
        told = [f"{self._in(words.WHY[m.why])}: {m.call}" for m in left.missing]
        return plain("; ".join(told) or left.crash)

    def _result(
        self, diagnosis: Diagnosis, id_: str, cause: Cause, says: str, kind: str = "fail"
    ) -> dict[str, Any]:
        self._rules.setdefault(id_, cause)
        target = str(diagnosis.target)
        region = diagnosis.target.region or self._report.identity.region
        whole = f"{self._report.identity.account}/{region}/{target}"
        return {
            "ruleId": id_,
            "ruleIndex": list(self._rules).index(id_),
            "kind": kind,
            "level": _level(cause) if kind == "fail" else "none",
            "message": {"text": plain(f"{target}: {says}")},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(f"aws/{region}/{target}")},
                        "region": {"startLine": 1},
                    },
                    "logicalLocations": [{"fullyQualifiedName": plain(whole), "kind": "resource"}],
                }
            ],
            "partialFingerprints": {
                "kiriwake/v1": hashlib.sha256(f"{whole} {id_}".encode(errors="replace")).hexdigest()
            },
        }

    def _notifications(self, diagnosis: Diagnosis) -> Iterator[dict[str, Any]]:
        for left in diagnosis.unknown:
            says = f"{diagnosis.target}: {left.id}: {self._lacks(diagnosis, left.id)}"
            yield {"level": "warning", "message": {"text": plain(says)}}
        for id_, missing in diagnosis.blind:
            lacks = "; ".join(f"{self._in(words.WHY[m.why])}: {m.call}" for m in missing)
            says = f"{diagnosis.target}: {id_}: {lacks}"
            yield {"level": "warning", "message": {"text": plain(says)}}


def _level(cause: Cause) -> str:
    return "error" if cause.level is Level.CAUSE else "warning"
