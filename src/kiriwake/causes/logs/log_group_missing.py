"""The log group that a container writes to does not exist, and nothing creates it."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.said import named, suggested
from kiriwake.causes.start_up import EXPLAINS, STARTED, TARGETS, TASKS
from kiriwake.core.observed import Known, Missing
from kiriwake.core.plan import ApiCall, Plan, Precondition, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, any_of, first_of, given, ruled_out, when
from kiriwake.evidence import ecs, logs
from kiriwake.evidence.ecs import TaskDefinition
from kiriwake.evidence.logs import LogGroup
from kiriwake.evidence.reading import Absent
from kiriwake.evidence.snapshot import Snapshot

ID = "logs/log-group-missing"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it, or the log driver failed and a group of the task is not there."""
    return any_of(
        [named(snapshot, ID), first_of(suggested(snapshot, ID), lambda: _is_absent(snapshot))]
    )


def _is_absent(snapshot: Snapshot) -> Verdict:
    def any_group(definition: Known[TaskDefinition]) -> Verdict:
        groups = _groups(definition.value)
        if not groups:
            none = Text(en="no container uses awslogs", ja="awslogs を使うコンテナはない")
            return ruled_out(none, definition)
        return any_of(given(snapshot.see(logs.LOG_GROUP, name), _absent) for name in groups)

    return given(ecs.definition_in_use(snapshot), any_group)


def _absent(group: Known[LogGroup | Absent]) -> Verdict:
    missing, name = isinstance(group.value, Absent), group.call.argument
    says = Text(
        en=f"there is no log group {name}" if missing else f"the log group {name} exists",
        ja=f"ロググループ {name} が{'存在しない' if missing else '存在する'}",
    )
    return when(missing, says, group, direct=True)


def _groups(definition: TaskDefinition) -> tuple[str, ...]:
    """The groups that awslogs needs and will not create by itself."""
    drivers = [c.log for c in definition.containers if c.log and c.log.driver == "awslogs"]
    made = [log for log in drivers if log.option("awslogs-create-group") != "true"]
    return tuple(dict.fromkeys(filter(None, (log.option("awslogs-group") for log in made))))


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Creates the groups that are missing; deleting them takes it back."""
    match ecs.definition_in_use(snapshot):
        case Known(value=definition):
            seen = [snapshot.see(logs.LOG_GROUP, name) for name in _groups(definition)]
        case Missing() as missing:
            return (missing,)
    plans: list[Plan | Missing] = []
    for group in seen:
        match group:
            case Known(value=Absent(code=code), call=call):
                absent = Text(en=f"{call.argument} is absent", ja=f"{call.argument} がない")
                plans.append(_create(call.argument, Precondition(call, {"code": code}, absent)))
            case Missing() as missing:
                plans.append(missing)
            case Known():
                continue
    return tuple(plans)


def _create(name: str, absent: Precondition) -> Plan:
    return Plan(
        id=f"create-{name.strip('/').replace('/', '-')}",
        title=Text(en=f"create the log group {name}", ja=f"ロググループ {name} を作成する"),
        risk=Risk.ASK,
        apply=(ApiCall("logs:CreateLogGroup", {"logGroupName": name}),),
        verify=(STARTED,),
        undo=(ApiCall("logs:DeleteLogGroup", {"logGroupName": name}),),
        preconditions=(absent,),
    )


CAUSE = Cause(
    title=Text(
        en="the log group does not exist and is not created automatically",
        ja="ロググループが存在せず、自動作成もされない",
    ),
    meaning=Text(
        en=(
            "awslogs opens its stream before the container starts; without the group, and"
            " without awslogs-create-group and the right to it, no task starts."
        ),
        ja=(
            "awslogs はコンテナの起動前にストリームを開く。グループがなく、awslogs-create-group"
            " とその権限もなければ、タスクは起動しない。"
        ),
    ),
    contrast=Text(
        en="A Log Analytics workspace takes every container's output without a group for each.",
        ja="Log Analytics ワークスペースには、コンテナごとのグループ作成は不要。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS | {SymptomId.LOGS_MISSING},
    needs=(*TASKS, ecs.TASK_DEFINITION, logs.LOG_GROUP),
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    seed=Seed(
        section="console",
        corrections=(
            Text(
                en=(
                    "The console writes awslogs-create-group=true, which takes"
                    " logs:CreateLogGroup; the managed execution policy does not hold it."
                ),
                ja=(
                    "コンソールは awslogs-create-group=true を設定するが、必要な"
                    " logs:CreateLogGroup は実行ロールのマネージドポリシーにない。"
                ),
            ),
        ),
    ),
    facts=("F8.02", "F8.03", "F9.01"),
)
