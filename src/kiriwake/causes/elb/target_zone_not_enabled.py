"""A task runs in a zone that its load balancer does not serve."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.health_checks import EXPLAINS, reported
from kiriwake.causes.said import named
from kiriwake.causes.start_up import TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, any_of
from kiriwake.evidence.elb import TargetHealth
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.evidence.targets import NEEDS

ID = "elb/target-zone-not-enabled"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when the load balancer says so of own targets, or ECS in an event."""
    own = reported(
        snapshot,
        _is_elsewhere,
        lambda bad, of: Text(
            en=f"{bad} of {of} targets lie in a zone that is not enabled for the load balancer",
            ja=f"{of} 個中 {bad} 個のターゲットが、有効化されていないゾーンにある",
        ),
    )
    return any_of([own, named(snapshot, ID)])


def _is_elsewhere(target: TargetHealth) -> bool:
    return target.reason == "Target.NotInUse" and "zone" in target.description.lower()


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Which subnet stands for the zone is a decision of its owner."""
    return show(
        "enable-zone-or-move-tasks",
        Text(
            en=(
                "enable the zone with a subnet of its own on the load balancer, or keep the"
                " service to subnets in the zones that are enabled"
            ),
            ja=(
                "そのゾーンのサブネットをロードバランサーに追加するか、サービスのサブネットを"
                "有効なゾーンに限る"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="tasks run in a zone that the load balancer does not serve",
        ja="ロードバランサーで有効でないゾーンでタスクが動いている",
    ),
    meaning=Text(
        en="A target in a zone that is not enabled is unused: no checks, no requests.",
        ja="有効でないゾーンのターゲットは unused となり、確認もリクエストも届かない。",
    ),
    contrast=Text(
        en="An Azure load balancer is regional; here every zone is enabled by a subnet of its own.",
        ja="Azure のロードバランサーはリージョン単位だが、AWS ではゾーンごとにサブネットが要る。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=(*NEEDS, *TASKS),
    decide=decide,
    remedies=remedies,
    facts=("F7.09",),
)
