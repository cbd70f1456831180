"""The application starts and exits by itself, and nobody else is named for it."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.core.observed import Known
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, given, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Container, Task
from kiriwake.evidence.failures import Ending, Failures, failures
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.texts.reading import read

ID = "ecs/app-exits"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when tasks ran, an essential container exited, and no text names another reason."""
    return given(failures(snapshot), _exited)


def _exited(seen: Known[Failures]) -> Verdict:
    ended = [
        (task, container)
        for task in seen.value.ended(Ending.CRASHED)
        if not _another_is_named(task) and (container := _exiting(task)) is not None
    ]
    codes = ", ".join(str(c) for c in dict.fromkeys(c.exit_code for _, c in ended))
    names = ", ".join(dict.fromkeys(c.name for _, c in ended))
    says = Text(
        en=f"{len(ended)} tasks ended as container {names} exited with {codes}"
        if ended
        else "no container exited for a reason of its own",
        ja=f"コンテナ {names} が終了コード {codes} で終了し、{len(ended)} 個のタスクが停止した"
        if ended
        else "自ら終了したコンテナはない",
    )
    return when(bool(ended), says, seen)


def _exiting(task: Task) -> Container | None:
    exited = [c for c in task.containers if c.exit_code is not None]
    failed = [c for c in exited if c.exit_code]
    return next(iter([*failed, *exited]), None)


def _another_is_named(task: Task) -> bool:
    """A text that settles another cause; "Essential container in task exited" settles none."""
    return any(
        m.decided_by_text and m.causes[:1] != (ID,) for text in task.reasons for m in read(text)
    )


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """The reason stands in the application's own log."""
    return (
        Plan(
            id="read-the-log",
            title=Text(
                en="read the last lines of the container's log stream",
                ja="コンテナのログストリームの末尾を確認する",
            ),
            risk=Risk.SHOW,
        ),
    )


CAUSE = Cause(
    title=Text(en="the application exits by itself", ja="アプリケーションが自ら終了している"),
    meaning=Text(
        en="The image was pulled and started, so network, rights and addresses are in order.",
        ja="pull と起動は済んでいるので、通信・権限・IP には問題がない。",
    ),
    contrast=Text(
        en="Kubernetes restarts the container in place (CrashLoopBackOff); ECS starts a new task.",
        ja=(
            "Kubernetes は同じ Pod 内で再起動する (CrashLoopBackOff) が、"
            "ECS は新しいタスクを起動する。"
        ),
    ),
    level=Level.CAUSE,
    explains=frozenset(
        {
            SymptomId.TASKS_CRASH,
            SymptomId.TASKS_MISSING,
            SymptomId.TARGETS_UNHEALTHY,
            SymptomId.DEPLOYMENT_STALLED,
            SymptomId.DEPLOYMENT_ROLLED_BACK,
            SymptomId.OLD_TASKS_REMAIN,
            SymptomId.TASKS_FAIL_TO_START,
        }
    ),
    needs=(ecs.SERVICE, ecs.STOPPED_TASKS, ecs.RUNNING_TASKS),
    decide=decide,
    remedies=remedies,
    facts=("F1.16", "F1.18"),
)
