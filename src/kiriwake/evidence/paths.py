"""Whether packets get through, worked out from what was read; no packet is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from kiriwake.evidence.net import AclEntry, NetworkAcl, Route, RouteTable, Rule, SecurityGroup

ANYWHERE = "0.0.0.0/0"
TCP = frozenset({"tcp", "6", "-1"})
EPHEMERAL = (1024, 65535)
"""Where the answers go (F1.53)."""


class Passage(StrEnum):
    """What a set of rules does with a connection; `maybe` where a rule was not resolved."""

    OPEN = "open"
    CLOSED = "closed"
    MAYBE = "maybe"


def from_group(groups: Iterable[SecurityGroup], port: int, sources: Iterable[str]) -> Passage:
    """Whether any of the groups admits a port from members of the `sources` groups.

    A rule for addresses or prefix lists may or may not cover them: that is `maybe`.
    """
    wanted = frozenset(sources)
    rules = [r for g in groups for r in g.ingress if _covers(r, port)]
    if any(wanted & set(rule.group_ids) for rule in rules):
        return Passage.OPEN
    if any(ANYWHERE in rule.cidrs for rule in rules):
        return Passage.OPEN
    if any(rule.cidrs or rule.prefix_list_ids for rule in rules):
        return Passage.MAYBE
    return Passage.CLOSED


def out_of_groups(groups: Sequence[SecurityGroup], port: int) -> Passage:
    """Whether any of the groups lets a port out to the internet or to some part of it."""
    rules = [r for g in groups for r in g.egress if _covers(r, port)]
    if any(ANYWHERE in rule.cidrs for rule in rules):
        return Passage.OPEN
    return Passage.MAYBE if rules else Passage.CLOSED


def through_acl(acl: NetworkAcl, port: int) -> Passage:
    """Whether a subnet's NACL lets a port out to anywhere, and the answers back in.

    The first entry that matches decides; only entries for every address are judged.
    """
    out = _judged(acl.entries, (port, port), egress=True)
    back = _judged(acl.entries, EPHEMERAL, egress=False)
    if Passage.CLOSED in {out, back}:
        return Passage.CLOSED
    return Passage.OPEN if out is back is Passage.OPEN else Passage.MAYBE


def default_route(table: RouteTable) -> Route | None:
    """The route to everywhere, active or not."""
    return next((r for r in table.routes if r.destination == ANYWHERE), None)


def _covers(rule: Rule, port: int) -> bool:
    if rule.protocol not in TCP:
        return False
    if rule.protocol == "-1" or rule.from_port is None or rule.to_port is None:
        return True
    return rule.from_port <= port <= rule.to_port


def _judged(entries: Iterable[AclEntry], ports: tuple[int, int], *, egress: bool) -> Passage:
    low, high = ports
    partly = False
    for entry in sorted(entries, key=lambda e: e.number):
        if entry.egress is not egress or entry.protocol not in TCP:
            continue
        first = 0 if entry.from_port is None else entry.from_port
        last = 65535 if entry.to_port is None else entry.to_port
        if high < first or last < low:
            continue
        whole = first <= low and high <= last
        if entry.cidr == ANYWHERE and whole and not partly:
            return Passage.OPEN if entry.allow else Passage.CLOSED
        if entry.cidr == ANYWHERE and whole:
            return Passage.MAYBE
        partly = True
    return Passage.MAYBE if partly else Passage.CLOSED
