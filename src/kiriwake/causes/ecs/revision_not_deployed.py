"""A newer revision was registered and nobody has deployed it."""

from __future__ import annotations

from dataclasses import fields

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.plans import unchanged, update_service
from kiriwake.core.observed import Known
from kiriwake.core.plan import Expectation, Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, all_of, first_of, given, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service, ServiceDeployment, ServiceUse, TaskDefinition
from kiriwake.evidence.snapshot import Snapshot


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when the newest ACTIVE revision was made for this service and never reached it.

    It was registered after the service's last deployment, was never deployed to it, no
    other service runs it, and it differs in more than tags.
    """
    return given(ecs.service(snapshot), lambda service: _decide(service, snapshot))


def _decide(service: Known[Service], snapshot: Snapshot) -> Verdict:
    family = _family(service.value.task_definition)

    def judged(listed: Known[ecs.Names]) -> Verdict:
        newest = max(listed.value.names, key=_number, default=service.value.task_definition)
        return first_of(
            _is_newer(newest, service, listed),
            lambda: all_of(
                [
                    given(ecs.definition(snapshot, newest), lambda d: _after(d, service.value)),
                    first_of(
                        given(
                            ecs.definition(snapshot, newest),
                            lambda new: given(
                                ecs.definition(snapshot, service.value.task_definition),
                                lambda old: _differs(old.value, new),
                            ),
                        ),
                        lambda: all_of(
                            [
                                given(
                                    snapshot.see(ecs.SERVICE_DEPLOYMENTS, _key(snapshot)),
                                    lambda seen: _never_deployed(seen, newest),
                                ),
                                given(
                                    snapshot.see(ecs.SERVICES_USING, family),
                                    lambda seen: _used_by_nobody(seen, newest),
                                ),
                            ]
                        ),
                    ),
                ]
            ),
        )

    return given(snapshot.see(ecs.REVISIONS, family), judged)


def _key(snapshot: Snapshot) -> str:
    return f"{snapshot.target.place}/{snapshot.target.name}"


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _family(arn: str) -> str:
    return _name(arn).rpartition(":")[0]


def _number(arn: str) -> int:
    return int(arn.rpartition(":")[2])


def _is_newer(newest: str, service: Known[Service], listed: Known[ecs.Names]) -> Verdict:
    runs = service.value.task_definition
    says = Text(
        en=f"the service is on {_name(runs)}, the newest ACTIVE is {_name(newest)}",
        ja=f"サービスは {_name(runs)}、最新の ACTIVE は {_name(newest)}",
    )
    return when(_number(newest) > _number(runs), says, listed)


def _after(newest: Known[TaskDefinition], service: Service) -> Verdict:
    registered = newest.value.registered_at
    deployed = service.primary.created_at if service.primary else service.created_at
    says = Text(
        en=(
            f"{_name(newest.value.arn)} was registered at {registered:%Y-%m-%d %H:%M:%S} UTC,"
            " the last deployment was"
            f" created at {deployed:%Y-%m-%d %H:%M:%S}"
            if registered and deployed
            else "when it was registered is not told"
        ),
        ja=(
            f"{_name(newest.value.arn)} の登録は {registered:%Y-%m-%d %H:%M:%S} UTC、"
            f"最後のデプロイは {deployed:%Y-%m-%d %H:%M:%S}"
            if registered and deployed
            else "登録日時が不明"
        ),
    )
    return when(bool(registered and deployed and registered > deployed), says, newest)


def _differs(old: TaskDefinition, new: Known[TaskDefinition]) -> Verdict:
    names = differences(old, new.value)
    shown = ", ".join(names[:4])
    says = Text(
        en=f"it differs in {shown}" if names else "it differs in nothing but tags",
        ja=f"差分: {shown}" if names else "タグ以外に差分がない",
    )
    return when(bool(names), says, new)


def differences(old: TaskDefinition, new: TaskDefinition) -> tuple[str, ...]:
    """The fields that differ, values left out: `app.environment DATABASE_URL`, `memory`."""
    own = {"arn", "revision", "status", "registered_at", "registered_by", "containers"}
    found = [
        f.name
        for f in fields(old)
        if f.name not in own and getattr(old, f.name) != getattr(new, f.name)
    ]
    before = {c.name: c for c in old.containers}
    after = {c.name: c for c in new.containers}
    for name in dict.fromkeys((*before, *after)):
        if name not in before or name not in after:
            found.append(f"container {name}")
            continue
        one, other = before[name], after[name]
        keys = dict.fromkeys(k for k, _ in (*one.environment, *other.environment))
        old_values, new_values = dict(one.environment), dict(other.environment)
        found += [
            f"{name}.environment {key}"
            for key in keys
            if old_values.get(key) != new_values.get(key)
        ]
        found += [
            f"{name}.{f.name}"
            for f in fields(one)
            if f.name != "environment" and getattr(one, f.name) != getattr(other, f.name)
        ]
    return tuple(found)


def _never_deployed(seen: Known[tuple[ServiceDeployment, ...]], newest: str) -> Verdict:
    times = [d for d in seen.value if d.target_task_definition == newest]
    says = Text(
        en=f"{_name(newest)} was deployed to the service {len(times)} times",
        ja=f"{_name(newest)} がこのサービスにデプロイされた回数は {len(times)}",
    )
    return when(not times, says, seen)


def _used_by_nobody(seen: Known[tuple[ServiceUse, ...]], newest: str) -> Verdict:
    users = [f"{u.cluster}/{u.name}" for u in seen.value if u.task_definition == newest]
    says = Text(
        en=f"{_name(newest)} is run by {', '.join(users) or 'no service'}",
        ja=f"{_name(newest)} を使うサービス: {', '.join(users) or 'なし'}",
    )
    return when(not users, says, seen)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Deploys the newest revision; a new revision starts a deployment by itself (F3.55)."""
    match ecs.service(snapshot):
        case Known(value=service) as seen:
            pass
        case missing:
            return (missing,)
    match snapshot.see(ecs.REVISIONS, _family(service.task_definition)):
        case Known(value=listed):
            newest = max(listed.names, key=_number)
        case missing:
            return (missing,)
    plan = Plan(
        id="deploy-newest-revision",
        title=Text(en=f"deploy {_name(newest)}", ja=f"{_name(newest)} をデプロイする"),
        risk=Risk.ASK,
        apply=(update_service(service, taskDefinition=newest),),
        verify=(
            Expectation(
                Text(
                    en=f"every task runs {_name(newest)}", ja=f"全タスクが {_name(newest)} で動く"
                ),
                frozenset({SymptomId.OLD_REVISION_RUNS}),
            ),
        ),
        undo=(update_service(service, taskDefinition=service.task_definition),),
        preconditions=(unchanged(seen, "task_definition"),),
    )
    return (plan,)


CAUSE = Cause(
    title=Text(
        en="a newer revision is registered and was never deployed",
        ja="新しいリビジョンが登録されただけで、デプロイされていない",
    ),
    meaning=Text(
        en="Registering a task definition changes no service; update-service does.",
        ja="タスク定義の登録だけではサービスは変わらない。update-service が要る。",
    ),
    contrast=Text(
        en="On AKS one kubectl apply both declares the new state and rolls it out.",
        ja="AKS では kubectl apply だけで宣言とロールアウトの両方が行われる。",
    ),
    level=Level.CAUSE,
    explains=frozenset({SymptomId.OLD_REVISION_RUNS}),
    needs=(
        ecs.SERVICE,
        ecs.REVISIONS,
        ecs.TASK_DEFINITION,
        ecs.SERVICE_DEPLOYMENTS,
        ecs.SERVICES_USING,
    ),
    decide=decide,
    remedies=remedies,
    seed=Seed(
        section="scenario-b",
        corrections=(
            Text(
                en=(
                    "`--task-definition family:latest` is refused: the family alone means the"
                    " newest ACTIVE revision."
                ),
                ja=(
                    "`--task-definition family:latest` は使えない。ファミリー名だけを指定すると"
                    "最新の ACTIVE リビジョンになる。"
                ),
            ),
        ),
    ),
    facts=("F3.55", "F3.56", "F3.43"),
)
