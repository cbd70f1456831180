"""YAML text as trees, one document at a time, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import yaml

from kiriwake.core.text import Text
from kiriwake.migrate.tree import (
    DEEPEST,
    MOST_NODES,
    Leaf,
    Malformed,
    Map,
    Place,
    Row,
    Scalar,
    Tree,
    step,
)

_LOADER = getattr(yaml, "CLoader", yaml.Loader)
_MARKER = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_NOTHING = re.compile(r"\A(?:\s|#[^\n]*(?:\n|\Z)|%[^\n]*(?:\n|\Z)|---(?=\s|$)|\.\.\.\s)*\Z")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_GO_TEMPLATE = re.compile(
    r"\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities|Files|Template)\b|include\s|template\s"
    r"|if\s|else\b|end\b|range\s|with\s|define\s|toYaml\s|tpl\s)"
)
_CONSTANTS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chunk:
    """One document's text, with the line it starts on (from 0) and its number in the file."""

    text: str
    line: int
    number: int


def chunks(text: str) -> Iterator[Chunk]:
    """The documents of a file; `---` in the first column always starts one."""
    starts = [0, *(found.start() for found in _MARKER.finditer(text)), len(text)]
    line = number = 0
    for start, end in pairwise(starts):
        part = text[start:end]
        if not _NOTHING.match(part):
            yield Chunk(text=part, line=line, number=number)
            number += 1
        line += part.count("\n")


def go_template_line(text: str) -> int | None:
    """The first line (from 0) that only Helm or another Go template engine can read."""
    found = _GO_TEMPLATE.search(text)
    return None if found is None else text.count("\n", 0, found.start())


def read_yaml(chunk: Chunk, file: str) -> list[Tree]:
    """The documents of one chunk (more than one only where `...` ends a document)."""
    reader = _Reader(chunk, file)
    try:
        return reader.documents()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = chunk.line + (mark.line if mark else 0)
        problem = error.problem or "cannot be parsed"
        raise Malformed(
            Place(file, line + 1, (mark.column if mark else 0) + 1, chunk.number),
            Text(
                en=f"this is no valid YAML: {problem}",
                ja=f"YAML として正しくない: {problem}",
            ),
            "no-yaml",
        ) from error
    except yaml.YAMLError as error:  # a control character, which carries no mark
        raise Malformed(
            Place(file, chunk.line + 1, 1, chunk.number),
            Text(en=f"this is no valid YAML: {error}", ja=f"YAML として正しくない: {error}"),
            "no-yaml",
        ) from error


class _Reader:
    def __init__(self, chunk: Chunk, file: str) -> None:
        self.chunk = chunk
        self.file = file
        self.nodes = 0
        self.anchors: dict[str, Tree] = {}
        self.events = yaml.parse(chunk.text, Loader=_LOADER)

    def documents(self) -> list[Tree]:
        found: list[Tree] = []
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                found.append(self.node(next(self.events), "", 0))
        return found

    def place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.file, self.chunk.line + mark.line + 1, mark.column + 1, self.chunk.number)

    def node(self, event: yaml.Event, pointer: str, depth: int) -> Tree:
        place = self.place(event)
        self.count(place, depth)
        match event:
            case yaml.AliasEvent():
                target = self.anchors.get(event.anchor)
                if target is None:
                    raise Malformed(
                        place,
                        Text(
                            en=f"the alias *{event.anchor} has no anchor before it",
                            ja=f"エイリアス *{event.anchor} に対応するアンカーが前にない",
                        ),
                        "no-anchor",
                    )
                return self.copy(target, pointer, depth)
            case yaml.ScalarEvent():
                plain = event.implicit[0] and event.tag is None
                value = _resolve(event.value) if plain else event.value
                made: Tree = Leaf(value, event.value, place, pointer)
            case yaml.SequenceStartEvent():
                made = self.row(place, pointer, depth)
            case yaml.MappingStartEvent():
                made = self.map(place, pointer, depth)
            case _:
                raise AssertionError(event)
        if event.anchor:
            self.anchors[event.anchor] = made
        return made

    def row(self, place: Place, pointer: str, depth: int) -> Row:
        items: list[Tree] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, step(pointer, len(items)), depth + 1))
        return Row(tuple(items), place, pointer)

    def map(self, place: Place, pointer: str, depth: int) -> Map:
        items: dict[str, Tree] = {}
        merged: list[Tree] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise Malformed(
                    self.place(event),
                    Text(
                        en="a key must be a plain text; braces around a value need quotes",
                        ja="キーは文字列でなければならない。値の波括弧は引用符で囲むこと",
                    ),
                    "no-key",
                )
            key = event.value
            value = self.node(next(self.events), step(pointer, key), depth + 1)
            if key == "<<" and isinstance(value, Map | Row):
                merged += value.items if isinstance(value, Row) else (value,)
            else:
                items[key] = value
        for source in merged:
            if isinstance(source, Map):
                for key, value in source.items.items():
                    if key not in items:
                        items[key] = self.copy(value, step(pointer, key), depth + 1)
        return Map(items, place, pointer)

    def copy(self, tree: Tree, pointer: str, depth: int) -> Tree:
        self.count(tree.place, depth)
        match tree:
            case Leaf():
                return Leaf(tree.value, tree.raw, tree.place, pointer)
            case Map():
                items = {
                    key: self.copy(item, step(pointer, key), depth + 1)
                    for key, item in tree.items.items()
                }
                return Map(items, tree.place, pointer)
            case Row():
                row = (
                    self.copy(item, step(pointer, number), depth + 1)
                    for number, item in enumerate(tree.items)
                )
                return Row(tuple(row), tree.place, pointer)

    def count(self, place: Place, depth: int) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES or depth > DEEPEST:
            raise Malformed(
                place,
                Text(
                    en=f"the document grows past {MOST_NODES:,} values or {DEEPEST} levels once"
                    " its aliases are expanded; it is not read any further",
                    ja=f"エイリアスを展開すると {MOST_NODES:,} 個の値または {DEEPEST} 段を超える"
                    "ため、ここで読み込みを中止した",
                ),
                "too-large",
            )


def _resolve(raw: str) -> Scalar:
    if raw in _CONSTANTS:
        return _CONSTANTS[raw]
    if _INT.match(raw):
        return int(raw) if len(raw) < 400 else raw  # noqa: PLR2004 - nobody means such a number
    if _FLOAT.match(raw):
        return float(raw)
    return raw
