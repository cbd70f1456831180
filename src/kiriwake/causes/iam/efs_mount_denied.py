"""EFS answers the mount and refuses it."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "iam/efs-mount-denied"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "admit-the-task",
        Text(
            en=(
                "allow the task role elasticfilesystem:ClientMount (and ClientWrite), in its"
                " policy and in the one of the file system"
            ),
            ja=(
                "タスクロールに elasticfilesystem:ClientMount (書き込むなら ClientWrite も)"
                " を、ロールとファイルシステムの両方のポリシーで許可する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="EFS denies the mount (policy, access point or task role)",
        ja="EFS がマウントを拒否している (ポリシー、アクセスポイント、タスクロール)",
    ),
    meaning=Text(
        en=(
            "The file system policy, the access point or the task role"
            " (elasticfilesystem:ClientMount) does not admit the task."
        ),
        ja=(
            "ファイルシステムポリシー、アクセスポイント、タスクロール"
            " (elasticfilesystem:ClientMount) のいずれかがタスクを許可していない。"
        ),
    ),
    contrast=Text(
        en=(
            "Azure Files takes a key of the storage account; EFS takes IAM and a policy of its own."
        ),
        ja="Azure Files はキーで認証するが、EFS は IAM とファイルシステムポリシーで判定する。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F8.06",),
)
