"""No listener forwards to the target group of the service."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.health_checks import EXPLAINS, reported
from kiriwake.causes.start_up import show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.elb import TargetHealth
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.evidence.targets import NEEDS


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when own targets are unused, and not for their zone."""
    return reported(
        snapshot,
        _is_unused,
        lambda bad, of: Text(
            en=f"{bad} of {of} targets are unused: no listener forwards to their group",
            ja=f"{of} 個中 {bad} 個のターゲットが unused。転送するリスナーがない",
        ),
    )


def _is_unused(target: TargetHealth) -> bool:
    return target.reason == "Target.NotInUse" and "zone" not in target.description.lower()


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Which listener, host and path lead to the service its owner knows."""
    return show(
        "forward-to-group",
        Text(
            en="add a listener or a rule that forwards to the target group",
            ja="ターゲットグループに転送するリスナーまたはルールを追加する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="no listener forwards to the target group",
        ja="ターゲットグループに転送するリスナーがない",
    ),
    meaning=Text(
        en="Targets of a group that no listener rule names are not even checked.",
        ja="どのリスナールールからも参照されないグループは、ヘルスチェックすら行われない。",
    ),
    contrast=Text(
        en="A Kubernetes Ingress and its backend are one object; listener and group are two.",
        ja="Kubernetes の Ingress はバックエンドを含むが、AWS ではリスナーとグループが別物。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=NEEDS,
    decide=decide,
    remedies=remedies,
    facts=("F7.09",),
)
