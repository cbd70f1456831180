"""Whole reports, letter by letter; `KIRIWAKE_UPDATE=1` writes them, a person reads the diff."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.report.samples import SAMPLES, TOKYO

from kiriwake.core.text import Lang
from kiriwake.report import concise, document, github, junit, markdown, page, sarif, terminal
from kiriwake.report.report import Report
from kiriwake.report.story import Style

GOLDEN = Path(__file__).parent.parent / "golden"
FORMS: dict[str, Callable[[Report, Style], str]] = {
    "txt": terminal.render,
    "json": lambda report, style: document.render(report, style.lang),
    "concise.txt": concise.render,
    "md": markdown.render,
    "sarif": lambda report, style: sarif.render(report, style.lang, everything=True),
    "junit.xml": lambda report, style: junit.render(report, style.lang),
    "html": page.render,
    "github.txt": lambda report, style: github.render(report, style.lang),
}
EVERYWHERE = [(name, "txt") for name in SAMPLES]
OTHER_FORMS = [("scenario-a", form) for form in FORMS if form != "txt"]


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize(("name", "form"), [*EVERYWHERE, *OTHER_FORMS])
def test_a_report_reads_as_it_was_last_read(name: str, form: str, lang: Lang) -> None:
    path = GOLDEN / f"{name}.{lang.value}.{form}"
    told = FORMS[form](SAMPLES[name](), Style(lang=lang, zone=TOKYO))

    if os.environ.get("KIRIWAKE_UPDATE"):
        path.write_text(told, encoding="utf-8")

    assert told == path.read_text(encoding="utf-8")
