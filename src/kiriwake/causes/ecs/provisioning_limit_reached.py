"""Too many tasks of the cluster wait for capacity at once."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/provisioning-limit-reached"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "scale-ahead",
        Text(
            en="let the Auto Scaling group grow, or start fewer tasks at once",
            ja="Auto Scaling グループを拡大するか、同時に起動するタスクを減らす",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="too many tasks wait for capacity in the cluster",
        ja="クラスターで PROVISIONING 待ちのタスクが上限に達した",
    ),
    meaning=Text(
        en=(
            "A cluster holds at most 500 tasks in PROVISIONING; the capacity provider does"
            " not keep up."
        ),
        ja=(
            "1 クラスターで PROVISIONING にできるのは 500 タスクまで。容量の追加が追い付いて"
            "いない。"
        ),
    ),
    contrast=Text(
        en="Kubernetes lets any number of pods wait.",
        ja="Kubernetes では Pending の Pod 数に上限はない。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
