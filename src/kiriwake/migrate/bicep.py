"""Bicep files as ARM-shaped trees.

pycep's JSON drops the quotes that tell a text from a name, and the lines; its parse tree keeps
both, so that tree is what is read here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from kiriwake.core.text import Text
from kiriwake.migrate.tree import Leaf, Malformed, Map, Place, Row, Tree, step

if TYPE_CHECKING:
    from lark import Lark, Token
    from lark import Tree as Parsed

_HOLE = re.compile(r"\$\{((?:[^{}]|\{[^{}]*\})*)\}")
_LINE = re.compile(r"line (\d+) column (\d+)|line (\d+), col (\d+)")
_INFIX = {"equals": "equals", "add": "add", "and_op": "and", "or_op": "or", "coalesce": "coalesce"}


@cache
def _grammar() -> Lark:
    from pycep import BicepParser  # noqa: PLC0415 - 80 ms that only Bicep users pay

    parser: Lark = BicepParser().lark_parser
    return parser


def read_bicep(text: str, file: str) -> Tree:
    """The file as the ARM template it stands for, with places in the Bicep file."""
    from lark.exceptions import LarkError  # noqa: PLC0415

    try:
        parsed = _grammar().parse(text if text.endswith("\n") else text + "\n")
    except LarkError as error:
        line, column = getattr(error, "line", 1), getattr(error, "column", 1)
        found = _LINE.search(str(error))
        if not isinstance(line, int) and found:
            line = int(found.group(1) or found.group(3))
        raise Malformed(
            Place(file, line if isinstance(line, int) and line > 0 else 1, max(1, int(column))),
            Text(
                en="this Bicep cannot be read; `az bicep build` makes JSON that can be",
                ja="この Bicep は解釈できない。`az bicep build` で作った JSON なら読める",
            ),
            "no-bicep",
        ) from error
    return _Reader(text, file).template(parsed)


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.parameters: set[str] = set()
        self.variables: set[str] = set()

    def template(self, parsed: Parsed[Token]) -> Tree:
        top = Place(self.file, 1)
        found: dict[str, list[Parsed[Token]]] = {}
        for element in parsed.children:
            found.setdefault(str(getattr(element, "data", "")), []).append(element)
        self.parameters = {str(e.children[1]) for e in found.get("param", [])}
        self.variables = {str(e.children[1]) for e in found.get("var", [])}
        parameters: dict[str, Tree] = {}
        for element in found.get("param", []):
            name, value = str(element.children[1]), element.children[-1]
            spot = step("/parameters", name)
            inner: dict[str, Tree] = {}
            if _is_value(value):
                inner["defaultValue"] = self.value(value, step(spot, "defaultValue"))
            else:
                inner["type"] = Leaf("open", "open", self.place(element), step(spot, "type"))
            parameters[name] = Map(inner, self.place(element), spot)
        variables = {
            str(e.children[1]): self.value(e.children[-1], step("/variables", str(e.children[1])))
            for e in found.get("var", [])
        }
        resources = tuple(
            self.resource(element, step("/resources", number))
            for number, element in enumerate(found.get("resource", []))
        )
        outputs = {
            str(e.children[1]): self.value(e.children[-1], step("/outputs", str(e.children[1])))
            for e in found.get("output", [])
        }
        modules = {
            str(e.children[1]): self.value(e.children[-1], step("/modules", str(e.children[1])))
            for e in found.get("module", [])
        }
        return Map(
            {
                "parameters": Map(parameters, top, "/parameters"),
                "variables": Map(variables, top, "/variables"),
                "resources": Row(resources, top, "/resources"),
                "modules": Map(modules, top, "/modules"),
                "outputs": Map(outputs, top, "/outputs"),
            },
            top,
            "",
        )

    def resource(self, element: Parsed[Token], pointer: str) -> Tree:
        kind = str(element.children[2].children[0]).strip("'")
        body = self.value(element.children[-1], pointer)
        place = self.place(element)
        name, _, version = kind.partition("@")
        items: dict[str, Tree] = {
            "type": Leaf(name, name, place, step(pointer, "type")),
            "apiVersion": Leaf(version, version, place, step(pointer, "apiVersion")),
        }
        if isinstance(body, Map):
            items.update(body.items)
        return Map(items, place, pointer)

    def place(self, node: object) -> Place:
        meta = getattr(node, "meta", node)
        line, column = getattr(meta, "line", 1), getattr(meta, "column", 1)
        return Place(self.file, line or 1, column or 1)

    def value(self, node: object, pointer: str) -> Tree:  # noqa: C901, PLR0911 - one case a shape
        kind, place = str(getattr(node, "data", "")), self.place(node)
        children = getattr(node, "children", [])
        match kind:
            case "object":
                items: dict[str, Tree] = {}
                for pair in children:
                    if str(getattr(pair, "data", "")) != "pair":
                        continue
                    key = str(pair.children[0].children[0]).strip("'")
                    items[key] = self.value(pair.children[1], step(pointer, key))
                return Map(items, place, pointer)
            case "array":
                row = (self.value(item, step(pointer, n)) for n, item in enumerate(children))
                return Row(tuple(row), place, pointer)
            case "deploy_condition":
                return self.value(children[-1], pointer)
            case "int_type":
                return Leaf(int(children[0]), str(children[0]), place, pointer)
            case "true" | "false":
                return Leaf(kind == "true", kind, place, pointer)
            case "null":
                return Leaf(None, "null", place, pointer)
            case "multi_line_string":
                text = str(children[0])[3:-3].removeprefix("\n")
                return Leaf(text, text, place, pointer)
            case "string" if str(children[0]).startswith("'") and "${" not in str(children[0]):
                text = _unquote(str(children[0])[1:-1])
                text = f"[{text}" if text.startswith("[") and text.endswith("]") else text
                return Leaf(text, text, place, pointer)
            case _:
                expression = f"[{self.expression(node)}]"
                return Leaf(expression, expression, place, pointer)

    def expression(self, node: object) -> str:  # noqa: PLR0911 - one case a shape
        """The ARM expression of a Bicep one; what ARM lacks becomes a call nothing resolves."""
        kind = str(getattr(node, "data", ""))
        children = getattr(node, "children", [])
        if kind == "operator":
            return self.expression(children[0])
        if kind == "string":
            written = str(children[0])
            return self.words(written) if written.startswith("'") else self.name(written)
        if kind == "int_type":
            return str(children[0])
        if kind in {"true", "false", "null"}:
            return f"{kind}()"
        if kind == "function":
            inner = ", ".join(self.expression(child) for child in children[1:])
            return f"{str(children[0]).rstrip('(')}({inner})"
        if kind == "conditional":
            return f"if({', '.join(self.expression(child) for child in children)})"
        if kind == "property_accessor":
            return f"{self.expression(children[0])}.{self.path(children[1])}"
        if kind == "index_accessor":
            return f"{self.expression(children[0])}[{self.expression(children[1])}]"
        if kind in _INFIX:
            inner = ", ".join(self.expression(child) for child in children)
            return f"{_INFIX[kind]}({inner})"
        return f"open({_quote(self.source(node))})"

    def path(self, node: object) -> str:
        kind = str(getattr(node, "data", ""))
        children = getattr(node, "children", [])
        if kind == "operator":
            return self.path(children[0])
        if kind == "property_accessor":
            return f"{self.path(children[0])}.{self.path(children[1])}"
        if kind == "index_accessor":
            return f"{self.path(children[0])}[{self.expression(children[1])}]"
        return str(children[0]) if kind == "string" else self.expression(node)

    def name(self, written: str) -> str:
        if written in self.parameters:
            return f"parameters('{written}')"
        if written in self.variables:
            return f"variables('{written}')"
        return f"reference('{written}')"

    def words(self, written: str) -> str:
        parts: list[str] = []
        end = 0
        inner = written[1:-1]
        for hole in _HOLE.finditer(inner):
            if inner[end : hole.start()]:
                parts.append(_quote(_unquote(inner[end : hole.start()])))
            parts.append(self.hole(hole.group(1).strip()))
            end = hole.end()
        if inner[end:]:
            parts.append(_quote(_unquote(inner[end:])))
        return f"concat({', '.join(parts)})"

    def hole(self, written: str) -> str:
        if re.fullmatch(r"\w+", written):
            return self.name(written)
        head, dot, rest = written.partition(".")
        if dot and re.fullmatch(r"\w+", head) and re.fullmatch(r"[\w.]+", rest):
            return f"{self.name(head)}.{rest}"
        return f"open({_quote(written)})"

    def source(self, node: object) -> str:
        meta = getattr(node, "meta", None)
        start, end = getattr(meta, "start_pos", None), getattr(meta, "end_pos", None)
        return self.text[start:end] if isinstance(start, int) and isinstance(end, int) else "?"


def _is_value(node: object) -> bool:
    return node is not None and str(getattr(node, "data", "")) != "data_type"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", lambda f: {"n": "\n", "t": "\t", "r": "\r"}.get(f[1], f[1]), text)
