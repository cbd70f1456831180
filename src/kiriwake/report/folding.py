"""Lines for a terminal: folded at its width, with East Asian characters two columns wide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wcwidth import wcswidth

COLUMNS = 80
_PIECES = re.compile(r"[!-~]+| +|[^ -~]")
_NEVER_FIRST = "、。，．・」』）)]}！？:;,."


def folded(text: str, *, first: str = "", rest: str | None = None) -> Iterator[str]:
    """The lines of a paragraph, at most 80 columns wide; a longer word stays whole.

    `first` stands before the first line and `rest` before the others.
    """
    rest = " " * wcswidth(first) if rest is None else rest
    line, used = first, wcswidth(first)
    empty = True
    pieces = _PIECES.findall(text)
    for piece, after in zip(pieces, [*pieces[1:], ""], strict=True):
        wide = wcswidth(piece) + (wcswidth(after) if after in _NEVER_FIRST else 0)
        if not empty and used + wide > COLUMNS and piece not in _NEVER_FIRST:
            yield line.rstrip()
            line, used, empty = rest, wcswidth(rest), True
        if empty and piece.isspace():
            continue
        line, used, empty = line + piece, used + wcswidth(piece), False
    if not empty or line.strip():
        yield line.rstrip()
