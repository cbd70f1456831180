"""A kind of evidence: which API action gives it, and what type it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from kiriwake.core.observed import Call, Known, Missing, Observed, Why

T = TypeVar("T")


# Without slots: a generic class that is frozen and has them cannot be called as
# `Reading[T](…)` on Python 3.11 (`typing` sets `__orig_class__`).
@dataclass(frozen=True)
class Reading(Generic[T]):
    """One kind of evidence.

    `type` is what a `Known` of it holds (for msgspec as well); `also` are the further
    actions that reading it takes, for the IAM policy.
    """

    action: str
    type: Any
    part: str = ""
    also: tuple[str, ...] = ()
    argument: str = ""
    """What the argument of a call looks like (`CLUSTER/SERVICE`)."""

    def of(self, argument: str) -> Call:
        """The call that asks for this evidence about one thing."""
        return Call(self.action, argument, self.part)

    @property
    def actions(self) -> tuple[str, ...]:
        """All IAM actions that reading it takes."""
        return (self.action, *self.also)


@dataclass(frozen=True, slots=True)
class Absent:
    """It was looked for, with the right to see it, and it is not there."""

    code: str
    """AWS's error code, such as `ImageNotFoundException`."""
    says: str = ""


def present(seen: Observed[T | Absent]) -> Observed[T]:
    """What has to exist to be talked about: an absence becomes `Missing` not-found."""
    match seen:
        case Known(Absent(says=says), call):
            return Missing(call, Why.NOT_FOUND, says)
        case Known(value, call, at, principal):
            return Known(cast("T", value), call, at, principal)
        case Missing():
            return seen
