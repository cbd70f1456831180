"""An option of the log driver is missing or wrong."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "logs/driver-options-invalid"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "complete-the-options",
        Text(
            en=(
                "register a revision with awslogs-group, awslogs-region and, on Fargate,"
                " awslogs-stream-prefix"
            ),
            ja=(
                "awslogs-group、awslogs-region、Fargate では awslogs-stream-prefix も指定した"
                "リビジョンを登録する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="an option of the log driver is missing or wrong",
        ja="ログドライバーのオプションが不足または不正",
    ),
    meaning=Text(
        en="The log driver refused its own options before the container could start.",
        ja="ログドライバーがオプションを受け付けず、コンテナを起動できない。",
    ),
    contrast=Text(
        en="Azure Monitor collects standard output without any setting on the container.",
        ja="Azure Monitor はコンテナ側の設定なしに標準出力を収集する。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS | {SymptomId.LOGS_MISSING},
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F9.01",),
)
