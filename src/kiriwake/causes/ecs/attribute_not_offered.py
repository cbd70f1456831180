"""No instance offers an attribute that the task requires."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/attribute-not-offered"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "offer-the-attribute",
        Text(
            en=(
                "compare requiresAttributes of the task definition with the attributes of"
                " the instances"
            ),
            ja="タスク定義の requiresAttributes とインスタンスの属性を見比べる",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="no instance offers an attribute or constraint that the task requires",
        ja="タスクが要求する属性や配置制約を満たすインスタンスがない",
    ),
    meaning=Text(
        en=(
            "Logging driver, GPU, architecture or a placement constraint asks for what no"
            " instance has."
        ),
        ja="ログドライバー、GPU、アーキテクチャ、配置制約などの要求を満たすインスタンスがない。",
    ),
    contrast=Text(
        en="It is a nodeSelector that matches no node.",
        ja="どのノードにも一致しない nodeSelector に相当する。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
