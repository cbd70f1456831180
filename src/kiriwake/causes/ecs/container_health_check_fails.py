"""The container health check of the task definition fails, and ECS stops the task."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/container-health-check-fails"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "run-the-check",
        Text(
            en=(
                "run the command of healthCheck in the container and register a revision"
                " with one that passes, or a longer startPeriod"
            ),
            ja=(
                "healthCheck のコマンドをコンテナ内で試し、通るもの (または startPeriod の延"
                "長) でリビジョンを登録する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the container health check of the task definition fails",
        ja="タスク定義の healthCheck (コンテナのヘルスチェック) が失敗している",
    ),
    meaning=Text(
        en=(
            "ECS runs the healthCheck of the task definition inside the container: the"
            " command is missing from the image (curl), or asks a wrong port or path."
        ),
        ja=(
            "タスク定義の healthCheck はコンテナ内で実行される。コマンド (curl など) がイメー"
            "ジにない、またはポートやパスが違う。"
        ),
    ),
    contrast=Text(
        en="It is a liveness probe, run as a command; a readiness probe has no counterpart.",
        ja=(
            "コマンドで実行する liveness プローブに相当する。readiness プローブに当たるものはない。"
        ),
    ),
    level=Level.CAUSE,
    explains=EXPLAINS | {SymptomId.TASKS_KILLED_BY_HEALTH_CHECK, SymptomId.TASKS_CRASH},
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F1.13",),
)
