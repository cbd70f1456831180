"""The collectors against moto, through botocore: nothing here was written by us."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from moto import mock_aws

from kiriwake.core.observed import Call, Known, Missing, Observed
from kiriwake.evidence import ecr, elb, iam, logs, net
from kiriwake.evidence.reading import Absent
from kiriwake.sources.aws.clients import connect
from kiriwake.sources.aws.source import AwsSource

pytestmark = pytest.mark.slow
REGION = "us-east-1"
ACCOUNT = "123456789012"
ALLOW = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}],
    }
)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsSource]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name in ("AWS_REGION", "AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        source = connect()
        source.identity()
        yield source


def values(seen: Mapping[Call, Observed[Any]]) -> list[Any]:
    assert [each for each in seen.values() if isinstance(each, Missing)] == []
    return [each.value for each in seen.values() if isinstance(each, Known)]


def test_a_vpc_is_read(aws: AwsSource) -> None:
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    own, plain = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/28")["Subnet"]["SubnetId"]
        for n in (0, 1)
    )
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=own)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    group = ec2.create_security_group(GroupName="web", Description="x", VpcId=vpc)["GroupId"]
    ec2.create_network_interface(SubnetId=own, Groups=[group])
    nat = ec2.create_nat_gateway(SubnetId=own, ConnectivityType="private")["NatGateway"]

    subnet, tables, main, interfaces, acl, vpcs, groups, nats, gone = values(
        aws.read(
            [
                net.SUBNET.of(own),
                net.ROUTE_TABLE.of(own),
                net.ROUTE_TABLE.of(plain),
                net.INTERFACES.of(own),
                net.NETWORK_ACL.of(own),
                net.VPC.of(vpc),
                net.SECURITY_GROUP.of(group),
                net.NAT_GATEWAY.of(nat["NatGatewayId"]),
                net.SUBNET.of("subnet-0000"),
            ]
        )
    )

    assert (subnet.usable, subnet.vpc_id) == (11, vpc)
    assert subnet.free_addresses < 11
    assert {r.target for r in tables.routes} == {"local", gateway}
    assert (tables.main, main.main) == (False, True)
    assert group in {id_ for i in interfaces for id_ in i.group_ids}
    assert acl.entries[-1].number == 32767
    assert vpcs.dns_support
    assert groups.egress[0].cidrs == ("0.0.0.0/0",)
    assert nats.public is False
    assert isinstance(gone, Absent)


def test_a_role_is_read(aws: AwsSource) -> None:
    client = boto3.client("iam")
    client.create_role(RoleName="web", Path="/svc/", AssumeRolePolicyDocument=ALLOW)
    client.put_role_policy(RoleName="web", PolicyName="inline", PolicyDocument=ALLOW)
    arn = client.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]["Arn"]
    client.attach_role_policy(RoleName="web", PolicyArn=arn)
    role = f"arn:aws:iam::{ACCOUNT}:role"

    found, gone = values(aws.read([iam.ROLE.of(f"{role}/svc/web"), iam.ROLE.of(f"{role}/no")]))

    assert [policy.name for policy in found.policies] == ["inline", arn]
    assert all(json.loads(policy.document) == json.loads(ALLOW) for policy in found.policies)
    assert json.loads(found.trust) == json.loads(ALLOW)
    assert isinstance(gone, Absent)


def test_images_are_read(aws: AwsSource) -> None:
    client = boto3.client("ecr")
    client.create_repository(repositoryName="shop/web")
    media = "application/vnd.oci.image.index.v1+json"
    index = {
        "schemaVersion": 2,
        "mediaType": media,
        "manifests": [{"platform": {"os": "linux", "architecture": "arm64"}}],
    }
    client.put_image(
        repositoryName="shop/web",
        imageTag="v1",
        imageManifest=json.dumps(index),
        imageManifestMediaType=media,
    )
    uri = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web"

    found, no_tag, no_repository, every, repository = values(
        aws.read(
            [
                ecr.IMAGE.of(f"{uri}:v1"),
                ecr.IMAGE.of(f"{uri}:v2"),
                ecr.IMAGE.of(f"{uri}-x:v1"),
                ecr.IMAGES.of(uri),
                ecr.REPOSITORY.of(uri),
            ]
        )
    )

    assert found.tags == ("v1",)
    assert no_tag.code == "ImageNotFoundException"
    assert no_repository.code == "RepositoryNotFoundException"
    assert [image.digest for image in every] == [found.digest]
    assert repository.name == "shop/web"


def test_logs_are_read(aws: AwsSource) -> None:
    client = boto3.client("logs")
    now = int(time.time() * 1000)
    client.create_log_group(logGroupName="/ecs/web")
    client.create_log_stream(logGroupName="/ecs/web", logStreamName="w/w/1")
    client.put_log_events(
        logGroupName="/ecs/web",
        logStreamName="w/w/1",
        logEvents=[{"timestamp": now + n, "message": f"line {n}"} for n in range(60)],
    )

    group, gone, tail, no_stream = values(
        aws.read(
            [
                logs.LOG_GROUP.of("/ecs/web"),
                logs.LOG_GROUP.of("/ecs/we"),
                logs.LOG_TAIL.of("/ecs/web:w/w/1"),
                logs.LOG_TAIL.of("/ecs/web:w/w/2"),
            ]
        )
    )

    assert group.retention_days is None
    assert isinstance(gone, Absent)
    assert [line.message for line in tail] == [f"line {n}" for n in range(10, 60)]
    assert isinstance(no_stream, Absent)


def test_load_balancing_is_read(aws: AwsSource) -> None:
    ec2, client = boto3.client("ec2"), boto3.client("elbv2")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    group = client.create_target_group(
        Name="t",
        Protocol="HTTP",
        Port=80,
        VpcId=subnets[0]["VpcId"],
        TargetType="ip",
        HealthCheckPath="/health",
    )["TargetGroups"][0]["TargetGroupArn"]
    balancer = client.create_load_balancer(Name="b", Subnets=[s["SubnetId"] for s in subnets])[
        "LoadBalancers"
    ][0]["LoadBalancerArn"]
    client.create_listener(
        LoadBalancerArn=balancer,
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )

    found, gone, health, balancers, listeners, attributes = values(
        aws.read(
            [
                elb.TARGET_GROUP.of(group),
                elb.TARGET_GROUP.of(f"{group}0"),
                elb.TARGET_HEALTH.of(group),
                elb.LOAD_BALANCER.of(balancer),
                elb.LISTENERS.of(balancer),
                elb.TARGET_GROUP_ATTRIBUTES.of(group),
            ]
        )
    )

    assert (found.check_path, found.target_type) == ("/health", "ip")
    assert isinstance(gone, Absent)
    assert health == ()
    assert len(balancers.subnet_ids) == 2
    assert listeners[0].target_group_arns == (group,)
    assert dict(attributes)["deregistration_delay.timeout_seconds"] == "300"
