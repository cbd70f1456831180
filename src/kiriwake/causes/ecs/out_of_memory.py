"""A container was killed at its memory limit, and the agent says so."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence import ecs
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/out-of-memory"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when OutOfMemoryError is named; exit code 137 alone proves nothing (F1.20)."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """More memory takes a new revision, and a person who knows how much."""
    return (
        Plan(
            id="give-more-memory",
            title=Text(
                en="register a revision with more memory, or find what keeps it",
                ja="メモリを増やしたリビジョンを登録するか、メモリ増加の原因を調べる",
            ),
            risk=Risk.SHOW,
        ),
    )


CAUSE = Cause(
    title=Text(
        en="a container is killed at its memory limit",
        ja="コンテナがメモリ上限に達して kill されている",
    ),
    meaning=Text(
        en="The container's hard limit, or the task's, was reached; the kernel ends it with 137.",
        ja="コンテナまたはタスクのメモリ上限に達し、カーネルに終了させられた (137)。",
    ),
    contrast=Text(
        en="Kubernetes calls the same OOMKilled, and restarts the container in its pod.",
        ja="Kubernetes では OOMKilled と表示され、Pod 内でコンテナが再起動する。",
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
    facts=("F1.20",),
)
