"""What the causes of tasks that fail to start have in common."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.causes.start_up import definition, failing

from kiriwake.causes.iam.secret_read_denied import ID
from kiriwake.causes.start_up import grant_to_execution_role
from kiriwake.core.plan import Plan, Risk

SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf"
REFUSED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: failed to fetch secret"
    f" {SECRET} from secrets manager: AccessDeniedException: User:"
    " arn:aws:sts::111122223333:assumed-role/web-exec/1 is not authorized to perform:"
    f" secretsmanager:GetSecretValue on resource: {SECRET}"
)
NO_POLICY = " because no identity-based policy allows the secretsmanager:GetSecretValue action"


def only_plan(reason: str) -> Plan:
    (plan,) = grant_to_execution_role(failing(reason), ID)
    assert isinstance(plan, Plan)
    return plan


def test_exactly_what_was_refused_is_granted() -> None:
    plan = only_plan(REFUSED + NO_POLICY)

    assert plan.risk is Risk.ASK
    put = plan.apply[0].parameters
    assert put["RoleName"] == "web-exec"
    assert json.loads(put["PolicyDocument"])["Statement"] == [
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": SECRET}
    ]


def test_taking_it_back_removes_that_policy_and_no_other() -> None:
    plan = only_plan(REFUSED + NO_POLICY)

    assert plan.undo[0].action == "iam:DeleteRolePolicy"
    assert plan.undo[0].parameters["PolicyName"] == plan.apply[0].parameters["PolicyName"]


def test_an_explicit_deny_is_not_answered_with_a_grant() -> None:
    plan = only_plan(f"{REFUSED} with an explicit deny in a service control policy")

    assert plan.risk is Risk.SHOW


def test_a_text_that_was_cut_grants_nothing() -> None:
    assert only_plan(REFUSED[: REFUSED.index(" on resource")]).risk is Risk.SHOW


def test_without_an_execution_role_nothing_is_applied() -> None:
    snapshot = failing(REFUSED + NO_POLICY, uses=replace(definition(), execution_role_arn=""))

    (plan,) = grant_to_execution_role(snapshot, ID)

    assert isinstance(plan, Plan)
    assert plan.risk is Risk.SHOW
