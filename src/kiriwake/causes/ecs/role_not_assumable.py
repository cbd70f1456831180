"""ECS cannot assume the role of the task or service."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/role-not-assumable"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "trust-ecs-tasks",
        Text(
            en=(
                "let the role trust ecs-tasks.amazonaws.com (sts:AssumeRole), or name a role"
                " that exists"
            ),
            ja=(
                "ロールの信頼ポリシーで ecs-tasks.amazonaws.com に sts:AssumeRole を許可する"
                "か、存在するロールを指定する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="ECS cannot assume the role of the task or service",
        ja="タスクやサービスのロールを ECS が引き受けられない",
    ),
    meaning=Text(
        en=(
            "The role does not exist, does not trust ecs-tasks.amazonaws.com, or was made a"
            " moment ago."
        ),
        ja="ロールが存在しない、ecs-tasks.amazonaws.com を信頼していない、または作成直後。",
    ),
    contrast=Text(
        en="A managed identity needs no trust policy; an IAM role does.",
        ja="マネージド ID と違い、IAM ロールには信頼ポリシーが必要。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F8.07", "F8.14"),
)
