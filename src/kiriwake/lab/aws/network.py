"""Packets in a VPC: routes, network ACLs in rule order both ways, and security groups."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

EPHEMERAL = 45000
"""A port from which clients of every kind connect (Linux 32768-60999, ELB 1024-65535)."""
_ALL = "-1"
_TCP = {"6", "tcp", _ALL, "all"}


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a connection: an address, its groups, and its subnet if it is in the VPC."""

    address: str
    group_ids: tuple[str, ...] = ()
    subnet_id: str = ""
    service: str = ""
    """The AWS service behind a public address, by its prefix list's name."""


class Network:
    """The network of one account and region, read from moto's EC2."""

    def __init__(self, ec2: Any) -> None:
        self._ec2 = ec2

    # --- what is where -----------------------------------------------------------------
    def subnet(self, subnet_id: str) -> Any | None:
        """Moto's subnet, or None."""
        for zone in self._ec2.subnets.values():
            if subnet_id in zone:
                return zone[subnet_id]
        return None

    def subnets(self, vpc_id: str) -> list[Any]:
        """All subnets of a VPC."""
        return [
            subnet
            for zone in self._ec2.subnets.values()
            for subnet in zone.values()
            if subnet.vpc_id == vpc_id
        ]

    def interface_at(self, vpc_id: str, address: str) -> Any | None:
        """The interface that holds an address in a VPC."""
        for subnet in self.subnets(vpc_id):
            eni_id = self._ec2.enis.taken[subnet.id].get(address)
            if eni_id is not None:
                return self._ec2.enis.get(eni_id)
        return None

    @staticmethod
    def place(eni: Any) -> Place:
        """Where an interface is."""
        groups = tuple(group.id for group in eni.group_set)
        return Place(str(eni.private_ip_address), groups, eni.subnet.id)

    # --- routes ------------------------------------------------------------------------
    def route_table(self, subnet: Any) -> Any | None:
        """The subnet's own route table, or the VPC's main one (F4.07)."""
        tables = [t for t in self._ec2.route_tables.values() if t.vpc_id == subnet.vpc_id]
        for table in tables:
            if subnet.id in table._associations.values():
                return table
        return next((table for table in tables if table.main_association_id), None)

    def route(self, subnet: Any, address: str) -> Any | None:
        """The route with the longest prefix (F4.42), or None."""
        table = self.route_table(subnet)
        wanted = ipaddress.ip_address(address)
        best, length = None, -1
        for route in table.routes if table else ():
            for block in self._blocks(route):
                network = ipaddress.ip_network(block, strict=False)
                if wanted in network and network.prefixlen > length:
                    best, length = route, network.prefixlen
        return best

    def _blocks(self, route: Any) -> list[str]:
        if route.destination_cidr_block:
            return [str(route.destination_cidr_block)]
        if route.destination_prefix_list is not None:
            return self._prefixes(route.destination_prefix_list.id)
        return []

    def _prefixes(self, prefix_list_id: str) -> list[str]:
        found = self._ec2.managed_prefix_lists.get(prefix_list_id)
        entries = found.entries.get(found.version) if found is not None else None
        return [str(entry["Cidr"]) for entry in entries or () if entry.get("Cidr")]

    # --- network ACLs ------------------------------------------------------------------
    def passes_acls(self, source: Place, target: Place, port: int) -> bool:
        """Request and answer through the ACLs of both subnets; within one there are none."""
        if source.subnet_id and source.subnet_id == target.subnet_id:
            return True
        there = self._acl(source.subnet_id, target.address, port, egress=True) and self._acl(
            target.subnet_id, source.address, port, egress=False
        )
        back = self._acl(target.subnet_id, source.address, EPHEMERAL, egress=True) and self._acl(
            source.subnet_id, target.address, EPHEMERAL, egress=False
        )
        return there and back

    def _acl(self, subnet_id: str, peer: str, port: int, *, egress: bool) -> bool:
        if not subnet_id:
            return True
        acl = next(
            (
                acl
                for acl in self._ec2.network_acls.values()
                if any(a.subnet_id == subnet_id for a in acl._associations.values())
            ),
            None,
        )
        if acl is None:
            return True
        rules = [rule for rule in acl.network_acl_entries if _true(rule.egress) == egress]
        for rule in sorted(rules, key=lambda rule: int(rule.rule_number)):
            if (
                rule.cidr_block
                and str(rule.protocol) in _TCP
                and ipaddress.ip_address(peer)
                in ipaddress.ip_network(rule.cidr_block, strict=False)
                and _spans(rule.port_range_from, rule.port_range_to, port)
            ):
                return str(rule.rule_action) == "allow"
        return False

    # --- security groups ---------------------------------------------------------------
    def lets_out(self, source: Place, target: Place, port: int) -> bool:
        """Whether any group of the source has an egress rule for the target."""
        return self._any_rule(source.group_ids, target, port, egress=True)

    def lets_in(self, source: Place, target: Place, port: int) -> bool:
        """Whether any group of the target has an ingress rule for the source."""
        return self._any_rule(target.group_ids, source, port, egress=False)

    def _any_rule(self, group_ids: Iterable[str], peer: Place, port: int, *, egress: bool) -> bool:
        for group_id in group_ids:
            group = self._ec2.get_security_group_from_id(group_id)
            rules: Sequence[Any] = ()
            if group is not None:
                rules = group.egress_rules if egress else group.ingress_rules
            if any(self._rule_means(rule, peer, port) for rule in rules):
                return True
        return False

    def _rule_means(self, rule: Any, peer: Place, port: int) -> bool:
        if str(rule.ip_protocol).lower() not in _TCP:
            return False
        if str(rule.ip_protocol) != _ALL and not _spans(rule.from_port, rule.to_port, port):
            return False
        if rule.source_group:
            return rule.source_group.get("GroupId") in peer.group_ids
        blocks = [rule.ip_range["CidrIp"]] if rule.ip_range.get("CidrIp") else []
        if rule.prefix_list_id:
            blocks = self._prefixes(rule.prefix_list_id)
            known = self._ec2.managed_prefix_lists.get(rule.prefix_list_id)
            if known is not None and peer.service and peer.service == known.prefix_list_name:
                return True
        address = ipaddress.ip_address(peer.address)
        return any(address in ipaddress.ip_network(block, strict=False) for block in blocks)

    # --- together ----------------------------------------------------------------------
    def connects(self, source: Place, target: Place, port: int) -> str:
        """Empty if TCP gets through, else the hop that stops it."""
        if source.group_ids and not self.lets_out(source, target, port):
            return "security-group-egress"
        if not self.passes_acls(source, target, port):
            return "network-acl"
        if target.group_ids and not self.lets_in(source, target, port):
            return "security-group-ingress"
        return ""


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _spans(first: object, last: object, port: int) -> bool:
    if first in {None, "", -1, "-1"}:
        return True
    low = int(str(first))
    high = low if last in {None, ""} else int(str(last))
    return low <= port <= high


def live_route_state(route: Any) -> str:
    """`blackhole` when what a route leads to is gone."""
    ec2 = route.route_table.ec2_backend
    gone = False
    if route.nat_gateway is not None:
        gone = route.nat_gateway.state not in {"available", "pending"}
    elif route.instance is not None:
        gone = route.instance.state not in {"running", "pending"}
    elif route.interface is not None:
        gone = route.interface.id not in ec2.enis
    elif route.gateway is not None and route.gateway.id.startswith("igw-"):
        attached = getattr(route.gateway, "vpc", None)
        gone = (
            route.gateway.id not in ec2.internet_gateways
            or attached is None
            or attached.id != route.route_table.vpc_id
        )
    elif route.gateway is not None and route.gateway.id.startswith("vpce-"):
        gone = route.gateway.state == "deleted"
    elif route.vpc_pcx is not None:
        gone = route.vpc_pcx._status.code != "active"
    return "blackhole" if gone else "active"
