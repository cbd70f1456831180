"""A manifest being adapted: the plain data and the tree it came from, changed together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kiriwake.core.text import Text
from kiriwake.migrate.ledger import Fate, Ledger
from kiriwake.migrate.tree import Map, Tree, at, plain

Data = dict[str, Any]


@dataclass(slots=True)
class Document:
    """One Kubernetes object; every change is claimed in the ledger before the rest is carried."""

    tree: Map
    data: Data
    ledger: Ledger
    file: str = ""

    @classmethod
    def of(cls, tree: Map, ledger: Ledger) -> Document:
        """A fresh copy of an input object."""
        data = plain(tree)
        assert isinstance(data, dict)  # noqa: S101 - a mapping's plain form
        return cls(tree, data, ledger)

    @property
    def kind(self) -> str:
        """The object's kind."""
        return str(self.data.get("kind", ""))

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.within("metadata").get("name", ""))

    @property
    def namespace(self) -> str:
        """The object's namespace."""
        return str(self.within("metadata").get("namespace", "default"))

    def within(self, *path: str) -> Data:
        """The mapping at a path; a fresh empty one if nothing is there."""
        spot: Any = self.data
        for key in path:
            spot = spot.get(key) if isinstance(spot, dict) else None
        return spot if isinstance(spot, dict) else {}

    def source(self, *path: str | int) -> Tree | None:
        """Where a path was read."""
        return at(self.tree, *path)

    def set(self, value: object, fate: Fate, why: Text, *path: str | int) -> None:
        """Puts a value at a path, making the mappings on the way, and claims what stood there."""
        self.ledger.claim((self.source(*path),), fate, self.file, why)
        spot: Any = self.data
        for key in path[:-1]:
            if isinstance(spot, dict):
                if not isinstance(spot.get(str(key)), dict | list):
                    spot[str(key)] = {}
                spot = spot[str(key)]
            else:
                spot = spot[int(key)]
        spot[path[-1]] = value

    def drop(self, fate: Fate, why: Text, *path: str | int) -> object:
        """Takes the value at a path away and claims it; gives it back."""
        self.ledger.claim((self.source(*path),), fate, self.file, why)
        spot: Any = self.data
        for key in path[:-1]:
            spot = spot[int(key)] if isinstance(spot, list) else spot.get(str(key), {})
        return spot.pop(path[-1], None) if isinstance(spot, dict) else None

    def rest(self, fate: Fate, why: Text) -> None:
        """Claims everything that was not changed."""
        self.ledger.claim((self.tree,), fate, self.file, why)
