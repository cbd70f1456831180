"""What is written can be read again."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kiriwake.migrate.columns import lines, width
from kiriwake.migrate.stack import yaml_text
from kiriwake.migrate.tree import plain
from kiriwake.migrate.yaml_text import chunks, read_yaml

TEXTS = st.one_of(
    st.text(max_size=20),
    st.text("yesno:# -'\"|{}[]\n\t ~1.=&*!%@`", max_size=12),
    st.sampled_from(["yes", "2012-10-17", "1:30", "0x1f", ".5", "a: b", "x #y", "a\nb\n", " a"]),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_yaml_is_read_back_as_it_was(value: Any) -> None:
    assert yaml.safe_load(yaml_text(value)) == value


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1))
def test_the_reader_agrees_with_the_writer(value: dict[str, Any]) -> None:
    texts = yaml_text(value)
    found = [plain(tree) for chunk in chunks(texts) for tree in read_yaml(chunk, "x")]

    assert found == [value]


@given(st.text(max_size=300), st.integers(20, 80))
def test_lines_are_never_wider_than_asked(text: str, most: int) -> None:
    flat = " ".join(text.split())

    for line in lines(flat, most=most):
        longest = max((width(word) for word in line.split()), default=0)
        assert width(line) <= max(most, longest) + 2
