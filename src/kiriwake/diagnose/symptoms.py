"""What is visibly wrong, computed from the snapshot by pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiriwake.core.symptom import SymptomId
from kiriwake.core.target import Kind
from kiriwake.core.text import Text
from kiriwake.core.verdict import Unknown, Verdict
from kiriwake.diagnose import ecs_limits, ecs_symptoms
from kiriwake.diagnose.diagnosis import NotChecked
from kiriwake.evidence.snapshot import Snapshot

_OF: Mapping[Kind, Mapping[SymptomId, Callable[[Snapshot], Verdict]]] = {
    Kind.ECS_SERVICE: ecs_symptoms.OF_A_SERVICE,
    Kind.ECS_TASK: ecs_symptoms.OF_A_TASK,
    # A cluster is a target of its own only where it has no service that could be ill.
    Kind.ECS_CLUSTER: {},
}


def is_judged(kind: Kind) -> bool:
    """Whether this kind of target has symptoms at all; of another nothing may be said."""
    return kind in _OF


def symptoms_of(snapshot: Snapshot) -> Mapping[SymptomId, Verdict]:
    """Every symptom that this kind of target can have: seen, not seen, or not to be told."""
    table = _OF.get(snapshot.target.kind, {})
    return {id_: decide(snapshot) for id_, decide in table.items()}


def not_checked(snapshot: Snapshot, blind: Mapping[SymptomId, Unknown]) -> tuple[NotChecked, ...]:
    """What a reader might take for granted and was not looked at."""
    if not is_judged(snapshot.target.kind):
        return (
            NotChecked(
                Text(en="everything", ja="すべて"),
                Text(
                    en=f"kiriwake cannot judge a target of the kind {snapshot.target.kind} yet",
                    ja=f"{snapshot.target.kind} の診断にはまだ対応していない",
                ),
            ),
        )
    return ecs_limits.not_checked(snapshot)
