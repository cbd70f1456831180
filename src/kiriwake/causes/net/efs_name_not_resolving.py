"""The name of the file system does not resolve in the VPC."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "net/efs-name-not-resolving"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "make-name-resolve",
        Text(
            en=(
                "create a mount target in the zone of the tasks, and switch on DNS support"
                " of the VPC"
            ),
            ja="タスクのゾーンにマウントターゲットを作り、VPC の DNS サポートを有効にする",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the EFS name does not resolve: no mount target, or VPC DNS is off",
        ja="EFS の名前を解決できない (マウントターゲットなし、または VPC の DNS 無効)",
    ),
    meaning=Text(
        en=(
            "The name resolves only where the VPC has a mount target and DNS support is on;"
            " right after creation it takes a minute."
        ),
        ja=(
            "この名前は、VPC にマウントターゲットがあり DNS サポートが有効な場合だけ解決でき"
            "る。作成直後は少し時間がかかる。"
        ),
    ),
    contrast=Text(
        en="A storage account has a public name everywhere; an EFS name exists in its VPC alone.",
        ja=(
            "ストレージアカウントの名前はどこからでも引けるが、EFS の名前は VPC 内でしか引けない。"
        ),
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F1.51",),
)
