"""HCL text in the form `terraform fmt` leaves alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression written as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block with labels; its body keeps its order."""

    type: str
    labels: tuple[str, ...]
    body: tuple[tuple[str, Value] | Block, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value inside `jsonencode()`."""

    value: Value


Value = (
    Expression
    | Encoded
    | Mapping[str, "Value"]
    | Sequence["Value"]
    | str
    | int
    | float
    | bool
    | None
)


def quoted(text: str) -> str:
    """A string literal without interpolation."""
    plain = json.dumps(text, ensure_ascii=False)
    return plain.replace("${", "$${").replace("%{", "%%{")


def render(value: Value, indent: int) -> str:  # noqa: C901, PLR0911
    """A value; collections take a line for each item."""
    pad = "  " * (indent + 1)
    match value:
        case Expression(text=text):
            return text
        case Encoded(value=inner):
            return f"jsonencode({render(inner, indent)})"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case str():
            return quoted(value)
        case Mapping():
            if not value:
                return "{}"
            rows = [(_key(key), item) for key, item in value.items()]
            return "{\n" + _aligned(rows, indent + 1) + "  " * indent + "}"
        case _:
            items = list(value)
            if not items:
                return "[]"
            if all(isinstance(i, str | int | float | bool | Expression) for i in items):
                line = "[" + ", ".join(render(i, indent) for i in items) + "]"
                if len(line) <= 90 and "\n" not in line:  # noqa: PLR2004
                    return line
            body = "".join(f"{pad}{render(item, indent + 1)},\n" for item in items)
            return "[\n" + body + "  " * indent + "]"


def _key(key: str) -> str:
    return key if _BARE.match(key) else quoted(key)


def _aligned(rows: Sequence[tuple[str, Value]], indent: int) -> str:
    """Attributes with their equals signs in one column, as far as neighbours take one line."""
    pad = "  " * indent
    done: list[str] = []
    group: list[tuple[str, str]] = []

    def close() -> None:
        widest = max((len(key) for key, _ in group), default=0)
        done.extend(f"{pad}{key.ljust(widest)} = {text}\n" for key, text in group)
        group.clear()

    for key, value in rows:
        text = render(value, indent)
        if "\n" in text:
            close()
            done.append(f"{pad}{key} = {text}\n")
        else:
            group.append((key, text))
    close()
    return "".join(done)


def block_text(block: Block, indent: int = 0) -> str:
    """A block."""
    pad = "  " * indent
    head = " ".join([block.type, *(quoted(label) for label in block.labels)])
    if not block.body:
        return f"{pad}{head} {{}}\n"
    parts: list[str] = []
    rows: list[tuple[str, Value]] = []
    for item in block.body:
        if isinstance(item, Block):
            if rows:
                parts.append(_aligned(rows, indent + 1))
                rows = []
            parts.append(block_text(item, indent + 1))
        else:
            rows.append(item)
    if rows:
        parts.append(_aligned(rows, indent + 1))
    return f"{pad}{head} {{\n" + "\n".join(parts) + f"{pad}}}\n"
