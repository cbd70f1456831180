"""The execution role may not read the environment file in S3."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, grant_to_execution_role
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence import ecs, iam
from kiriwake.evidence.snapshot import Snapshot

ID = "iam/environment-file-read-denied"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Grants the execution role exactly what was refused."""
    return grant_to_execution_role(snapshot, ID)


CAUSE = Cause(
    title=Text(
        en="the execution role may not read the environment file in S3",
        ja="実行ロールが S3 の環境変数ファイルを読み取れない",
    ),
    meaning=Text(
        en=(
            "S3 answered and refused the execution role; it takes s3:GetObject on the file"
            " and s3:GetBucketLocation on the bucket."
        ),
        ja=(
            "S3 が実行ロールを拒否した。ファイルの s3:GetObject とバケットの"
            " s3:GetBucketLocation が必要。"
        ),
    ),
    contrast=Text(
        en="ConfigMaps need no right to a storage account; environment files do.",
        ja="ConfigMap と違い、環境変数ファイルはストレージの読み取り権限が要る。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=(*TASKS, ecs.TASK_DEFINITION, iam.ROLE),
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F8.02",),
)
