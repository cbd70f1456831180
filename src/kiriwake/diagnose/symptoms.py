"""What is visibly wrong, computed from the snapshot by pure functions."""

from __future__ import annotations

from collections.abc import Mapping

from kiriwake.core.symptom import SymptomId
from kiriwake.core.verdict import Unknown, Verdict
from kiriwake.diagnose.diagnosis import NotChecked
from kiriwake.evidence.snapshot import Snapshot


def symptoms_of(snapshot: Snapshot) -> Mapping[SymptomId, Verdict]:
    """Every symptom that this kind of target can have: seen, not seen, or not to be told."""
    return {}


def not_checked(snapshot: Snapshot, blind: Mapping[SymptomId, Unknown]) -> tuple[NotChecked, ...]:
    """What a reader might take for granted and was not looked at."""
    return ()
