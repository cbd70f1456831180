"""EC2's structures as evidence."""

from __future__ import annotations

from kiriwake.evidence.net import (
    AclEntry,
    Endpoint,
    Interface,
    NatGateway,
    NetworkAcl,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
    Subnet,
    Vpc,
)
from kiriwake.sources.aws.fields import (
    Fields,
    Incomplete,
    block,
    blocks,
    flag,
    moment,
    number,
    text,
    texts,
    the_number,
    the_text,
)

PREFIX_ADDRESSES = 16
"""A delegated prefix is a /28."""
_ROUTE_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
    # A NAT instance's route names both; the interface is what carries the traffic.
    "NetworkInterfaceId",
    "InstanceId",
    "IpAddress",
)


def subnet(fields: Fields) -> Subnet:
    """A subnet."""
    return Subnet(
        id=the_text(fields, "SubnetId"),
        cidr=text(fields, "CidrBlock"),
        availability_zone=text(fields, "AvailabilityZone"),
        vpc_id=text(fields, "VpcId"),
        free_addresses=the_number(fields, "AvailableIpAddressCount"),
        map_public_ip=flag(fields, "MapPublicIpOnLaunch") or False,
        name=_tag(fields, "Name"),
        ipv6_only=flag(fields, "Ipv6Native") or False,
    )


def interface(fields: Fields) -> Interface:
    """An interface, its addresses counted as F4.10 says."""
    alone = 1 if text(fields, "PrivateIpAddress") else 0
    addresses = len(blocks(fields, "PrivateIpAddresses")) or alone
    prefixes = len(blocks(fields, "Ipv4Prefixes"))
    return Interface(
        id=the_text(fields, "NetworkInterfaceId"),
        subnet_id=text(fields, "SubnetId"),
        addresses=addresses + PREFIX_ADDRESSES * prefixes,
        description=text(fields, "Description"),
        type=text(fields, "InterfaceType"),
        requester_id=text(fields, "RequesterId"),
        requester_managed=flag(fields, "RequesterManaged") or False,
        status=text(fields, "Status"),
        instance_id=text(block(fields, "Attachment"), "InstanceId"),
        private_ip=text(fields, "PrivateIpAddress"),
        public_ip=text(block(fields, "Association"), "PublicIp"),
        group_ids=tuple(text(group, "GroupId") for group in blocks(fields, "Groups")),
    )


def explicit_table(fields: Fields) -> RouteTable:
    """A route table that a subnet is associated with."""
    return _table(fields, main=False)


def main_table(fields: Fields) -> RouteTable:
    """The main route table of a VPC."""
    return _table(fields, main=True)


def _table(fields: Fields, *, main: bool) -> RouteTable:
    return RouteTable(
        id=the_text(fields, "RouteTableId"),
        main=main,
        routes=tuple(_route(route) for route in blocks(fields, "Routes")),
    )


def _route(fields: Fields) -> Route:
    destinations = ("DestinationCidrBlock", "DestinationPrefixListId", "DestinationIpv6CidrBlock")
    return Route(
        destination=next(filter(None, (text(fields, key) for key in destinations)), ""),
        target=next(filter(None, (text(fields, key) for key in _ROUTE_TARGETS)), ""),
        state=text(fields, "State") or "active",
    )


def security_group(fields: Fields) -> SecurityGroup:
    """A security group."""
    return SecurityGroup(
        id=the_text(fields, "GroupId"),
        vpc_id=text(fields, "VpcId"),
        ingress=tuple(_rule(rule) for rule in blocks(fields, "IpPermissions")),
        egress=tuple(_rule(rule) for rule in blocks(fields, "IpPermissionsEgress")),
        name=text(fields, "GroupName"),
    )


def _rule(fields: Fields) -> Rule:
    return Rule(
        protocol=text(fields, "IpProtocol"),
        from_port=number(fields, "FromPort"),
        to_port=number(fields, "ToPort"),
        cidrs=(
            *(text(block_, "CidrIp") for block_ in blocks(fields, "IpRanges")),
            *(text(block_, "CidrIpv6") for block_ in blocks(fields, "Ipv6Ranges")),
        ),
        group_ids=tuple(text(pair, "GroupId") for pair in blocks(fields, "UserIdGroupPairs")),
        prefix_list_ids=tuple(
            text(list_, "PrefixListId") for list_ in blocks(fields, "PrefixListIds")
        ),
    )


def network_acl(fields: Fields) -> NetworkAcl:
    """A NACL, entries in the order in which they are judged."""
    entries = (_acl_entry(entry) for entry in blocks(fields, "Entries"))
    return NetworkAcl(
        id=the_text(fields, "NetworkAclId"),
        entries=tuple(sorted(entries, key=lambda entry: (entry.egress, entry.number))),
    )


def _acl_entry(fields: Fields) -> AclEntry:
    ports = block(fields, "PortRange")
    egress = flag(fields, "Egress")
    if egress is None:
        raise Incomplete("Egress")
    return AclEntry(
        number=the_number(fields, "RuleNumber"),
        allow=the_text(fields, "RuleAction") == "allow",
        egress=egress,
        protocol=text(fields, "Protocol"),
        cidr=text(fields, "CidrBlock") or text(fields, "Ipv6CidrBlock"),
        from_port=number(ports, "From"),
        to_port=number(ports, "To"),
    )


def endpoint(fields: Fields) -> Endpoint:
    """A VPC endpoint."""
    return Endpoint(
        id=the_text(fields, "VpcEndpointId"),
        service=text(fields, "ServiceName"),
        type=text(fields, "VpcEndpointType"),
        state=text(fields, "State"),
        private_dns=flag(fields, "PrivateDnsEnabled") or False,
        subnet_ids=texts(fields, "SubnetIds"),
        route_table_ids=texts(fields, "RouteTableIds"),
        group_ids=tuple(text(group, "GroupId") for group in blocks(fields, "Groups")),
        policy=text(fields, "PolicyDocument"),
    )


def vpc(fields: Fields) -> Vpc:
    """A VPC, the two attributes laid into its structure."""
    support, hostnames = flag(fields, "EnableDnsSupport"), flag(fields, "EnableDnsHostnames")
    if support is None or hostnames is None:
        raise Incomplete("EnableDnsSupport")
    associated = (
        text(block_, "CidrBlock")
        for block_ in blocks(fields, "CidrBlockAssociationSet")
        if text(block(block_, "CidrBlockState"), "State") in {"", "associated"}
    )
    cidrs = dict.fromkeys((text(fields, "CidrBlock"), *associated))
    return Vpc(
        id=the_text(fields, "VpcId"),
        cidrs=tuple(filter(None, cidrs)),
        dns_support=support,
        dns_hostnames=hostnames,
    )


def nat_gateway(fields: Fields) -> NatGateway:
    """A NAT gateway; a regional one has no subnet (F4.45)."""
    return NatGateway(
        id=the_text(fields, "NatGatewayId"),
        state=text(fields, "State"),
        subnet_id=text(fields, "SubnetId"),
        public=text(fields, "ConnectivityType") != "private",
        created_at=moment(fields, "CreateTime"),
    )


def _tag(fields: Fields, key: str) -> str:
    return next((text(t, "Value") for t in blocks(fields, "Tags") if text(t, "Key") == key), "")
