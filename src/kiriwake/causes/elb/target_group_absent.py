"""The target group that the service registers its tasks in is gone."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.health_checks import EXPLAINS
from kiriwake.causes.said import named
from kiriwake.causes.start_up import TASKS, show
from kiriwake.core.observed import Known
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, any_of, given, when
from kiriwake.evidence import ecs, elb
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.elb import TargetHealth
from kiriwake.evidence.reading import Absent
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.evidence.targets import NEEDS, groups_of

ID = "elb/target-group-absent"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when ELB knows no such group, or ECS says so in an event."""

    def judged(service: Known[Service]) -> Verdict:
        health = (snapshot.see(elb.TARGET_HEALTH, arn) for arn in groups_of(service.value))
        return any_of([named(snapshot, ID), *(given(seen, _is_gone) for seen in health)])

    return given(ecs.service(snapshot), judged)


def _is_gone(health: Known[tuple[TargetHealth, ...] | Absent]) -> Verdict:
    name = health.call.argument.partition("targetgroup/")[2].partition("/")[0]
    gone = isinstance(health.value, Absent)
    says = Text(
        en=f"target group {name} does not exist" if gone else f"target group {name} exists",
        ja=f"ターゲットグループ {name} が存在しない" if gone else f"{name} は存在する",
    )
    return when(gone, says, health, direct=True)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """A service keeps its load balancers until it is told of others."""
    return show(
        "name-existing-group",
        Text(
            en="make the group anew and point the service's loadBalancers at it",
            ja="ターゲットグループを作り直し、サービスの loadBalancers に指定する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the target group of the service does not exist any more",
        ja="サービスが使うターゲットグループが既に存在しない",
    ),
    meaning=Text(
        en="ECS registers every new task in it before it calls the task running.",
        ja="ECS は新しいタスクを RUNNING とする前に、このグループに登録しようとする。",
    ),
    contrast=Text(
        en="A Kubernetes Service owns its endpoints; a target group lives apart from ECS.",
        ja="Kubernetes の Service は自分の Endpoints を持つが、ここでは ECS と別管理になる。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=(*NEEDS, *TASKS),
    decide=decide,
    remedies=remedies,
)
