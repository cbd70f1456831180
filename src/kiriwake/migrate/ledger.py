"""What became of every field of the input: each leaf stands in the ledger exactly once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kiriwake.core.text import Lang, Text
from kiriwake.migrate.tree import Place, Tree, leaves

Trace = Mapping[str, tuple[Tree, ...]]
"""Where in the input each fact of a model object was read, by the fact's name."""


class Fate(StrEnum):
    """What happened to a field."""

    CARRIED = "carried"
    ADAPTED = "adapted"
    REPLACED = "replaced"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf of the input and what became of it."""

    place: Place
    pointer: str
    fate: Fate
    to: str
    why: Text


@dataclass(frozen=True, slots=True)
class _Claim:
    fate: Fate
    to: str
    why: Text


class Ledger:
    """Collects claims on leaves; the first claim on a leaf stands, so the exact one comes first."""

    def __init__(self, trees: Iterable[Tree], unclaimed: Text) -> None:
        self._leaves = [leaf for tree in trees for leaf in leaves(tree)]
        self._known = {_identity(leaf) for leaf in self._leaves}
        self._claims: dict[tuple[str, int, str], _Claim] = {}
        self._unclaimed = _Claim(Fate.DROPPED, "", unclaimed)

    def claim(self, trees: Iterable[Tree | None], fate: Fate, to: str, why: Text) -> None:
        """Says what became of every leaf below these trees that nothing was said of before."""
        claim = _Claim(fate, to, why)
        for tree in trees:
            if tree is not None:
                for leaf in leaves(tree):
                    key = _identity(leaf)
                    if key in self._known:
                        self._claims.setdefault(key, claim)

    def entries(self) -> tuple[Entry, ...]:
        """Every leaf in file order."""
        found = []
        for leaf in self._leaves:
            claim = self._claims.get(_identity(leaf), self._unclaimed)
            found.append(Entry(leaf.place, leaf.pointer, claim.fate, claim.to, claim.why))
        return tuple(found)


def _identity(tree: Tree) -> tuple[str, int, str]:
    return (tree.place.file, tree.place.doc, tree.pointer)


def trace(**facts: Tree | None) -> Trace:
    """The places of facts that were found."""
    return {name: (tree,) for name, tree in facts.items() if tree is not None}


def traced(found: Trace, *names: str) -> tuple[Tree, ...]:
    """The places of some facts."""
    return tuple(tree for name in names for tree in found.get(name, ()))


def place_of(found: Trace, *names: str) -> Place | None:
    """The first place of some facts."""
    for tree in traced(found, *names):
        return tree.place
    return None


def counts(entries: Iterable[Entry]) -> dict[Fate, int]:
    """How many leaves met each fate."""
    found = dict.fromkeys(Fate, 0)
    for entry in entries:
        found[entry.fate] += 1
    return found


def loss(entries: Iterable[Entry]) -> float:
    """The share of the input that the target cannot keep, from 0 to 1.

    A dropped field counts whole, a replaced one a fifth, an adapted one a tenth: somebody has to
    look at it.
    """
    weights = {Fate.CARRIED: 0.0, Fate.ADAPTED: 0.1, Fate.REPLACED: 0.2, Fate.DROPPED: 1.0}
    found = counts(entries)
    total = sum(found.values())
    return round(sum(weights[fate] * n for fate, n in found.items()) / total, 4) if total else 0.0


def page(entries: Iterable[Entry], lang: Lang) -> str:
    """The ledger as JSON (`kiriwake-ledger/1`), a line for each entry."""
    rows = (
        {
            "file": entry.place.file,
            "doc": entry.place.doc,
            "line": entry.place.line,
            "pointer": entry.pointer,
            "fate": entry.fate.value,
            "to": entry.to,
            "why": entry.why.in_(lang),
        }
        for entry in entries
    )
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{"schema": "kiriwake-ledger/1", "entries": [\n{lines}\n]}}\n'
