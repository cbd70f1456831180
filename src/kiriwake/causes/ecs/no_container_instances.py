"""The cluster or capacity provider has no container instances."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/no-container-instances"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "bring-instances",
        Text(
            en=(
                "raise the desired capacity of the Auto Scaling group and see that"
                " ECS_CLUSTER names this cluster, or use Fargate"
            ),
            ja=(
                "Auto Scaling グループの希望数を上げ、ECS_CLUSTER の指定を確認する。または"
                " Fargate を使う"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the cluster or capacity provider has no container instances",
        ja="クラスターまたはキャパシティプロバイダーにコンテナインスタンスがない",
    ),
    meaning=Text(
        en=(
            "A service of launch type EC2 finds no instance: the Auto Scaling group is at 0,"
            " cannot launch, or its instances joined another cluster."
        ),
        ja=(
            "EC2 起動タイプなのにインスタンスがない。Auto Scaling グループが 0、起動できない"
            "、または別のクラスターに参加している。"
        ),
    ),
    contrast=Text(
        en="An AKS cluster always has a system node pool.",
        ja="AKS には必ずシステムノードプールがある。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
