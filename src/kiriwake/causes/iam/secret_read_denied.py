"""The execution role may not read a secret that the task definition names."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, grant_to_execution_role
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence import ecs, iam
from kiriwake.evidence.snapshot import Snapshot

ID = "iam/secret-read-denied"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Grants the execution role exactly what was refused."""
    return grant_to_execution_role(snapshot, ID)


CAUSE = Cause(
    title=Text(
        en="the execution role may not read the secret",
        ja="実行ロールがシークレットを読み取れない",
    ),
    meaning=Text(
        en=(
            "Secrets Manager answered and refused the execution role; the managed policy"
            " holds no secretsmanager: action."
        ),
        ja=(
            "Secrets Manager が実行ロールを拒否した。マネージドポリシーに secretsmanager: の"
            "権限は含まれない。"
        ),
    ),
    contrast=Text(
        en=(
            "On AKS the Key Vault CSI driver mounts the secret; the pod's events tell the"
            " same story."
        ),
        ja="AKS では Key Vault の CSI ドライバーがマウントし、同じ失敗が Pod のイベントに出る。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=(*TASKS, ecs.TASK_DEFINITION, iam.ROLE),
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F8.02", "F8.06", "F8.15"),
)
