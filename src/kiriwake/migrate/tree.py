"""An input file as a tree whose every leaf knows where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kiriwake.core.text import Text

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes; the largest rendered chart seen is under 3 MB."""
MOST_NODES = 400_000
"""Per file, after aliases are expanded: a YAML bomb passes it within the first megabyte."""
DEEPEST = 100


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in an input file, lines and columns from 1."""

    file: str
    line: int
    column: int = 1
    doc: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A template expression whose value the files do not tell."""

    expression: str

    def __str__(self) -> str:
        return self.expression


Scalar = str | int | float | bool | Unresolved | None


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A scalar, with the text that was written; an empty collection is its `Map` or `Row`."""

    value: Scalar
    raw: str
    place: Place
    pointer: str


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """A mapping; a key met twice keeps its last value, as `kubectl` does."""

    items: Mapping[str, Tree]
    place: Place
    pointer: str

    def get(self, key: str) -> Tree | None:
        """The value under a key."""
        return self.items.get(key)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A sequence."""

    items: tuple[Tree, ...]
    place: Place
    pointer: str


Tree = Leaf | Map | Row


class Malformed(Exception):
    """Something in a file that cannot be read, with the place and what to do."""

    def __init__(self, place: Place, says: Text, reference: str = "malformed") -> None:
        super().__init__(f"{place}: {says.en}")
        self.place = place
        self.says = says
        self.reference = reference


def leaves(tree: Tree) -> Iterator[Tree]:
    """Every scalar and every empty collection, in file order."""
    match tree:
        case Leaf():
            yield tree
        case Map():
            if not tree.items:
                yield tree
            for item in tree.items.values():
                yield from leaves(item)
        case Row():
            if not tree.items:
                yield tree
            for item in tree.items:
                yield from leaves(item)


def step(pointer: str, key: str | int) -> str:
    """The JSON pointer one step further (RFC 6901)."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def at(tree: Tree | None, *path: str | int) -> Tree | None:
    """What stands at a path, or nothing."""
    for key in path:
        match tree:
            case Map():
                tree = tree.items.get(str(key))
            case Row() if isinstance(key, int) and -len(tree.items) <= key < len(tree.items):
                tree = tree.items[key]
            case _:
                return None
    return tree


def as_map(tree: Tree | None) -> Map | None:
    """The tree as a mapping; a mapping left empty reads as nothing."""
    match tree:
        case None | Leaf(value=None):
            return None
        case Map():
            return tree
        case _:
            raise _wrong(tree, "a mapping", "マッピング")


def as_rows(tree: Tree | None) -> tuple[Tree, ...]:
    """The items of a sequence; nothing reads as none."""
    match tree:
        case None | Leaf(value=None):
            return ()
        case Row():
            return tree.items
        case _:
            raise _wrong(tree, "a list", "リスト")


def as_maps(tree: Tree | None) -> tuple[Map, ...]:
    """The items of a sequence of mappings."""
    found = (as_map(item) for item in as_rows(tree))
    return tuple(item for item in found if item is not None)


def as_text(tree: Tree | None) -> str | None:
    """A scalar as the text a container would get."""
    match tree:
        case None | Leaf(value=None):
            return None
        case Leaf(value=Unresolved()):
            return None
        case Leaf(value=bool() as value):
            return "true" if value else "false"
        case Leaf(value=str() as value):
            return value
        case Leaf():
            return tree.raw
        case _:
            raise _wrong(tree, "a text", "文字列")


def as_whole(tree: Tree | None) -> int | None:
    """A whole number; ARM templates write numbers as texts, too."""
    match tree:
        case None | Leaf(value=None) | Leaf(value=Unresolved()):
            return None
        case Leaf(value=bool()):
            raise _wrong(tree, "a whole number", "整数")
        case Leaf(value=int() as value):
            return value
        case Leaf(value=str() as value) if value.strip().lstrip("-").isdigit():
            return int(value)
        case Leaf(value=float() as value) if value.is_integer():
            return int(value)
        case _:
            raise _wrong(tree, "a whole number", "整数")


def as_flag(tree: Tree | None) -> bool | None:
    """A truth value."""
    match tree:
        case None | Leaf(value=None) | Leaf(value=Unresolved()):
            return None
        case Leaf(value=bool() as value):
            return value
        case Leaf(value=str() as value) if value.lower() in {"true", "false"}:
            return value.lower() == "true"
        case _:
            raise _wrong(tree, "true or false", "true または false")


def as_texts(tree: Tree | None) -> tuple[str, ...]:
    """A sequence of texts."""
    found = (as_text(item) for item in as_rows(tree))
    return tuple(item for item in found if item is not None)


def as_table(tree: Tree | None) -> dict[str, str]:
    """A flat mapping of texts, such as labels or annotations."""
    found = as_map(tree)
    if found is None:
        return {}
    return {key: as_text(item) or "" for key, item in found.items.items()}


def plain(tree: Tree | None) -> object:
    """The tree as dicts, lists and scalars; an unresolved expression as its text."""
    match tree:
        case None:
            return None
        case Leaf(value=Unresolved(expression=expression)):
            return expression
        case Leaf():
            return tree.value
        case Map():
            return {key: plain(item) for key, item in tree.items.items()}
        case Row():
            return [plain(item) for item in tree.items]


def _wrong(tree: Tree, en: str, ja: str) -> Malformed:
    got = {Leaf: "a scalar", Map: "a mapping", Row: "a list"}[type(tree)]
    shown = f' "{tree.raw[:40]}"' if isinstance(tree, Leaf) else ""
    return Malformed(
        tree.place,
        Text(
            en=f"{tree.pointer or '/'} takes {en}, here stands {got}{shown}",
            ja=f"{tree.pointer or '/'} には{ja}が必要だが、別の型の値{shown} がある",
        ),
    )
