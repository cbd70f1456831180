"""The instance under the tasks was stopped or terminated."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.observed import Known
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, given, when
from kiriwake.evidence.failures import Failures, failures
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.texts.reading import read

ID = "ecs/host-terminated"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when ECS says that the host of a task went away."""
    return given(failures(snapshot), _lost_its_host)


def _lost_its_host(seen: Known[Failures]) -> Verdict:
    lost = [
        reason
        for task in seen.value.tasks
        for reason in task.reasons
        if any(meaning.causes[:1] == (ID,) for meaning in read(reason))
    ]
    says = Text(
        en=f'{len(lost)} tasks were stopped with "{lost[0]}"' if lost else "no task lost its host",
        ja=f"{len(lost)} 個のタスクが「{lost[0]}」で停止した"
        if lost
        else "ホストを失ったタスクはない",
    )
    return when(bool(lost), says, seen, direct=True)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "keep-hosts",
        Text(
            en=(
                "see who ended the instance (Auto Scaling activity, Spot); managed draining and"
                " termination protection of the capacity provider move tasks away first"
            ),
            ja=(
                "インスタンスを終了させたもの (Auto Scaling、Spot) を確認する。キャパシティ"
                "プロバイダーのマネージドドレインと終了保護で、先にタスクを移せる"
            ),
        ),
        "aws autoscaling describe-scaling-activities",
    )


CAUSE = Cause(
    title=Text(
        en="the instance under the task was stopped or terminated",
        ja="タスクのホストインスタンスが停止または終了した",
    ),
    meaning=Text(
        en="The EC2 instance went away by scale-in, Spot, hand or failure; the task is innocent.",
        ja="スケールイン、Spot の回収、手動操作、障害で EC2 がなくなった。タスク側に問題はない。",
    ),
    contrast=Text(
        en="On AKS the node would be drained by the upgrade or autoscaler before it goes.",
        ja="AKS では更新やオートスケーラーがノードを drain してから削除する。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS | {SymptomId.TASKS_CRASH},
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
