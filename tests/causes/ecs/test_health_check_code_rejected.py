"""`ecs/health-check-code-rejected`: an answer came, and the matcher does not take it."""

from __future__ import annotations

import pytest
from tests.causes.health import OLD, answering, checked

from kiriwake.causes.ecs.health_check_code_rejected import CAUSE
from kiriwake.core.plan import Plan, Slot
from kiriwake.core.verdict import Holds, RuledOut

WITNESS = checked(*OLD, answering(301), answering(301, 3))
NEAR_MISS = checked(*OLD, answering(404), answering(404, 3))
"""Not found is another story: the path is not there."""


@pytest.mark.parametrize("code", [301, 302, 400, 401, 403, 429])
def test_redirects_and_refusals_are_answers_that_the_matcher_rejects(code: int) -> None:
    assert isinstance(CAUSE.decide(checked(*OLD, answering(code))), Holds)


@pytest.mark.parametrize("code", [404, 405, 410, 500, 503])
def test_an_unknown_path_and_a_server_error_are_told_apart(code: int) -> None:
    assert isinstance(CAUSE.decide(checked(*OLD, answering(code))), RuledOut)


def test_the_matcher_is_asked_for_and_the_old_one_is_what_undo_puts_back() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    widen, _ = (p for p in CAUSE.remedies(WITNESS, found) if isinstance(p, Plan))

    assert isinstance(widen.apply[0].parameters["Matcher"]["HttpCode"], Slot)
    assert widen.undo[0].parameters["Matcher"] == {"HttpCode": "200"}
