"""A public registry limits how often it is pulled from."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecr/pull-rate-limited"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "pull-from-ecr",
        Text(
            en=(
                "pull through an ECR pull through cache, from ECR Public, or with"
                " credentials (repositoryCredentials)"
            ),
            ja=(
                "ECR のプルスルーキャッシュ、ECR Public、または認証付き"
                " (repositoryCredentials) で pull する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the public registry limits the rate of pulls",
        ja="公開レジストリの pull 回数制限に達している",
    ),
    meaning=Text(
        en=(
            "Docker Hub counts anonymous pulls by address, and all tasks behind one NAT"
            " gateway share one."
        ),
        ja=(
            "Docker Hub は匿名 pull をアドレス単位で数える。NAT ゲートウェイ配下のタスクは同"
            "じアドレスになる。"
        ),
    ),
    contrast=Text(
        en="ACR can cache Docker Hub images; ECR does it with a pull through cache rule.",
        ja="ACR にキャッシュ機能があるように、ECR にはプルスルーキャッシュがある。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F5.16",),
)
