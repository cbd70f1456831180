"""Breaks a shell command over lines so that it can still be pasted as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kiriwake.report.folding import width

_WORD = re.compile(r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+")
_DEEPER = 2


def shell_lines(command: str, *, indent: str, columns: int) -> Iterator[str]:
    r"""The command, none of its lines wider than the columns.

    It is broken before a flag or between words with a backslash, within quoted JSON
    where a line end is mere space, and within a longer word with a backslash and no
    indentation, where the shell joins what it parted.
    """
    line = indent
    for group in _groups(_WORD.findall(command)):
        together = " ".join(group)
        fits = len(indent) + _DEEPER + width(together) + 2 <= columns
        if line.strip() and fits and _room(line, columns) < width(together) + 1:
            yield line + " \\"
            line = indent + " " * _DEEPER
        for word in group:
            gap = " " if line.strip() else ""
            if _room(line, columns) >= width(gap + word):
                line += gap + word
                continue
            if line.strip():
                yield line + " \\"
                line = indent + " " * _DEEPER
            if _room(line, columns) >= width(word):
                line += word
                continue
            *full, line = _cut(line, word, columns)
            yield from full
    yield line


def _room(line: str, columns: int) -> int:
    """The columns left on a line that may have to end in a space and a backslash."""
    return columns - width(line) - 2


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


def _cut(line: str, word: str, columns: int) -> Iterator[str]:
    if word[:2] in {"'{", "'["} and word.count("'") == len("''"):
        deep = " " * (len(line) + 1)
        for piece in _json_pieces(word):
            if line.strip() and width(line) + width(piece) + 2 > columns:
                yield line.rstrip()
                line = deep
            line += piece.lstrip() if not line.strip() else piece
            while width(line) + 2 > columns:
                head = _head(line, columns - 2)
                yield head + "'\\"
                line = "'" + line[len(head) :]
        yield line
        return
    joint = "'" if word.startswith("'") and word.count("'") == len("''") else ""
    if not joint and not re.fullmatch(r"[^\s'\"\\$`]+", word):
        yield line + word
        return
    text = line + word
    while width(text) + 2 > columns:
        head = _head(text, columns - 1 - len(joint))
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


def _head(text: str, columns: int) -> str:
    head = text[:columns]
    while width(head) > columns:
        head = head[:-1]
    return head
