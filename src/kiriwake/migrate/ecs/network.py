"""The VPC of the template, its subnets as large as deployments need, or the parameters for one."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from kiriwake.migrate.stack import Json, Stack, get, ref, sub

_VPC = "10.0.0.0/16"
_PUBLIC = 26
LOG_DAYS = 30


@dataclass(frozen=True, slots=True)
class Network:
    """References to the VPC and its subnets."""

    vpc: Json
    cidr: Json
    private: Json
    public: Json
    private_list: tuple[Json, ...] = ()
    ready: tuple[str, ...] = ()
    """What must exist before a task can reach the registry."""


def existing(stack: Stack) -> Network:
    """Parameters for a network that is there already."""
    stack.parameters["VpcId"] = {
        "Type": "AWS::EC2::VPC::Id",
        "Description": "The VPC the services run in",
    }
    stack.parameters["VpcCidr"] = {
        "Type": "String",
        "Default": "10.0.0.0/8",
        "Description": "Addresses that internal load balancers admit",
    }
    for name, said in (
        ("PrivateSubnetIds", "Subnets of the tasks, in at least two zones, with a way to ECR"),
        ("PublicSubnetIds", "Subnets of public load balancers, in at least two zones"),
    ):
        stack.parameters[name] = {"Type": "List<AWS::EC2::Subnet::Id>", "Description": said}
    return Network(ref("VpcId"), ref("VpcCidr"), ref("PrivateSubnetIds"), ref("PublicSubnetIds"))


def made(
    stack: Stack, private_prefix: int, zones: int, tags: dict[str, str] | None = None
) -> Network:
    """A VPC with a public and a private subnet in each zone, one NAT gateway a zone."""
    whole = ipaddress.ip_network(_VPC)
    private = _blocks(whole, private_prefix, zones)
    left = int(ipaddress.ip_address(private[-1].broadcast_address)) + 1
    step = 2 ** (32 - _PUBLIC)
    first = -(-left // step) * step
    public = [ipaddress.ip_network((first + n * step, _PUBLIC)) for n in range(zones)]
    stack.add(
        "Vpc",
        "AWS::EC2::VPC",
        {
            "CidrBlock": _VPC,
            "EnableDnsSupport": True,
            "EnableDnsHostnames": True,
            "Tags": _named("vpc"),
        },
    )
    stack.add("InternetGateway", "AWS::EC2::InternetGateway", {"Tags": _named("internet")})
    stack.add(
        "InternetGatewayAttachment",
        "AWS::EC2::VPCGatewayAttachment",
        {"VpcId": ref("Vpc"), "InternetGatewayId": ref("InternetGateway")},
    )
    stack.add(
        "PublicRoutes", "AWS::EC2::RouteTable", {"VpcId": ref("Vpc"), "Tags": _named("public")}
    )
    stack.add(
        "PublicDefaultRoute",
        "AWS::EC2::Route",
        {
            "RouteTableId": ref("PublicRoutes"),
            "DestinationCidrBlock": "0.0.0.0/0",
            "GatewayId": ref("InternetGateway"),
        },
        depends_on=["InternetGatewayAttachment"],
    )
    for number in range(zones):
        letter = "ABCDEF"[number]
        zone: Json = {"Fn::Select": [number, {"Fn::GetAZs": ""}]}
        for kind, block in (("Public", public[number]), ("Private", private[number])):
            extra = (
                {"kubernetes.io/role/elb": "1"}
                if kind == "Public"
                else {"kubernetes.io/role/internal-elb": "1"}
            )
            labels = {**(tags or {}), **extra} if tags is not None else {}
            stack.add(
                f"{kind}Subnet{letter}",
                "AWS::EC2::Subnet",
                {
                    "VpcId": ref("Vpc"),
                    "CidrBlock": str(block),
                    "AvailabilityZone": zone,
                    "Tags": _named(f"{kind.lower()}-{letter.lower()}", labels),
                },
            )
        stack.add(
            f"PublicSubnet{letter}Routes",
            "AWS::EC2::SubnetRouteTableAssociation",
            {"SubnetId": ref(f"PublicSubnet{letter}"), "RouteTableId": ref("PublicRoutes")},
        )
        stack.add(
            f"NatAddress{letter}",
            "AWS::EC2::EIP",
            {"Domain": "vpc"},
            depends_on=["InternetGatewayAttachment"],
        )
        stack.add(
            f"Nat{letter}",
            "AWS::EC2::NatGateway",
            {
                "AllocationId": get(f"NatAddress{letter}", "AllocationId"),
                "SubnetId": ref(f"PublicSubnet{letter}"),
                "Tags": _named(f"nat-{letter.lower()}"),
            },
        )
        stack.add(
            f"PrivateRoutes{letter}",
            "AWS::EC2::RouteTable",
            {"VpcId": ref("Vpc"), "Tags": _named(f"private-{letter.lower()}")},
        )
        stack.add(
            f"PrivateDefaultRoute{letter}",
            "AWS::EC2::Route",
            {
                "RouteTableId": ref(f"PrivateRoutes{letter}"),
                "DestinationCidrBlock": "0.0.0.0/0",
                "NatGatewayId": ref(f"Nat{letter}"),
            },
        )
        stack.add(
            f"PrivateSubnet{letter}Routes",
            "AWS::EC2::SubnetRouteTableAssociation",
            {
                "SubnetId": ref(f"PrivateSubnet{letter}"),
                "RouteTableId": ref(f"PrivateRoutes{letter}"),
            },
        )
    letters = "ABCDEF"[:zones]
    stack.add(
        "S3Endpoint",
        "AWS::EC2::VPCEndpoint",
        {
            "VpcId": ref("Vpc"),
            "VpcEndpointType": "Gateway",
            "ServiceName": sub("com.amazonaws.${AWS::Region}.s3"),
            "RouteTableIds": [ref(f"PrivateRoutes{letter}") for letter in letters],
        },
    )
    private_list = tuple(ref(f"PrivateSubnet{letter}") for letter in letters)
    return Network(
        ref("Vpc"),
        _VPC,
        list(private_list),
        [ref(f"PublicSubnet{letter}") for letter in letters],
        private_list,
        tuple(f"PrivateDefaultRoute{letter}" for letter in letters),
    )


def _blocks(
    whole: ipaddress.IPv4Network | ipaddress.IPv6Network, prefix: int, zones: int
) -> list[ipaddress.IPv4Network]:
    found = []
    for number, block in enumerate(whole.subnets(new_prefix=prefix)):
        if number == zones:
            break
        assert isinstance(block, ipaddress.IPv4Network)  # noqa: S101 - the VPC's block is IPv4
        found.append(block)
    return found


def _named(name: str, tags: dict[str, str] | None = None) -> list[Json]:
    found: list[Json] = [{"Key": "Name", "Value": sub(f"${{AWS::StackName}}-{name}")}]
    found += [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    return found
