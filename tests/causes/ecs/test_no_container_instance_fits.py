"""``ecs/no-container-instance-fits``."""

from __future__ import annotations

from tests.causes.builders import event, failing, snapshot

from kiriwake.causes.ecs.no_container_instance_fits import CAUSE
from kiriwake.core.verdict import Holds
from kiriwake.diagnose.engine import diagnose

NO_ROOM = event(
    "was unable to place a task because no container instance met all of its requirements. The"
    " closest matching (container-instance 0123456789abcdef0123456789abcdef) has insufficient"
    " memory available. For more information, see the Troubleshooting section of the Amazon ECS"
    " Developer Guide."
)
WITNESS = snapshot(failing(events=(NO_ROOM,), launch_type="EC2"))

NEAR_MISS = snapshot(failing(events=(NO_ROOM,)))
"""On Fargate there are no container instances: the words say nothing of the cause."""


def test_it_quotes_the_event() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert any("was unable to place a task" in fact.says.en for fact in found.because)


def test_it_comes_first_on_instances() -> None:
    assert diagnose(WITNESS).chain[:1] == ("ecs/no-container-instance-fits",)
