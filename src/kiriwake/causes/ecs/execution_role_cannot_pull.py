"""The role that pulls the image lacks an ECR permission."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.said import field, named
from kiriwake.core.observed import Known, Missing
from kiriwake.core.plan import ApiCall, Expectation, Plan, Precondition, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence import ecs, iam
from kiriwake.evidence.iam import Role
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/execution-role-cannot-pull"
POLICY = "arn:{partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS says that the pull was denied to the role."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Attaches the managed policy to the role of the task definition, not to a guessed one."""
    match ecs.definition_in_use(snapshot):
        case Known(value=definition) if definition.execution_role_arn:
            arn = definition.execution_role_arn
        case Known():
            return (_look_at(field(snapshot, ID, "role")),)
        case Missing() as missing:
            return (missing,)
    match present(snapshot.see(iam.ROLE, arn)):
        case Known(value=role, call=call):
            return (_attach(role, Precondition(call, {"policies": role.policies}, _says(role))),)
        case missing:
            return (missing,)


def _attach(role: Role, precondition: Precondition) -> Plan:
    partition = role.arn.split(":")[1]
    change = {"RoleName": role.name, "PolicyArn": POLICY.format(partition=partition)}
    return Plan(
        id="attach-execution-policy",
        title=Text(
            en=f"attach AmazonECSTaskExecutionRolePolicy to {role.name}",
            ja=f"{role.name} に AmazonECSTaskExecutionRolePolicy をアタッチする",
        ),
        risk=Risk.ASK,
        apply=(ApiCall("iam:AttachRolePolicy", change),),
        verify=(
            Expectation(
                Text(en="tasks start", ja="タスクが起動する"),
                frozenset({SymptomId.TASKS_MISSING, SymptomId.TASKS_FAIL_TO_START}),
            ),
        ),
        undo=(ApiCall("iam:DetachRolePolicy", change),),
        preconditions=(precondition,),
    )


def _says(role: Role) -> Text:
    return Text(en=f"the policies of {role.name}", ja=f"{role.name} のポリシー")


def _look_at(role: str) -> Plan:
    return Plan(
        id="grant-pull-to-instance-role",
        title=Text(
            en=f"grant the pull actions to {role or 'the container instance role'}",
            ja=f"{role or 'コンテナインスタンスのロール'} に pull の権限を与える",
        ),
        risk=Risk.SHOW,
    )


CAUSE = Cause(
    title=Text(
        en="the role that pulls the image lacks ECR permissions",
        ja="イメージを pull するロールに ECR の権限がない",
    ),
    meaning=Text(
        en=(
            "A pull takes ecr:GetAuthorizationToken on *, ecr:BatchGetImage and"
            " ecr:GetDownloadUrlForLayer; an answer of denial also proves that the network works."
        ),
        ja=(
            "pull には ecr:GetAuthorizationToken (リソースは *)、ecr:BatchGetImage、"
            "ecr:GetDownloadUrlForLayer が要る。拒否の応答があるので、通信自体はできている。"
        ),
    ),
    contrast=Text(
        en="On AKS the cluster's kubelet identity is attached to ACR once; here each task has one.",
        ja=(
            "AKS では kubelet の ID を ACR に一度関連付ければよいが、"
            "ECS ではタスク定義ごとに決まる。"
        ),
    ),
    level=Level.CAUSE,
    explains=frozenset(
        {
            SymptomId.TASKS_FAIL_TO_START,
            SymptomId.TASKS_MISSING,
            SymptomId.DEPLOYMENT_STALLED,
            SymptomId.DEPLOYMENT_ROLLED_BACK,
            SymptomId.OLD_TASKS_REMAIN,
            SymptomId.OLD_REVISION_RUNS,
        }
    ),
    needs=(ecs.SERVICE, ecs.STOPPED_TASKS, ecs.RUNNING_TASKS, ecs.TASK_DEFINITION, iam.ROLE),
    decide=decide,
    remedies=remedies,
    seed=Seed(
        section="triage",
        corrections=(
            Text(
                en=(
                    "The role in force is the task definition's executionRoleArn, not a role"
                    " named ecsTaskExecutionRole; its trust policy says nothing of its rights."
                ),
                ja=(
                    "確認すべきはタスク定義の executionRoleArn。名前で決め打ちした"
                    " ecsTaskExecutionRole ではなく、信頼ポリシーだけでは権限は分からない。"
                ),
            ),
        ),
    ),
    facts=("F1.30", "F1.31", "F8.01", "F8.04", "F8.05"),
)
