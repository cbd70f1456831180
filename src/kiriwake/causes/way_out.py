"""The way from the tasks of a service to AWS over port 443, hop by hop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kiriwake.core.observed import Known, Missing, Observed
from kiriwake.core.text import Text
from kiriwake.core.verdict import Fact
from kiriwake.evidence import ecs, net
from kiriwake.evidence.ecs import Awsvpc
from kiriwake.evidence.net import Endpoint, NatGateway, NetworkAcl, RouteTable, SecurityGroup
from kiriwake.evidence.paths import Passage, default_route, out_of_groups, through_acl
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

HTTPS = 443
NEEDS = (net.ROUTE_TABLE, net.SECURITY_GROUP, net.NETWORK_ACL, net.NAT_GATEWAY, net.ENDPOINTS)


def obstacles(snapshot: Snapshot) -> tuple[Fact, ...]:
    """What is seen to stop packets; nothing where nothing is, or where it was not read."""
    awsvpc = _awsvpc(snapshot)
    if awsvpc is None:
        return ()
    groups = [_group(snapshot, id_) for id_ in awsvpc.security_group_ids]
    found = [*_closed_groups(groups)]
    for id_ in awsvpc.subnet_ids:
        found += _closed_acl(present(snapshot.see(net.NETWORK_ACL, id_)), id_)
        found += _failed_nat(snapshot, id_)
    for vpc in _vpcs(snapshot, awsvpc):
        found += _unnamed_endpoints(snapshot.see(net.ENDPOINTS, vpc))
    return tuple(found)


def unread(snapshot: Snapshot) -> tuple[Missing, ...]:
    """What would have to be read to see every hop."""
    awsvpc = _awsvpc(snapshot)
    if awsvpc is None:
        return ()
    seen: list[Observed[Any]] = [_group(snapshot, i) for i in awsvpc.security_group_ids]
    seen += [present(snapshot.see(net.NETWORK_ACL, id_)) for id_ in awsvpc.subnet_ids]
    seen += [snapshot.see(net.ENDPOINTS, vpc) for vpc in _vpcs(snapshot, awsvpc)]
    seen += [
        present(snapshot.see(net.NAT_GATEWAY, nat))
        for id_ in awsvpc.subnet_ids
        if (nat := _nat(snapshot, id_))
    ]
    return tuple(dict.fromkeys(one for one in seen if isinstance(one, Missing)))


def _awsvpc(snapshot: Snapshot) -> Awsvpc | None:
    match ecs.service(snapshot):
        case Known(value=service):
            return service.awsvpc
        case Missing():
            return None


def _group(snapshot: Snapshot, id_: str) -> Observed[SecurityGroup]:
    return present(snapshot.see(net.SECURITY_GROUP, id_))


def _vpcs(snapshot: Snapshot, awsvpc: Awsvpc) -> Iterable[str]:
    subnets = (present(snapshot.see(net.SUBNET, id_)) for id_ in awsvpc.subnet_ids)
    return dict.fromkeys(s.value.vpc_id for s in subnets if isinstance(s, Known))


def _closed_groups(groups: list[Observed[SecurityGroup]]) -> Iterator[Fact]:
    known = [group for group in groups if isinstance(group, Known)]
    # Any group may open the way, so all of them must have been seen to be closed.
    if not known or len(known) < len(groups):
        return
    if out_of_groups([group.value for group in known], HTTPS) is Passage.CLOSED:
        names = ", ".join(group.value.id for group in known)
        says = Text(
            en=f"no rule of {names} lets port {HTTPS} out",
            ja=f"{names} にポート {HTTPS} のアウトバウンドを許可するルールがない",
        )
        yield Fact(says, known[0].call, known[0].at)


def _closed_acl(acl: Observed[NetworkAcl], subnet: str) -> Iterator[Fact]:
    if isinstance(acl, Known) and through_acl(acl.value, HTTPS) is Passage.CLOSED:
        says = Text(
            en=f"{acl.value.id} of {subnet} lets no port {HTTPS} out, or no answers in",
            ja=f"{subnet} の {acl.value.id} がポート {HTTPS} の送信か応答の受信を遮断している",
        )
        yield Fact(says, acl.call, acl.at)


def _nat(snapshot: Snapshot, subnet: str) -> str:
    table: Observed[RouteTable] = present(snapshot.see(net.ROUTE_TABLE, subnet))
    route = default_route(table.value) if isinstance(table, Known) else None
    return route.target if route and route.target.startswith("nat-") else ""


def _failed_nat(snapshot: Snapshot, subnet: str) -> Iterator[Fact]:
    id_ = _nat(snapshot, subnet)
    gateway: Observed[NatGateway] | None = (
        present(snapshot.see(net.NAT_GATEWAY, id_)) if id_ else None
    )
    if isinstance(gateway, Known) and gateway.value.state not in {"available", ""}:
        says = Text(
            en=f"{id_} is {gateway.value.state}",
            ja=f"{id_} の状態が {gateway.value.state}",
        )
        yield Fact(says, gateway.call, gateway.at)


def _unnamed_endpoints(endpoints: Observed[tuple[Endpoint, ...]]) -> Iterator[Fact]:
    if isinstance(endpoints, Missing):
        return
    for endpoint in endpoints.value:
        registry = endpoint.service.endswith((".ecr.api", ".ecr.dkr"))
        if registry and endpoint.type == "Interface" and not endpoint.private_dns:
            yield _fact(endpoint, endpoints)


def _fact(endpoint: Endpoint, seen: Known[tuple[Endpoint, ...]]) -> Fact:
    says = Text(
        en=f"{endpoint.id} ({endpoint.service}) has no private DNS, so nobody is led to it",
        ja=f"{endpoint.id} ({endpoint.service}) はプライベート DNS が無効で、使われていない",
    )
    return Fact(says, seen.call, seen.at)
