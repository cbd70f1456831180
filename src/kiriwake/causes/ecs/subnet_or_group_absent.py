"""A subnet or security group of the service does not exist."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/subnet-or-group-absent"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "name-existing-network",
        Text(
            en="update the service with subnets and groups that exist",
            ja="存在するサブネットとセキュリティグループでサービスを更新する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="a subnet or security group of the service does not exist",
        ja="サービスが指定するサブネットまたはセキュリティグループが存在しない",
    ),
    meaning=Text(
        en="The network configuration of the service names a subnet or a group that was deleted.",
        ja=(
            "サービスのネットワーク設定が、削除済みのサブネットやセキュリティグループを指している。"
        ),
    ),
    contrast=Text(
        en=(
            "Azure refuses to delete a subnet that is in use; AWS lets a group go once"
            " nothing runs in it."
        ),
        ja="Azure は使用中のサブネットを消せないが、AWS では何も動いていなければ消せてしまう。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
