"""Credentials for the registry are missing, wrong or expired."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecr/registry-credentials-missing"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "give-credentials",
        Text(
            en="store the credentials in Secrets Manager and name them as repositoryCredentials",
            ja="認証情報を Secrets Manager に置き、repositoryCredentials で指定する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="credentials for the registry are missing, wrong or expired",
        ja="レジストリの認証情報がない、誤っている、または期限切れ",
    ),
    meaning=Text(
        en=(
            "The registry answered and wants a login: repositoryCredentials are missing, or"
            " the secret behind them is out of date."
        ),
        ja=(
            "レジストリが認証を求めている。repositoryCredentials がない、または参照先のシーク"
            "レットが古い。"
        ),
    ),
    contrast=Text(
        en="On AKS an imagePullSecret does this; on ECS repositoryCredentials of the container.",
        ja="AKS の imagePullSecret に当たるのは、コンテナ定義の repositoryCredentials。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F1.31",),
)
