"""What others wrote acts on no reader, in no format."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.samples import hostile

from kiriwake.core.text import Lang
from kiriwake.report import concise, document, github, junit, markdown, page, sarif, terminal
from kiriwake.report.neutralise import code, json_text, plain
from kiriwake.report.neutralise import markdown as md
from kiriwake.report.story import Style

ACTS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
FORMS = {
    "text": lambda: terminal.render(hostile(), Style(verbose=True)),
    "concise": lambda: concise.render(hostile(), Style()),
    "json": lambda: document.render(hostile(), Lang.EN),
    "markdown": lambda: markdown.render(hostile(), Style()),
    "sarif": lambda: sarif.render(hostile(), Lang.EN, everything=True),
    "junit": lambda: junit.render(hostile(), Lang.EN),
    "html": lambda: page.render(hostile(), Style()),
    "github": lambda: github.render(hostile(), Lang.EN),
}
every_form = pytest.mark.parametrize("form", FORMS)


@every_form
def test_no_character_that_moves_a_cursor_gets_through(form: str) -> None:
    assert ACTS.findall(FORMS[form]()) == []


@pytest.mark.parametrize("form", [form for form in FORMS if form != "github"])
def test_no_line_is_a_command_to_a_ci_runner(form: str) -> None:
    lines = FORMS[form]().splitlines()

    assert [line for line in lines if line.lstrip().startswith("::") or "##[" in line] == []


def test_a_workflow_command_is_one_line_and_ours() -> None:
    lines = FORMS["github"]().splitlines()

    assert len(lines) == 1
    assert lines[0].startswith("::error title=kiriwake ecs/app-exits::")


def test_the_page_holds_no_script_and_loads_nothing() -> None:
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            for name, value in attrs:
                assert not name.startswith("on")
                assert name not in {"src", "srcset"}
                assert name != "href" or (value or "").startswith("#call-")

    Reader().feed(FORMS["html"]())

    assert not {"script", "img", "iframe", "b", "link", "object"} & set(tags)


def test_json_keeps_the_words_and_escapes_them() -> None:
    document_ = json.loads(FORMS["json"]())

    assert "\x1b[31mred" in document_["targets"][0]["causes"][0]["because"][0]["says"]


def test_junit_is_well_formed() -> None:
    suite = ET.fromstring(FORMS["junit"]())  # noqa: S314 - our own

    assert suite.get("failures") == "1"


@given(st.text())
def test_any_text_becomes_one_visible_line(text: str) -> None:
    assert ACTS.findall(plain(text)) == []
    assert "\n" not in plain(text)


@given(st.text())
def test_a_code_span_ends_where_we_end_it(text: str) -> None:
    span = code(text)
    fence = re.match("`+", span)

    assert fence is not None
    assert fence[0] not in span[len(fence[0]) : -len(fence[0])]


@given(st.text(st.sampled_from("@#a1[]()<>!*_`~|\\ :/.")))
def test_markdown_has_no_mention_and_no_tag(text: str) -> None:
    told = md(text)

    assert re.search(r"(?<!\\)[\[\]*_`~|<>](?!!--)", re.sub("<!-- -->", "", told)) is None
    assert re.search(r"[@#]\w", told) is None


@given(st.text())
def test_escaping_a_json_document_changes_no_value(text: str) -> None:
    encoded = json.dumps({"a": text}, ensure_ascii=False)

    assert json.loads(json_text(encoded)) == {"a": text}
