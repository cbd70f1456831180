"""The root directory of the volume is not on the file system."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/efs-path-missing"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "make-the-directory",
        Text(
            en="create the directory, or use an access point with creation info",
            ja="ディレクトリを作成するか、creation info 付きのアクセスポイントを使う",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the root directory of the volume does not exist on EFS",
        ja="ボリュームのルートディレクトリが EFS に存在しない",
    ),
    meaning=Text(
        en=(
            "EFS was mounted as far as the path, and the path does not exist; ECS never creates it."
        ),
        ja="EFS には届いたが、指定したパスが存在しない。ECS がディレクトリを作ることはない。",
    ),
    contrast=Text(
        en="Azure Files mounts a share by name; a subdirectory must exist there too.",
        ja="Azure Files は共有名でマウントする。サブディレクトリは同様に作成が必要。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
