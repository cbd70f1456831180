"""`ecs/health-check-server-error`: the application answers, and says that it is unwell."""

from __future__ import annotations

from tests.causes.builders import HEALTH, denied
from tests.causes.health import OLD, answering, checked

from kiriwake.causes.ecs.health_check_server_error import CAUSE
from kiriwake.core.verdict import Holds, RuledOut, Unknown

WITNESS = checked(*OLD, answering(503), answering(500, 3))
NEAR_MISS = checked(*OLD, answering(404), answering(301, 3))
"""The application is well and is asked for the wrong thing."""


def test_it_quotes_the_codes() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[0].says.en == "2 of 4 targets answer the check with 503, 500"


def test_healthy_targets_are_no_sign() -> None:
    assert isinstance(CAUSE.decide(checked(*OLD)), RuledOut)


def test_target_health_that_we_may_not_read_is_unknown_not_fine() -> None:
    assert CAUSE.decide(checked(more={HEALTH: denied(HEALTH)})) == Unknown((denied(HEALTH),))
