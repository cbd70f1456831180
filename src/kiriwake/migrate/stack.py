"""A CloudFormation template in the making, and its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import yaml

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
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
    """YAML without anchors, in the order given, the same bytes every time."""
    text: str = yaml.dump(
        _plain(document), Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100
    )
    return text


def _plain(value: Json) -> object:
    """Fresh containers throughout, so that the dumper finds nothing shared to anchor."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
