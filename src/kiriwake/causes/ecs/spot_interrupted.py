"""The Spot capacity under the tasks was reclaimed."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/spot-interrupted"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "keep-a-base",
        Text(
            en="keep a base of tasks on FARGATE in the capacity provider strategy",
            ja="キャパシティプロバイダー戦略で FARGATE に base を置く",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the Spot capacity under the task was reclaimed",
        ja="Spot の容量が回収され、タスクが中断された",
    ),
    meaning=Text(
        en=(
            "AWS takes Spot capacity back with two minutes' notice; nothing is wrong with the task."
        ),
        ja="Spot は 2 分前の通知で回収される。タスク自体に問題はない。",
    ),
    contrast=Text(
        en="Azure Spot nodes are evicted in the same way.",
        ja="Azure の Spot ノードの退避と同じ。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS | {SymptomId.TASKS_CRASH},
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
