"""JSON text as a tree, with the comments and line breaks that ARM templates may have."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from kiriwake.core.text import Text
from kiriwake.migrate.tree import (
    DEEPEST,
    MOST_NODES,
    Leaf,
    Malformed,
    Map,
    Place,
    Row,
    Tree,
    step,
)

_TOKEN = re.compile(
    r"""(?P<skip>[\s\ufeff]+|//[^\n]*|/\*.*?\*/)
      |(?P<mark>[{}\[\],:])
      |(?P<text>"(?:[^"\\]|\\.)*")
      |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)
      |(?P<word>true|false|null)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"true": True, "false": False, "null": None}
_Token = tuple[str, str, int]


def read_json(text: str, file: str) -> Tree:
    """The one value of a JSON file."""
    return _Reader(text, file).whole()


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self.tokens = self.scan()
        self.here = 0

    def scan(self) -> list[_Token]:
        found: list[_Token] = []
        spot = 0
        while spot < len(self.text):
            match = _TOKEN.match(self.text, spot)
            if match is None:
                raise self.wrong(spot, "a JSON value")
            kind = match.lastgroup or ""
            if kind != "skip":
                found.append((kind, match.group(), spot))
                if len(found) > MOST_NODES * 4:
                    raise self.wrong(spot, f"at most {MOST_NODES:,} values")
            spot = match.end()
        return found

    def whole(self) -> Tree:
        tree = self.value("", 0)
        if self.here < len(self.tokens):
            raise self.wrong(self.tokens[self.here][2], "the end of the file")
        return tree

    def place(self, spot: int) -> Place:
        line = bisect_right(self.lines, spot)
        return Place(self.file, line, spot - self.lines[line - 1] + 1)

    def wrong(self, spot: int, wanted: str) -> Malformed:
        return Malformed(
            self.place(spot),
            Text(
                en=f"no valid JSON: expected {wanted}", ja=f"JSON として正しくない: {wanted} が必要"
            ),
            "no-json",
        )

    def take(self, *wanted: str) -> _Token:
        if self.here >= len(self.tokens):
            raise self.wrong(len(self.text), " or ".join(wanted) or "a value")
        token = self.tokens[self.here]
        if wanted and token[1] not in wanted:
            raise self.wrong(token[2], " or ".join(wanted))
        self.here += 1
        return token

    def value(self, pointer: str, depth: int) -> Tree:
        kind, raw, spot = self.take()
        if depth > DEEPEST:
            raise self.wrong(spot, f"at most {DEEPEST} levels")
        place = self.place(spot)
        match kind, raw:
            case "text", _:
                return Leaf(_unquote(raw), _unquote(raw), place, pointer)
            case "number", _:
                number = float(raw) if set(raw) & set(".eE") else int(raw[:400])
                return Leaf(number, raw, place, pointer)
            case "word", _:
                return Leaf(_WORDS[raw], raw, place, pointer)
            case "mark", "{":
                return self.map(place, pointer, depth)
            case "mark", "[":
                return self.row(place, pointer, depth)
            case _:
                raise self.wrong(spot, "a value")

    def row(self, place: Place, pointer: str, depth: int) -> Row:
        items: list[Tree] = []
        while not self.ends("]"):
            items.append(self.value(step(pointer, len(items)), depth + 1))
            if self.take(",", "]")[1] == "]":
                return Row(tuple(items), place, pointer)
        return Row(tuple(items), place, pointer)

    def map(self, place: Place, pointer: str, depth: int) -> Map:
        items: dict[str, Tree] = {}
        while not self.ends("}"):
            kind, raw, spot = self.take()
            if kind != "text":
                raise self.wrong(spot, "a key in quotes")
            key = _unquote(raw)
            self.take(":")
            items[key] = self.value(step(pointer, key), depth + 1)
            if self.take(",", "}")[1] == "}":
                return Map(items, place, pointer)
        return Map(items, place, pointer)

    def ends(self, mark: str) -> bool:
        if self.here < len(self.tokens) and self.tokens[self.here][1] == mark:
            self.here += 1
            return True
        return False


def _unquote(raw: str) -> str:
    try:
        return str(json.loads(raw, strict=False))
    except json.JSONDecodeError:  # an escape JSON does not know, such as \d: kept as written
        return raw[1:-1]
