"""The symptoms of ECS services and tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from kiriwake.core.observed import Known
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import (
    Verdict,
    all_of,
    any_of,
    given,
    holds,
    ruled_out,
    when,
)
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Deployment, Service, Tasks
from kiriwake.evidence.elb import TargetHealth
from kiriwake.evidence.failures import Ending, Failures, failures, present_events, rollback
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.evidence.targets import groups_of, own_targets

PATIENCE = timedelta(minutes=10)
"""A deployment or a start that is younger is under way, and no symptom."""


def tasks_missing(snapshot: Snapshot) -> Verdict:
    """Fewer tasks than desired, and not merely on their way up."""
    return given(ecs.service(snapshot), lambda service: _missing(service, snapshot))


def _missing(service: Known[Service], snapshot: Snapshot) -> Verdict:
    seen = service.value
    newest = seen.primary
    says = Text(
        en=f"{seen.running} of {seen.desired} desired tasks are running",
        ja=f"desired {seen.desired} に対して running は {seen.running}",
    )
    if newest and seen.running >= seen.desired and newest.running < newest.desired:
        says = Text(
            en=f"{newest.running} of {newest.desired} tasks of the new deployment are running",
            ja=f"新しいデプロイの {newest.desired} タスク中 {newest.running} 個だけが動いている",
        )
    elif seen.running >= seen.desired:
        return ruled_out(says, service)
    short = holds(says, service)
    if newest and newest.failed:
        return short
    if _troubled(seen):
        return short
    settled = given(
        failures(snapshot),
        lambda seen: when(
            bool(seen.value.tasks),
            Text(
                en=f"{len(seen.value.tasks)} tasks have stopped since",
                ja=f"その後 {len(seen.value.tasks)} 個のタスクが停止した",
            ),
            seen,
        ),
    )
    since = (newest.created_at if newest else seen.created_at) or snapshot.taken_at
    young = snapshot.taken_at - since < PATIENCE
    if young or seen.pending:
        # On its way up: only tasks that stopped again make it a symptom; pending ones
        # that have been pending for long do as well.
        return any_of([all_of([short, settled]), all_of([short, _stuck(snapshot)])])
    return short


def _troubled(service: Service) -> bool:
    words = ("unable to place", "unable to consistently start", "unable to launch")
    return any(w in e.message for e in present_events(service) for w in words)


def _stuck(snapshot: Snapshot) -> Verdict:
    def stuck(seen: Known[Tasks]) -> Verdict:
        waiting = [
            t
            for t in seen.value.tasks
            if t.last_status in {"PROVISIONING", "PENDING", "ACTIVATING"}
            and t.created_at
            and snapshot.taken_at - t.created_at >= PATIENCE
        ]
        says = Text(
            en=f"{len(waiting)} tasks have been on their way for over 10 minutes",
            ja=f"{len(waiting)} 個のタスクが 10 分以上起動途中のまま",
        )
        return when(bool(waiting), says, seen)

    return given(ecs.running_tasks(snapshot), stuck)


def tasks_fail_to_start(snapshot: Snapshot) -> Verdict:
    """Tasks of the present trouble stopped before they ran."""
    return any_of(
        [
            _ended(
                snapshot,
                Ending.NEVER_STARTED,
                says=lambda n: Text(
                    en=f"{n} tasks stopped before they ran", ja=f"{n} 個のタスクが起動前に停止した"
                ),
            ),
            _event(snapshot, "unable to place", "unable to consistently start", "failed to launch"),
        ]
    )


def tasks_crash(snapshot: Snapshot) -> Verdict:
    """Tasks ran and exited by themselves: more than once, or once and a task is missing."""
    return given(failures(snapshot), lambda seen: _crash(seen, snapshot))


def _crash(seen: Known[Failures], snapshot: Snapshot) -> Verdict:
    crashed = seen.value.ended(Ending.CRASHED)
    says = Text(
        en=f"{len(crashed)} tasks exited by themselves",
        ja=f"{len(crashed)} 個のタスクが自ら終了した",
    )
    if len(crashed) != 1:
        return when(bool(crashed), says, seen)

    def once(service: Known[Service]) -> Verdict:
        short = service.value.running < service.value.desired
        return when(short, says, seen)

    if snapshot.target.name == crashed[0].id:
        return holds(says, seen)
    return given(ecs.service(snapshot), once)


def killed_by_load_balancer(snapshot: Snapshot) -> Verdict:
    """ECS stopped tasks of the present trouble for their targets' health."""
    return any_of(
        [
            _ended(
                snapshot,
                Ending.LOAD_BALANCER,
                says=lambda n: Text(
                    en=f"{n} tasks were stopped for failing the load balancer's health check",
                    ja=f"{n} 個のタスクがロードバランサーのヘルスチェック失敗で停止された",
                ),
            ),
            _event(snapshot, "is unhealthy in (target-group", "is unhealthy in (elb"),
        ]
    )


def killed_by_health_check(snapshot: Snapshot) -> Verdict:
    """ECS stopped tasks of the present trouble for their container health check."""
    return _ended(
        snapshot,
        Ending.HEALTH_CHECK,
        says=lambda n: Text(
            en=f"{n} tasks were stopped for failing their container health check",
            ja=f"{n} 個のタスクがコンテナのヘルスチェック失敗で停止された",
        ),
    )


def targets_unhealthy(snapshot: Snapshot) -> Verdict:
    """Targets of this service's own tasks are unhealthy or unused."""
    return given(ecs.service(snapshot), lambda service: _targets(service, snapshot))


def _targets(service: Known[Service], snapshot: Snapshot) -> Verdict:
    groups = groups_of(service.value)
    if not groups:
        return ruled_out(Text(en="it has no target group", ja="ターゲットグループがない"), service)
    return any_of(given(own_targets(snapshot, arn), _unhealthy) for arn in groups)


def _unhealthy(health: Known[tuple[TargetHealth, ...]]) -> Verdict:
    bad = [t for t in health.value if t.state in {"unhealthy", "unused", "unavailable"}]
    says = Text(
        en=f"{len(bad)} of {len(health.value)} targets are {_states(bad) or 'unhealthy'}",
        ja=f"{len(health.value)} 個中 {len(bad)} 個のターゲットが {_states(bad) or 'unhealthy'}",
    )
    return when(bool(bad), says, health, direct=True)


def _states(targets: Sequence[TargetHealth]) -> str:
    return ", ".join(dict.fromkeys(t.state for t in targets))


def deployment_stalled(snapshot: Snapshot) -> Verdict:
    """A deployment that is not young any more has not come to its end, or has failed."""
    return given(ecs.service(snapshot), lambda service: _stalled(service, snapshot))


def _stalled(service: Known[Service], snapshot: Snapshot) -> Verdict:
    newest = service.value.primary
    if newest is None:
        return ruled_out(Text(en="ECS lists no deployment", ja="ECS のデプロイがない"), service)
    age = snapshot.taken_at - newest.created_at
    minutes = int(age.total_seconds() // 60)
    if newest.rollout_state == "FAILED":
        return holds(
            Text(
                en=f"the deployment of {_name(newest)} has failed",
                ja=f"{_name(newest)} のデプロイが失敗した",
            ),
            service,
            direct=True,
        )
    open_ = newest.rollout_state == "IN_PROGRESS" and not _is_baking(service.value, newest)
    behind = newest.running < newest.desired or _older(service.value)
    says = Text(
        en=f"the deployment of {_name(newest)} is {newest.rollout_state or 'open'}"
        f" after {minutes} minutes",
        ja=f"{_name(newest)} のデプロイは {minutes} 分たって {newest.rollout_state or '未完了'}",
    )
    so = open_ and bool(behind) and (age >= PATIENCE or newest.failed > 0)
    return when(so, says, service)


def _is_baking(service: Service, newest: Deployment) -> bool:
    strategy = service.deployment_configuration.strategy
    return strategy not in {"", "ROLLING"} and newest.running >= newest.desired


def _older(service: Service) -> list[Deployment]:
    return [d for d in service.deployments if d.status == "ACTIVE" and d.running]


def old_tasks_remain(snapshot: Snapshot) -> Verdict:
    """Tasks of an older deployment still run though the newest one is not young any more."""
    return given(ecs.service(snapshot), lambda service: _remain(service, snapshot))


def _remain(service: Known[Service], snapshot: Snapshot) -> Verdict:
    newest, older = service.value.primary, _older(service.value)
    count = sum(d.running for d in older)
    says = Text(
        en=f"{count} tasks of older deployments run beside the newest one",
        ja=f"新しいデプロイと並んで、古いデプロイのタスクが {count} 個動いている",
    )
    old_enough = newest is not None and snapshot.taken_at - newest.created_at >= PATIENCE
    return when(bool(count) and old_enough, says, service)


def deployment_rolled_back(snapshot: Snapshot) -> Verdict:
    """The newest deployment that was wanted failed, and an older one took its place."""

    def rolled_back(service: Known[Service]) -> Verdict:
        so = rollback(service.value) is not None
        says = (
            Text(
                en="a deployment failed and was rolled back",
                ja="デプロイが失敗し、ロールバックされた",
            )
            if so
            else Text(en="no deployment was rolled back", ja="ロールバックされたデプロイはない")
        )
        return when(so, says, service, direct=so)

    return given(ecs.service(snapshot), rolled_back)


def old_revision_runs(snapshot: Snapshot) -> Verdict:
    """The service, or its tasks, run an older revision than the newest ACTIVE one."""

    def judged(service: Known[Service]) -> Verdict:
        arn = service.value.task_definition
        if not arn:
            return ruled_out(
                Text(en="it has no task definition of its own", ja="タスク定義を持たない"), service
            )
        family, _, revision = arn.rsplit("/", 1)[-1].rpartition(":")

        def newest(listed: Known[ecs.Names]) -> Verdict:
            numbers = [int(n.rpartition(":")[2]) for n in listed.value.names]
            top = max(numbers, default=int(revision))
            says = Text(
                en=f"the service is on {family}:{revision}, the newest ACTIVE is {family}:{top}",
                ja=f"サービスは {family}:{revision}、最新の ACTIVE は {family}:{top}",
            )
            return when(top > int(revision), says, listed)

        return any_of(
            [_behind(service, snapshot), given(snapshot.see(ecs.REVISIONS, family), newest)]
        )

    return given(ecs.service(snapshot), judged)


def _behind(service: Known[Service], snapshot: Snapshot) -> Verdict:
    """Tasks on another revision than the one deployment that there is wants."""

    def behind(tasks: Known[Tasks]) -> Verdict:
        newest = service.value.primary
        wanted = newest.task_definition if newest else service.value.task_definition
        others = [
            t
            for t in tasks.value.tasks
            if t.task_definition != wanted and t.last_status == "RUNNING"
        ]
        alone = len([d for d in service.value.deployments if d.status != "INACTIVE"]) <= 1
        says = Text(
            en=f"{len(others)} tasks run another revision than {wanted.rsplit('/', 1)[-1]}",
            ja=(
                f"{len(others)} 個のタスクが {wanted.rsplit('/', 1)[-1]} 以外の"
                "リビジョンで動いている"
            ),
        )
        return when(bool(others) and alone, says, tasks)

    return given(ecs.running_tasks(snapshot), behind)


def _name(deployment: Deployment) -> str:
    return deployment.task_definition.rsplit("/", 1)[-1]


def _ended(snapshot: Snapshot, *endings: Ending, says: Callable[[int], Text]) -> Verdict:
    def ended(seen: Known[Failures]) -> Verdict:
        tasks = seen.value.ended(*endings)
        return when(bool(tasks), says(len(tasks)), seen)

    return given(failures(snapshot), ended)


def _event(snapshot: Snapshot, *fragments: str) -> Verdict:
    """An event of the present trouble that says it; none proves nothing (F2.02)."""

    def said(service: Known[Service]) -> Verdict:
        found = [e for e in present_events(service.value) if any(f in e.message for f in fragments)]
        if not found:
            return ruled_out(
                Text(en="no event of ECS says so", ja="ECS のイベントにはない"), service
            )
        words = found[0].message.partition(") ")[2][:120]
        return holds(
            Text(en=f'ECS says: "{words}"', ja=f"ECS のイベント: 「{words}」"), service, direct=True
        )

    return given(ecs.service(snapshot), said)


OF_A_SERVICE: Mapping[SymptomId, Callable[[Snapshot], Verdict]] = {
    SymptomId.TASKS_MISSING: tasks_missing,
    SymptomId.TASKS_FAIL_TO_START: tasks_fail_to_start,
    SymptomId.TASKS_CRASH: tasks_crash,
    SymptomId.TASKS_KILLED_BY_LOAD_BALANCER: killed_by_load_balancer,
    SymptomId.TASKS_KILLED_BY_HEALTH_CHECK: killed_by_health_check,
    SymptomId.TARGETS_UNHEALTHY: targets_unhealthy,
    SymptomId.DEPLOYMENT_STALLED: deployment_stalled,
    SymptomId.DEPLOYMENT_ROLLED_BACK: deployment_rolled_back,
    SymptomId.OLD_TASKS_REMAIN: old_tasks_remain,
    SymptomId.OLD_REVISION_RUNS: old_revision_runs,
}

OF_A_TASK: Mapping[SymptomId, Callable[[Snapshot], Verdict]] = {
    SymptomId.TASKS_FAIL_TO_START: lambda s: _ended(
        s,
        Ending.NEVER_STARTED,
        says=lambda n: Text(
            en="the task stopped before it ran" if n else "the task has run",
            ja="タスクは起動前に停止した" if n else "タスクは起動した",
        ),
    ),
    SymptomId.TASKS_CRASH: tasks_crash,
    SymptomId.TASKS_KILLED_BY_LOAD_BALANCER: lambda s: _ended(
        s,
        Ending.LOAD_BALANCER,
        says=lambda n: Text(
            en="ECS stopped it for its target's health" if n else "no load balancer ended it",
            ja="ロードバランサーのヘルスチェック失敗で停止"
            if n
            else "ロードバランサーによる停止ではない",
        ),
    ),
    SymptomId.TASKS_KILLED_BY_HEALTH_CHECK: killed_by_health_check,
}
