"""The load balancer reaches the application, and it does not serve the health check path."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.health_checks import EXPLAINS, HEALTHY, NOT_SERVED, answered_with
from kiriwake.causes.plans import go_back
from kiriwake.core.observed import Known, Missing
from kiriwake.core.plan import ApiCall, Plan, Precondition, Risk, Slot
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence import ecs, elb
from kiriwake.evidence.elb import TargetGroup
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.evidence.targets import NEEDS, groups_of

PATH = Slot(
    name="path",
    says=Text(
        en="a path that the new tasks answer with a code in the matcher (the old ones too)",
        ja="新旧どちらのタスクも matcher の範囲内のコードで応答するパス",
    ),
    example="/",
)


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when own targets answer the check with a code that says: no such path."""
    return answered_with(snapshot, NOT_SERVED.__contains__)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Points the check at a served path, or goes back to the revision that passed it."""
    match ecs.service(snapshot):
        case Known(value=service) as seen:
            pass
        case missing:
            return (missing,)
    groups = [present(snapshot.see(elb.TARGET_GROUP, arn)) for arn in groups_of(service)]
    plans = [_point(group) for group in groups if isinstance(group, Known)]
    lacking = [group for group in groups if isinstance(group, Missing)]
    return (*plans, *go_back(seen, HEALTHY), *lacking)


def _point(group: Known[TargetGroup]) -> Plan:
    seen = group.value

    def check(path: object) -> ApiCall:
        parameters = {"TargetGroupArn": seen.arn, "HealthCheckPath": path}
        return ApiCall("elasticloadbalancing:ModifyTargetGroup", parameters)

    return Plan(
        id="point-check-at-served-path",
        title=Text(
            en=f'point the check of {seen.name} at a served path instead of "{seen.check_path}"',
            ja=f"{seen.name} のヘルスチェックを「{seen.check_path}」から応答のあるパスに変える",
        ),
        risk=Risk.ASK,
        apply=(check(PATH),),
        verify=(HEALTHY,),
        undo=(check(seen.check_path),),
        preconditions=(
            Precondition(
                call=group.call,
                fields={"check_path": seen.check_path},
                says=Text(
                    en=f"HealthCheckPath of {seen.name}", ja=f"{seen.name} の HealthCheckPath"
                ),
            ),
        ),
        slots=(PATH,),
    )


CAUSE = Cause(
    title=Text(
        en="new tasks fail the health check: its path is not served",
        ja="ヘルスチェックのパスにアプリが応答せず、タスクが healthy にならない",
    ),
    meaning=Text(
        en="An answer came back, so the way there is open; the application knows no such path.",
        ja="HTTP の応答があるので経路は通じている。アプリにそのパスがない。",
    ),
    contrast=Text(
        en=(
            "On AKS the readinessProbe is part of the Deployment and changes with it; here the"
            " path belongs to the target group, and stays behind."
        ),
        ja=(
            "AKS の readinessProbe は Deployment と一緒に更新されるが、ここではパスが"
            "ターゲットグループ側にあり、更新されずに残る。"
        ),
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=(*NEEDS, elb.TARGET_GROUP),
    decide=decide,
    remedies=remedies,
    seed=Seed(section="scenario-d"),
    facts=("F7.05", "F7.15"),
)
