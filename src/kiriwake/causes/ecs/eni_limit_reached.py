"""The container instance has no network interface left for a task."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/eni-limit-reached"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "trunk-interfaces",
        Text(
            en="switch on awsvpcTrunking and launch new instances, or use larger ones",
            ja="awsvpcTrunking を有効にしてインスタンスを入れ替えるか、大きなタイプにする",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the container instance has no network interface left for a task",
        ja="コンテナインスタンスにタスク用の ENI が残っていない",
    ),
    meaning=Text(
        en=(
            "Each awsvpc task takes an interface of the instance; a c5.large has room for"
            " two tasks without trunking."
        ),
        ja=(
            "awsvpc のタスクはインスタンスの ENI を 1 つ使う。トランキングなしの c5.large で"
            "は 2 タスクまで。"
        ),
    ),
    contrast=Text(
        en="It is the pod limit of a node.",
        ja="ノードの Pod 数上限に相当する。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F4.30",),
)
