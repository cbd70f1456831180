"""The environment file is not in S3."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/environment-file-missing"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "upload-the-file",
        Text(
            en="upload the file, or register a revision that names one that exists",
            ja="ファイルをアップロードするか、存在するファイルを指定したリビジョンを登録する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the environment file does not exist in S3",
        ja="環境変数ファイルが S3 に存在しない",
    ),
    meaning=Text(
        en="S3 answered that there is no such file or bucket.",
        ja="S3 から、ファイルまたはバケットが存在しないと応答があった。",
    ),
    contrast=Text(
        en="A missing ConfigMap shows in the pod's events as CreateContainerConfigError.",
        ja="ConfigMap がない場合は、Pod のイベントに CreateContainerConfigError と出る。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
