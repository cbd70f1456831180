"""What the reader of a conversion must be told, with the place in the input."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiriwake.core.text import Lang, Text
from kiriwake.migrate.tree import Malformed, Place


class Weight(StrEnum):
    """How much it matters, the gravest first."""

    REFUSED = "refused"
    """This part was not converted."""
    BEHAVIOUR = "behaviour"
    """Converted, and it will behave differently without a word."""
    DECIDE = "decide"
    """Somebody has to choose before it is deployed."""
    WARNING = "warning"
    NOTE = "note"


_ORDER = {weight: number for number, weight in enumerate(Weight)}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know; the id is stable, the place may be missing for the whole input."""

    id: str
    weight: Weight
    says: Text
    place: Place | None = None


def refusal(error: Malformed) -> Notice:
    """The notice for something that could not be read."""
    return Notice(error.reference, Weight.REFUSED, error.says, error.place)


def in_order(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Silent behaviour changes first, then what was refused, to be decided, warned of and noted."""
    first = {Weight.BEHAVIOUR: -1}
    return tuple(
        sorted(
            dict.fromkeys(notices),
            key=lambda n: (
                first.get(n.weight, _ORDER[n.weight]),
                n.id,
                n.place.file if n.place else "",
                n.place.line if n.place else 0,
                n.says.en,
            ),
        )
    )


def document(notices: tuple[Notice, ...], lang: Lang) -> list[dict[str, object]]:
    """The notices as JSON data."""
    return [
        {
            "id": notice.id,
            "weight": notice.weight.value,
            "where": str(notice.place) if notice.place else None,
            "says": notice.says.in_(lang),
        }
        for notice in in_order(notices)
    ]
