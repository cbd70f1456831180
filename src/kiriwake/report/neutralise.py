"""Makes texts that others wrote inert: terminal escapes, control and bidi characters."""

from __future__ import annotations

import re

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


def plain(text: str) -> str:
    """One line of text that a terminal shows and does not obey."""
    bare = _CONTROL.sub("?", _ESCAPES.sub("", text.replace("\t", " ")))
    return bare.replace("\r", " ").replace("\n", " ")
