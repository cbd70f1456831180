"""What EC2 answers becomes evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.sources.fake import FakeAws, error, source_of

from kiriwake.core.observed import Known, Missing, Why
from kiriwake.evidence import net
from kiriwake.evidence.reading import Absent


def subnet(id_: str, vpc: str = "vpc-1", free: int = 9) -> dict[str, Any]:
    return {
        "SubnetId": id_,
        "VpcId": vpc,
        "CidrBlock": "10.0.0.0/24",
        "AvailabilityZone": "eu-west-1a",
        "AvailableIpAddressCount": free,
        "MapPublicIpOnLaunch": False,
        "Tags": [{"Key": "Name", "Value": "private-a"}],
    }


def filtered(asked: Mapping[str, Any], name: str) -> list[str]:
    filters = {f["Name"]: f["Values"] for f in asked.get("Filters", asked.get("Filter", []))}
    return list(filters.get(name, []))


def subnets(*known: dict[str, Any]) -> Any:
    def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
        ids = filtered(asked, "subnet-id")
        return {"Subnets": [s for s in known if s["SubnetId"] in ids]}

    return answer


def test_subnets_are_read_in_one_request_and_a_missing_one_is_absent() -> None:
    aws = FakeAws({"ec2:DescribeSubnets": subnets(subnet("subnet-1"), subnet("subnet-2", free=0))})
    calls = [net.SUBNET.of(f"subnet-{n}") for n in (1, 2, 3)]

    seen = source_of(aws).read(calls)

    first, second, third = (seen[call] for call in calls)
    assert isinstance(first, Known)
    assert (first.value.free_addresses, first.value.usable, first.value.name) == (
        9,
        251,
        "private-a",
    )
    assert isinstance(second, Known)
    assert second.value.free_addresses == 0
    assert isinstance(third, Known)
    assert third.value == Absent("InvalidSubnetID.NotFound")
    assert len(aws.calls) == 1


def test_interfaces_are_paged_and_their_addresses_counted_with_prefixes() -> None:
    def page(asked: Mapping[str, Any]) -> dict[str, Any]:
        assert asked["MaxResults"] == 1000
        second = asked.get("NextToken") == "2"
        plain = {
            "NetworkInterfaceId": "eni-2" if second else "eni-1",
            "SubnetId": "subnet-1",
            "PrivateIpAddress": "10.0.0.9",
            "PrivateIpAddresses": [{"PrivateIpAddress": f"10.0.0.{n}"} for n in range(3)],
            "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.0.16/28"}] if second else [],
            "InterfaceType": "quantum_link",
            "RequesterManaged": True,
        }
        return {"NetworkInterfaces": [plain]} | ({} if second else {"NextToken": "2"})

    call = net.INTERFACES.of("subnet-1")
    seen = source_of({"ec2:DescribeNetworkInterfaces": page}).read([call])[call]

    assert isinstance(seen, Known)
    assert [i.addresses for i in seen.value] == [3, 19]
    assert seen.value[0].type == "quantum_link"


def routes(asked: Mapping[str, Any]) -> dict[str, Any]:
    own = {
        "RouteTableId": "rtb-own",
        "VpcId": "vpc-1",
        "Associations": [{"SubnetId": "subnet-1", "Main": False}],
        "Routes": [
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
            {
                "DestinationCidrBlock": "0.0.0.0/0",
                "NatGatewayId": "nat-1",
                "State": "blackhole",
            },
            {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "State": "active"},
        ],
    }
    main = {
        "RouteTableId": "rtb-main",
        "VpcId": "vpc-1",
        "Associations": [{"Main": True}],
        "Routes": [],
    }
    if "true" in filtered(asked, "association.main"):
        return {"RouteTables": [main] if "vpc-1" in filtered(asked, "vpc-id") else []}
    wanted = filtered(asked, "association.subnet-id")
    return {"RouteTables": [own] if "subnet-1" in wanted else []}


def test_a_subnet_without_a_table_of_its_own_follows_the_main_one() -> None:
    aws = FakeAws(
        {
            "ec2:DescribeRouteTables": routes,
            "ec2:DescribeSubnets": subnets(subnet("subnet-1"), subnet("subnet-2")),
        }
    )
    calls = [net.ROUTE_TABLE.of(f"subnet-{n}") for n in (1, 2, 3)]

    seen = source_of(aws).read(calls)

    own, main, nowhere = (seen[call] for call in calls)
    assert isinstance(own, Known)
    assert isinstance(main, Known)
    assert isinstance(nowhere, Known)
    assert (own.value.id, own.value.main) == ("rtb-own", False)
    assert [r.target for r in own.value.routes] == ["local", "nat-1", "vpce-1"]
    assert own.value.routes[1].state == "blackhole"
    assert (main.value.id, main.value.main) == ("rtb-main", True)
    assert isinstance(nowhere.value, Absent)


def test_a_subnet_seen_before_needs_no_second_look_for_its_main_table() -> None:
    aws = FakeAws(
        {
            "ec2:DescribeRouteTables": routes,
            "ec2:DescribeSubnets": subnets(subnet("subnet-2")),
        }
    )
    source = source_of(aws)

    source.read([net.SUBNET.of("subnet-2")])
    source.read([net.ROUTE_TABLE.of("subnet-2")])

    assert aws.names().count("ec2:DescribeSubnets") == 1


def test_a_security_group_tells_blocks_groups_and_prefix_lists() -> None:
    group = {
        "GroupId": "sg-1",
        "VpcId": "vpc-1",
        "GroupName": "web",
        "IpPermissions": [
            {
                "IpProtocol": "tcp",
                "FromPort": 80,
                "ToPort": 81,
                "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
                "UserIdGroupPairs": [{"GroupId": "sg-2"}],
                "PrefixListIds": [{"PrefixListId": "pl-1"}],
            }
        ],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }
    call = net.SECURITY_GROUP.of("sg-1")

    seen = source_of({"ec2:DescribeSecurityGroups": {"SecurityGroups": [group]}}).read([call])[call]

    assert isinstance(seen, Known)
    assert seen.value.ingress == (
        net.Rule("tcp", 80, 81, ("10.0.0.0/8", "::/0"), ("sg-2",), ("pl-1",)),
    )
    assert seen.value.egress == (net.Rule("-1", None, None, ("0.0.0.0/0",)),)


def test_acl_entries_come_in_the_order_in_which_they_are_judged() -> None:
    def entry(number: int, action: str) -> dict[str, Any]:
        return {
            "RuleNumber": number,
            "RuleAction": action,
            "Egress": False,
            "Protocol": "6",
            "CidrBlock": "0.0.0.0/0",
            "PortRange": {"From": 443, "To": 443},
        }

    acl = {
        "NetworkAclId": "acl-1",
        "Associations": [{"SubnetId": "subnet-1"}],
        "Entries": [entry(32767, "deny"), entry(100, "allow")],
    }
    call = net.NETWORK_ACL.of("subnet-1")

    seen = source_of({"ec2:DescribeNetworkAcls": {"NetworkAcls": [acl]}}).read([call])[call]

    assert isinstance(seen, Known)
    assert [(e.number, e.allow) for e in seen.value.entries] == [(100, True), (32767, False)]


def test_a_vpc_is_read_with_what_name_resolution_needs() -> None:
    def attribute(asked: Mapping[str, Any]) -> dict[str, Any]:
        key = {"enableDnsSupport": "EnableDnsSupport"}.get(asked["Attribute"], "EnableDnsHostnames")
        return {"VpcId": "vpc-1", key: {"Value": key == "EnableDnsSupport"}}

    vpc = {
        "VpcId": "vpc-1",
        "CidrBlock": "10.0.0.0/16",
        "CidrBlockAssociationSet": [
            {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "100.64.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "10.9.0.0/16", "CidrBlockState": {"State": "disassociated"}},
        ],
    }
    call = net.VPC.of("vpc-1")
    answers: dict[str, Any] = {
        "ec2:DescribeVpcs": {"Vpcs": [vpc]},
        "ec2:DescribeVpcAttribute": attribute,
    }

    seen = source_of(answers).read([call])[call]

    assert isinstance(seen, Known)
    assert seen.value == net.Vpc(
        "vpc-1", ("10.0.0.0/16", "100.64.0.0/16"), dns_support=True, dns_hostnames=False
    )


def test_endpoints_nat_gateways_and_prefix_lists_are_read() -> None:
    endpoint = {
        "VpcEndpointId": "vpce-1",
        "VpcId": "vpc-1",
        "VpcEndpointType": "Interface",
        "ServiceName": "com.amazonaws.eu-west-1.ecr.api",
        "State": "available",
        "PrivateDnsEnabled": True,
        "SubnetIds": ["subnet-1"],
        "Groups": [{"GroupId": "sg-1", "GroupName": "x"}],
    }
    nat = {"NatGatewayId": "nat-1", "State": "available", "ConnectivityType": "public"}
    answers: dict[str, Any] = {
        "ec2:DescribeVpcEndpoints": {"VpcEndpoints": [endpoint]},
        "ec2:DescribeNatGateways": {"NatGateways": [nat]},
        "ec2:GetManagedPrefixListEntries": {"Entries": [{"Cidr": "52.0.0.0/8"}]},
    }
    calls = [
        net.ENDPOINTS.of("vpc-1"),
        net.NAT_GATEWAY.of("nat-1"),
        net.NAT_GATEWAY.of("nat-2"),
        net.PREFIX_LIST.of("pl-1"),
        net.ENDPOINTS.of("vpc-2"),
    ]

    seen = source_of(answers).read(calls)

    values = [each.value for each in seen.values() if isinstance(each, Known)]
    assert values[0][0].group_ids == ("sg-1",)
    assert values[1].public
    assert values[2] == Absent("NatGatewayNotFound")
    assert values[3] == ("52.0.0.0/8",)
    assert values[4] == ()


def test_an_unknown_prefix_list_is_not_found() -> None:
    call = net.PREFIX_LIST.of("pl-9")
    answers: dict[str, Any] = {
        "ec2:GetManagedPrefixListEntries": error("InvalidPrefixListID.NotFound")
    }

    seen = source_of(answers).read([call])[call]

    assert isinstance(seen, Missing)
    assert seen.why is Why.NOT_FOUND
