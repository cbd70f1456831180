"""What cannot be judged is never called clear."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kiriwake.core.target import Kind, parse
from kiriwake.diagnose.diagnosis import Status
from kiriwake.diagnose.engine import diagnose
from kiriwake.diagnose.symptoms import is_judged
from kiriwake.evidence.snapshot import Snapshot

AT = datetime(2026, 11, 23, 6, 52, 10, tzinfo=UTC)
TYPED = ("eks:my-cluster", "eks:my-cluster/default/Deployment/web", "ecr:my-app", "subnet-abc123")


@pytest.mark.parametrize("typed", TYPED)
def test_a_kind_of_target_without_symptoms_is_inconclusive_and_says_so(typed: str) -> None:
    diagnosis = diagnose(Snapshot(parse(typed), AT))

    assert not is_judged(diagnosis.target.kind)
    assert diagnosis.status is Status.INCONCLUSIVE
    assert [note.what.en for note in diagnosis.not_checked] == ["everything"]


def test_ecs_is_judged() -> None:
    assert is_judged(Kind.ECS_SERVICE)
    assert is_judged(Kind.ECS_TASK)
