"""Packets do not get from the tasks to the registry."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.way_out import NEEDS, obstacles, unread
from kiriwake.core.observed import Known
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, any_of, first_of, given, ruled_out, when
from kiriwake.evidence import ecs, net
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.net import RouteTable, Subnet
from kiriwake.evidence.paths import default_route
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

ID = "net/registry-unreachable"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS tells of a connection that failed, and addresses are not the trouble.

    A task that timed out had its address; where the subnet is full as well, the shortage
    is what keeps the service from its tasks now.
    """
    verdict = first_of(
        named(snapshot, ID),
        lambda: given(ecs.service(snapshot), lambda service: _decide(service, snapshot)),
    )
    match verdict:
        case Holds(because):
            return Holds((*because, *obstacles(snapshot)))
        case _:
            return verdict


def _decide(service: Known[Service], snapshot: Snapshot) -> Verdict:
    awsvpc = service.value.awsvpc
    if awsvpc is None:
        return when(
            True,
            Text(en="the host's network is used", ja="ホストのネットワークを使う"),
            service,
        )
    subnets = [
        given(present(snapshot.see(net.SUBNET, id_)), _has_room) for id_ in awsvpc.subnet_ids
    ]
    routes = [
        given(
            present(snapshot.see(net.ROUTE_TABLE, id_)),
            lambda table: _no_way_out(table, public=bool(awsvpc.assign_public_ip)),
        )
        for id_ in awsvpc.subnet_ids
    ]
    return any_of([*routes, *subnets])


def _has_room(subnet: Known[Subnet]) -> Verdict:
    seen = subnet.value
    says = Text(
        en=f"{seen.id} has {seen.free_addresses} addresses free, so they are not the trouble",
        ja=f"{seen.id} の空き IP は {seen.free_addresses} 個あり、枯渇ではない",
    )
    return when(seen.free_addresses > 0, says, subnet)


def _no_way_out(table: Known[RouteTable], *, public: bool) -> Verdict:
    default = default_route(table.value)
    if default is None:
        says = Text(
            en=f"{table.value.id} has no default route",
            ja=f"{table.value.id} にデフォルトルートがない",
        )
        return when(True, says, table)
    if default.state != "active":
        says = Text(
            en=f"the default route of {table.value.id} is a {default.state} ({default.target})",
            ja=f"{table.value.id} のデフォルトルートが {default.state} ({default.target})",
        )
        return when(True, says, table)
    if default.target.startswith("igw-") and not public:
        says = Text(
            en=f"the default route is {default.target}, and tasks have no public address",
            ja=f"デフォルトルートは {default.target} だが、タスクにパブリック IP がない",
        )
        return when(True, says, table)
    return ruled_out(
        Text(
            en=f"the default route of {table.value.id} is {default.target}",
            ja=f"{table.value.id} のデフォルトルートは {default.target}",
        ),
        table,
    )


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """The ways there are; which one is a matter of cost and policy."""
    return (
        Plan(
            id="give-a-way-out",
            title=Text(
                en=(
                    "give the subnet a NAT gateway, or endpoints for ecr.api, ecr.dkr and S3, or"
                    " in a public subnet assignPublicIp=ENABLED; let port 443 out"
                ),
                ja=(
                    "NAT ゲートウェイか ecr.api / ecr.dkr / S3 のエンドポイントを用意する。"
                    "パブリックサブネットなら assignPublicIp=ENABLED。"
                    "443 のアウトバウンドも許可する"
                ),
            ),
            risk=Risk.SHOW,
        ),
        *unread(snapshot),
    )


CAUSE = Cause(
    title=Text(
        en="the tasks cannot reach the registry over the network",
        ja="タスクからレジストリへの通信経路がない",
    ),
    meaning=Text(
        en="The task has its address, and nothing answers: no route, a closed group, no endpoint.",
        ja=(
            "タスクは IP を得ているが応答がない。"
            "ルート、セキュリティグループ、エンドポイントの問題。"
        ),
    ),
    contrast=Text(
        en="On AKS nodes pull through the cluster's own outbound load balancer by default.",
        ja="AKS では既定で、ノードがクラスターの送信用ロードバランサー経由で pull する。",
    ),
    level=Level.CAUSE,
    explains=frozenset(
        {
            SymptomId.TASKS_FAIL_TO_START,
            SymptomId.TASKS_MISSING,
            SymptomId.DEPLOYMENT_STALLED,
            SymptomId.DEPLOYMENT_ROLLED_BACK,
            SymptomId.OLD_TASKS_REMAIN,
            SymptomId.OLD_REVISION_RUNS,
        }
    ),
    needs=(ecs.SERVICE, ecs.STOPPED_TASKS, ecs.RUNNING_TASKS, net.SUBNET, *NEEDS),
    decide=decide,
    remedies=remedies,
    facts=("F1.50", "F4.42", "F4.43"),
)
