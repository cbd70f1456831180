"""What load balancing, ECR, IAM and Logs answer becomes evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.sources.fake import ACCOUNT, REGION, FakeAws, denied, error, source_of
from tests.sources.payloads import ELB, GROUP, IMAGE, ROLE, target

from kiriwake.core.observed import Call, Known, Missing, Observed, Why
from kiriwake.evidence import ecr, elb, iam, logs
from kiriwake.evidence.reading import Absent

REPOSITORY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web"


def value(seen: Observed[Any]) -> Any:
    assert isinstance(seen, Known), seen
    return seen.value


def read_one(answers: Mapping[str, Any] | FakeAws, call: Call) -> Observed[Any]:
    return source_of(answers).read([call])[call]


def test_target_health_tells_state_reason_and_description() -> None:
    sick = target(
        "10.0.0.9",
        "unhealthy",
        Reason="Target.ResponseCodeMismatch",
        Description="Health checks failed with these codes: [404]",
    )
    answers = {"elbv2:DescribeTargetHealth": {"TargetHealthDescriptions": [sick]}}

    (seen,) = value(read_one(answers, elb.TARGET_HEALTH.of(GROUP)))

    assert (seen.target, seen.port, seen.state) == ("10.0.0.9", 8080, "unhealthy")
    assert seen.description.endswith("[404]")


def group(name: str) -> dict[str, Any]:
    return {
        "TargetGroupArn": f"{ELB}:targetgroup/{name}/1",
        "TargetGroupName": name,
        "Protocol": "HTTP",
        "Port": 8080,
        "VpcId": "vpc-1",
        "TargetType": "ip",
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": "/health",
        "HealthCheckIntervalSeconds": 30,
        "Matcher": {"HttpCode": "200-299"},
    }


def test_one_target_group_that_is_gone_hides_none_of_the_others() -> None:
    def describe(asked: Mapping[str, Any]) -> dict[str, Any] | Exception:
        names = [arn.split("/")[1] for arn in asked["TargetGroupArns"]]
        if "gone" in names:
            return error("TargetGroupNotFound", "One or more target groups not found")
        return {"TargetGroups": [group(name) for name in names]}

    calls = [elb.TARGET_GROUP.of(f"{ELB}:targetgroup/{n}/1") for n in ("a", "gone", "b")]

    seen = source_of({"elbv2:DescribeTargetGroups": describe}).read(calls)

    assert value(seen[calls[0]]).check_path == "/health"
    assert isinstance(value(seen[calls[1]]), Absent)
    assert value(seen[calls[2]]).matcher == "200-299"


def test_target_groups_are_read_by_twenty() -> None:
    def describe(asked: Mapping[str, Any]) -> dict[str, Any]:
        assert len(asked["TargetGroupArns"]) <= 20
        return {"TargetGroups": [group(arn.split("/")[1]) for arn in asked["TargetGroupArns"]]}

    aws = FakeAws({"elbv2:DescribeTargetGroups": describe})

    source_of(aws).read([elb.TARGET_GROUP.of(f"{ELB}:targetgroup/g{n}/1") for n in range(45)])

    assert len(aws.calls) == 3


def test_a_listener_reaches_the_groups_of_its_rules() -> None:
    def forward(*names: str) -> dict[str, Any]:
        arns = [{"TargetGroupArn": name, "Weight": 1} for name in names]
        return {"Type": "forward", "ForwardConfig": {"TargetGroups": arns}}

    answers = {
        "elbv2:DescribeListeners": {
            "Listeners": [
                {
                    "ListenerArn": "l-1",
                    "Port": 443,
                    "Protocol": "HTTPS",
                    "Certificates": [{"CertificateArn": "c-1"}],
                    "DefaultActions": [{"Type": "forward", "TargetGroupArn": "tg-1"}],
                }
            ]
        },
        "elbv2:DescribeRules": {"Rules": [{"RuleArn": "r", "Actions": [forward("tg-2", "tg-1")]}]},
    }

    (seen,) = value(read_one(answers, elb.LISTENERS.of("lb-1")))

    assert seen.target_group_arns == ("tg-1", "tg-2")
    assert seen.certificate_arns == ("c-1",)


def test_attributes_and_load_balancers_are_read() -> None:
    balancer = {
        "LoadBalancerArn": "lb-1",
        "LoadBalancerName": "web",
        "Type": "application",
        "Scheme": "internal",
        "State": {"Code": "active_impaired"},
        "VpcId": "vpc-1",
        "AvailabilityZones": [{"ZoneName": "eu-west-1a", "SubnetId": "subnet-1"}],
        "SecurityGroups": ["sg-1"],
    }
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "300"}
    answers: dict[str, Any] = {
        "elbv2:DescribeLoadBalancers": {"LoadBalancers": [balancer]},
        "elbv2:DescribeTargetGroupAttributes": {"Attributes": [delay]},
    }
    calls = [elb.LOAD_BALANCER.of("lb-1"), elb.TARGET_GROUP_ATTRIBUTES.of(GROUP)]

    seen = source_of(answers).read(calls)

    assert value(seen[calls[0]]).state == "active_impaired"
    assert dict(value(seen[calls[1]]))["deregistration_delay.timeout_seconds"] == "300"


def test_an_image_is_asked_for_by_the_very_tag_registry_and_region() -> None:
    here, there = FakeAws({}), FakeAws({"ecr:DescribeImages": {"imageDetails": []}})
    there.answers["ecr:DescribeImages"] = {
        "imageDetails": [{"imageDigest": "sha256:aa", "imageTags": ["1.4"], "imageStatus": "NEW"}]
    }
    call = ecr.IMAGE.of("999988887777.dkr.ecr.us-east-2.amazonaws.com/shop/web:1.4")
    regions: list[str] = []

    def elsewhere(region: str) -> FakeAws:
        regions.append(region)
        return there

    seen = source_of(here, elsewhere=elsewhere).read([call])[call]

    assert value(seen).status == "NEW"
    assert regions == ["us-east-2"]
    assert there.calls == [
        (
            "ecr:DescribeImages",
            {
                "registryId": "999988887777",
                "repositoryName": "shop/web",
                "imageIds": [{"imageTag": "1.4"}],
            },
        )
    ]


@pytest.mark.parametrize(
    ("uri", "image_id"),
    [
        (REPOSITORY, {"imageTag": "latest"}),
        (f"{REPOSITORY}:v1", {"imageTag": "v1"}),
        (f"{REPOSITORY}@sha256:ab12", {"imageDigest": "sha256:ab12"}),
        (f"{REPOSITORY}:v1@sha256:ab12", {"imageDigest": "sha256:ab12"}),
        (IMAGE.replace("amazonaws.com", "amazonaws.com.cn"), {"imageTag": "1.4"}),
        (IMAGE.replace(".dkr.ecr.", ".dkr-ecr."), {"imageTag": "1.4"}),
    ],
)
def test_an_image_uri_names_one_image(uri: str, image_id: dict[str, str]) -> None:
    aws = FakeAws({"ecr:DescribeImages": error("ImageNotFoundException", "gone")})

    seen = read_one(aws, ecr.IMAGE.of(uri))

    assert value(seen) == Absent("ImageNotFoundException", "gone")
    assert aws.calls[0][1]["imageIds"] == [image_id]


@pytest.mark.parametrize("uri", ["nginx:latest", "public.ecr.aws/nginx/nginx:1", "", "ghcr.io/a/b"])
def test_what_is_no_ecr_image_is_not_asked_about(uri: str) -> None:
    aws = FakeAws({})

    seen = read_one(aws, ecr.IMAGE.of(uri))

    assert isinstance(seen, Missing)
    assert seen.why is Why.NOT_FOUND
    assert aws.calls == []


def test_a_denied_image_is_not_a_missing_one() -> None:
    seen = read_one({"ecr:DescribeImages": denied("ecr:DescribeImages")}, ecr.IMAGE.of(IMAGE))

    assert isinstance(seen, Missing)
    assert seen.why is Why.DENIED


def test_images_of_a_repository_come_newest_first() -> None:
    images = [
        {"imageDigest": f"sha256:{n}", "imagePushedAt": datetime(2026, 1, n, tzinfo=UTC)}
        for n in (1, 3, 2)
    ]

    seen = value(
        read_one({"ecr:DescribeImages": {"imageDetails": images}}, ecr.IMAGES.of(REPOSITORY))
    )

    assert [image.digest for image in seen] == ["sha256:3", "sha256:2", "sha256:1"]


def test_platforms_come_from_the_index_and_attestations_are_none() -> None:
    index = {
        "manifests": [
            {"platform": {"os": "linux", "architecture": "amd64"}},
            {"platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
            {"platform": {"os": "unknown", "architecture": "unknown"}},
        ]
    }
    plain = {"config": {"digest": "sha256:cc"}, "layers": []}

    def platforms(manifest: dict[str, Any]) -> Any:
        image = {"imageManifest": json.dumps(manifest)}
        answers = {"ecr:BatchGetImage": {"images": [image], "failures": []}}
        return value(read_one(answers, ecr.PLATFORMS.of(IMAGE)))

    assert platforms(index) == ecr.Platforms(("linux/amd64", "linux/arm64/v8"))
    assert platforms(plain) == ecr.Platforms(())


def test_repositories_and_their_policies_are_read() -> None:
    repository = {
        "repositoryArn": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop/web",
        "repositoryName": "shop/web",
        "repositoryUri": REPOSITORY,
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageScanningConfiguration": {"scanOnPush": False},
    }
    answers: dict[str, Any] = {
        "ecr:DescribeRepositories": {"repositories": [repository]},
        "ecr:GetRepositoryPolicy": error("RepositoryPolicyNotFoundException"),
    }
    calls = [ecr.REPOSITORY.of(REPOSITORY), ecr.REPOSITORY_POLICY.of(REPOSITORY)]

    seen = source_of(answers).read(calls)

    assert value(seen[calls[0]]).tags_immutable
    assert value(seen[calls[0]]).scan_on_push is False
    assert value(seen[calls[1]]).code == "RepositoryPolicyNotFoundException"


POLICY = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def role_answers(**changes: Any) -> dict[str, Any]:
    managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    return {
        "iam:GetRole": {
            "Role": {
                "RoleName": "web-execution",
                "Arn": ROLE,
                "AssumeRolePolicyDocument": {"Statement": []},
                "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::aws:policy/B"},
            }
        },
        "iam:ListRolePolicies": {"PolicyNames": ["inline"], "IsTruncated": False},
        "iam:GetRolePolicy": {"PolicyName": "inline", "PolicyDocument": POLICY},
        "iam:ListAttachedRolePolicies": {
            "AttachedPolicies": [{"PolicyName": "x", "PolicyArn": managed}],
            "IsTruncated": False,
        },
        "iam:GetPolicy": {"Policy": {"Arn": managed, "DefaultVersionId": "v1"}},
        "iam:GetPolicyVersion": {
            "PolicyVersion": {"VersionId": "v1", "Document": "%7B%22Statement%22%3A%5B%5D%7D"}
        },
        **changes,
    }


def test_a_role_is_read_with_everything_that_is_attached_to_it() -> None:
    seen = value(read_one(role_answers(), iam.ROLE.of(ROLE)))

    assert json.loads(seen.policies[0].document) == POLICY
    assert json.loads(seen.policies[1].document) == {"Statement": []}
    assert seen.policies[1].name.endswith("AmazonECSTaskExecutionRolePolicy")
    assert seen.boundary is not None


def test_half_a_role_is_no_role() -> None:
    answers = role_answers(**{"iam:GetPolicyVersion": denied("iam:GetPolicyVersion")})

    seen = read_one(answers, iam.ROLE.of(ROLE))

    assert isinstance(seen, Missing)
    assert seen.call.action == "iam:GetPolicyVersion"
    assert seen.why is Why.DENIED


def test_a_role_that_does_not_exist_is_absent_and_one_of_another_account_is_not_seen() -> None:
    gone = {"iam:GetRole": error("NoSuchEntity", "cannot be found", 404)}
    foreign = iam.ROLE.of("arn:aws:iam::999988887777:role/web-execution")

    assert isinstance(value(read_one(gone, iam.ROLE.of(ROLE))), Absent)

    source = source_of(gone)
    source.identity()
    seen = source.read([foreign])[foreign]
    assert isinstance(seen, Missing)
    assert "999988887777" in seen.says


def test_a_role_of_that_name_on_another_path_is_another_role() -> None:
    call = iam.ROLE.of(f"arn:aws:iam::{ACCOUNT}:role/web-execution")

    assert isinstance(value(read_one(role_answers(), call)), Absent)


def test_a_log_group_is_the_one_of_exactly_that_name() -> None:
    groups = [
        {"logGroupName": "/ecs/web", "retentionInDays": 7, "creationTime": 1_700_000_000_000},
        {"logGroupName": "/ecs/web-api"},
    ]
    answers = {"logs:DescribeLogGroups": {"logGroups": groups}}

    seen = value(read_one(answers, logs.LOG_GROUP.of("/ecs/web")))

    assert (seen.retention_days, seen.created_at.year) == (7, 2023)
    assert isinstance(value(read_one(answers, logs.LOG_GROUP.of("/ecs/we"))), Absent)


def test_the_end_of_a_stream_is_read_without_its_secrets() -> None:
    events = [{"timestamp": 1_700_000_000_000, "message": "db=postgres://u:hunter2@db/x token=abc"}]
    aws = FakeAws({"logs:GetLogEvents": {"events": events}})

    (line,) = value(read_one(aws, logs.LOG_TAIL.of("/ecs/web:web/web/1")))

    assert "hunter2" not in line.message
    assert "abc" not in line.message
    assert aws.calls[0][1]["logStreamName"] == "web/web/1"
    gone = {"logs:GetLogEvents": error("ResourceNotFoundException")}
    assert isinstance(value(read_one(gone, logs.LOG_TAIL.of("/ecs/web:x"))), Absent)
