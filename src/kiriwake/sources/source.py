"""The one seam between kiriwake and the world: AWS, a cluster, a recording."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from kiriwake.core.observed import Call, Observed
from kiriwake.core.target import Target


@dataclass(frozen=True, slots=True)
class Request:
    """One kind of question that was put to an API, how often, and how long it took."""

    call: Call
    times: int
    ms: int


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom, and where, everything was seen."""

    account: str
    principal: str
    region: str
    partition: str = "aws"


class Source(Protocol):
    """Answers calls with observations; never raises for one that failed."""

    def read(self, calls: Collection[Call]) -> Mapping[Call, Observed[Any]]:
        """One observation for every call; batches what the API can batch.

        What would take too many requests at once is `Missing` with `not-asked`; asked
        for again in a small group it is read.
        """

    def identity(self) -> Identity:
        """Who asks; raises `NoAccess` without credentials or endpoint."""

    def targets(self, wanted: Target | None) -> tuple[Target, ...]:
        """The targets that one typed target stands for (a cluster's services, a region's).

        Raises `TargetNotFound` with the nearest names.
        """

    def now(self) -> datetime:
        """The time by the answers' Date header, aware UTC."""

    def requests(self) -> tuple[Request, ...]:
        """What was asked so far, in order."""


@runtime_checkable
class SeesRegions(Protocol):
    """A source that can look beyond its own region."""

    def regions_in_use(self) -> tuple[str, ...]:
        """The other regions in which a cluster was seen, as far as they answer."""
