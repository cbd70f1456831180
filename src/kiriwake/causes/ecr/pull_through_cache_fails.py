"""The pull through cache cannot fetch from its upstream."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecr/pull-through-cache-fails"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "mend-the-rule",
        Text(
            en="check the rule and its secret, and pull once over a route to the internet",
            ja="ルールとシークレットを確認し、初回はインターネット経路のある環境から pull する",
        ),
        "aws ecr describe-pull-through-cache-rules",
    )


CAUSE = Cause(
    title=Text(
        en="the pull through cache cannot fetch from its upstream",
        ja="プルスルーキャッシュが上流から取得できない",
    ),
    meaning=Text(
        en=(
            "ECR stands in for another registry and was refused or limited there; its secret"
            " must be named ecr-pullthroughcache/...."
        ),
        ja=(
            "ECR が上流レジストリに拒否または制限された。認証情報のシークレット名は"
            " ecr-pullthroughcache/... でなければならない。"
        ),
    ),
    contrast=Text(
        en="ACR's artifact cache keeps its credentials in a credential set.",
        ja="ACR のアーティファクトキャッシュでは資格情報セットに当たる。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F4.41", "F5.16", "F5.17"),
)
