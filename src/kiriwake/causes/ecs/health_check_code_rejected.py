"""The application answers the health check, with a code that the matcher does not accept."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.health_checks import (
    EXPLAINS,
    HEALTHY,
    NOT_SERVED,
    SERVER_ERROR,
    answered_with,
)
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

MATCHER = Slot(
    name="matcher",
    says=Text(
        en="the codes that count as healthy; a redirect or 401 proves little of the application",
        ja="healthy とみなすコード。リダイレクトや 401 はアプリの正常性をあまり示さない",
    ),
    example="200-399",
)


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when own targets answer with a redirect, a refusal or another odd code."""
    return answered_with(snapshot, lambda c: c < SERVER_ERROR and c not in NOT_SERVED)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Widens the matcher, or goes back to the revision that passed."""
    match ecs.service(snapshot):
        case Known(value=service) as seen:
            pass
        case missing:
            return (missing,)
    groups = [present(snapshot.see(elb.TARGET_GROUP, arn)) for arn in groups_of(service)]
    plans = [_widen(group) for group in groups if isinstance(group, Known)]
    lacking = [group for group in groups if isinstance(group, Missing)]
    return (*plans, *go_back(seen, HEALTHY), *lacking)


def _widen(group: Known[TargetGroup]) -> Plan:
    seen = group.value

    def accept(codes: object) -> ApiCall:
        parameters = {"TargetGroupArn": seen.arn, "Matcher": {"HttpCode": codes}}
        return ApiCall("elasticloadbalancing:ModifyTargetGroup", parameters)

    return Plan(
        id="widen-matcher",
        title=Text(
            en=f'accept more codes than "{seen.matcher}" in {seen.name}',
            ja=f"{seen.name} の matcher「{seen.matcher}」を広げる",
        ),
        risk=Risk.ASK,
        apply=(accept(MATCHER),),
        verify=(HEALTHY,),
        undo=(accept(seen.matcher),),
        preconditions=(
            Precondition(
                call=group.call,
                fields={"matcher": seen.matcher},
                says=Text(en=f"Matcher of {seen.name}", ja=f"{seen.name} の Matcher"),
            ),
        ),
        slots=(MATCHER,),
    )


CAUSE = Cause(
    title=Text(
        en="the health check's answer is outside the matcher",
        ja="ヘルスチェックへの応答コードが matcher の範囲外",
    ),
    meaning=Text(
        en=(
            "The check carries no session and the target's own address as Host: a redirect to"
            " HTTPS or a login, a demand for credentials, or a refused Host name is the answer."
        ),
        ja=(
            "ヘルスチェックは認証情報を持たず、Host はターゲットの IP になる。HTTPS や"
            "ログインへのリダイレクト、認証要求、Host 名の拒否がそのまま応答になる。"
        ),
    ),
    contrast=Text(
        en="A Kubernetes HTTP probe accepts 200 to 399; a target group accepts 200 unless told.",
        ja="Kubernetes の HTTP プローブは 200〜399 を許すが、ターゲットグループは既定で 200 のみ。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=(*NEEDS, elb.TARGET_GROUP),
    decide=decide,
    remedies=remedies,
    facts=("F7.01", "F7.03"),
)
