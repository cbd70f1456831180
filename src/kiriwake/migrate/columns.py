"""Text in 80 columns, counting East Asian characters as two."""

from __future__ import annotations

import re

from wcwidth import wcwidth

WIDTH = 80
_PIECE = re.compile(r"\s+|[!-~]+|.")
_NEVER_FIRST = "。、，．）」』】:;,.)!?%"


def width(text: str) -> int:
    """Columns a text takes."""
    return sum(max(0, wcwidth(character)) for character in text)


def lines(text: str, *, indent: int | None = None, most: int = WIDTH) -> list[str]:
    """The text in lines; further ones are indented like the first, or further for a note."""
    lead = len(text) - len(text.lstrip())
    if indent is None:
        mark = re.match(r"\s*(?:= \S+: |- |\d+\. )", text)
        indent = width(mark.group()) if mark else lead
    found: list[str] = []
    line = text[:lead]
    for piece in _PIECE.findall(text[lead:]):
        too_long = width(line) + width(piece) > most
        if too_long and line.strip() and piece[0] not in _NEVER_FIRST:
            found.append(line.rstrip())
            line = " " * indent + piece.lstrip()
        else:
            line += piece
    found.append(line.rstrip())
    return found
