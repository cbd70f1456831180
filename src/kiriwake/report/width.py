"""Columns as a terminal counts them, and lines that keep to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wcwidth import wcswidth, wcwidth

WIDTH = 80
_PIECES = re.compile(r"[!-~]+| +|[^ -~]")
_NEVER_FIRST = "、。，．・：；」』）)]}！？ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョヮヵヶ:;,.!?"
_NEVER_LAST = "「『（([{"


def columns(text: str) -> int:
    """How many columns a terminal gives to the text."""
    wide = wcswidth(text)
    return wide if wide >= 0 else sum(max(wcwidth(c), 0) for c in text)


def pad(text: str, to: int) -> str:
    """The text with spaces after it, up to so many columns."""
    return text + " " * max(to - columns(text), 0)


def folded(
    text: str, *, first: str = "", rest: str | None = None, to: int = WIDTH
) -> Iterator[str]:
    """The lines of a paragraph, none wider than the columns.

    `first` stands before the first line and `rest` before the others. A word that is
    wider than a line is cut; Japanese is cut anywhere but before closing and after
    opening punctuation.
    """
    rest = " " * columns(first) if rest is None else rest
    line, used, empty = first, columns(first), True
    groups = list(_unbroken(text))
    while groups:
        group = groups.pop(0)
        wide = columns(group)
        roomier = empty and columns(rest) < used and columns(rest) + wide <= to
        if used + wide > to and (not empty or roomier):
            yield line.rstrip()
            line, used, empty = rest, columns(rest), True
        if empty and group.isspace():
            continue
        if used + wide > to and len(group) > 1:
            head, tail = _cut(group, to - used)
            groups[:0] = [head, tail]
            continue
        line, used, empty = line + group, used + wide, False
    if not empty or line.strip():
        yield line.rstrip()


def wrap(text: str, to: int) -> list[str]:
    """The text in lines of at most so many columns; no text is one empty line."""
    return list(folded(text, to=to)) or [""]


def _unbroken(text: str) -> Iterator[str]:
    """The pieces between which a line may end."""
    held = ""
    for piece in _PIECES.findall(text):
        joins = held and (held[-1] in _NEVER_LAST or piece[0] in _NEVER_FIRST)
        if held and (not joins or piece.isspace() or held.isspace()):
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _cut(group: str, to: int) -> tuple[str, str]:
    """The group in two; the first part fits, and is never empty."""
    used = 0
    for index, character in enumerate(group):
        used += max(wcwidth(character), 0)
        if used > to and index > 0:
            return group[:index], group[index:]
    return group[:1], group[1:]


def packed(items: Iterable[str], *, first: str, gap: str, to: int = WIDTH) -> Iterator[str]:
    """The items side by side, whole, as many to a line as fit."""
    rest = " " * columns(first)
    line, empty = first, True
    for item in items:
        if not empty and columns(line) + columns(gap) + columns(item) > to:
            yield line
            line, empty = rest, True
        line, empty = line + ("" if empty else gap) + item, False
    if not empty:
        yield line
