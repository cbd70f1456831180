"""A text as it was pasted, made comparable: quotes, escapes, colours, white space, case."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 2_000_000
"""Characters that are read of a text; of a longer one, the beginning and the end."""
HEAD = LONGEST // 4

# AWS prints both ' and U+2019 (facts F0.03); Japanese pages quote with corner brackets.
_QUOTES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛´`′", "'"),  # noqa: RUF001 - the very characters to be replaced
        **dict.fromkeys("“”„‟«»″「」『』", '"'),
        **dict.fromkeys("\u00a0\u2007\u202f\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060"),
        **dict.fromkeys("‐‑‒–—", "-"),  # noqa: RUF001
        "…": "...",
    }
)
_COLOURS = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_ESCAPE = re.compile(r"(?<!\\)\\+(?:u([0-9a-fA-F]{4})|([nrt\"'/]))")
_SURROGATES = range(0xD800, 0xE000)
_ENTITY = re.compile(r"&(?:quot|#34|#39|apos|lt|gt|amp|#x27);")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#34;": '"'}
_VOLATILE = re.compile(
    r"[0-9a-f]{8,}(?:-[0-9a-f]{4,}){0,4}|\b(?!169\.254\.|127\.)\d{1,3}(?:\.\d{1,3}){3}\b"
)
"""Ids and addresses, in which otherwise equal messages differ."""


@dataclass(frozen=True, slots=True)
class Normal:
    """One text on one line, once with its own case and once in lower case."""

    flat: str
    lower: str


def normalise(text: str) -> Normal:
    """The text on one line, without colours and escapes, with plain quotes."""
    if len(text) > LONGEST:
        text = f"{text[:HEAD]}\n{text[HEAD - LONGEST :]}"
    if "\x1b" in text:
        text = _COLOURS.sub("", text)
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: _ENTITIES.get(entity[0], "'"), text)
    if not text.isascii():
        text = text.translate(_QUOTES)
    flat = " ".join(text.split())
    return Normal(flat, flat.lower())


def masked(text: str) -> str:
    """The text with zeros for its ids and addresses, as long as it was."""
    return _VOLATILE.sub(_zeros, text)


def _zeros(found: re.Match[str]) -> str:
    return "0" * len(found[0])


def _unescaped(escape: re.Match[str]) -> str:
    code, letter = escape.groups()
    if code:
        point = int(code, 16)
        return "" if point in _SURROGATES else chr(point)
    return " " if letter in "nrt" else letter
