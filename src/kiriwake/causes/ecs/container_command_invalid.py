"""The command or entry point of the container cannot be executed."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/container-command-invalid"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "correct-the-command",
        Text(
            en="register a revision with a command that the image has, as a list of words",
            ja="イメージに存在するコマンドを配列で指定したリビジョンを登録する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the command or entry point of the container cannot be executed",
        ja="コンテナの command / entryPoint を実行できない",
    ),
    meaning=Text(
        en=(
            "The image was pulled; its entryPoint or command names a file that is not there"
            " or not executable, or is one string instead of a list."
        ),
        ja=(
            "pull は成功したが、entryPoint / command のファイルがない、実行権限がない、または"
            "配列ではなく 1 つの文字列になっている。"
        ),
    ),
    contrast=Text(
        en="Kubernetes' command is ECS's entryPoint, and its args are ECS's command.",
        ja="Kubernetes の command は ECS の entryPoint、args は ECS の command に当たる。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS | {SymptomId.TASKS_CRASH},
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F1.18",),
)
