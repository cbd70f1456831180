"""IAM's three answers, by identity policies, boundaries, trust and resource policies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lab.conftest import Bench
from tests.lab.shapes import faults

from kiriwake.lab.aws.policies import Decision, decide
from kiriwake.lab.ground import ImageAnswer

_PULL = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def _allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"} | more


def _role(bench: Bench, *statements: dict[str, Any], name: str = "r", trust: Any = None) -> str:
    iam = bench.aws("iam")
    document = {"Statement": trust or []}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    if statements:
        text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=text)
    return str(made["Role"]["Arn"])


def test_the_managed_execution_policy_is_there_and_counts(bench: Bench) -> None:
    arn = _role(bench)
    ground = bench.lab.ground()
    before = ground.may(arn, "ecr:GetAuthorizationToken")
    assert (before.yes, before.because) == (
        False,
        "no identity-based policy allows the ecr:GetAuthorizationToken action",
    )
    bench.aws("iam").attach_role_policy(RoleName="r", PolicyArn=_PULL)
    assert ground.may(arn, "ecr:GetAuthorizationToken").yes
    assert not ground.may(arn, "secretsmanager:GetSecretValue", "arn:aws:x").yes


def test_an_explicit_deny_wins(bench: Bench) -> None:
    deny = {"Effect": "Deny", "Action": "ecr:Batch*", "Resource": "*"}
    arn = _role(bench, _allow("ecr:*"), deny)
    found = bench.lab.ground().may(arn, "ecr:BatchGetImage")
    assert found.because == "with an explicit deny in an identity-based policy"
    assert bench.lab.ground().may(arn, "ecr:GetAuthorizationToken").yes


def test_a_boundary_caps(bench: Bench) -> None:
    iam = bench.aws("iam")
    arn = _role(bench, _allow("*"))
    boundary = iam.create_policy(
        PolicyName="edge",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [_allow("logs:*")]}),
    )["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="r", PermissionsBoundary=boundary)
    ground = bench.lab.ground()
    assert ground.may(arn, "logs:PutLogEvents").yes
    found = ground.may(arn, "ecr:BatchGetImage")
    assert found.because == "no permissions boundary allows the ecr:BatchGetImage action"


def test_the_control_api_denies_a_role(bench: Bench) -> None:
    arn = _role(bench, _allow("*"))
    bench.put("deny", {"actions": ["ecr:BatchGetImage"], "principal": arn})
    assert not bench.lab.ground().may(arn, "ecr:BatchGetImage").yes
    assert bench.lab.ground().may(arn, "ecr:GetAuthorizationToken").yes


@pytest.mark.parametrize(
    ("condition", "trusted"),
    [
        ({}, True),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:ecs:us-east-1:123456789012:*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:ecs:eu-west-1:123456789012:*"}}, False),
    ],
)
def test_trust_is_for_a_service_under_its_conditions(
    bench: Bench, condition: dict[str, Any], trusted: bool
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["ecs-tasks.amazonaws.com"]},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    arn = _role(bench, trust=[statement])
    ground = bench.lab.ground()
    assert ground.trusts(arn, "ecs-tasks.amazonaws.com") is trusted
    assert not ground.trusts(arn, "ec2.amazonaws.com")
    assert not ground.trusts(arn + "-gone", "ecs-tasks.amazonaws.com")


def test_the_simulator_gives_one_result_an_action(bench: Bench) -> None:
    mine = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mine"
    other = "arn:aws:secretsmanager:us-east-1:123456789012:secret:other"
    arn = _role(bench, _allow("secretsmanager:GetSecretValue", Resource=mine))
    answer = bench.aws("iam").simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=["secretsmanager:GetSecretValue", "kms:Decrypt"],
        ResourceArns=[mine, other],
    )
    first, second = answer["EvaluationResults"]
    assert first["EvalDecision"] == "implicitDeny"
    assert [r["EvalResourceDecision"] for r in first["ResourceSpecificResults"]] == [
        "allowed",
        "implicitDeny",
    ]
    assert second["EvalDecision"] == "implicitDeny"
    assert faults("iam", "SimulatePrincipalPolicy", answer) == []


def test_another_account_pulls_only_with_the_repositorys_leave(bench: Bench) -> None:
    ecr = bench.aws("ecr", key="210987654321")
    ecr.create_repository(repositoryName="app")
    role = "arn:aws:iam::123456789012:role/r"
    answer = ImageAnswer(True, account="210987654321", region="us-east-1", repository="app")
    assert not bench.lab.ground().repository_admits(answer, role)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }
    ecr.set_repository_policy(
        repositoryName="app",
        policyText=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    assert bench.lab.ground().repository_admits(answer, role)
    assert not bench.lab.ground().repository_admits(answer, "arn:aws:iam::111111111111:role/r")


_ACTIONS = st.sampled_from(["ecr:*", "ecr:BatchGetImage", "logs:*", "*", "ecr:Get*"])
_STATEMENTS = st.lists(
    st.builds(
        lambda effect, action: {"Effect": effect, "Action": action, "Resource": "*"},
        st.sampled_from(["Allow", "Deny"]),
        _ACTIONS,
    ),
    max_size=6,
)


@given(_STATEMENTS, _STATEMENTS)
def test_more_denies_never_allow_more(
    statements: list[dict[str, str]], more: list[dict[str, str]]
) -> None:
    denies = [statement for statement in more if statement["Effect"] == "Deny"]
    for action in ("ecr:BatchGetImage", "logs:PutLogEvents"):
        before = decide([{"Statement": statements}], action, "*", {})
        after = decide([{"Statement": [*statements, *denies]}], action, "*", {})
        assert after is not Decision.ALLOWED or before is Decision.ALLOWED


@given(_STATEMENTS)
def test_the_order_of_statements_does_not_matter(statements: list[dict[str, str]]) -> None:
    there = decide([{"Statement": statements}], "ecr:BatchGetImage", "*", {})
    back = decide([{"Statement": statements[::-1]}], "ecr:BatchGetImage", "*", {})
    assert there is back


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"StringLike": {"aws:PrincipalArn": "*role/a*"}}, {"aws:PrincipalArn": "role/ab"}, True),
        ({"StringNotEquals": {"aws:x": "1"}}, {}, True),
        ({"StringEquals": {"aws:x": "1"}}, {}, False),
        ({"StringEqualsIfExists": {"aws:x": "1"}}, {}, True),
        ({"Null": {"aws:x": "true"}}, {}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:SecureTransport": "true"}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:SourceIp": "10.1.1.1"}, True),
        ({"NumericLessThan": {"aws:n": "5"}}, {"aws:n": "4"}, True),
        (
            {"DateGreaterThan": {"aws:t": "2020-01-01T00:00:00Z"}},
            {"aws:t": "2026-01-01T00:00:00Z"},
            True,
        ),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, str], holds: bool) -> None:
    document = {"Statement": _allow("a:b", Condition=condition)}
    assert (decide([document], "a:b", "x", context) is Decision.ALLOWED) is holds
