"""A volume of the task cannot be created or mounted."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/volume-not-mounted"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "correct-the-volume",
        Text(
            en=(
                "register a revision whose volume names a path that exists on the host or in"
                " the file system"
            ),
            ja="存在するパスを指定したボリュームのリビジョンを登録する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="a volume of the task cannot be created or mounted",
        ja="タスクのボリュームを作成またはマウントできない",
    ),
    meaning=Text(
        en="The mount has a source or a target that does not exist or does not fit.",
        ja="マウント元またはマウント先が存在しない、または種類が合わない。",
    ),
    contrast=Text(
        en="Kubernetes reports it as FailedMount on the pod.",
        ja="Kubernetes では Pod の FailedMount として現れる。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
