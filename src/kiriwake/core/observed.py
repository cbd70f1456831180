"""What was asked of the world, and what came of it: a value, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """One question to an API.

    `action` is IAM's name of it (`ec2:DescribeSubnets`, `k8s:list pods`), `argument`
    what it is about (`subnet-abc123`, `my-cluster/my-service`), and `part` tells
    apart two answers that one action gives about one thing (`STOPPED`).
    """

    action: str
    argument: str
    part: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.action, self.argument, self.part)))


class Why(StrEnum):
    """Why there is no value; six ways of not knowing, and one of not having asked."""

    DENIED = "denied"
    THROTTLED = "throttled"
    NOT_FOUND = "not-found"
    EXPIRED = "expired"
    TRUNCATED = "truncated"
    UNREACHABLE = "unreachable"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value, with the call that gave it, the moment, and as whom it was seen."""

    value: T
    call: Call
    at: datetime
    principal: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """No value, and why; a denied read is never an exception and never "absent"."""

    call: Call
    why: Why
    says: str = ""
    """AWS's own words, where there were any."""


Observed: TypeAlias = Known[T] | Missing


def mapped(seen: Observed[T], see: Callable[[T], U]) -> Observed[U]:
    """The same observation, looked at through a function; a missing one stays missing."""
    match seen:
        case Known(value, call, at, principal):
            return Known(see(value), call, at, principal)
        case Missing():
            return seen
