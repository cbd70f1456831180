"""A subnet lies in a zone that Fargate does not serve."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/zone-not-supported"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "leave-the-zone",
        Text(
            en="update the service with subnets in other zones",
            ja="別のゾーンのサブネットでサービスを更新する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="a subnet lies in a zone that Fargate does not serve",
        ja="Fargate 非対応のアベイラビリティーゾーンのサブネットを使っている",
    ),
    meaning=Text(
        en="A few zones have no Fargate; the only word that AWS has for it is Internal error.",
        ja="一部のゾーンには Fargate がない。AWS のメッセージは Internal error としか出ない。",
    ),
    contrast=Text(
        en="Not every Azure region and zone has container instances either.",
        ja="Azure でもリージョンやゾーンによっては ACI を使えない。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F4.28",),
)
