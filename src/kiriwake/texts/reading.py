"""Reading a text: every known meaning in it, the one nearest to the root first."""

from __future__ import annotations

from functools import lru_cache

from kiriwake.texts import pull
from kiriwake.texts.meaning import Meaning
from kiriwake.texts.normalise import normalise
from kiriwake.texts.pattern import Pattern

TABLES: tuple[tuple[Pattern, ...], ...] = (pull.PATTERNS,)


@lru_cache(maxsize=16_384)
def read(message: str) -> tuple[Meaning, ...]:
    """What a message says, best first; empty when nothing in it is known."""
    text = normalise(message)
    found = [m for table in TABLES for row in table if (m := row.read(text)) is not None]
    return tuple(sorted(found, key=lambda meaning: (-meaning.weight, meaning.position)))
