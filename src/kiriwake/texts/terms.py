"""What a term entry is: a word of Azure or AWS, and what stands for it on the other side."""

from __future__ import annotations

from dataclasses import dataclass

from kiriwake.core.text import Text


@dataclass(frozen=True, slots=True)
class Term:
    """One word, its other names, its counterpart in the other cloud, and what to know."""

    name: str
    aliases: tuple[str, ...]
    counterpart: str
    """What the other cloud calls it, or nearest to it."""
    says: Text
    correction: Text | None = None
    """Where the field report, or common belief, is mistaken."""
    see: tuple[str, ...] = ()
    """Ids of causes in which the word matters."""
