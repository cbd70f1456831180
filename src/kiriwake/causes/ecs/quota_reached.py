"""A quota of the account or service is reached."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/quota-reached"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "raise-the-quota",
        Text(
            en="ask for a larger quota, or run less",
            ja="クォータの引き上げを申請するか、実行数を減らす",
        ),
        "aws service-quotas list-service-quotas --service-code fargate",
    )


CAUSE = Cause(
    title=Text(
        en="a quota of the account or service is reached",
        ja="アカウントまたはサービスのクォータに達している",
    ),
    meaning=Text(
        en=(
            "AWS refuses more tasks, vCPUs or instances than the quota allows; a new account"
            " starts low."
        ),
        ja="クォータを超えるタスクや vCPU は拒否される。新しいアカウントの初期値は小さい。",
    ),
    contrast=Text(
        en="Azure has vCPU quotas per region and family; Fargate has them per region.",
        ja="Azure はリージョンと系列ごと、Fargate はリージョンごとの vCPU クォータがある。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F10.23",),
)
