"""A sentence in both languages, side by side in the code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Lang(StrEnum):
    """The languages a report can be read in."""

    EN = "en"
    JA = "ja"


@dataclass(frozen=True, slots=True)
class Text:
    """What a user reads, in English and in Japanese; AWS's own words stay as they are."""

    en: str
    ja: str

    def __post_init__(self) -> None:
        if not self.en or not self.ja:
            raise AssertionError("a text needs both languages")

    def in_(self, lang: Lang) -> str:
        """The sentence in one language."""
        return self.ja if lang is Lang.JA else self.en


def verbatim(words: str) -> Text:
    """AWS's own words, the same in both languages."""
    return Text(en=words, ja=words)
