"""``ecs/execution-role-cannot-pull``."""

from __future__ import annotations

from tests.causes.builders import definition, failing, refused, revision, snapshot

from kiriwake.causes.ecs.execution_role_cannot_pull import CAUSE
from kiriwake.core.observed import Missing
from kiriwake.core.plan import Plan
from kiriwake.core.verdict import Holds, RuledOut
from kiriwake.evidence import ecs, iam
from kiriwake.evidence.iam import Role

ROLE = "arn:aws:iam::123456789012:role/my-execution-role"
DENIED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource"
    " retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1"
    " time(s): AccessDeniedException: User:"
    " arn:aws:sts::123456789012:assumed-role/my-execution-role/0123456789abcdef is not authorized"
    " to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows"
    " the ecr:GetAuthorizationToken action"
)
TIMED_OUT = (
    "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull"
    " registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR."
    " dial tcp 44.213.79.10:443: i/o timeout"
)
SEEN = {
    ecs.TASK_DEFINITION.of(revision(3)): definition(3),
    iam.ROLE.of(ROLE): Role(ROLE, "my-execution-role", "{}"),
}
WITNESS = snapshot(failing(), stopped=(refused(7, DENIED),), more=SEEN)

NEAR_MISS = snapshot(failing(), stopped=(refused(7, TIMED_OUT),), more=SEEN)
"""Nobody answered, so nobody denied."""


def test_the_policy_goes_to_the_role_of_the_task_definition() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    (plan,) = (p for p in CAUSE.remedies(WITNESS, found) if isinstance(p, Plan))

    assert plan.apply[0].parameters["RoleName"] == "my-execution-role"
    assert [plan.apply[0].action, plan.undo[0].action] == [
        "iam:AttachRolePolicy",
        "iam:DetachRolePolicy",
    ]


def test_without_the_task_definition_it_says_what_it_needs() -> None:
    seen = snapshot(failing(), stopped=(refused(7, DENIED),))
    found = CAUSE.decide(seen)
    assert isinstance(found, Holds)

    (lacking,) = CAUSE.remedies(seen, found)

    assert isinstance(lacking, Missing)
    assert lacking.call.action == "ecs:DescribeTaskDefinition"


def test_a_denied_secret_is_another_matter() -> None:
    words = DENIED.replace("ecr:GetAuthorizationToken", "secretsmanager:GetSecretValue").replace(
        "unable to retrieve ecr registry auth", "unable to retrieve secret from asm"
    )
    seen = snapshot(failing(), stopped=(refused(7, words),), more=SEEN)

    assert isinstance(CAUSE.decide(seen), RuledOut)
