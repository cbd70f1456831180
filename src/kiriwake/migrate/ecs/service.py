"""The task definition, service and roles of one workload."""

from __future__ import annotations

from kiriwake.migrate import reasons
from kiriwake.migrate.ecs.groups import Attached
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ecs.targets import grace_s
from kiriwake.migrate.ecs.task import Written
from kiriwake.migrate.fargate import Size
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import Source, Workload
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
