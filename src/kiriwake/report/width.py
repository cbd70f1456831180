"""Columns as a terminal counts them, and lines that keep to them."""

from __future__ import annotations

import re

from wcwidth import wcswidth

_NO_LINE_START = "、。，．）」』】〕｝！？ー・：；,.)]}!?:;"
"""Characters that Japanese typesetting keeps off the start of a line."""
_PIECES = re.compile(r"[!-~]+\s*|\s+|[^\s!-~]")
"""A word of ASCII with the space behind it, or one character of anything else."""


def columns(text: str) -> int:
    """How many columns a terminal gives to a text."""
    return max(wcswidth(text), 0)


def pad(text: str, to: int) -> str:
    """The text with blanks behind it, up to so many columns."""
    return text + " " * max(to - columns(text), 0)


def wrap(text: str, to: int) -> list[str]:
    """The text in lines of at most so many columns; a longer word is cut."""
    lines: list[str] = []
    line = ""
    for piece in _PIECES.findall(text.strip()):
        rest = piece
        while columns(line + rest.rstrip()) > to:
            if rest in _NO_LINE_START and line:
                # Such a character hangs on to the one before it.
                line, last = line[:-1], line[-1]
                rest = last + rest
            if line.strip():
                lines.append(line.rstrip())
                line = ""
                continue
            head = _fitting(rest, to)
            lines.append(head)
            rest = rest[len(head) :]
        line += rest
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _fitting(text: str, to: int) -> str:
    head = text[:1]
    for n in range(2, len(text) + 1):
        if columns(text[:n]) > to:
            break
        head = text[:n]
    return head
