"""`elb/target-group-absent`: deleted under the service."""

from __future__ import annotations

from tests.causes.builders import GROUP, HEALTH, denied, event, snapshot
from tests.causes.health import OLD, checked, rolling

from kiriwake.causes.elb.target_group_absent import CAUSE
from kiriwake.core.verdict import Holds
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence.reading import Absent

GONE = Absent("TargetGroupNotFoundException", "One or more target groups not found")
WITNESS = checked(more={HEALTH: GONE})
NEAR_MISS = checked(*OLD)


def test_it_names_the_group() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].says.en == "target group my-tg does not exist"
    assert diagnose(WITNESS).findings[0].id == "elb/target-group-absent"


def test_an_event_tells_it_when_elb_is_denied() -> None:
    told = rolling(
        events=(
            event(
                f"(task {2:032x}) is not healthy in target-group ({GROUP}) due to TARGET GROUP IS"
                " NOT FOUND."
            ),
        )
    )

    assert isinstance(CAUSE.decide(snapshot(told, more={HEALTH: denied(HEALTH)})), Holds)
