"""The edge: accounts, wire formats of refusals and faults, dates and the log of calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from tests.lab.conftest import Bench

_CALLS: dict[str, tuple[str, Callable[[Any], Any], str]] = {
    "ec2:DescribeSubnets": ("ec2", lambda c: c.describe_subnets(), "UnauthorizedOperation"),
    "iam:ListRoles": ("iam", lambda c: c.list_roles(), "AccessDenied"),
    "elasticloadbalancing:DescribeTargetGroups": (
        "elbv2",
        lambda c: c.describe_target_groups(),
        "AccessDenied",
    ),
    "ecr:DescribeRepositories": (
        "ecr",
        lambda c: c.describe_repositories(),
        "AccessDeniedException",
    ),
    "logs:DescribeLogGroups": (
        "logs",
        lambda c: c.describe_log_groups(),
        "AccessDeniedException",
    ),
    "eks:ListClusters": ("eks", lambda c: c.list_clusters(), "AccessDeniedException"),
    "cloudwatch:ListMetrics": ("cloudwatch", lambda c: c.list_metrics(), "AccessDeniedException"),
    "s3:ListBuckets": ("s3", lambda c: c.list_buckets(), "AccessDenied"),
}


@pytest.mark.parametrize("action", _CALLS)
def test_a_denied_action_answers_in_the_services_own_format(bench: Bench, action: str) -> None:
    service, call, code = _CALLS[action]
    bench.put("deny", {"actions": [action], "principal": None})
    with pytest.raises(ClientError) as refused:
        call(bench.aws(service))
    assert refused.value.response["Error"]["Code"] == code
    assert action in refused.value.response["Error"]["Message"]
    bench.put("deny", [])
    call(bench.aws(service))


@pytest.mark.parametrize("action", _CALLS)
def test_a_throttled_action_recovers_after_its_times(bench: Bench, action: str) -> None:
    service, call, _ = _CALLS[action]
    bench.put("faults", [{"action": action, "error": "ThrottlingException", "times": 2}])
    for _ in range(2):
        with pytest.raises(ClientError, match="ThrottlingException"):
            call(bench.aws(service))
    call(bench.aws(service))


def test_a_deny_rule_means_one_key_and_spares_the_others(bench: Bench) -> None:
    bench.put("deny", {"actions": ["ec2:Describe*"], "principal": "AKIAOPS"})
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        bench.aws("ec2", key="AKIAOPS").describe_vpcs()
    assert bench.aws("ec2").describe_vpcs()["Vpcs"]


def test_a_deny_rule_means_a_role_that_somebody_assumed(bench: Bench) -> None:
    role = bench.aws("iam").create_role(RoleName="reader", AssumeRolePolicyDocument="{}")
    arn = role["Role"]["Arn"]
    given = bench.aws("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    bench.put("deny", {"actions": ["elbv2:DescribeLoadBalancers"], "principal": arn})
    with pytest.raises(ClientError, match="assumed-role/reader/me is not authorized"):
        bench.aws("elbv2", key=given["AccessKeyId"]).describe_load_balancers()
    assert bench.aws("elbv2").describe_load_balancers()["LoadBalancers"] == []


def test_a_fault_ends_after_its_seconds(bench: Bench) -> None:
    bench.put("faults", [{"action": "ec2:DescribeVpcs", "error": "503", "seconds": 30}])
    with pytest.raises(ClientError) as failed:
        bench.aws("ec2").describe_vpcs()
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    bench.lab.advance(31)
    assert bench.aws("ec2").describe_vpcs()["Vpcs"]


def test_a_cut_connection_is_closed_without_an_answer(bench: Bench) -> None:
    bench.put("faults", [{"action": "ec2:DescribeVpcs", "error": "cut", "times": 1}])
    with pytest.raises(ConnectionClosedError):
        bench.aws("ec2").describe_vpcs()
    assert bench.aws("ec2").describe_vpcs()["Vpcs"]


def test_an_account_number_as_key_is_that_account(bench: Bench) -> None:
    assert bench.aws("sts").get_caller_identity()["Account"] == "123456789012"
    other = bench.aws("sts", key="210987654321").get_caller_identity()
    assert other["Account"] == "210987654321"
    bench.aws("ecr", key="210987654321").create_repository(repositoryName="theirs")
    assert bench.aws("ecr").describe_repositories()["repositories"] == []


def test_assumed_credentials_live_in_the_roles_account(bench: Bench) -> None:
    arn = "arn:aws:iam::210987654321:role/visitor"
    given = bench.aws("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    seen = bench.aws("sts", key=given["AccessKeyId"]).get_caller_identity()
    assert seen["Account"] == "210987654321"
    assert seen["Arn"] == "arn:aws:sts::210987654321:assumed-role/visitor/me"


def test_regions_do_not_see_each_other(bench: Bench) -> None:
    bench.aws("logs", region="eu-west-1").create_log_group(logGroupName="/x")
    assert bench.aws("logs").describe_log_groups()["logGroups"] == []


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("cloudtrail", lambda c: c.lookup_events()),
        ("iam", lambda c: c.get_credential_report()),
        ("ec2", lambda c: c.describe_bundle_tasks()),
        ("apprunner", lambda c: c.list_services()),
        ("eks", lambda c: c.describe_insight(clusterName="x", id="y")),
    ],
)
def test_an_operation_that_is_not_there_says_so_and_is_not_html(
    bench: Bench, service: str, call: Callable[[Any], Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        call(bench.aws(service))
    answer = refused.value.response
    assert 400 <= answer["ResponseMetadata"]["HTTPStatusCode"] < 500
    assert "<" not in answer["Error"]["Message"]


def test_dates_and_timestamps_are_the_labs(bench: Bench) -> None:
    bench.lab.advance(7200)
    answer = bench.aws("ec2").describe_vpcs()
    said = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert abs(said - bench.now()) < timedelta(seconds=2)


_STAMPS: dict[str, Callable[[Bench], object]] = {
    "ecr repository": lambda b: b.aws("ecr").create_repository(repositoryName="app")["repository"][
        "createdAt"
    ],
    "ecr image": lambda b: (
        b.put("images/app/v1", {}),
        b.aws("ecr").describe_images(repositoryName="app")["imageDetails"][0]["imagePushedAt"],
    )[1],
    "iam role": lambda b: b.aws("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")[
        "Role"
    ]["CreateDate"],
    "log group": lambda b: (
        b.aws("logs").create_log_group(logGroupName="/x"),
        b.aws("logs").describe_log_groups()["logGroups"][0]["creationTime"] / 1000,
    )[1],
    "target group's load balancer": lambda b: b.aws("elbv2").create_load_balancer(
        Name="x",
        Subnets=[
            s["SubnetId"]
            for s in b.aws("ec2").describe_subnets()["Subnets"]
            if s["AvailabilityZone"] in {"us-east-1a", "us-east-1b"}
        ],
    )["LoadBalancers"][0]["CreatedTime"],
    "nat gateway": lambda b: b.aws("ec2").create_nat_gateway(
        SubnetId=b.aws("ec2").describe_subnets()["Subnets"][0]["SubnetId"],
        ConnectivityType="private",
    )["NatGateway"]["CreateTime"],
    "instance": lambda b: b.aws("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)[
        "Instances"
    ][0]["LaunchTime"],
    "secret": lambda b: (
        b.aws("secretsmanager").create_secret(Name="s", SecretString="x"),
        b.aws("secretsmanager").describe_secret(SecretId="s")["CreatedDate"],
    )[1],
    "parameter": lambda b: (
        b.aws("ssm").put_parameter(Name="p", Value="x", Type="String"),
        b.aws("ssm").get_parameter(Name="p")["Parameter"]["LastModifiedDate"],
    )[1],
    "bucket": lambda b: (
        b.aws("s3").create_bucket(Bucket="bucket-b"),
        b.aws("s3").list_buckets()["Buckets"][0]["CreationDate"],
    )[1],
    "scalable target": lambda b: (
        b.aws("application-autoscaling").register_scalable_target(
            ServiceNamespace="dynamodb",
            ResourceId="table/t",
            ScalableDimension="dynamodb:table:ReadCapacityUnits",
            MinCapacity=1,
            MaxCapacity=2,
        ),
        b.aws("application-autoscaling").describe_scalable_targets(ServiceNamespace="dynamodb")[
            "ScalableTargets"
        ][0]["CreationTime"],
    )[1],
}


@pytest.mark.parametrize("thing", _STAMPS)
def test_what_moto_stamps_bears_the_labs_time(bench: Bench, thing: str) -> None:
    bench.lab.advance(86_400)
    stamp = _STAMPS[thing](bench)
    moment = datetime.fromtimestamp(stamp, UTC) if isinstance(stamp, int | float) else stamp
    assert isinstance(moment, datetime)
    assert abs(moment - bench.now()) < timedelta(seconds=5)


def test_calls_are_logged_from_a_number_on(bench: Bench) -> None:
    bench.aws("ec2").describe_vpcs()
    _, before = bench.control("GET", "calls")
    bench.put("deny", {"actions": ["iam:ListRoles"]})
    with pytest.raises(ClientError):
        bench.aws("iam").list_roles()
    _, after = bench.control("GET", f"calls?since={before['next']}")
    assert [(c["service"], c["action"], c["status"]) for c in after["calls"]] == [
        ("iam", "ListRoles", 403)
    ]
    assert after["next"] == before["next"] + 1
    assert after["calls"][0]["principal"] == "arn:aws:iam::123456789012:user/lab"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("PUT", "deny", {"actions": "ec2:X"}, 400),
        ("PUT", "faults", [{"error": "x"}], 400),
        ("PUT", "reach", {"subnet-1": {"moon": False}}, 400),
        ("PUT", "images/app/v1", {"listens": "8080"}, 400),
        ("PUT", "images/app/v1", {"colour": "red"}, 400),
        ("POST", "clock", {"advance_s": -1}, 400),
        ("POST", "clock", {}, 400),
        ("POST", "interrupt", {"task": "t", "kind": "spot"}, 404),
        ("POST", "interrupt", {"kind": "spot"}, 400),
        ("GET", "calls?since=x", None, 400),
    ],
)
def test_a_wrong_request_to_the_control_api_is_told_why(
    bench: Bench, method: str, path: str, body: object, status: int
) -> None:
    answered, said = bench.control(method, path, body)
    assert answered == status
    assert said["error"]


def test_time_is_advanced_and_told(bench: Bench) -> None:
    _, before = bench.control("GET", "health")
    _, after = bench.control("POST", "clock", {"advance_s": 600})
    passed = datetime.fromisoformat(after["now"]) - datetime.fromisoformat(before["now"])
    assert before["ready"] is True
    assert timedelta(seconds=600) <= passed < timedelta(seconds=605)
    assert 595 < after["skew_s"] < 605


def test_reset_is_the_state_after_start(bench: Bench) -> None:
    bench.aws("ecr").create_repository(repositoryName="app")
    bench.put("capacity", {"FARGATE": False})
    bench.put("reach", {"subnet-1": {"ecr": False}})
    bench.control("POST", "reset")
    assert bench.aws("ecr").describe_repositories()["repositories"] == []
    assert bench.control("GET", "capacity")[1] == {"FARGATE": True, "FARGATE_SPOT": True}
    assert bench.control("GET", "reach")[1] == {}
    assert len(bench.control("GET", "calls")[1]["calls"]) == 1


def test_the_environment_points_every_client_at_the_lab(bench: Bench) -> None:
    found = bench.lab.environment()
    assert found["AWS_ENDPOINT_URL"] == bench.lab.endpoint == found["http_proxy"]
    assert found["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert found["AWS_EC2_METADATA_DISABLED"] == "true"
