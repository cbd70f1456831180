"""A row of the tables: by which fragments a text is recognised, and what it then means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kiriwake.core.text import Text
from kiriwake.texts.ids import meanings
from kiriwake.texts.meaning import Dependency, Failure, Family, Meaning, Weight
from kiriwake.texts.normalise import Normal

NEAR = 500
"""How far, in characters, two fragments of one message may stand apart."""
TRIES = 6
"""How many occurrences of a fragment are looked at in a long log."""
QUOTED = 90
_NUMERALS = "123456789"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of message: any of `anchors`, all that `regex`, `near` and `unless` ask.

    Fragments are in lower case with single spaces and plain quotes. The anchors are a
    cheap filter as well: only where one occurs is anything else looked at, within `NEAR`
    characters. Named groups of `regex` become the fields of the meaning; a
    numeral at the end of a name only keeps two alternatives apart.
    """

    id: str
    family: Family
    weight: Weight
    causes: tuple[str, ...]
    anchors: tuple[str, ...]
    regex: str = ""
    near: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    decided: bool = False
    dependency: Dependency | None = None
    failure: Failure | None = None
    why: Text | None = None
    excused_by: frozenset[str] = frozenset()
    """Patterns of expected behaviour that explain this one away."""

    def read(self, text: Normal) -> Meaning | None:
        """What this row finds in the text, if it is such a message."""
        for start, length in self._occurrences(text.lower):
            before, after = max(0, start - NEAR), start + length + NEAR
            window = text.lower[before:after]
            if self.near and not any(word in window for word in self.near):
                continue
            if self.unless and any(word in window for word in self.unless):
                continue
            if not self.regex:
                return self._meaning(text.flat[start : start + length], start, {})
            if found := compiled(self.regex).search(text.flat, before, after):
                fields = {k.rstrip(_NUMERALS): v for k, v in found.groupdict().items() if v}
                return self._meaning(found[0], found.start(), fields)
        return None

    def _occurrences(self, lower: str) -> Iterator[tuple[int, int]]:
        for anchor in self.anchors:
            start = lower.find(anchor)
            for _ in range(TRIES):
                if start < 0:
                    break
                yield start, len(anchor)
                start = lower.find(anchor, start + len(anchor))

    def _meaning(self, quote: str, position: int, fields: dict[str, str]) -> Meaning:
        return Meaning(
            id=self.id,
            family=self.family,
            weight=self.weight,
            causes=self.causes,
            why=self.why or told(quote, self.causes),
            decided_by_text=self.decided,
            dependency=self.dependency,
            failure=self.failure,
            fields=fields,
            quote=shortened(quote),
            position=position,
        )


@cache
def compiled(regex: str) -> re.Pattern[str]:
    """A regular expression, compiled when first needed."""
    return re.compile(regex, re.IGNORECASE)


def told(quote: str, causes: tuple[str, ...]) -> Text:
    """The sentence for a meaning that has none of its own: the words, and what they tell."""
    words = shortened(quote)
    if not causes:
        return Text(en=f'"{words}" is expected behaviour', ja=f'"{words}" は正常な動作を示す')
    means = meanings()[causes[0]]
    return Text(en=f'it says "{words}": {means.en}', ja=f'"{words}" とある。{means.ja}')


def shortened(quote: str) -> str:
    """A quotation of at most `QUOTED` characters."""
    return quote if len(quote) <= QUOTED else f"{quote[: QUOTED - 3]}..."
