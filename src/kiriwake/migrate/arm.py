"""ARM templates: resources found, expressions resolved where the file tells their value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from kiriwake.migrate.azure import az
from kiriwake.migrate.tree import (
    DEEPEST,
    Leaf,
    Malformed,
    Map,
    Row,
    Scalar,
    Tree,
    Unresolved,
    as_text,
    plain,
)

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?[0-9]+)|([A-Za-z_][A-Za-z0-9_]*)|([()\[\],.]))")
_Value = Tree | Scalar


class _Open(Exception):
    """The expression needs something that the file does not tell."""


def is_template(tree: Tree) -> bool:
    """Whether a document is an ARM template."""
    schema = as_text(az(tree, "$schema")) if isinstance(az(tree, "$schema"), Leaf) else ""
    return "deploymenttemplate.json" in (schema or "").casefold() or (
        isinstance(tree, Map)
        and isinstance(az(tree, "resources"), Row | Map)
        and az(tree, "kind") is None
    )


def resources(template: Tree) -> Iterator[Map]:
    """Every resource, also those inside others, expressions resolved."""
    scope = Scope(template)
    yield from _resources(az(template, "resources"), scope)


def _resources(tree: Tree | None, scope: Scope) -> Iterator[Map]:
    items = tree.items.values() if isinstance(tree, Map) else getattr(tree, "items", ())
    for item in items:
        if not isinstance(item, Map):
            continue
        resolved = scope.resolve(item)
        if isinstance(resolved, Map):
            yield resolved
        yield from _resources(az(item, "resources"), scope)
        nested = az(item, "properties", "template")
        if isinstance(nested, Map):
            yield from resources(nested)


class Scope:
    """A template's parameters and variables."""

    def __init__(self, template: Tree) -> None:
        self.parameters = az(template, "parameters")
        self.variables = az(template, "variables")
        self.depth = 0

    def resolve(self, tree: Tree) -> Tree:
        """The tree with every expression replaced by its value, or by `Unresolved`."""
        match tree:
            case Map():
                items = {key: self.resolve(item) for key, item in tree.items.items()}
                return Map(items, tree.place, tree.pointer)
            case Row():
                row = tuple(self.resolve(item) for item in tree.items)
                return Row(row, tree.place, tree.pointer)
            case Leaf(value=str() as text) if text.startswith("[") and text.endswith("]"):
                if text.startswith("[["):
                    return Leaf(text[1:], text[1:], tree.place, tree.pointer)
                return self._value_at(text, tree)
            case _:
                return tree

    def _value_at(self, text: str, spot: Leaf) -> Tree:
        try:
            value = self.evaluate(text[1:-1])
        except _Open:
            value = Unresolved(text)
        if isinstance(value, Leaf):
            # the value stands elsewhere, the field it fills stands here
            return Leaf(value.value, value.raw, spot.place, spot.pointer)
        if isinstance(value, Map | Row):
            return value
        raw = value if isinstance(value, str) else json.dumps(plain(_leaf(value, spot)))
        return Leaf(value, raw, spot.place, spot.pointer)

    def evaluate(self, expression: str) -> _Value:
        """The value of one expression, without its brackets."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Open
        try:
            return _Parser(expression, self).whole()
        finally:
            self.depth -= 1

    def call(self, name: str, given: list[_Value]) -> _Value:
        """The value of a template function."""
        known = _FUNCTIONS.get(name.casefold())
        if known is not None:
            return known(given)
        if name.casefold() == "parameters":
            found = az(az(self.parameters, str(_scalar(given[0]))), "defaultValue")
        elif name.casefold() == "variables":
            found = az(self.variables, str(_scalar(given[0])))
        else:
            raise _Open
        if found is None:
            raise _Open
        resolved = self.resolve(found)
        if isinstance(resolved, Leaf) and isinstance(resolved.value, Unresolved):
            raise _Open
        return resolved


def _leaf(value: Scalar, spot: Leaf) -> Leaf:
    return Leaf(value, str(value), spot.place, spot.pointer)


def _scalar(value: _Value) -> Scalar:
    if isinstance(value, Leaf):
        value = value.value
    if isinstance(value, Unresolved | Map | Row):
        raise _Open
    return value


def _words(given: list[_Value]) -> list[str]:
    found = []
    for value in given:
        scalar = _scalar(value)
        found.append(str(scalar).lower() if isinstance(scalar, bool) else str(scalar))
    return found


def _json(given: list[_Value]) -> _Value:
    try:
        value = json.loads(str(_scalar(given[0])).replace("'", '"'))
    except json.JSONDecodeError as error:
        written = str(_scalar(given[0]))
        if re.fullmatch(r"-?\.[0-9]+", written):
            return float(written)
        raise _Open from error
    if isinstance(value, dict | list):
        raise _Open
    result: Scalar = value
    return result


def _if(given: list[_Value]) -> _Value:
    return given[1] if _scalar(given[0]) is True else given[2]


def _format(given: list[_Value]) -> _Value:
    words = _words(given)
    return re.sub(r"\{([0-9]+)\}", lambda found: words[int(found.group(1)) + 1], words[0])


def _coalesce(given: list[_Value]) -> _Value:
    return next((v for v in given if not (isinstance(v, Leaf) and v.value is None)), None)


def _int(given: list[_Value]) -> _Value:
    try:
        return int(str(_scalar(given[0])))
    except ValueError as error:
        raise _Open from error


_FUNCTIONS: dict[str, Callable[[list[_Value]], _Value]] = {
    "concat": lambda given: "".join(_words(given)),
    "string": lambda given: _words(given)[0],
    "int": _int,
    "float": _json,
    "json": _json,
    "tolower": lambda given: _words(given)[0].lower(),
    "toupper": lambda given: _words(given)[0].upper(),
    "trim": lambda given: _words(given)[0].strip(),
    "replace": lambda given: _words(given)[0].replace(_words(given)[1], _words(given)[2]),
    "format": _format,
    "if": _if,
    "equals": lambda given: _scalar(given[0]) == _scalar(given[1]),
    "not": lambda given: _scalar(given[0]) is not True,
    "and": lambda given: all(_scalar(value) is True for value in given),
    "or": lambda given: any(_scalar(value) is True for value in given),
    "bool": lambda given: str(_scalar(given[0])).lower() in {"true", "1"},
    "true": lambda _: True,
    "false": lambda _: False,
    "null": lambda _: None,
    "coalesce": _coalesce,
    "add": lambda given: int(str(_scalar(given[0]))) + int(str(_scalar(given[1]))),
}


class _Parser:
    def __init__(self, text: str, scope: Scope) -> None:
        self.text = text
        self.scope = scope
        self.spot = 0

    def whole(self) -> _Value:
        value = self.value()
        if self.text[self.spot :].strip():
            raise _Open
        return value

    def take(self) -> str:
        found = _TOKEN.match(self.text, self.spot)
        if found is None:
            raise _Open
        self.spot = found.end()
        return found.group().strip()

    def peek(self) -> str:
        found = _TOKEN.match(self.text, self.spot)
        return found.group().strip() if found else ""

    def value(self) -> _Value:
        token = self.take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.lstrip("-").isdigit():
            return int(token)
        if self.take() != "(":
            raise _Open
        given: list[_Value] = []
        while self.peek() != ")":
            given.append(self.value())
            if self.peek() == ",":
                self.take()
        self.take()
        try:
            return self.reach(self.scope.call(token, given))
        except (IndexError, ValueError, Malformed) as error:
            raise _Open from error

    def reach(self, value: _Value) -> _Value:
        while self.peek() in {".", "["}:
            if self.take() == ".":
                key: Scalar = self.take()
            else:
                key = _scalar(self.value())
                self.take()
            if isinstance(value, Map):
                found = az(value, str(key))
            elif isinstance(value, Row) and isinstance(key, int) and key < len(value.items):
                found = value.items[key]
            else:
                found = None
            if found is None:
                raise _Open
            value = found
        return value
