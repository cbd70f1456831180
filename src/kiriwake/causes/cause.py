"""What a cause is: a pure decision, its remedies, and the card that every page prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from kiriwake.core.observed import Missing
from kiriwake.core.plan import Plan
from kiriwake.core.symptom import SymptomId
from kiriwake.core.target import Kind
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.reading import Reading
from kiriwake.evidence.snapshot import Snapshot


class Level(StrEnum):
    """A cause accounts for what is wrong; a warning is worth knowing and breaks nothing now."""

    CAUSE = "cause"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Seed:
    """The place in the field report, and where the report is mistaken."""

    section: str
    """`scenario-a` to `scenario-d`, `triage`, `pitfalls`, `checklist`, `console`."""
    corrections: tuple[Text, ...] = ()


Remedies: TypeAlias = tuple[Plan | Missing, ...]
"""Plans, and the observations that further plans would need."""


def no_remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """For a cause that no change of settings cures."""
    return ()


@dataclass(frozen=True, slots=True)
class Cause:
    """One hypothesis. Its id is the path of its file: `ecs/subnet-ip-exhausted`."""

    title: Text
    """What is wrong; no advice, lower case, no full stop; makes sense alone."""
    meaning: Text
    contrast: Text
    """What an engineer from Azure expects instead."""
    level: Level
    explains: frozenset[SymptomId]
    """The symptoms it accounts for."""
    needs: tuple[Reading[Any], ...]
    """Every kind of evidence that `decide` may look at."""
    decide: Callable[[Snapshot], Verdict]
    remedies: Callable[[Snapshot, Holds], Remedies] = no_remedies
    follows: frozenset[SymptomId] = frozenset()
    """The symptoms it needs in order to arise: a mechanism, not a root."""
    targets: frozenset[Kind] = frozenset({Kind.ECS_SERVICE})
    seed: Seed | None = None
    facts: tuple[str, ...] = ()
    """Ids in docs/facts.md."""
