"""VPC: subnets, interfaces, routes, security groups, NACLs, endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from kiriwake.evidence.reading import Absent, Reading

RESERVED_BY_AWS = 5
"""The first four addresses of every subnet, and the last one (F4.01)."""


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet; `free_addresses` is what AWS counts at this moment (F4.03)."""

    id: str
    cidr: str
    availability_zone: str
    vpc_id: str
    free_addresses: int
    map_public_ip: bool = False
    name: str = ""
    ipv6_only: bool = False

    @property
    def usable(self) -> int:
        """How many addresses the subnet can ever give out."""
        return max(ip_network(self.cidr).num_addresses - RESERVED_BY_AWS, 0)


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface, with what tells who owns it (facts 4.2)."""

    id: str
    subnet_id: str
    addresses: int
    """Private IPv4 addresses, those of its /28 prefixes included (F4.10)."""
    description: str = ""
    type: str = ""
    requester_id: str = ""
    requester_managed: bool = False
    status: str = ""
    instance_id: str = ""
    private_ip: str = ""
    public_ip: str = ""
    group_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One route; `target` is the gateway's, NAT's, endpoint's or interface's id."""

    destination: str
    """A CIDR block or a prefix list's id."""
    target: str
    state: str = "active"


@dataclass(frozen=True, slots=True)
class RouteTable:
    """The route table in force for a subnet, the main one where none is associated."""

    id: str
    main: bool
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One security group rule; protocol `-1` is all, ports then None."""

    protocol: str
    from_port: int | None
    to_port: int | None
    cidrs: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    prefix_list_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group's rules in both directions."""

    id: str
    vpc_id: str
    ingress: tuple[Rule, ...]
    egress: tuple[Rule, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class AclEntry:
    """One NACL entry; they are judged in the order of their numbers."""

    number: int
    allow: bool
    egress: bool
    protocol: str
    cidr: str
    from_port: int | None = None
    to_port: int | None = None


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    """The NACL of a subnet."""

    id: str
    entries: tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint; `policy` is its JSON text."""

    id: str
    service: str
    type: str
    state: str
    private_dns: bool
    subnet_ids: tuple[str, ...] = ()
    route_table_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC, with the two attributes that name resolution needs (F1.51)."""

    id: str
    cidrs: tuple[str, ...]
    dns_support: bool
    dns_hostnames: bool


@dataclass(frozen=True, slots=True)
class NatGateway:
    """A NAT gateway."""

    id: str
    state: str
    subnet_id: str = ""
    public: bool = True
    created_at: datetime | None = None


SUBNET = Reading[Subnet | Absent]("ec2:DescribeSubnets", Subnet | Absent, argument="SUBNET-ID")
SUBNETS_OF_VPC = Reading[tuple[Subnet, ...]](
    "ec2:DescribeSubnets", tuple[Subnet, ...], "VPC", argument="VPC-ID"
)
INTERFACES = Reading[tuple[Interface, ...]](
    "ec2:DescribeNetworkInterfaces", tuple[Interface, ...], argument="SUBNET-ID"
)
"""Every interface that holds addresses of a subnet."""
ROUTE_TABLE = Reading[RouteTable | Absent](
    "ec2:DescribeRouteTables",
    RouteTable | Absent,
    also=("ec2:DescribeSubnets",),
    argument="SUBNET-ID",
)
"""The route table in force for a subnet (F4.07)."""
SECURITY_GROUP = Reading[SecurityGroup | Absent](
    "ec2:DescribeSecurityGroups", SecurityGroup | Absent, argument="GROUP-ID"
)
NETWORK_ACL = Reading[NetworkAcl | Absent](
    "ec2:DescribeNetworkAcls", NetworkAcl | Absent, argument="SUBNET-ID"
)
ENDPOINTS = Reading[tuple[Endpoint, ...]](
    "ec2:DescribeVpcEndpoints", tuple[Endpoint, ...], argument="VPC-ID"
)
VPC = Reading[Vpc | Absent](
    "ec2:DescribeVpcs", Vpc | Absent, also=("ec2:DescribeVpcAttribute",), argument="VPC-ID"
)
NAT_GATEWAY = Reading[NatGateway | Absent](
    "ec2:DescribeNatGateways", NatGateway | Absent, argument="NAT-ID"
)
PREFIX_LIST = Reading[tuple[str, ...]](
    "ec2:GetManagedPrefixListEntries", tuple[str, ...], argument="PREFIX-LIST-ID"
)
"""The CIDR blocks of a managed prefix list."""

READINGS = (
    SUBNET,
    SUBNETS_OF_VPC,
    INTERFACES,
    ROUTE_TABLE,
    SECURITY_GROUP,
    NETWORK_ACL,
    ENDPOINTS,
    VPC,
    NAT_GATEWAY,
    PREFIX_LIST,
)
