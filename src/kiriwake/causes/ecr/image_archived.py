"""The image is archived and cannot be pulled before it is restored."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecr/image-archived"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "restore-the-image",
        Text(
            en="restore the image, or deploy a revision with one that is not archived",
            ja="イメージを復元するか、アーカイブされていないイメージのリビジョンをデプロイする",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the image is archived and cannot be pulled",
        ja="イメージがアーカイブされていて pull できない",
    ),
    meaning=Text(
        en=(
            "A lifecycle rule moved the image to the archive; ECR serves it again only once"
            " it is restored."
        ),
        ja="ライフサイクルルールでアーカイブされたイメージは、復元するまで pull できない。",
    ),
    contrast=Text(
        en="ACR purges old tags; it has no archive.",
        ja="ACR は古いタグを削除するだけで、アーカイブはない。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F5.14",),
)
