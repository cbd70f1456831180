"""A report as JUnit XML: a suite for each target, a case for each cause."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from kiriwake.causes.cause import Level
from kiriwake.core.text import Lang, Text
from kiriwake.diagnose.diagnosis import Diagnosis, Status
from kiriwake.report import words
from kiriwake.report.neutralise import plain, xml_text
from kiriwake.report.report import Report


def render(report: Report, lang: Lang) -> str:
    """Causes that hold are failures, those that could not be told are skipped.

    An inconclusive target has one error of its own: silence must not look like success.
    """
    root = ET.Element("testsuites", name="kiriwake")
    for diagnosis in report.diagnoses:
        root.append(_Suite(diagnosis, lang).element(report))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


class _Suite:
    def __init__(self, diagnosis: Diagnosis, lang: Lang) -> None:
        self._diagnosis = diagnosis
        self._lang = lang
        self._target = xml_text(str(diagnosis.target))

    def _in(self, text: Text) -> str:
        return xml_text(text.in_(self._lang))

    def element(self, report: Report) -> ET.Element:
        seen = self._diagnosis
        suite = ET.Element("testsuite", name=self._target)
        suite.set("timestamp", f"{seen.taken_at:%Y-%m-%dT%H:%M:%S}")
        suite.set("hostname", xml_text(seen.target.region or report.identity.region))
        for finding in seen.findings:
            case = self._case(suite, finding.id)
            facts = "\n".join(self._in(fact.says) for fact in finding.because)
            if finding.cause.level is Level.CAUSE:
                failure = ET.SubElement(case, "failure", message=self._in(finding.cause.title))
                failure.text = facts
            else:
                out = ET.SubElement(case, "system-out")
                out.text = f"{self._in(words.WARNING)}: {self._in(finding.cause.title)}\n{facts}"
        for left in seen.unknown:
            lacks = "; ".join(f"{self._in(words.WHY[m.why])}: {m.call}" for m in left.missing)
            case = self._case(suite, left.id)
            ET.SubElement(case, "skipped", message=xml_text(plain(lacks or left.crash)))
        for excluded in seen.ruled_out:
            self._case(suite, excluded.id)
        if seen.status is Status.INCONCLUSIVE:
            case = self._case(suite, "status")
            ET.SubElement(case, "error", message=self._in(words.INCONCLUSIVE))
        for name, tag in (
            ("tests", "testcase"),
            ("failures", "testcase/failure"),
            ("errors", "testcase/error"),
            ("skipped", "testcase/skipped"),
        ):
            suite.set(name, str(len(suite.findall(tag))))
        return suite

    def _case(self, suite: ET.Element, name: str) -> ET.Element:
        return ET.SubElement(suite, "testcase", classname=self._target, name=xml_text(name))
