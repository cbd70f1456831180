"""A container waits for another that never meets its dependsOn condition."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/dependency-never-healthy"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "see-the-dependency",
        Text(
            en=(
                "read the log of the container that is waited for; HEALTHY needs a"
                " healthCheck in the task definition"
            ),
            ja="依存先コンテナのログを確認する。HEALTHY 条件にはタスク定義の healthCheck が必要",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="a container waits in vain for another (dependsOn)",
        ja="dependsOn の条件を満たさないコンテナを待ち続けている",
    ),
    meaning=Text(
        en=(
            "The container that others wait for never became HEALTHY, or ended with a"
            " failure, before startTimeout."
        ),
        ja="依存先のコンテナが startTimeout までに HEALTHY にならない、または失敗して終了した。",
    ),
    contrast=Text(
        en="An init container that fails keeps a pod from starting in the same way.",
        ja="失敗する init コンテナが Pod の起動を止めるのと同じ。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
