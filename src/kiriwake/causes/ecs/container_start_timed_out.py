"""The container did not start in time on its host."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/container-start-timed-out"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "relieve-the-host",
        Text(
            en="use a smaller image, a faster volume or fewer tasks on the instance",
            ja="イメージを小さくする、高速なボリュームにする、インスタンス上のタスクを減らす",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the container did not start in time on its host",
        ja="コンテナがホスト上で時間内に起動しなかった",
    ),
    meaning=Text(
        en="The runtime gave up waiting: a slow disk, a busy host, a large image.",
        ja="ランタイムが待ち切れなかった。ディスクやホストの負荷、大きなイメージが原因。",
    ),
    contrast=Text(
        en="The kubelet retries in place; ECS starts another task.",
        ja="kubelet は同じ場所で再試行するが、ECS は別のタスクを起動する。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
