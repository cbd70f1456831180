"""A CloudFormation template in the making, and its text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None
_PLAIN = re.compile(
    r"[A-Za-z/_$](?:[\w/.\-+*=@$(){},;!?%&|~'\"<>]|:(?=[^\s:])|(?<=[^:\s]) (?=[^#\s]))*\Z"
)
_BLOCK = re.compile(r"(?:[!-~][ -~]*\n)(?:[ -~]*\n)*[ -~]*[!-~]\n?\Z")
_BREAKS = re.compile("[\x7f\x80-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
MOST_RESOURCES = 500
"""CloudFormation's quota for one template."""


def ref(logical_id: str) -> dict[str, Json]:
    """`Ref`."""
    return {"Ref": logical_id}


def get(logical_id: str, attribute: str) -> dict[str, Json]:
    """`Fn::GetAtt`."""
    return {"Fn::GetAtt": [logical_id, attribute]}


def sub(text: str) -> dict[str, Json]:
    """`Fn::Sub`."""
    return {"Fn::Sub": text}


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a template."""

    type: str
    properties: Mapping[str, Json]
    depends_on: tuple[str, ...] = ()
    keep: bool = False
    """Whether deleting the stack leaves it (data)."""


@dataclass(slots=True)
class Stack:
    """A template being written; everything keeps the order in which it was added."""

    description: str
    parameters: dict[str, dict[str, Json]] = field(default_factory=dict)
    conditions: dict[str, Json] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, dict[str, Json]] = field(default_factory=dict)

    def add(
        self,
        logical_id: str,
        kind: str,
        properties: Mapping[str, Json],
        *,
        depends_on: Sequence[str] = (),
        keep: bool = False,
    ) -> str:
        """Adds a resource, leaving out properties that are None; gives back its id."""
        if logical_id in self.resources:
            raise AssertionError(logical_id)
        kept = {key: value for key, value in properties.items() if value is not None}
        self.resources[logical_id] = Resource(kind, kept, tuple(sorted(depends_on)), keep)
        return logical_id

    def document(self) -> dict[str, Json]:
        """The template as data."""
        found: dict[str, Json] = {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": self.description,
        }
        if self.parameters:
            found["Parameters"] = self.parameters
        if self.conditions:
            found["Conditions"] = self.conditions
        found["Resources"] = {name: _shown(r) for name, r in self.resources.items()}
        if self.outputs:
            found["Outputs"] = self.outputs
        return found


def _shown(resource: Resource) -> Json:
    shown: dict[str, Json] = {"Type": resource.type}
    if resource.depends_on:
        shown["DependsOn"] = list(resource.depends_on)
    if resource.keep:
        shown["DeletionPolicy"] = "Retain"
        shown["UpdateReplacePolicy"] = "Retain"
    if resource.properties:
        shown["Properties"] = resource.properties
    return shown


def yaml_text(document: Json) -> str:
    """YAML in block style without anchors, in the order given, the same bytes every time.

    A third of a large conversion's time went into the library's representer; what is written here
    are plain mappings, lists and scalars only.
    """
    out: list[str] = []
    _emit(document, 0, out, inline=False)
    return "".join(out)


def _emit(value: Json, indent: int, out: list[str], *, inline: bool) -> None:
    """Writes a value; `inline` says that the line already holds its key or dash."""
    pad = "  " * indent
    if isinstance(value, Mapping) and value:
        first = not inline
        for key, item in value.items():
            out.append(pad if first else "")
            first = True
            out.append(f"{_scalar(str(key), None)}:")
            _under_key(item, indent, out)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for item in value:
            out.append(f"{pad}- ")
            if isinstance(item, Mapping) and item:
                _emit(item, indent + 1, out, inline=True)
            elif isinstance(item, Sequence) and not isinstance(item, str) and item:
                out[-1] = f"{pad}-\n"
                _emit(item, indent + 1, out, inline=False)
            else:
                out.append(f"{_scalar(item, indent)}\n")
    else:
        out.append(f"{pad if not inline else ''}{_scalar(value, indent)}\n")


def _under_key(item: Json, indent: int, out: list[str]) -> None:
    if isinstance(item, Mapping) and item:
        out.append("\n")
        _emit(item, indent + 1, out, inline=False)
    elif isinstance(item, Sequence) and not isinstance(item, str) and item:
        out.append("\n")
        _emit(item, indent, out, inline=False)
    else:
        out.append(f" {_scalar(item, indent)}\n")


def _scalar(value: Json, indent: int | None) -> str:
    """One scalar; without an indent it stays on its line, as a key must."""
    match value:
        case str():
            if _PLAIN.match(value) and value.lower() not in _WORDS:
                return value
            if indent is not None and _BLOCK.match(value):
                pad = "  " * (indent + 1)
                mark = "|" if value.endswith("\n") else "|-"
                lines = value.removesuffix("\n").split("\n")
                return f"{mark}\n" + "\n".join(pad + line if line else "" for line in lines)
            quoted = json.dumps(value, ensure_ascii=False)
            return _BREAKS.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)
        case Mapping():
            return "{}"
        case Sequence():
            return "[]"
        case _:
            return json.dumps(value)
