"""The image reference cannot be parsed."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecr/image-reference-invalid"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "correct-the-reference",
        Text(
            en=(
                "register a revision with a reference of the form"
                " ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG"
            ),
            ja="ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG の形に直したリビジョンを登録する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the image reference is malformed or its registry does not exist",
        ja="イメージの指定が不正、またはレジストリのホストが存在しない",
    ),
    meaning=Text(
        en="The reference has a character, a scheme or capitals that no image name may have.",
        ja="イメージの指定に、使えない文字、スキーム、大文字などが含まれている。",
    ),
    contrast=Text(
        en="Kubernetes calls the same InvalidImageName.",
        ja="Kubernetes では InvalidImageName と表示される。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
