"""What the causes of tasks that fail to start have in common."""

from __future__ import annotations

import json

from kiriwake.causes.cause import Remedies
from kiriwake.causes.said import meanings
from kiriwake.core.observed import Known, Missing
from kiriwake.core.plan import ApiCall, Expectation, Plan, Precondition, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.target import Kind
from kiriwake.core.text import Text
from kiriwake.evidence import ecs, iam
from kiriwake.evidence.iam import Role
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

EXPLAINS = frozenset(
    {
        SymptomId.TASKS_FAIL_TO_START,
        SymptomId.TASKS_MISSING,
        SymptomId.DEPLOYMENT_STALLED,
        SymptomId.DEPLOYMENT_ROLLED_BACK,
        SymptomId.OLD_TASKS_REMAIN,
        SymptomId.OLD_REVISION_RUNS,
    }
)
TARGETS = frozenset({Kind.ECS_SERVICE, Kind.ECS_TASK})
TASKS = (ecs.SERVICE, ecs.STOPPED_TASKS, ecs.RUNNING_TASKS, ecs.TASK)
"""Where the texts stand."""
STARTED = Expectation(
    Text(en="tasks start", ja="タスクが起動する"),
    frozenset({SymptomId.TASKS_MISSING, SymptomId.TASKS_FAIL_TO_START}),
)


def show(id_: str, title: Text, *commands: str) -> Remedies:
    """One plan that takes a decision or a value which no API knows."""
    return (Plan(id=id_, title=title, risk=Risk.SHOW, commands=commands),)


def grant_to_execution_role(snapshot: Snapshot, cause: str) -> Remedies:
    """Exactly the refused action on exactly the refused resource, as a policy of its own.

    Where something forbids the call outright, no grant helps: then it is only said.
    """
    denial = next((m.fields for m in meanings(snapshot, cause) if m.fields.get("action")), None)
    if denial is None or not _whole(denial.get("resource", "")):
        return _said_only(denial["action"] if denial else "")
    action, resource = denial["action"], denial["resource"]
    if "deny" in denial.get("because", "") or "boundary" in denial.get("because", ""):
        return _said_only(action)
    match ecs.definition_in_use(snapshot):
        case Known(value=definition) if definition.execution_role_arn:
            arn = definition.execution_role_arn
        case Known():
            return _said_only(action)
        case Missing() as missing:
            return (missing,)
    match present(snapshot.see(iam.ROLE, arn)):
        case Known(value=role, call=call):
            policies = Text(en=f"the policies of {role.name}", ja=f"{role.name} のポリシー")
            unchanged = Precondition(call, {"policies": role.policies}, policies)
            return (_grant(role, action, resource, unchanged),)
        case missing:
            return (missing,)


def _whole(resource: str) -> bool:
    """Whether a resource is an ARN to its end, or everything."""
    return resource == "*" or (resource.startswith("arn:") and not resource.endswith("..."))


def _grant(role: Role, action: str, resource: str, unchanged: Precondition) -> Plan:
    name = f"kiriwake-{action.replace(':', '-')}"
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = {"RoleName": role.name, "PolicyName": name}
    return Plan(
        id="grant-refused-action",
        title=Text(
            en=f"allow {role.name} {action} on {resource}",
            ja=f"{role.name} に {resource} への {action} を許可する",
        ),
        risk=Risk.ASK,
        apply=(ApiCall("iam:PutRolePolicy", {**policy, "PolicyDocument": document}),),
        verify=(STARTED,),
        undo=(ApiCall("iam:DeleteRolePolicy", policy),),
        preconditions=(unchanged,),
    )


def _said_only(action: str) -> Remedies:
    what = action or "the refused action"
    return show(
        "grant-by-hand",
        Text(
            en=f"grant {what} where it is refused; an explicit deny or boundary wins over a grant",
            ja=f"{action or '拒否された操作'} を許可する"
            "。明示的な拒否や境界がある場合は、そちらを先に直す",
        ),
    )
