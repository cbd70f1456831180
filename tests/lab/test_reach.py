"""Packets get where routes, endpoints, ACLs and groups let them, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.lab.conftest import Bench
from tests.lab.town import Town, town

from kiriwake.lab.ground import Eni, Reach


@pytest.fixture
def place(bench: Bench) -> Iterator[Town]:
    with town(bench) as made:
        ec2 = bench.aws("ec2")
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            ec2.modify_vpc_attribute(VpcId=made.vpc, **{name: {"Value": True}})
        yield made


def _task(place: Town, *, public_ip: bool = False, groups: tuple[str, ...] = ()) -> Eni:
    ground = place.bench.lab.ground()
    return ground.create_interface(
        place.subnets[0], groups or (place.task_group,), "task", public_ip=public_ip
    )


def _reach(place: Town, eni: Eni, dependency: str = "ecr") -> Reach:
    return place.bench.lab.ground().reach(eni, dependency)


def _main_table(place: Town) -> str:
    found = place.bench.aws("ec2").describe_route_tables(
        Filters=[
            {"Name": "vpc-id", "Values": [place.vpc]},
            {"Name": "association.main", "Values": ["true"]},
        ]
    )
    return str(found["RouteTables"][0]["RouteTableId"])


def _way_out(place: Town) -> str:
    ec2 = place.bench.aws("ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=place.vpc)
    ec2.create_route(
        RouteTableId=_main_table(place), DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )
    return str(gateway)


def _endpoint(place: Town, service: str, **more: Any) -> str:
    made = place.bench.aws("ec2").create_vpc_endpoint(
        VpcId=place.vpc,
        ServiceName=f"com.amazonaws.us-east-1.{service}",
        **{"VpcEndpointType": "Interface", "SubnetIds": [place.subnets[1]]} | more,
    )
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def test_without_a_route_nothing_is_reached(place: Town) -> None:
    assert _reach(place, _task(place, public_ip=True)) == Reach(False, "timeout", "route")


def test_an_internet_gateway_needs_a_public_address(place: Town) -> None:
    _way_out(place)
    assert _reach(place, _task(place, public_ip=True)).yes
    assert _reach(place, _task(place)) == Reach(False, "timeout", "public-ip")


def test_a_detached_gateway_is_a_black_hole(place: Town) -> None:
    gateway = _way_out(place)
    eni = _task(place, public_ip=True)
    ec2 = place.bench.aws("ec2")
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=place.vpc)
    assert _reach(place, eni).where == "route"
    routes = ec2.describe_route_tables(RouteTableIds=[_main_table(place)])["RouteTables"][0]
    assert {r["State"] for r in routes["Routes"]} == {"active", "blackhole"}


def test_a_subnet_of_its_own_table_does_not_use_the_main_one(place: Town) -> None:
    _way_out(place)
    ec2 = place.bench.aws("ec2")
    table = ec2.create_route_table(VpcId=place.vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=place.subnets[0])
    assert not _reach(place, _task(place, public_ip=True)).yes


def test_a_nat_gateway_serves_private_tasks_until_it_is_deleted(place: Town) -> None:
    _way_out(place)
    ec2 = place.bench.aws("ec2")
    nat = ec2.create_nat_gateway(
        SubnetId=place.subnets[1],
        AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"],
    )["NatGateway"]["NatGatewayId"]
    table = ec2.create_route_table(VpcId=place.vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    ec2.associate_route_table(RouteTableId=table, SubnetId=place.subnets[0])
    eni = _task(place)
    assert _reach(place, eni, "dockerhub").yes
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert _reach(place, eni, "dockerhub") == Reach(False, "timeout", "route")
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert [r["State"] for r in routes if r.get("NatGatewayId")] == ["blackhole"]


def test_an_interface_endpoint_needs_its_group_to_admit_the_task(place: Town) -> None:
    group = place.group("endpoint")
    eni = _task(place)
    _endpoint(place, "ecr.api", SecurityGroupIds=[group], PrivateDnsEnabled=True)
    assert _reach(place, eni) == Reach(False, "timeout", "security-group-ingress")
    place.let_in(group, 443, UserIdGroupPairs=[{"GroupId": place.task_group}])
    assert _reach(place, eni).yes
    assert not _reach(place, eni, "ecr-dkr").yes


def test_without_private_dns_an_endpoint_is_passed_by(place: Town) -> None:
    group = place.group("endpoint")
    place.let_in(group, 443, IpRanges=[{"CidrIp": "10.0.0.0/16"}])
    _endpoint(place, "logs", SecurityGroupIds=[group], PrivateDnsEnabled=False)
    assert _reach(place, _task(place), "logs").where == "route"


def test_an_endpoint_policy_forbids(place: Town) -> None:
    group = place.group("endpoint")
    place.let_in(group, 443, IpRanges=[{"CidrIp": "10.0.0.0/16"}])
    policy = {
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "ssm:Describe*", "Resource": "*"}
        ]
    }
    _endpoint(
        place,
        "ssm",
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
        PolicyDocument=json.dumps(policy),
    )
    assert _reach(place, _task(place), "ssm").failure == "forbidden"


def test_a_gateway_endpoint_serves_the_tables_it_is_in(place: Town) -> None:
    eni = _task(place)
    _endpoint(place, "s3", VpcEndpointType="Gateway", SubnetIds=[], RouteTableIds=[])
    assert not _reach(place, eni, "s3").yes
    _endpoint(
        place, "s3", VpcEndpointType="Gateway", SubnetIds=[], RouteTableIds=[_main_table(place)]
    )
    assert _reach(place, eni, "s3").yes


def test_egress_by_the_services_prefix_list_is_egress(place: Town) -> None:
    ec2 = place.bench.aws("ec2")
    group = place.group("tight")
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
    _endpoint(
        place, "s3", VpcEndpointType="Gateway", SubnetIds=[], RouteTableIds=[_main_table(place)]
    )
    eni = _task(place, groups=(group,))
    assert _reach(place, eni, "s3").where == "security-group-egress"
    name = {"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.s3"]}
    prefixes = ec2.describe_managed_prefix_lists(Filters=[name])["PrefixLists"]
    ec2.authorize_security_group_egress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "PrefixListIds": [{"PrefixListId": prefixes[0]["PrefixListId"]}],
            }
        ],
    )
    assert _reach(place, eni, "s3").yes


def test_acl_rules_are_read_in_order(place: Town) -> None:
    _way_out(place)
    ec2 = place.bench.aws("ec2")
    eni = _task(place, public_ip=True)
    acls = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [place.vpc]}])
    common = {
        "NetworkAclId": acls["NetworkAcls"][0]["NetworkAclId"],
        "Protocol": "6",
        "Egress": True,
        "CidrBlock": "0.0.0.0/0",
        "PortRange": {"From": 443, "To": 443},
    }
    ec2.create_network_acl_entry(RuleNumber=90, RuleAction="deny", **common)
    assert _reach(place, eni) == Reach(False, "timeout", "network-acl")
    ec2.create_network_acl_entry(RuleNumber=80, RuleAction="allow", **common)
    assert _reach(place, eni).yes


def test_without_dns_support_no_name_is_resolved(place: Town) -> None:
    _way_out(place)
    eni = _task(place, public_ip=True)
    place.bench.aws("ec2").modify_vpc_attribute(VpcId=place.vpc, EnableDnsSupport={"Value": False})
    assert _reach(place, eni).failure == "dns"


def test_what_the_control_api_says_wins(place: Town) -> None:
    _way_out(place)
    eni = _task(place, public_ip=True)
    place.bench.put("reach", {place.subnets[0]: {"ecr": False, "logs": True}})
    assert not _reach(place, eni, "ecr").yes
    assert not _reach(place, eni, "ecr-dkr").yes
    assert _reach(place, eni, "logs").yes
    place.bench.put("reach", {})
    assert _reach(place, eni, "ecr").yes
