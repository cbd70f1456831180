"""The role may not decrypt with the key of the secret or parameter."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, grant_to_execution_role
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence import ecs, iam
from kiriwake.evidence.snapshot import Snapshot

ID = "iam/kms-decrypt-denied"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Grants the execution role exactly what was refused."""
    return grant_to_execution_role(snapshot, ID)


CAUSE = Cause(
    title=Text(
        en="the role may not decrypt with the KMS key",
        ja="ロールに KMS キーでの復号権限がない",
    ),
    meaning=Text(
        en=(
            "The secret is encrypted with a customer managed key; reading it takes"
            " kms:Decrypt on that key as well."
        ),
        ja=(
            "シークレットがカスタマー管理キーで暗号化されており、その鍵の kms:Decrypt も必要"
            "になる。"
        ),
    ),
    contrast=Text(
        en="Key Vault keeps keys and secrets behind one access policy; here the key has its own.",
        ja="Key Vault では鍵とシークレットを同じ権限で扱うが、AWS では鍵にも権限が必要。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=(*TASKS, ecs.TASK_DEFINITION, iam.ROLE),
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F8.02", "F8.15"),
)
