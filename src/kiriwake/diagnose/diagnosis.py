"""What came of running every cause on a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kiriwake.causes.cause import Cause
from kiriwake.core.observed import Call, Missing
from kiriwake.core.plan import Plan
from kiriwake.core.symptom import Symptom, SymptomId
from kiriwake.core.target import Target
from kiriwake.core.text import Text
from kiriwake.core.verdict import Fact


class Status(StrEnum):
    """What a target's diagnosis comes to."""

    CAUSE_FOUND = "cause-found"
    WARNINGS = "warnings"
    CLEAR = "clear"
    INCONCLUSIVE = "inconclusive"


class Depth(StrEnum):
    """How much was looked at: all that is asked for, or what can be read in bulk."""

    FULL = "full"
    SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause that holds."""

    id: str
    cause: Cause
    because: tuple[Fact, ...]
    explains: frozenset[SymptomId]
    """The observed symptoms that it accounts for."""
    root: bool
    plans: tuple[Plan, ...] = ()
    plans_lack: tuple[Missing, ...] = ()
    """What further plans would need to be seen."""

    @property
    def direct(self) -> bool:
        """Whether AWS itself named it."""
        return any(fact.direct for fact in self.because)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A cause that is ruled out, and by what."""

    id: str
    cause: Cause
    because: tuple[Fact, ...]
    no_symptom: bool = False
    """Only because nothing that it could explain is seen."""


@dataclass(frozen=True, slots=True)
class Open:
    """A cause that cannot be decided, and for want of what."""

    id: str
    cause: Cause
    missing: tuple[Missing, ...]
    crash: str = ""
    """Our own failure while deciding it, in one line."""


@dataclass(frozen=True, slots=True)
class NotChecked:
    """Something a reader may believe was looked at, and why it was not."""

    what: Text
    why: Text


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One target's diagnosis, in the order in which it is read."""

    target: Target
    taken_at: datetime
    status: Status
    symptoms: tuple[Symptom, ...] = ()
    blind: tuple[tuple[SymptomId, tuple[Missing, ...]], ...] = ()
    """Symptoms that could not be computed."""
    unexplained: tuple[SymptomId, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Causes, roots first, then mechanisms, then warnings."""
    chain: tuple[str, ...] = ()
    """Ids from the root to the last mechanism."""
    ruled_out: tuple[Excluded, ...] = ()
    unknown: tuple[Open, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    depth: Depth = Depth.FULL
    wanted: tuple[Call, ...] = field(default=())
    """What would be read next to know more."""
