"""Subnets give addresses and take them back."""

from __future__ import annotations

import io
import ipaddress
import zipfile

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lab.conftest import Bench
from tests.lab.shapes import faults


def _vpc(bench: Bench, cidr: str = "10.0.0.0/16") -> str:
    return str(bench.aws("ec2").create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"])


def _subnet(bench: Bench, vpc: str, cidr: str, zone: str = "us-east-1a") -> str:
    made = bench.aws("ec2").create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)
    return str(made["Subnet"]["SubnetId"])


def _free(bench: Bench, subnet: str) -> int:
    found = bench.aws("ec2").describe_subnets(SubnetIds=[subnet])["Subnets"][0]
    return int(found["AvailableIpAddressCount"])


def test_there_is_a_default_vpc_with_a_way_out_in_several_zones(bench: Bench) -> None:
    ec2 = bench.aws("ec2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])
    routes = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])
    assert len({subnet["AvailabilityZone"] for subnet in subnets["Subnets"]}) >= 3
    assert any(
        route.get("GatewayId", "").startswith("igw-")
        for route in routes["RouteTables"][0]["Routes"]
    )


@pytest.mark.parametrize(("prefix", "usable"), [(28, 11), (27, 27), (24, 251), (20, 4091)])
def test_five_addresses_are_reserved(bench: Bench, prefix: int, usable: int) -> None:
    subnet = _subnet(bench, _vpc(bench), f"10.0.0.0/{prefix}")
    assert _free(bench, subnet) == usable


def test_a_full_subnet_refuses_interfaces_and_instances_and_recovers(bench: Bench) -> None:
    ec2 = bench.aws("ec2")
    subnet = _subnet(bench, _vpc(bench), "10.0.0.0/28")
    made = [ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"] for _ in range(10)]
    addresses = {eni["PrivateIpAddress"] for eni in made}
    assert len(addresses) == 10
    assert all(ipaddress.ip_address(a) in ipaddress.ip_network("10.0.0.0/28") for a in addresses)
    with pytest.raises(ClientError, match="InsufficientFreeAddressesInSubnet"):
        ec2.run_instances(ImageId="ami-1", MinCount=2, MaxCount=2, SubnetId=subnet)
    run = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, SubnetId=subnet)
    assert _free(bench, subnet) == 0
    with pytest.raises(ClientError, match="InsufficientFreeAddressesInSubnet"):
        ec2.create_network_interface(SubnetId=subnet)
    ec2.terminate_instances(InstanceIds=[run["Instances"][0]["InstanceId"]])
    ec2.delete_network_interface(NetworkInterfaceId=made[0]["NetworkInterfaceId"])
    assert _free(bench, subnet) == 2


def test_secondary_addresses_count(bench: Bench) -> None:
    ec2 = bench.aws("ec2")
    subnet = _subnet(bench, _vpc(bench), "10.0.0.0/28")
    eni = ec2.create_network_interface(SubnetId=subnet, SecondaryPrivateIpAddressCount=3)
    eni_id = eni["NetworkInterface"]["NetworkInterfaceId"]
    assert _free(bench, subnet) == 7
    ec2.assign_private_ip_addresses(NetworkInterfaceId=eni_id, SecondaryPrivateIpAddressCount=2)
    assert _free(bench, subnet) == 5
    held = ec2.describe_network_interfaces(NetworkInterfaceIds=[eni_id])["NetworkInterfaces"][0]
    ec2.unassign_private_ip_addresses(
        NetworkInterfaceId=eni_id,
        PrivateIpAddresses=[held["PrivateIpAddresses"][-1]["PrivateIpAddress"]],
    )
    assert _free(bench, subnet) == 6


def test_an_address_is_given_once(bench: Bench) -> None:
    ec2 = bench.aws("ec2")
    subnet = _subnet(bench, _vpc(bench), "10.0.0.0/24")
    ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.0.0.50")
    with pytest.raises(ClientError, match=r"InvalidIPAddress.InUse"):
        ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.0.0.50")
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.9.0.50")


def test_an_interface_is_described_in_the_models_shape(bench: Bench) -> None:
    ec2 = bench.aws("ec2")
    vpc = _vpc(bench)
    subnet = _subnet(bench, vpc, "10.0.0.0/26")
    run = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, SubnetId=subnet)
    group = ec2.create_security_group(GroupName="a&b", Description="x", VpcId=vpc)["GroupId"]
    made = ec2.create_network_interface(
        SubnetId=subnet,
        Groups=[group],
        Description="<mine>",
        TagSpecifications=[
            {"ResourceType": "network-interface", "Tags": [{"Key": "team", "Value": "x"}]}
        ],
    )["NetworkInterface"]
    answer = ec2.describe_network_interfaces()
    assert faults("ec2", "DescribeNetworkInterfaces", answer) == []
    found = {eni["NetworkInterfaceId"]: eni for eni in answer["NetworkInterfaces"]}
    mine = found.pop(made["NetworkInterfaceId"])
    assert (mine["Description"], mine["Status"]) == ("<mine>", "available")
    assert mine["Groups"] == [{"GroupId": group, "GroupName": "a&b"}]
    assert mine["TagSet"] == [{"Key": "team", "Value": "x"}]
    instance = run["Instances"][0]["InstanceId"]
    attached = [eni for eni in found.values() if "Attachment" in eni]
    assert [eni["Attachment"]["InstanceId"] for eni in attached] == [instance]


def test_interfaces_come_in_pages(bench: Bench) -> None:
    ec2 = bench.aws("ec2")
    subnet = _subnet(bench, _vpc(bench), "10.0.0.0/26")
    for _ in range(12):
        ec2.create_network_interface(SubnetId=subnet)
    pages = list(
        ec2.get_paginator("describe_network_interfaces").paginate(
            Filters=[{"Name": "subnet-id", "Values": [subnet]}], PaginationConfig={"PageSize": 5}
        )
    )
    assert [len(page["NetworkInterfaces"]) for page in pages] == [5, 5, 2]


def test_owners_hold_addresses_and_can_be_told_apart(bench: Bench) -> None:
    ec2, elb = bench.aws("ec2"), bench.aws("elbv2")
    vpc = _vpc(bench)
    one = _subnet(bench, vpc, "10.0.1.0/24")
    two = _subnet(bench, vpc, "10.0.2.0/24", "us-east-1b")
    alb = elb.create_load_balancer(Name="front", Subnets=[one, two])["LoadBalancers"][0]
    elb.create_load_balancer(Name="wire", Subnets=[one], Type="network")
    nat = ec2.create_nat_gateway(
        SubnetId=one, AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"]
    )["NatGateway"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.ecr.api",
        VpcEndpointType="Interface",
        SubnetIds=[one, two],
    )["VpcEndpoint"]
    assert (_free(bench, one), _free(bench, two)) == (247, 249)
    held = ec2.describe_network_interfaces(Filters=[{"Name": "subnet-id", "Values": [one]}])
    seen = {
        eni["Description"]: (eni["InterfaceType"], eni["RequesterManaged"], eni["RequesterId"])
        for eni in held["NetworkInterfaces"]
    }
    alb_id = alb["LoadBalancerArn"].rpartition("/")[2]
    assert seen[f"ELB app/front/{alb_id}"] == ("interface", True, "amazon-elb")
    assert any(
        d.startswith("ELB net/wire/") and v[0] == "network_load_balancer" for d, v in seen.items()
    )
    assert seen[f"Interface for NAT Gateway {nat['NatGatewayId']}"][0] == "nat_gateway"
    assert seen[f"VPC Endpoint Interface {endpoint['VpcEndpointId']}"][0] == "vpc_endpoint"
    elb.delete_load_balancer(LoadBalancerArn=alb["LoadBalancerArn"])
    ec2.delete_nat_gateway(NatGatewayId=nat["NatGatewayId"])
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    assert (_free(bench, one), _free(bench, two)) == (250, 251)


def test_a_load_balancer_needs_eight_free_addresses(bench: Bench) -> None:
    vpc = _vpc(bench)
    one = _subnet(bench, vpc, "10.0.1.0/28")
    two = _subnet(bench, vpc, "10.0.2.0/24", "us-east-1b")
    for _ in range(4):
        bench.aws("ec2").create_network_interface(SubnetId=one)
    with pytest.raises(ClientError, match=f"Not enough IP space available in {one}"):
        bench.aws("elbv2").create_load_balancer(Name="front", Subnets=[one, two])
    assert _free(bench, two) == 251


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(["make", "drop"]), max_size=40))
def test_free_plus_held_is_always_the_size(bench: Bench, acts: list[str]) -> None:
    ground = bench.lab.ground()
    vpc = _vpc(bench)
    subnet = _subnet(bench, vpc, "10.0.0.0/28")
    held: list[str] = []
    for act in acts:
        if act == "make" and len(held) < 11:
            held.append(ground.create_interface(subnet, [], "x").id)
        elif act == "drop" and held:
            ground.delete_interface(held.pop())
        found = ground.subnet(subnet)
        assert found is not None
        assert found["AvailableIpAddressCount"] + len(held) == 11


def test_functions_databases_and_file_systems_hold_addresses_too(bench: Bench) -> None:
    vpc = _vpc(bench)
    one = _subnet(bench, vpc, "10.0.1.0/24")
    two = _subnet(bench, vpc, "10.0.2.0/24", "us-east-1b")
    group = bench.aws("ec2").create_security_group(GroupName="g", Description="g", VpcId=vpc)
    role = bench.aws("iam").create_role(RoleName="fn", AssumeRolePolicyDocument="{}")["Role"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("a.py", "")
    for name in ("first", "second"):  # they share one interface a subnet
        bench.aws("lambda").create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=role["Arn"],
            Handler="a.h",
            Code={"ZipFile": code.getvalue()},
            VpcConfig={"SubnetIds": [one, two], "SecurityGroupIds": [group["GroupId"]]},
        )
    rds = bench.aws("rds")
    rds.create_db_subnet_group(
        DBSubnetGroupName="g", DBSubnetGroupDescription="g", SubnetIds=[one, two]
    )
    rds.create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        DBSubnetGroupName="g",
        MasterUsername="user",
        MasterUserPassword="some-password",
        AllocatedStorage=20,
    )
    efs = bench.aws("efs")
    system = efs.create_file_system(CreationToken="t")["FileSystemId"]
    efs.create_mount_target(FileSystemId=system, SubnetId=two)
    held = bench.aws("ec2").describe_network_interfaces(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}]
    )
    kinds = sorted(
        (eni["Description"].split()[0], eni["InterfaceType"]) for eni in held["NetworkInterfaces"]
    )
    assert kinds == [
        ("AWS", "lambda"),
        ("AWS", "lambda"),
        ("EFS", "efs"),
        ("RDSNetworkInterface", "interface"),
    ]
    assert (_free(bench, one), _free(bench, two)) == (249, 249)
    rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    for name in ("first", "second"):
        bench.aws("lambda").delete_function(FunctionName=name)
    assert (_free(bench, one), _free(bench, two)) == (251, 250)
