"""Breaks a shell command over lines so that it can still be pasted as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kiriwake.report.width import columns

_WORD = re.compile(r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+")
_DEEPER = 2


def shell_lines(command: str, *, indent: str, to: int) -> Iterator[str]:
    r"""The command, none of its lines wider than allowed.

    It is broken before a flag or between words with a backslash, within quoted JSON
    where a line end is mere space, and within a longer word with a backslash and no
    indentation, where the shell joins what it parted.
    """
    line = indent
    for group in _groups(_WORD.findall(command)):
        together = " ".join(group)
        fits = len(indent) + _DEEPER + columns(together) + 2 <= to
        if line.strip() and fits and _room(line, to) < columns(together) + 1:
            yield line + " \\"
            line = indent + " " * _DEEPER
        for word in group:
            gap = " " if line.strip() else ""
            if _room(line, to) >= columns(gap + word):
                line += gap + word
                continue
            if line.strip():
                yield line + " \\"
                line = indent + " " * _DEEPER
            if _room(line, to) >= columns(word):
                line += word
                continue
            *full, line = _cut(line, word, to)
            yield from full
    yield line


def _room(line: str, to: int) -> int:
    """The columns left on a line that may have to end in a space and a backslash."""
    return to - columns(line) - 2


def _groups(words: list[str]) -> Iterator[list[str]]:
    """A flag and its value stand together; so do the words before the first flag."""
    group: list[str] = []
    for word in words:
        if group and (word.startswith("-") or (group[0].startswith("-") and len(group) > 1)):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _cut(line: str, word: str, to: int) -> Iterator[str]:
    if word[:2] in {"'{", "'["} and word.count("'") == len("''"):
        deep = " " * (len(line) + 1)
        for piece in _json_pieces(word):
            if line.strip() and columns(line) + columns(piece) + 2 > to:
                yield line.rstrip()
                line = deep
            line += piece.lstrip() if not line.strip() else piece
            while columns(line) + 2 > to:
                head = _head(line, to - 2)
                yield head + "'\\"
                line = "'" + line[len(head) :]
        yield line
        return
    joint = "'" if word.startswith("'") and word.count("'") == len("''") else ""
    if not joint and not re.fullmatch(r"[^\s'\"\\$`]+", word):
        yield line + word
        return
    text = line + word
    while columns(text) + 2 > to:
        head = _head(text, to - 1 - len(joint))
        yield head + joint + "\\"
        text = joint + text[len(head) :]
    yield text


def _json_pieces(word: str) -> Iterator[str]:
    """The word in pieces between which JSON takes a line end for space."""
    piece, within, escaped = "", False, False
    for character in word:
        if not within and piece.endswith((",", "{", "[")) and character in ' "{[':
            yield piece
            piece = ""
        piece += character
        if escaped:
            escaped = False
        elif within and character == "\\":
            escaped = True
        elif character == '"':
            within = not within
    yield piece


def _head(text: str, to: int) -> str:
    head = text[:to]
    while columns(head) > to:
        head = head[:-1]
    return head
