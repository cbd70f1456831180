"""The platform version is unknown or lacks what the task needs."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/platform-version-unsupported"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "use-latest-platform",
        Text(
            en="update the service with platformVersion LATEST",
            ja="platformVersion を LATEST にしてサービスを更新する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the platform version is unknown or lacks what the task needs",
        ja="プラットフォームバージョンが不正、または必要な機能に対応していない",
    ),
    meaning=Text(
        en="The task definition uses a feature that this Fargate platform version does not have.",
        ja="タスク定義が、この Fargate プラットフォームバージョンにない機能を使っている。",
    ),
    contrast=Text(
        en="ACI has no such version to choose.",
        ja="ACI には選択するバージョンがない。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F10.04",),
)
