"""EC2 refuses to make or tag the network interface of a task."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/eni-not-allowed"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "lift-the-limit",
        Text(
            en=(
                "look for the refused call of AWSServiceRoleForECS in CloudTrail and lift"
                " what refuses it"
            ),
            ja="CloudTrail で AWSServiceRoleForECS の拒否された呼び出しを調べ、その制限を外す",
        ),
        (
            "aws cloudtrail lookup-events --lookup-attributes"
            " AttributeKey=EventName,AttributeValue=CreateNetworkInterface"
        ),
    )


CAUSE = Cause(
    title=Text(
        en="EC2 refuses the network interface (policy, quota or rate)",
        ja="ENI の作成を EC2 が拒否している (ポリシー、クォータ、レート)",
    ),
    meaning=Text(
        en=(
            "A tag policy, a quota of network interfaces or a limit on EC2 calls stands in"
            " the way; addresses are not the trouble."
        ),
        ja="タグポリシー、ENI のクォータ、EC2 API のレート制限のいずれか。IP の不足ではない。",
    ),
    contrast=Text(
        en="Azure Policy refuses resources in the same way.",
        ja="Azure Policy がリソースを拒否するのと同じ。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F8.09",),
)
