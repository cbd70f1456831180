"""AWS has no Fargate or Spot capacity at the moment."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/fargate-capacity-unavailable"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "widen-the-choice",
        Text(
            en="add zones, mix FARGATE beside FARGATE_SPOT, or choose another size or ARM64",
            ja="ゾーンを増やす、FARGATE_SPOT に FARGATE を併用する、別のサイズや ARM64 にする",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="AWS has no Fargate or Spot capacity at the moment",
        ja="Fargate / Spot のキャパシティが AWS 側で不足している",
    ),
    meaning=Text(
        en=(
            "The quota and the addresses are in order; AWS has no room in these zones for"
            " this size now."
        ),
        ja="クォータも IP も足りているが、そのゾーンにそのサイズの空きが AWS 側にない。",
    ),
    contrast=Text(
        en="ACI reports the same as a regional capacity limit.",
        ja="ACI でもリージョンの容量不足として現れる。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
