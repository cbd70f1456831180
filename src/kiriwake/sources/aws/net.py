"""Reads the VPC: by filters and in bulk, so that one missing id fails nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kiriwake.core.observed import Call
from kiriwake.evidence import net as evidence
from kiriwake.evidence.reading import Absent, Reading
from kiriwake.sources.aws import net_shapes as shapes
from kiriwake.sources.aws.api import Api, Job, Outcome, Reader, Seen, batches, one_by_one, parsed
from kiriwake.sources.aws.fields import Fields, block, blocks, flag, text

FILTER_VALUES = 200
"""How many values one filter takes."""
PAGE = 1000


def _filter(name: str, values: Iterable[str]) -> dict[str, Any]:
    return {"Name": name, "Values": list(values)}


def _jobs(
    api: Api,
    calls: Sequence[Call],
    read: Callable[[Api, Sequence[Call]], Mapping[Call, Outcome]],
) -> list[Job]:
    def job(batch: Sequence[Call]) -> Job:
        return Job(tuple(batch), lambda: read(api, batch))

    return [job(batch) for batch in batches(calls, FILTER_VALUES)]


def _arguments(calls: Sequence[Call]) -> list[str]:
    return [call.argument for call in calls]


def _by_id(
    calls: Sequence[Call],
    found: Mapping[str, Outcome],
    absent: Outcome,
) -> dict[Call, Outcome]:
    return {call: found.get(call.argument, absent) for call in calls}


def read_subnets(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Subnets by id."""

    def read(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
        wanted = {"Filters": [_filter("subnet-id", _arguments(calls))], "MaxResults": PAGE}
        listed = api.listed("ec2:DescribeSubnets", wanted, "Subnets", calls[0])
        found = {
            text(item, "SubnetId"): parsed(shapes.subnet, item, listed.at, calls[0].action)
            for item in listed.items
        }
        api.vpc_of |= {text(item, "SubnetId"): text(item, "VpcId") for item in listed.items}
        return _by_id(calls, found, Seen(Absent("InvalidSubnetID.NotFound"), listed.at))

    return _jobs(api, calls, read)


def read_subnets_of_vpcs(api: Api, calls: Sequence[Call]) -> list[Job]:
    """All subnets of a VPC."""
    return _jobs(
        api,
        calls,
        lambda api, calls: _grouped(api, calls, "vpc-id", "Subnets", "VpcId", shapes.subnet),
    )


def read_interfaces(api: Api, calls: Sequence[Call]) -> list[Job]:
    """All interfaces in a subnet."""
    return _jobs(
        api,
        calls,
        lambda api, calls: _grouped(
            api, calls, "subnet-id", "NetworkInterfaces", "SubnetId", shapes.interface
        ),
    )


def read_endpoints(api: Api, calls: Sequence[Call]) -> list[Job]:
    """All endpoints of a VPC."""
    return _jobs(
        api,
        calls,
        lambda api, calls: _grouped(api, calls, "vpc-id", "VpcEndpoints", "VpcId", shapes.endpoint),
    )


def _grouped(  # noqa: PLR0917 - the parts of one question
    api: Api,
    calls: Sequence[Call],
    by: str,
    key: str,
    owner: str,
    shape: Callable[[Fields], object],
) -> Mapping[Call, Outcome]:
    wanted = {"Filters": [_filter(by, _arguments(calls))], "MaxResults": PAGE}
    listed = api.listed(calls[0].action, wanted, key, calls[0])
    mine: dict[str, list[Fields]] = {}
    for item in listed.items:
        mine.setdefault(text(item, owner), []).append(item)
    return {
        call: parsed(
            lambda fields: tuple(shape(item) for item in fields["items"]),
            {"items": mine.get(call.argument, [])},
            listed.at,
            call.action,
        )
        for call in calls
    }


def read_route_tables(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The table in force: the associated one, else the VPC's main one (F4.07)."""
    return _jobs(api, calls, _route_tables)


def _route_tables(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
    action = "ec2:DescribeRouteTables"
    wanted = {
        "Filters": [_filter("association.subnet-id", _arguments(calls))],
        "MaxResults": 100,
    }
    listed = api.listed(action, wanted, "RouteTables", calls[0])
    found: dict[str, Outcome] = {}
    for item in listed.items:
        for association in blocks(item, "Associations"):
            if subnet := text(association, "SubnetId"):
                found[subnet] = parsed(shapes.explicit_table, item, listed.at, action)
    left = [call for call in calls if call.argument not in found]
    if left:
        found |= _main_tables(api, left)
    return _by_id(calls, found, Seen(Absent("InvalidSubnetID.NotFound"), listed.at))


def _main_tables(api: Api, calls: Sequence[Call]) -> dict[str, Outcome]:
    action = "ec2:DescribeRouteTables"
    unknown = [call.argument for call in calls if call.argument not in api.vpc_of]
    if unknown:
        wanted = {"Filters": [_filter("subnet-id", unknown)], "MaxResults": PAGE}
        about = evidence.SUBNET.of(unknown[0])
        subnets = api.listed("ec2:DescribeSubnets", wanted, "Subnets", about)
        api.vpc_of |= {text(item, "SubnetId"): text(item, "VpcId") for item in subnets.items}
    vpcs = sorted({api.vpc_of[c.argument] for c in calls if c.argument in api.vpc_of})
    if not vpcs:
        return {}
    main = [_filter("vpc-id", vpcs), _filter("association.main", ["true"])]
    listed = api.listed(action, {"Filters": main, "MaxResults": 100}, "RouteTables", calls[0])
    tables = {
        text(item, "VpcId"): parsed(shapes.main_table, item, listed.at, action)
        for item in listed.items
    }
    vpc_of = api.vpc_of
    return {
        call.argument: tables[vpc_of[call.argument]]
        for call in calls
        if vpc_of.get(call.argument) in tables
    }


def read_security_groups(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Security groups by id."""

    def read(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
        wanted = {"Filters": [_filter("group-id", _arguments(calls))], "MaxResults": PAGE}
        listed = api.listed(calls[0].action, wanted, "SecurityGroups", calls[0])
        found = {
            text(item, "GroupId"): parsed(shapes.security_group, item, listed.at, calls[0].action)
            for item in listed.items
        }
        return _by_id(calls, found, Seen(Absent("InvalidGroup.NotFound"), listed.at))

    return _jobs(api, calls, read)


def read_network_acls(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The NACL of a subnet; every subnet has one."""

    def read(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
        wanted = {
            "Filters": [_filter("association.subnet-id", _arguments(calls))],
            "MaxResults": PAGE,
        }
        listed = api.listed(calls[0].action, wanted, "NetworkAcls", calls[0])
        found: dict[str, Outcome] = {}
        for item in listed.items:
            acl = parsed(shapes.network_acl, item, listed.at, calls[0].action)
            for association in blocks(item, "Associations"):
                found[text(association, "SubnetId")] = acl
        return _by_id(calls, found, Seen(Absent("InvalidSubnetID.NotFound"), listed.at))

    return _jobs(api, calls, read)


def read_vpcs(api: Api, calls: Sequence[Call]) -> list[Job]:
    """A VPC with the attributes that name resolution needs."""

    def read(api: Api, call: Call) -> Outcome:
        wanted = {"Filters": [_filter("vpc-id", [call.argument])]}
        listed = api.listed(call.action, wanted, "Vpcs", call)
        vpc = next((v for v in listed.items if text(v, "VpcId") == call.argument), None)
        if vpc is None:
            return Seen(Absent("InvalidVpcID.NotFound"), listed.at)
        attributes = {}
        for name, key in (
            ("enableDnsSupport", "EnableDnsSupport"),
            ("enableDnsHostnames", "EnableDnsHostnames"),
        ):
            about = Call("ec2:DescribeVpcAttribute", call.argument, name)
            answer = api.call(about.action, {"VpcId": call.argument, "Attribute": name}, about)
            attributes[key] = flag(block(answer.body, key), "Value")
        return parsed(shapes.vpc, {**vpc, **attributes}, listed.at, call.action)

    return one_by_one(api, calls, read)


def read_nat_gateways(api: Api, calls: Sequence[Call]) -> list[Job]:
    """NAT gateways by id."""

    def read(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
        wanted = {"Filter": [_filter("nat-gateway-id", _arguments(calls))], "MaxResults": PAGE}
        listed = api.listed(calls[0].action, wanted, "NatGateways", calls[0])
        found = {
            text(item, "NatGatewayId"): parsed(shapes.nat_gateway, item, listed.at, calls[0].action)
            for item in listed.items
        }
        return _by_id(calls, found, Seen(Absent("NatGatewayNotFound"), listed.at))

    return _jobs(api, calls, read)


def read_prefix_lists(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The blocks of a managed prefix list."""

    def read(api: Api, call: Call) -> Outcome:
        wanted = {"PrefixListId": call.argument, "MaxResults": 100}
        listed = api.listed(call.action, wanted, "Entries", call)
        return Seen(tuple(text(item, "Cidr") for item in listed.items), listed.at)

    return one_by_one(api, calls, read)


READERS: Mapping[Reading[Any], Reader] = {
    evidence.SUBNET: read_subnets,
    evidence.SUBNETS_OF_VPC: read_subnets_of_vpcs,
    evidence.INTERFACES: read_interfaces,
    evidence.ROUTE_TABLE: read_route_tables,
    evidence.SECURITY_GROUP: read_security_groups,
    evidence.NETWORK_ACL: read_network_acls,
    evidence.ENDPOINTS: read_endpoints,
    evidence.VPC: read_vpcs,
    evidence.NAT_GATEWAY: read_nat_gateways,
    evidence.PREFIX_LIST: read_prefix_lists,
}
