"""Service events and deployment states of ECS that tell of a fault."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(Pattern, family=Family.SERVICE_EVENT, weight=Weight.DIRECT, decided=True)
_symptom = partial(Pattern, family=Family.SERVICE_EVENT, weight=Weight.SYMPTOM)
_consequence = partial(Pattern, family=Family.SERVICE_EVENT, weight=Weight.CONSEQUENCE)

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="event/deployment-configuration",
        causes=("ecs/rollout-cannot-progress",),
        anchors=(
            "because of the service deployment configuration",
            "update the minimumhealthypercent or maximumpercent",
            "minimumhealthypercent または maximumpercent",
            "minimumhealthypercent or maximumpercent value",
            "デプロイメント構成のため",
            "デプロイ設定により",
        ),
    ),
    _symptom(
        id="event/percents-quoted",
        causes=("ecs/rollout-cannot-progress", "ecs/no-container-instance-fits"),
        anchors=("minimumhealthypercent", "minimum_healthy_percent", "minimum healthy percent"),
        near=(
            "stuck",
            "does not",
            "doesn't",
            "never",
            "keeps running",
            "old task",
            "cannot",
            "unable",
        ),
    ),
    _symptom(
        id="event/alarm",
        causes=("ecs/deployment-alarm-fired", "ecs/app-exits", "ecs/health-check-server-error"),
        anchors=("deployment failed: alarm detected", "alarm detected", "deploymentalarm"),
        near=("deployment", "rolling back", "rollback"),
    ),
    _symptom(
        id="event/rolled-back",
        causes=("ecs/deployment-rolled-back", "ecs/app-exits", "ecr/platform-mismatch"),
        anchors=(
            "deployment circuit breaker",
            "circuit breaker was triggered",
            "deployment failed: tasks failed to start",
            "deployment failed: task failed to start",
            "rolling back to deployment",
            "rollback_successful",
            "rollback_in_progress",
            "サーキットブレーカー",
            "deployment failed",
            "rolloutstate",
            "service_deployment_failed",
            "circuit breaker threshold",
        ),
        regex=(
            r"deployment circuit breaker(?:: tasks? failed to start| was triggered)?"
            r"|circuit breaker was triggered|deployment failed: tasks? failed to start"
            r"|rolling back to deployment(?:id)? ?(?P<deployment>ecs-svc/[\w.]+)?"
            r"|rollback_(?:successful|in_progress|requested|failed)"
            r"|サーキットブレーカー|rolloutstate\W{1,6}failed|service_deployment_failed"
            r"|deployment failed|circuit breaker threshold"
        ),
        unless=('"enable": true', '"enable":true', "enable=true", "set the circuit breaker"),
    ),
    _symptom(
        id="event/cannot-start-consistently",
        causes=("ecs/app-exits", "ecr/image-tag-missing", "net/registry-unreachable"),
        anchors=(
            "一貫して開始",
            "一貫してタスクを",
            "正常に一貫して",
            "unable to consistently start tasks",
            "service_task_start_impaired",
            "タスクを一貫して開始できません",
            "タスクを一貫して正常に開始",
        ),
    ),
    _consequence(
        id="event/not-stable",
        causes=("ecs/app-exits", "ecs/health-check-cannot-connect", "ecs/circuit-breaker-off"),
        anchors=(
            "waiter servicesstable failed",
            "services-stable failed",
            "did not stabilize",
            "exceeded attempts to wait",
            "resource timed out waiting for completion",
            "notstabilized",
            "timeout while waiting for state to become 'tfstable'",
            "tfstable",
            "couldn't find resource",
            "waiting for service stability",
            "max attempts exceeded",
            "not in the state servicesstable",
            "not in the state tasksrunning",
            "stopped(task failed to start)",
            "failed to stabilize",
        ),
        near=("ecs", "service", "stab"),
    ),
    _consequence(
        id="event/could-not-launch",
        causes=("ecs/fargate-capacity-unavailable", "ecs/no-container-instance-fits"),
        anchors=("could not launch",),
        near=("tasks for deployment",),
    ),
    _direct(
        id="event/protected",
        causes=("ecs/task-protected",),
        anchors=(
            "保護されたタスク",
            "number of protected tasks",
            "task scale-in protection",
            "protected tasks are more",
        ),
    ),
    _direct(
        id="event/target-group-gone",
        causes=("elb/target-group-absent",),
        anchors=(
            "target group is not found",
            "target is not found",
            "targetgroupnotfound",
            "target groups not found",
            "the specified target group does not exist",
        ),
        failure=Failure.ABSENT,
    ),
    _direct(
        id="event/roles-misconfigured",
        causes=("iam/service-linked-role-missing", "ecs/role-not-assumable"),
        anchors=(
            "ecs can no longer maintain your service",
            "iam permissions policies have been misc",
        ),
        failure=Failure.DENIED,
    ),
    _symptom(
        id="event/old-revision",
        causes=("ecs/revision-not-deployed", "ecs/tasks-behind-service"),
        anchors=("task_definition", "taskdefinition", "task definition"),
        regex=(
            r"task_definition:? +(?:= )?\"?(?:\S*/)?(?P<family>[\w\-]+):(?P<from>\d+)\"? (?:=>|->) "
            r"\"?(?:\S*/)?(?P=family):(?P<to>\d+)"
            r"|(?:still|keeps?) (?:running|using|on) (?:the )?(?:old|previous)(?: \w+)? "
            r"(?:task|rev)"
            r"|(?:running|old) tasks? (?:is|are) (?:containing|using|still on) (?:the )?old"
        ),
        failure=Failure.MISMATCH,
    ),
    _direct(
        id="event/exec",
        causes=("ecs/exec-not-ready",),
        anchors=(
            "targetnotconnectedexception",
            "targetnotconnected",
            "execute command failed",
            "execute command was not enabled",
            "execute command agent isn't running",
            "executecommandagent",
            "session manager plugin",
            "sessionmanagerplugin",
        ),
        regex=(
            r"targetnotconnected\w*|execute command (?:failed|was not enabled|agent isn't running)"
            r"|executecommandagent.{0,200}?(?:stopped|pending|fail)"
            r"|sessionmanagerplugin is not found"
        ),
    ),
)
