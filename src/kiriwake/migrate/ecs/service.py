"""The task definition, service, roles and scaling of one workload."""

from __future__ import annotations

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.ecs.balancers import Attached
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ecs.targets import grace_s
from kiriwake.migrate.ecs.task import Written
from kiriwake.migrate.fargate import Size
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import Metric, Source, Workload
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.rollout import percentages
from kiriwake.migrate.stack import Json, get, ref, sub

_TASK_TRUST: Json = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
_DAYS = {"sun": 1, "mon": 2, "tue": 3, "wed": 4, "thu": 5, "fri": 6, "sat": 7}
_FIELDS = 5
_LEAST_SHARE = 5.0


def trust() -> Json:
    """Who may assume a task's roles."""
    return _TASK_TRUST


def add_execution_role(setting: Setting, name: str, secrets: list[str]) -> None:
    """The role that pulls images, writes logs and reads exactly these secrets."""
    policies: Json = None
    if secrets:
        arns: Json = [ref(secret) for secret in secrets]
        policies = [
            {
                "PolicyName": "read-its-secrets",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "secretsmanager:GetSecretValue",
                            "Resource": arns,
                        }
                    ],
                },
            }
        ]
    managed = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    setting.stack.add(
        name,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust(),
            "ManagedPolicyArns": [sub(managed)],
            "Policies": policies,
        },
    )


def add_task_definition(
    setting: Setting, workload: Workload, size: Size, written: Written, volumes: list[Json]
) -> str:
    """The task definition of a workload, and claims on what stands at the task level."""
    prefix, name = setting.id_of(workload), setting.name(workload)
    ledger, where = setting.ledger, workload.trace
    to = f"{prefix}TaskDefinition"
    setting.stack.add(
        f"{prefix}LogGroup",
        "AWS::Logs::LogGroup",
        {"LogGroupName": sub(f"/ecs/${{AWS::StackName}}/{name}"), "RetentionInDays": 30},
    )
    secrets = [setting.secret_ids[secret] for secret in written.secrets]
    role = f"{prefix}ExecutionRole" if secrets else "ExecutionRole"
    if role not in setting.stack.resources:
        add_execution_role(setting, role, secrets)
    task_role: Json = None
    if workload.service_account and workload.service_account != "default":
        task_role = get(f"{prefix}TaskRole", "Arn")
        setting.stack.add(
            f"{prefix}TaskRole", "AWS::IAM::Role", {"AssumeRolePolicyDocument": trust()}
        )
    ledger.claim(
        traced(where, "service_account"), Fate.REPLACED, f"{prefix}TaskRole", reasons.IDENTITY
    )
    storage = [c.resources.storage_gib or 0 for c in workload.every_container]
    wanted = max([*storage, *(v.gib or 0 for v in workload.volumes if v.how == "scratch")])
    family = "WINDOWS_SERVER_2022_CORE" if workload.windows else "LINUX"
    setting.stack.add(
        to,
        "AWS::ECS::TaskDefinition",
        {
            "Family": sub(f"${{AWS::StackName}}-{name}"),
            "RequiresCompatibilities": ["FARGATE"],
            "NetworkMode": "awsvpc",
            "Cpu": str(size.cpu),
            "Memory": str(size.memory),
            "RuntimePlatform": {
                "OperatingSystemFamily": family,
                "CpuArchitecture": "ARM64" if workload.arm else "X86_64",
            },
            "ExecutionRoleArn": get(role, "Arn"),
            "TaskRoleArn": task_role,
            "EphemeralStorage": {"SizeInGiB": min(200, wanted)} if wanted > 20 else None,  # noqa: PLR2004
            "Volumes": volumes or None,
            "ContainerDefinitions": written.definitions,
        },
    )
    ledger.claim(traced(where, "name"), Fate.CARRIED, f"{to}/Family", reasons.NAME)
    ledger.claim(traced(where, "namespace"), Fate.ADAPTED, to, reasons.NAMESPACE)
    ledger.claim(traced(where, "labels", "own_labels"), Fate.REPLACED, to, reasons.TAGS)
    ledger.claim(traced(where, "selector"), Fate.REPLACED, to, reasons.SELECTOR)
    ledger.claim(traced(where, "api", "kind"), Fate.REPLACED, to, reasons.PLUMBING)
    ledger.claim(traced(where, "stop"), Fate.ADAPTED, f"{to}/StopTimeout", reasons.STOP)
    ledger.claim(traced(where, "restart"), Fate.ADAPTED, to, reasons.RESTART)
    ledger.claim(traced(where, "user", "group"), Fate.CARRIED, f"{to}/User", reasons.USER)
    ledger.claim(traced(where, "location"), Fate.REPLACED, "", reasons.REGION)
    ledger.claim(traced(where, "tags"), Fate.CARRIED, to, reasons.TAGS)
    ledger.claim(traced(where, "registry"), Fate.REPLACED, to, reasons.PULL_SECRET)
    ledger.claim(traced(where, "diagnostics"), Fate.REPLACED, f"{prefix}LogGroup", reasons.LOGS)
    ledger.claim(traced(where, "subnets"), Fate.REPLACED, "Vpc", reasons.SUBNETS)
    ledger.claim(traced(where, "after"), Fate.ADAPTED, f"{prefix}Service", reasons.AFTER)
    ledger.claim(
        traced(where, "networks"), Fate.REPLACED, "TasksSecurityGroup", reasons.SHARED_NETWORK
    )
    if workload.source is Source.KUBERNETES:
        _claim_platform(setting, workload, to)
    else:
        ledger.claim(
            traced(where, "platform"), Fate.CARRIED, f"{to}/RuntimePlatform", reasons.PLATFORM
        )
    return to


def _claim_platform(setting: Setting, workload: Workload, to: str) -> None:
    for tree in traced(workload.trace, "platform"):
        for key, item in getattr(tree, "items", {}).items():
            known = key.endswith(("kubernetes.io/os", "kubernetes.io/arch")) or key == "name"
            setting.ledger.claim(
                (item,),
                Fate.CARRIED if known else Fate.DROPPED,
                f"{to}/RuntimePlatform" if known else "",
                reasons.PLATFORM if known else reasons.POOL,
            )


def add_service(  # noqa: PLR0917
    setting: Setting,
    workload: Workload,
    attached: Attached,
    connect: Json,
    after: list[str],
    network: tuple[Json, tuple[str, ...]],
    *,
    gated: bool,
) -> str:
    """The ECS service; `gated` holds it at 0 until images and secrets are there."""
    prefix = setting.id_of(workload)
    share = percentages(workload)
    ledger = setting.ledger
    to = f"{prefix}Service"
    least = max(1, workload.scaling.least) if workload.scaling else workload.replicas
    desired: Json = {"Fn::If": ["Start", least, 0]} if gated else least
    checked = any(isinstance(d, dict) and "HealthCheck" in d for d in _definitions(setting, prefix))
    strategy: Json = [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
    subnets, ready = network
    setting.stack.add(
        to,
        "AWS::ECS::Service",
        {
            "Cluster": ref("Cluster"),
            "ServiceName": setting.name(workload),
            "TaskDefinition": ref(f"{prefix}TaskDefinition"),
            "DesiredCount": desired,
            "LaunchType": None if workload.spot else "FARGATE",
            "CapacityProviderStrategy": strategy if workload.spot else None,
            "PlatformVersion": "LATEST",
            "AvailabilityZoneRebalancing": "DISABLED" if share.most <= 100 else "ENABLED",  # noqa: PLR2004
            "DeploymentConfiguration": {
                "MaximumPercent": share.most,
                "MinimumHealthyPercent": share.least,
                "DeploymentCircuitBreaker": {"Enable": True, "Rollback": True},
            },
            "HealthCheckGracePeriodSeconds": (
                grace_s(workload.containers) if attached.balancers or checked else None
            ),
            "NetworkConfiguration": {
                "AwsvpcConfiguration": {
                    "AssignPublicIp": "DISABLED",
                    "SecurityGroups": [get("TasksSecurityGroup", "GroupId")],
                    "Subnets": subnets,
                }
            },
            "LoadBalancers": attached.balancers or None,
            "ServiceConnectConfiguration": connect,
            "EnableECSManagedTags": True,
            "PropagateTags": "SERVICE",
            "Tags": _tags(workload),
        },
        depends_on=list(dict.fromkeys([*attached.after, *after, *ready])),
    )
    ledger.claim(
        traced(workload.trace, "replicas"), Fate.CARRIED, f"{to}/DesiredCount", reasons.REPLICAS
    )
    ledger.claim(
        traced(workload.trace, "rollout"), Fate.ADAPTED, f"{to}/DeploymentConfiguration",
        reasons.ROLLOUT,
    )  # fmt: skip
    return to


def _definitions(setting: Setting, prefix: str) -> list[Json]:
    found = setting.stack.resources[f"{prefix}TaskDefinition"].properties["ContainerDefinitions"]
    return list(found) if isinstance(found, list) else []


def _tags(workload: Workload) -> list[Json] | None:
    found: list[Json] = [
        {"Key": key[:128], "Value": value[:256]} for key, value in sorted(workload.labels.items())
    ]
    return found[:45] or None


def add_scaling(setting: Setting, workload: Workload, size: Size, attached: Attached) -> None:
    """Application Auto Scaling, its percentages those of the task, not of the request."""
    scaling = workload.scaling
    if scaling is None:
        return
    prefix = setting.id_of(workload)
    target = f"{prefix}ScalableTarget"
    least = max(1, scaling.least)
    setting.stack.add(
        target,
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {
            "ServiceNamespace": "ecs",
            "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": sub(f"service/${{Cluster}}/${{{prefix}Service.Name}}"),
            "MinCapacity": {"Fn::If": ["Start", least, 0]} if _is_gated(setting) else least,
            "MaxCapacity": max(least, scaling.most),
        },
    )
    ledger = setting.ledger
    for number, metric in enumerate(scaling.metrics, start=1):
        share = task_share(metric, workload, size)
        predefined = {
            "cpu": "ECSServiceAverageCPUUtilization",
            "memory": "ECSServiceAverageMemoryUtilization",
        }.get(metric.what)
        where = traced(metric.trace, "whole")
        if predefined is None or share is None:
            ledger.claim(where, Fate.DROPPED, "", reasons.SCALING_OPEN)
            _open_metric(setting, workload, metric)
            continue
        policy = f"{prefix}Scaling{number}"
        setting.stack.add(
            policy,
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            {
                "PolicyName": sub(f"${{AWS::StackName}}-{setting.name(workload)}-{metric.what}"),
                "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": ref(target),
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": share,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": predefined},
                },
            },
        )
        ledger.claim(where, Fate.ADAPTED, policy, reasons.SCALING_SHARE)
        _changed_share(setting, workload, metric, share)
    ledger.claim(traced(scaling.trace, "whole"), Fate.ADAPTED, target, reasons.SCALING)


def _is_gated(setting: Setting) -> bool:
    return "Start" in setting.stack.conditions


def task_share(metric: Metric, workload: Workload, size: Size) -> float | None:
    """The autoscaler's percentage of the requests as a percentage of the task's size."""
    if metric.target is None:
        return None
    requests = [c.resources for c in workload.containers]
    if metric.what == "cpu":
        asked = [r.cpu_request if r.cpu_request is not None else r.cpu_limit for r in requests]
        whole = size.cpu * 1000 / 1024
    elif metric.what == "memory":
        asked = [r.memory_request or r.memory_limit for r in requests]
        whole = float(size.memory)
    else:
        return None
    if any(value is None for value in asked):
        return None
    total = sum(value for value in asked if value is not None)
    share = round(metric.target * total / whole, 1)
    # a request far below the smallest task says nothing: any load passes a target near 0
    return min(95.0, share if share >= _LEAST_SHARE else metric.target)


def _changed_share(setting: Setting, workload: Workload, metric: Metric, share: float) -> None:
    setting.note(
        "scaling-percentage",
        Weight.BEHAVIOUR,
        Text(
            en=f"{workload.name} scales at {metric.target:g} % of its {metric.what} request; ECS"
            f" measures the whole task, so the target is {share:g} %: watch it under load",
            ja=f"{workload.name} は {metric.what} の request の {metric.target:g} %"
            " でスケールしていた。"
            f"ECS はタスク全体に対する割合なので目標値は {share:g} %。負荷をかけて確認すること",
        ),
        metric.place,
    )


def _open_metric(setting: Setting, workload: Workload, metric: Metric) -> None:
    detail = metric.detail or metric.what
    setting.note(
        "scaling-metric",
        Weight.DECIDE,
        Text(
            en=f"{workload.name} scales by {detail}, which no ECS metric says as it stands:"
            " choose a metric and a target",
            ja=f"{workload.name} は {detail} でスケールしていたが、そのまま使える ECS"
            " のメトリクスがない。"
            "メトリクスと目標値を選ぶこと",
        ),
        metric.place,
    )


def add_schedule(setting: Setting, workload: Workload, subnets: Json) -> None:
    """A schedule that runs the task."""
    prefix = setting.id_of(workload)
    definition = f"{prefix}TaskDefinition"
    expression = schedule_expression(workload.schedule)
    where = traced(workload.trace, "schedule", "timezone", "suspended")
    setting.ledger.claim(where, Fate.ADAPTED, f"{prefix}Schedule", reasons.SCHEDULE)
    if expression is None:
        setting.note(
            "cron-not-understood",
            Weight.DECIDE,
            Text(
                en=f'the schedule "{workload.schedule}" of {workload.name} has no AWS form',
                ja=f"{workload.name} のスケジュール「{workload.schedule}」は手作業で書く必要がある",
            ),
            workload.place,
        )
        return
    role = f"{prefix}ScheduleRole"
    passed: list[Json] = [
        get(name, "Arn")
        for name in (f"{prefix}ExecutionRole", "ExecutionRole", f"{prefix}TaskRole")
        if name in setting.stack.resources
    ]
    setting.stack.add(
        role,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "scheduler.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "Policies": [
                {
                    "PolicyName": "run-the-task",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": "ecs:RunTask",
                                "Resource": ref(definition),
                            },
                            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": passed},
                        ],
                    },
                }
            ],
        },
    )
    setting.stack.add(
        f"{prefix}Schedule",
        "AWS::Scheduler::Schedule",
        {
            "ScheduleExpression": expression,
            "ScheduleExpressionTimezone": workload.timezone or "UTC",
            "State": "DISABLED" if workload.suspended else "ENABLED",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": get("Cluster", "Arn"),
                "RoleArn": get(role, "Arn"),
                "EcsParameters": {
                    "TaskDefinitionArn": ref(definition),
                    "TaskCount": max(1, workload.replicas),
                    "LaunchType": "FARGATE",
                    "NetworkConfiguration": {
                        "AwsvpcConfiguration": {
                            "AssignPublicIp": "DISABLED",
                            "SecurityGroups": [get("TasksSecurityGroup", "GroupId")],
                            "Subnets": subnets,
                        }
                    },
                },
            },
        },
    )


def schedule_expression(cron: str) -> str | None:
    """A five-field cron line as EventBridge Scheduler writes it, or None if it cannot say it."""
    shortcuts = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
                 "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
                 "@annually": "0 0 1 1 *"}  # fmt: skip
    fields = shortcuts.get(cron.strip(), cron).split()
    if len(fields) != _FIELDS:
        return None
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        return None  # Kubernetes runs on either, AWS takes only one of the two
    if weekday == "*":
        return f"cron({minute} {hour} {day} {month} ? *)"
    shifted = _weekdays(weekday)
    return None if shifted is None else f"cron({minute} {hour} ? {month} {shifted} *)"


def _weekdays(field: str) -> str | None:
    parts = []
    for part in field.split(","):
        span, slash, every = part.partition("/")
        if slash and span == "*":
            return None
        days = [_weekday(end) for end in span.split("-")]
        if any(day is None for day in days):
            return None
        parts.append("-".join(str(day) for day in days) + (f"/{every}" if slash else ""))
    return ",".join(parts)


def _weekday(written: str) -> int | None:
    if written.isdigit():
        return int(written) % 7 + 1
    return _DAYS.get(written.lower())
