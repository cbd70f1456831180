"""Tasks run another revision than their service names, and no deployment is on its way."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.plans import unchanged, update_service
from kiriwake.core.observed import Known
from kiriwake.core.plan import Expectation, Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, given, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service, Tasks
from kiriwake.evidence.snapshot import Snapshot


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when running tasks are on another revision than the only deployment wants."""

    def judged(service: Known[Service]) -> Verdict:
        return given(ecs.running_tasks(snapshot), lambda tasks: _behind(service.value, tasks))

    return given(ecs.service(snapshot), judged)


def _behind(service: Service, tasks: Known[Tasks]) -> Verdict:
    wanted = service.primary.task_definition if service.primary else service.task_definition
    name = wanted.rsplit("/", 1)[-1]
    others = [t for t in tasks.value.tasks if t.task_definition != wanted]
    alone = len([d for d in service.deployments if d.status != "INACTIVE"]) <= 1
    says = Text(
        en=f"{len(others)} of {len(tasks.value.tasks)} tasks run another revision than {name}",
        ja=(
            f"{len(tasks.value.tasks)} タスク中 {len(others)} 個が"
            f" {name} 以外のリビジョンで動いている"
        ),
    )
    return when(bool(others) and alone, says, tasks)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Has ECS replace every task by one of the service's own revision."""
    match ecs.service(snapshot):
        case Known(value=service) as seen:
            pass
        case missing:
            return (missing,)
    again = update_service(service, forceNewDeployment=True)
    plan = Plan(
        id="force-new-deployment",
        title=Text(en="replace every task", ja="すべてのタスクを入れ替える"),
        risk=Risk.ASK,
        apply=(again,),
        verify=(
            Expectation(
                Text(
                    en="every task runs the service's revision", ja="全タスクが指定リビジョンで動く"
                ),
                frozenset({SymptomId.OLD_REVISION_RUNS}),
            ),
        ),
        # Another new deployment of the same revision changes nothing more.
        undo=(again,),
        preconditions=(unchanged(seen, "task_definition"),),
    )
    return (plan,)


CAUSE = Cause(
    title=Text(
        en="tasks run another revision than their service names",
        ja="サービスの指定と異なるリビジョンのタスクが動いている",
    ),
    meaning=Text(
        en="The service was moved and its tasks were not replaced.",
        ja="サービスの指定は変わったが、タスクが入れ替わっていない。",
    ),
    contrast=Text(
        en="A Kubernetes ReplicaSet never keeps pods of another template.",
        ja="Kubernetes の ReplicaSet が別テンプレートの Pod を持ち続けることはない。",
    ),
    level=Level.CAUSE,
    explains=frozenset({SymptomId.OLD_REVISION_RUNS}),
    needs=(ecs.SERVICE, ecs.RUNNING_TASKS),
    decide=decide,
    remedies=remedies,
    seed=Seed(section="scenario-b"),
    facts=("F1.15",),
)
