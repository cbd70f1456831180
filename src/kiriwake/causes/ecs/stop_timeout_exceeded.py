"""Containers do not heed SIGTERM and are killed once stopTimeout has passed."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.start_up import show
from kiriwake.core.observed import Known
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, given, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Task, Tasks
from kiriwake.evidence.failures import Ending, ending_of
from kiriwake.evidence.snapshot import Snapshot

KILLED = 137


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when tasks that ECS or a person stopped ended with 137, and not for memory."""
    return given(ecs.stopped_tasks(snapshot), _killed)


def _killed(stopped: Known[Tasks]) -> Verdict:
    killed = {t.id for t in stopped.value.tasks if ending_of(t) is Ending.NORMAL and _by_force(t)}
    says = Text(
        en=f"{len(killed)} tasks that were stopped on purpose had to be killed (137)",
        ja=f"意図して停止された {len(killed)} 個のタスクが SIGKILL で終了している (137)",
    )
    return when(bool(killed), says, stopped)


def _by_force(task: Task) -> bool:
    return any(
        c.exit_code == KILLED and "outofmemory" not in c.reason.lower() for c in task.containers
    )


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """It is the application, or what starts it, that must pass the signal on."""
    return show(
        "heed-sigterm",
        Text(
            en=(
                "end on SIGTERM: use exec in the entry point or initProcessEnabled, and raise"
                " stopTimeout (at most 120 s on Fargate) if the work takes longer"
            ),
            ja=(
                "SIGTERM で終了させる。entryPoint で exec を使うか initProcessEnabled を有効にし、"
                "時間が要るなら stopTimeout を延ばす (Fargate は最大 120 秒)"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="containers ignore SIGTERM until they are killed",
        ja="コンテナが SIGTERM に応じず、stopTimeout 後に kill されている",
    ),
    meaning=Text(
        en="Requests under way are cut off, and each replacement waits for stopTimeout.",
        ja="処理中のリクエストが途中で切れ、タスクの入れ替えも stopTimeout の分だけ遅くなる。",
    ),
    contrast=Text(
        en="Kubernetes does the same after terminationGracePeriodSeconds.",
        ja="Kubernetes でも terminationGracePeriodSeconds の後に同じことが起きる。",
    ),
    level=Level.WARNING,
    explains=frozenset(),
    needs=(ecs.STOPPED_TASKS, ecs.TASK),
    decide=decide,
    remedies=remedies,
    facts=("F1.20",),
)
