"""No space is left where the image is unpacked or the task writes."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/disk-full"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "give-more-disk",
        Text(
            en=(
                "register a revision with more ephemeralStorage (21 to 200 GiB), or clean or"
                " enlarge the volume of the instance"
            ),
            ja=(
                "ephemeralStorage を増やした (21〜200 GiB) リビジョンを登録する。EC2 ならボリ"
                "ュームを掃除または拡張する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="no space is left on the disk of the host or task",
        ja="ホストまたはタスクのディスクに空きがない",
    ),
    meaning=Text(
        en=(
            "Image, layers and container share the disk: 20 GiB of ephemeral storage on"
            " Fargate, the volume of the instance on EC2."
        ),
        ja=(
            "イメージの展開先とコンテナが同じディスクを使う。Fargate は 20 GiB の一時ストレー"
            "ジ、EC2 はインスタンスのボリューム。"
        ),
    ),
    contrast=Text(
        en="AKS nodes evict pods when the disk fills; ECS fails the pull.",
        ja="AKS ではノードのディスク逼迫で Pod が退避されるが、ECS では pull が失敗する。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS | {SymptomId.TASKS_CRASH},
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
