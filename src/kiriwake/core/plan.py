"""A remedy as data: what must still be so, what to do, how to prove it, how to undo it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from kiriwake.core.observed import Call
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text


class Risk(StrEnum):
    """What may be done with a plan."""

    SAFE = "safe"
    """Changes nothing that runs."""
    ASK = "ask"
    """Changes what runs: only after a yes."""
    SHOW = "show"
    """Never applied by us: it needs a decision or a tool that we do not have."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that no API knows and a person must give (a health path, say)."""

    name: str
    says: Text
    example: str


@dataclass(frozen=True, slots=True)
class Output:
    """A value that an earlier step of the same plan answers (a new subnet's id, say)."""

    step: int
    """Which step, counted from 0."""
    path: str
    """Keys and list indices with dots between them: `Subnet.SubnetId`."""


Value: TypeAlias = Any
"""What JSON can hold, or a `Slot` or `Output` anywhere inside it."""


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One change: `ecs:UpdateService` with its parameters as the API names them.

    Kubernetes changes are `k8s:patch`, `k8s:apply` or `k8s:delete`, with
    `apiVersion`, `kind`, `namespace`, `name` and `body`.
    """

    action: str
    parameters: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Precondition:
    """The state that the plan was made for: fields of one observation, as they were."""

    call: Call
    fields: Mapping[str, Value]
    says: Text


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be seen afterwards: the cause refuted, and these symptoms gone."""

    says: Text
    gone: frozenset[SymptomId] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """One way out of one cause; `undo[i]` takes `apply[i]` back, the last one first."""

    id: str
    title: Text
    risk: Risk
    apply: tuple[ApiCall, ...] = ()
    verify: tuple[Expectation, ...] = ()
    undo: tuple[ApiCall, ...] = ()
    preconditions: tuple[Precondition, ...] = ()
    slots: tuple[Slot, ...] = ()
    commands: tuple[str, ...] = field(default=())
    """What to type, for a plan that is only shown and is no AWS call (`docker push`)."""
