"""No container instance has room for the task."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.said import named, suggested
from kiriwake.core.observed import Known
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, all_of, any_of, given, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/no-container-instance-fits"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when an EC2 service was refused a place; on Fargate the words mean nothing."""
    return all_of(
        [
            any_of([named(snapshot, ID), suggested(snapshot, ID)]),
            given(ecs.service(snapshot), _is_on_instances),
        ]
    )


def _is_on_instances(service: Known[Service]) -> Verdict:
    seen = service.value
    kind = seen.launch_type or ", ".join(seen.capacity_providers) or "EC2"
    says = Text(en=f"the service runs on {kind}", ja=f"サービスの起動先は {kind}")
    return when(not seen.on_fargate, says, service)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """More or larger instances, or a smaller task."""
    return (
        Plan(
            id="add-capacity",
            title=Text(
                en="add container instances, or ask for less CPU and memory",
                ja="コンテナインスタンスを増やすか、CPU・メモリの要求を減らす",
            ),
            risk=Risk.SHOW,
        ),
    )


CAUSE = Cause(
    title=Text(
        en="no container instance has room for the task",
        ja="タスクを配置できるコンテナインスタンスがない",
    ),
    meaning=Text(
        en="Every registered instance lacks CPU, memory, a GPU, a port or an interface for it.",
        ja="どのインスタンスも CPU・メモリ・GPU・ポート・ENI のいずれかが足りない。",
    ),
    contrast=Text(
        en="AKS says FailedScheduling: Insufficient cpu, and its autoscaler adds nodes.",
        ja="AKS では FailedScheduling (Insufficient cpu) となり、オートスケーラーがノードを足す。",
    ),
    level=Level.CAUSE,
    explains=frozenset(
        {
            SymptomId.TASKS_MISSING,
            SymptomId.TASKS_FAIL_TO_START,
            SymptomId.DEPLOYMENT_STALLED,
            SymptomId.OLD_TASKS_REMAIN,
            SymptomId.OLD_REVISION_RUNS,
        }
    ),
    needs=(ecs.SERVICE, ecs.STOPPED_TASKS, ecs.RUNNING_TASKS),
    decide=decide,
    remedies=remedies,
    seed=Seed(section="scenario-a"),
    facts=("F4.30",),
)
