"""The role that writes the logs lacks a logs: permission."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, grant_to_execution_role
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence import ecs, iam
from kiriwake.evidence.snapshot import Snapshot

ID = "iam/logs-write-denied"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Grants the execution role exactly what was refused."""
    return grant_to_execution_role(snapshot, ID)


CAUSE = Cause(
    title=Text(
        en="the writer of logs lacks a logs: permission",
        ja="ログの書き込み元に logs: の権限がない",
    ),
    meaning=Text(
        en=(
            "CloudWatch Logs answered and refused; logs:CreateLogGroup, needed for"
            " awslogs-create-group, is not in the managed policy."
        ),
        ja=(
            "CloudWatch Logs が拒否した。awslogs-create-group に要る logs:CreateLogGroup はマ"
            "ネージドポリシーに含まれない。"
        ),
    ),
    contrast=Text(
        en=(
            "On Azure the monitoring agent has its own rights; on ECS the execution role"
            " needs them."
        ),
        ja="Azure では監視エージェントが権限を持つが、ECS では実行ロールに必要。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS | {SymptomId.LOGS_MISSING},
    needs=(*TASKS, ecs.TASK_DEFINITION, iam.ROLE),
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F8.01", "F8.03"),
)
