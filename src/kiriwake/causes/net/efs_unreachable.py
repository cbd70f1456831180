"""Packets do not get from the tasks to the EFS mount target."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "net/efs-unreachable"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "open-nfs-port",
        Text(
            en=(
                "let the tasks reach port 2049 of the mount targets, one of which must lie"
                " in each zone"
            ),
            ja="各ゾーンにマウントターゲットを置き、タスクから 2049 番ポートへの通信を許可する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="there is no network path to the EFS mount target",
        ja="EFS のマウントターゲットへのネットワーク経路がない",
    ),
    meaning=Text(
        en=(
            "The mount waited for the mount target on port 2049 and heard nothing: its"
            " security group, or no mount target in the zone."
        ),
        ja=(
            "マウントターゲットのポート 2049 から応答がない。マウントターゲットの SG、または"
            "そのゾーンにマウントターゲットがない。"
        ),
    ),
    contrast=Text(
        en=(
            "Azure Files is reached by name over the VNet; EFS needs a mount target in every zone."
        ),
        ja="Azure Files は名前で届くが、EFS はゾーンごとにマウントターゲットが必要。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F1.53",),
)
