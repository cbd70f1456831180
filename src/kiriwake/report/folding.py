"""Lines for a terminal: folded at its width, with East Asian characters two columns wide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wcwidth import wcswidth, wcwidth

COLUMNS = 80
_PIECES = re.compile(r"[!-~]+| +|[^ -~]")
_NEVER_FIRST = "、。，．・」』）)]}！？:;,."  # noqa: RUF001 - Japanese punctuation


def folded(text: str, *, first: str = "", rest: str | None = None) -> Iterator[str]:
    """The lines of a paragraph, at most 80 columns wide; a longer word stays whole.

    `first` stands before the first line and `rest` before the others.
    """
    rest = " " * wcswidth(first) if rest is None else rest
    line, used = first, wcswidth(first)
    empty = True
    for piece in _PIECES.findall(text):
        wide = sum(max(0, wcwidth(c)) for c in piece)
        if not empty and used + wide > COLUMNS and piece not in _NEVER_FIRST:
            yield line.rstrip()
            line, used, empty = rest, wcswidth(rest), True
        if empty and piece.isspace():
            continue
        line, used, empty = line + piece, used + wide, False
    if not empty or line.strip():
        yield line.rstrip()
