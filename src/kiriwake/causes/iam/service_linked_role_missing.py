"""ECS's own service-linked role does not exist."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "iam/service-linked-role-missing"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "make-service-linked-role",
        Text(
            en="create the role, and try again",
            ja="ロールを作成して再試行する",
        ),
        "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com",
    )


CAUSE = Cause(
    title=Text(
        en="the service-linked role does not exist",
        ja="サービスにリンクされたロールが存在しない",
    ),
    meaning=Text(
        en=(
            "AWSServiceRoleForECS makes interfaces and registers targets; an account gets it"
            " with its first cluster, unless it was deleted."
        ),
        ja=(
            "AWSServiceRoleForECS は ENI の作成やターゲット登録に使われる。通常は自動で作られ"
            "るが、削除されている。"
        ),
    ),
    contrast=Text(
        en="Azure resource providers are registered per subscription in the same way.",
        ja="Azure のリソースプロバイダー登録に似ている。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F8.09",),
)
