"""``ecs/out-of-memory``."""

from __future__ import annotations

from tests.causes.builders import exited, failing, snapshot

from kiriwake.causes.ecs.out_of_memory import CAUSE
from kiriwake.core.verdict import Holds
from kiriwake.diagnose.engine import diagnose

OOM = "OutOfMemoryError: Container killed due to memory usage"
WITNESS = snapshot(failing(), stopped=(exited(7, 137, reason=OOM), exited(8, 137, reason=OOM)))

NEAR_MISS = snapshot(failing(), stopped=(exited(7, 137), exited(8, 137)))
"""Exit code 137 without the word proves nothing."""


def test_case_does_not_matter() -> None:
    seen = snapshot(failing(), stopped=(exited(7, 137, reason=OOM.replace("C", "c")),))

    assert isinstance(CAUSE.decide(seen), Holds)


def test_it_is_told_alone() -> None:
    assert diagnose(WITNESS).chain == ("ecs/out-of-memory",)
