"""The way from a load balancer to its tasks: ports and security groups, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kiriwake.causes.cause import Remedies
from kiriwake.causes.health_checks import HEALTHY
from kiriwake.core.observed import Known, Missing, Observed
from kiriwake.core.plan import ApiCall, Plan, Precondition, Risk
from kiriwake.core.text import Text
from kiriwake.core.verdict import Fact
from kiriwake.evidence import ecs, elb, net
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.elb import LoadBalancer, TargetGroup
from kiriwake.evidence.net import SecurityGroup
from kiriwake.evidence.paths import Passage, from_group
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

NEEDS = (ecs.TASK_DEFINITION, elb.TARGET_GROUP, elb.LOAD_BALANCER, net.SECURITY_GROUP)


@dataclass(frozen=True, slots=True)
class Way:
    """The way to the tasks of one target group, as far as it could be seen."""

    group: Known[TargetGroup]
    port: int
    """The port that is checked."""
    container_port: int
    balancers: tuple[Known[LoadBalancer], ...]
    task_groups: tuple[Known[SecurityGroup], ...]
    lacking: tuple[Missing, ...] = ()

    @property
    def misses_port(self) -> bool:
        """Whether the check has a fixed port which is not the container's."""
        return self.port != self.container_port

    @property
    def from_ids(self) -> tuple[str, ...]:
        """The security groups that the check comes from."""
        return tuple(dict.fromkeys(i for b in self.balancers for i in b.value.group_ids))

    @property
    def is_closed(self) -> bool:
        """Whether no rule can admit the check; false where that is not fully seen."""
        if self.lacking or not self.task_groups or not self.from_ids:
            return False
        groups = (group.value for group in self.task_groups)
        return from_group(groups, self.port, self.from_ids) is Passage.CLOSED


def hints(snapshot: Snapshot) -> tuple[Fact, ...]:
    """What is seen to be in the way; nothing where nothing is."""
    match _ways(snapshot):
        case Missing():
            return ()
        case Known(value=ways):
            return tuple(fact for way in ways for fact in _told(way))


def _told(way: Way) -> Iterator[Fact]:
    name = way.group.value.name
    if way.misses_port:
        says = Text(
            en=f"{name} checks port {way.port}; the container's port is {way.container_port}",
            ja=f"{name} の確認ポートは {way.port}、コンテナのポートは {way.container_port}",
        )
        yield Fact(says, way.group.call, way.group.at)
    if way.is_closed:
        groups = ", ".join(group.value.id for group in way.task_groups)
        source = ", ".join(way.from_ids)
        says = Text(
            en=f"no rule of {groups} admits port {way.port} from {source}",
            ja=f"{groups} に {source} からポート {way.port} を許可するルールがない",
        )
        yield Fact(says, way.task_groups[0].call, way.task_groups[0].at)


def ways_out(snapshot: Snapshot) -> Remedies:
    """A plan for each thing that is seen to be in the way, or what to look at."""
    match _ways(snapshot):
        case Missing() as missing:
            return (_look(), missing)
        case Known(value=ways):
            plans = tuple(plan for way in ways for plan in _plans(way))
            lacking = tuple(missing for way in ways for missing in way.lacking)
            return (*(plans or (_look(),)), *dict.fromkeys(lacking))


def _plans(way: Way) -> Iterable[Plan]:
    if way.misses_port:
        yield _check_traffic_port(way)
    if way.is_closed:
        yield _admit(way)


def _check_traffic_port(way: Way) -> Plan:
    seen = way.group.value

    def check(port: str) -> ApiCall:
        parameters = {"TargetGroupArn": seen.arn, "HealthCheckPort": port}
        return ApiCall("elasticloadbalancing:ModifyTargetGroup", parameters)

    return Plan(
        id="check-traffic-port",
        title=Text(
            en=f"check {seen.name} on the port that the tasks are registered with",
            ja=f"{seen.name} のヘルスチェックを登録ポート (traffic-port) に向ける",
        ),
        risk=Risk.ASK,
        apply=(check("traffic-port"),),
        verify=(HEALTHY,),
        undo=(check(seen.check_port),),
        preconditions=(
            Precondition(
                call=way.group.call,
                fields={"check_port": seen.check_port},
                says=Text(en=f"HealthCheckPort of {seen.name}", ja=f"{seen.name} の確認ポート"),
            ),
        ),
    )


def _admit(way: Way) -> Plan:
    group = way.task_groups[0]
    permission = {
        "IpProtocol": "tcp",
        "FromPort": way.port,
        "ToPort": way.port,
        "UserIdGroupPairs": [{"GroupId": way.from_ids[0]}],
    }
    parameters = {"GroupId": group.value.id, "IpPermissions": [permission]}
    return Plan(
        id="admit-load-balancer",
        title=Text(
            en=f"let {way.from_ids[0]} reach port {way.port} of {group.value.id}",
            ja=f"{group.value.id} に {way.from_ids[0]} からポート {way.port} を許可する",
        ),
        risk=Risk.ASK,
        apply=(ApiCall("ec2:AuthorizeSecurityGroupIngress", parameters),),
        verify=(HEALTHY,),
        undo=(ApiCall("ec2:RevokeSecurityGroupIngress", parameters),),
        preconditions=(
            Precondition(
                call=group.call,
                fields={"ingress": group.value.ingress},
                says=Text(en=f"the rules of {group.value.id}", ja=f"{group.value.id} のルール"),
            ),
        ),
    )


def _look() -> Plan:
    return Plan(
        id="open-the-way",
        title=Text(
            en="have the application listen on the checked port on 0.0.0.0, and answer in time",
            ja="アプリを確認ポートの 0.0.0.0 で待ち受けさせ、時間内に応答させる",
        ),
        risk=Risk.SHOW,
    )


def _ways(snapshot: Snapshot) -> Observed[tuple[Way, ...]]:
    match ecs.service(snapshot):
        case Missing() as missing:
            return missing
        case Known(value=service, call=call, at=at, principal=principal):
            ways = []
            for balancer in service.load_balancers:
                group = present(snapshot.see(elb.TARGET_GROUP, balancer.target_group_arn))
                if isinstance(group, Missing):
                    return group
                ways.append(_way(snapshot, service, group, balancer.container_port))
            return Known(tuple(ways), call, at, principal)


def _way(
    snapshot: Snapshot, service: Service, group: Known[TargetGroup], container_port: int
) -> Way:
    fixed = group.value.check_port
    arns = group.value.load_balancer_arns
    balancers = [present(snapshot.see(elb.LOAD_BALANCER, arn)) for arn in arns]
    ids = service.awsvpc.security_group_ids if service.awsvpc else ()
    groups = [present(snapshot.see(net.SECURITY_GROUP, id_)) for id_ in ids]
    return Way(
        group=group,
        port=int(fixed) if fixed.isdecimal() else container_port,
        container_port=container_port,
        balancers=tuple(b for b in balancers if isinstance(b, Known)),
        task_groups=tuple(g for g in groups if isinstance(g, Known)),
        lacking=tuple(m for m in (*balancers, *groups) if isinstance(m, Missing)),
    )
