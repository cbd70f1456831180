"""Everything that was seen of one target, and what was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from kiriwake.core.observed import Call, Missing, Observed, Why
from kiriwake.core.target import Target
from kiriwake.evidence.reading import Reading

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The evidence: a value, or the reason why there is none, for every call that was made.

    A call that was never made is `Missing` with `not-asked`: whoever decides names
    what it needs by looking for it, and app reads that and decides again.
    """

    target: Target
    taken_at: datetime
    facts: Mapping[Call, Observed[Any]] = field(default_factory=dict)
    account: str = ""
    region: str = ""

    def see(self, reading: Reading[T], argument: str) -> Observed[T]:
        """What one kind of evidence says about one thing."""
        call = reading.of(argument)
        return self.facts.get(call) or Missing(call, Why.NOT_ASKED)
