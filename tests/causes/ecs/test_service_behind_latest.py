"""``ecs/service-behind-latest``."""

from __future__ import annotations

from tests.causes.builders import revision, snapshot

from kiriwake.causes.ecs.service_behind_latest import CAUSE
from kiriwake.core.verdict import Holds
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Names

WITNESS = snapshot(
    more={ecs.REVISIONS.of("my-app"): Names((revision(10), revision(9), revision(3)))}
)

NEAR_MISS = snapshot()


def test_revisions_are_compared_as_numbers() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].says.en == (
        "the service is on my-app:3, the newest ACTIVE is my-app:10"
    )
