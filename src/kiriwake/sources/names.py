"""What may have been meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 5
_CLOSE = 3


def nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that are most like one, best first; the first few where none is like it."""
    by_folded = {known.casefold(): known for known in sorted(names, reverse=True)}
    folded = name.casefold()
    close = get_close_matches(folded, by_folded, n=_CLOSE, cutoff=0.5)
    inside = [known for known in sorted(by_folded) if folded in known]
    chosen = list(dict.fromkeys([*close, *inside]))[:_CLOSE] or sorted(by_folded)[:SHOWN]
    return tuple(by_folded[known] for known in chosen)
