"""``logs/log-group-missing``: told by AWS, or found by looking at the group."""

from __future__ import annotations

from tests.causes.start_up import failing

from kiriwake.causes.logs.log_group_missing import CAUSE
from kiriwake.core.plan import Plan
from kiriwake.core.verdict import Holds, RuledOut, Unknown
from kiriwake.evidence import logs
from kiriwake.evidence.logs import LogGroup
from kiriwake.evidence.reading import Absent

GROUP = logs.LOG_GROUP.of("/ecs/web")
ABSENT = Absent("ResourceNotFoundException")
TOLD = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried"
    " 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified"
    " log group does not exist. : exit status 1"
)
UNTOLD = (
    "CannotStartContainerError: Error response from daemon: failed to initialize logging driver"
)

WITNESS = failing(TOLD, also={GROUP: ABSENT})

NEAR_MISS = failing(UNTOLD, also={GROUP: LogGroup("/ecs/web")})
"""The log driver failed as well, and the group is there."""


def test_aws_names_it() -> None:
    assert isinstance(CAUSE.decide(WITNESS), Holds)


def test_a_cut_text_is_settled_by_looking_at_the_group() -> None:
    found = CAUSE.decide(failing(UNTOLD, also={GROUP: ABSENT}))

    assert isinstance(found, Holds)
    assert found.because[-1].says.en == "there is no log group /ecs/web"


def test_a_cut_text_without_a_look_at_the_group_is_unknown() -> None:
    assert isinstance(CAUSE.decide(failing(UNTOLD)), Unknown)


def test_a_group_that_is_there_rules_it_out() -> None:
    assert isinstance(CAUSE.decide(NEAR_MISS), RuledOut)


def test_creating_the_group_is_taken_back_by_deleting_it() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    (plan,) = CAUSE.remedies(WITNESS, found)

    assert isinstance(plan, Plan)
    assert [call.action for call in plan.apply] == ["logs:CreateLogGroup"]
    assert [call.action for call in plan.undo] == ["logs:DeleteLogGroup"]
    assert plan.apply[0].parameters == plan.undo[0].parameters == {"logGroupName": "/ecs/web"}
