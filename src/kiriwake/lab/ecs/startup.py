"""What the agent fetches before it pulls: registry auth, secrets, files, volumes, log groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kiriwake.lab.ecs import arns
from kiriwake.lab.ecs.failure import (
    StartFailure,
    delay,
    denied_words,
    endpoint_policy,
    may,
    network_words,
    pull_role,
    reach,
    role,
    untrusted,
)
from kiriwake.lab.ecs.model import Container, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import Secret

_LONGEST_REASON = 1024
_JSON_KEY_AT = 7
"""`arn:aws:secretsmanager:region:account:secret:name:json-key:stage:version`."""


def first_failure(region: Region, task: Task) -> StartFailure | None:
    """The first step that fails now, in the order in which they are taken."""
    steps: Sequence[Callable[[Region, Task], StartFailure | None]] = (
        untrusted,
        _registry,
        _secrets,
        _env_files,
        _file_systems,
        _logs,
    )
    return next((found for step in steps if (found := step(region, task)) is not None), None)


# --- registry ----------------------------------------------------------------------
def _registry(region: Region, task: Task) -> StartFailure | None:
    private = [c for c in task.containers if ".dkr.ecr" in str(c.definition["image"])]
    if not private or not task.fargate:
        return None
    host = f"api.ecr.{region.name}.amazonaws.com"
    found = reach(region, task, "ecr")
    action = "ecr:GetAuthorizationToken"
    if not found.yes and found.failure != "forbidden":
        return StartFailure(
            Says.AUTH_TIMEOUT(region=region.name, network=network_words(found, host)),
            delay_s=delay(found),
        )
    name = pull_role(task)
    allowed = may(region, name, action)
    if found.yes and allowed.yes:
        return None
    because = allowed.because if not allowed.yes else endpoint_policy(action)
    return StartFailure(Says.AUTH_DENIED(denied=denied_words(task, name, action, "*", because)))


# --- secrets and parameters ----------------------------------------------------------
def wanted_secrets(container: Container) -> Iterator[tuple[str, str, str]]:
    """Name of the variable, ARN or parameter name, JSON key, for every secret."""
    definition = container.definition
    options = (definition.get("logConfiguration") or {}).get("secretOptions") or ()
    for secret in (*definition.get("secrets", ()), *options):
        parts = str(secret["valueFrom"]).split(":")
        key = parts[_JSON_KEY_AT] if len(parts) > _JSON_KEY_AT else ""
        yield str(secret["name"]), ":".join(parts[:_JSON_KEY_AT]), key
    if given := (definition.get("repositoryCredentials") or {}).get("credentialsParameter"):
        yield "", str(given), ""


def is_secret(arn: str) -> bool:
    """Whether Secrets Manager holds it, not Parameter Store."""
    return ":secretsmanager:" in arn


def _secrets(region: Region, task: Task) -> StartFailure | None:
    for container in task.containers:
        for _, arn, key in wanted_secrets(container):
            found = _secret(region, task, arn, key) if is_secret(arn) else None
            found = found if is_secret(arn) else _parameter(region, task, arn)
            if found is not None:
                return found
    return None


def _secret(region: Region, task: Task, arn: str, key: str) -> StartFailure | None:
    host = f"secretsmanager.{region.name}.amazonaws.com"
    found = reach(region, task, "secretsmanager")
    action = "secretsmanager:GetSecretValue"
    if not found.yes and found.failure != "forbidden":
        words = network_words(found, host)
        return StartFailure(
            Says.SECRET_TIMEOUT(arn=arn, region=region.name, network=words), delay_s=delay(found)
        )
    name = role(task)
    allowed = may(region, name, action, arn)
    if not found.yes or not allowed.yes:
        because = allowed.because if not allowed.yes else endpoint_policy(action)
        denied = denied_words(task, name, action, arn, because)
        return StartFailure(Says.SECRET_DENIED(arn=arn, denied=denied))
    secret = region.ground.secret(arn)
    if not secret.exists:
        says = Says.SECRET_MISSING if task.fargate else Says.SECRET_MISSING_EC2
        return StartFailure(says(arn=arn, region=region.name))
    if _locked(region, name, secret):
        return StartFailure(Says.SECRET_KMS(arn=arn))
    if key and key not in secret.keys:
        return StartFailure(Says.SECRET_KEY(key=key))
    return None


def _locked(region: Region, role_arn: str, secret: Secret) -> bool:
    # The services' own keys (alias/aws/…) let every principal of the account decrypt.
    own = not secret.kms_key or "alias/aws/" in secret.kms_key
    return not own and not may(region, role_arn, "kms:Decrypt", secret.kms_key).yes


def _parameter(region: Region, task: Task, given: str) -> StartFailure | None:
    found = reach(region, task, "ssm")
    action = "ssm:GetParameters"
    if not found.yes and found.failure != "forbidden":
        return StartFailure(Says.PARAMETER_TIMEOUT(), delay_s=delay(found))
    arn = given
    if not given.startswith("arn:"):
        head = f"arn:{arns.partition(region.name)}:ssm:{region.name}:{region.account}"
        arn = f"{head}:parameter/{given.lstrip('/')}"
    name = role(task)
    allowed = may(region, name, action, arn)
    if not found.yes or not allowed.yes:
        because = allowed.because if not allowed.yes else endpoint_policy(action)
        return StartFailure(
            Says.PARAMETER_DENIED(denied=denied_words(task, name, action, arn, because))
        )
    parameter = region.ground.parameter(given)
    if not parameter.exists:
        return StartFailure(Says.PARAMETER_MISSING(arn=given))
    if _locked(region, name, parameter):
        return StartFailure(Says.PARAMETER_KMS())
    return None


# --- environment files ------------------------------------------------------------------
def _env_files(region: Region, task: Task) -> StartFailure | None:
    wanted = [
        str(file["value"])
        for container in task.containers
        for file in container.definition.get("environmentFiles", ())
    ]
    for arn in wanted:
        found = reach(region, task, "s3")
        if not found.yes and found.failure != "forbidden":
            return StartFailure(Says.ENV_FILE_TIMEOUT(), delay_s=delay(found))
        name, action = role(task), "s3:GetObject"
        allowed = may(region, name, action, arn)
        if not found.yes or not allowed.yes:
            because = allowed.because if not allowed.yes else endpoint_policy(action)
            denied = denied_words(task, name, action, arn, because, code=False)
            return StartFailure(Says.ENV_FILE_DENIED(denied=denied))
        if not region.ground.object_exists(arn):
            return StartFailure(Says.ENV_FILE_MISSING(arn=arn))
    return None


# --- file systems --------------------------------------------------------------------
def _file_systems(region: Region, task: Task) -> StartFailure | None:
    for volume in task.definition.get("volumes", ()):
        efs = volume.get("efsVolumeConfiguration")
        if not efs:
            continue
        found = reach(region, task, "efs")
        if found.failure == "dns" and not found.yes:
            return StartFailure(
                Says.EFS_NAME(fs=efs.get("fileSystemId"), region=region.name), delay_s=20
            )
        if not found.yes and found.failure != "forbidden":
            return StartFailure(Says.EFS_TIMEOUT(), delay_s=60)
        iam = (efs.get("authorizationConfig") or {}).get("iam") == "ENABLED"
        name = str(task.definition.get("taskRoleArn") or "")
        mounts = not iam or may(region, name, "elasticfilesystem:ClientMount").yes
        if not found.yes or not mounts:
            return StartFailure(Says.EFS_DENIED())
    return None


# --- logs --------------------------------------------------------------------------
def log_options(container: Container) -> dict[str, str] | None:
    """The awslogs options of a container that uses the driver."""
    logs = container.definition.get("logConfiguration") or {}
    return dict(logs.get("options") or {}) if logs.get("logDriver") == "awslogs" else None


def _logs(region: Region, task: Task) -> StartFailure | None:
    for container in task.containers:
        options = log_options(container)
        if options is not None and (found := _log_group(region, task, container, options)):
            return found
    return None


def _log_group(
    region: Region, task: Task, container: Container, options: dict[str, str]
) -> StartFailure | None:
    about = "" if task.fargate else container.name
    where = options.get("awslogs-region", "")
    if not where and task.fargate:
        return StartFailure(Says.LOGS_REGION())
    where = where or region.name
    found = reach(region, task, "logs")
    if not found.yes and found.failure != "forbidden":
        words = network_words(found, f"logs.{where}.amazonaws.com")
        says = Says.LOGS_TIMEOUT if task.fargate else Says.LOGS_TIMEOUT_EC2
        return StartFailure(says(region=where, network=words), about, delay(found))
    name = role(task)
    group = options["awslogs-group"]
    head = f"arn:{arns.partition(where)}:logs:{where}:{region.account}:log-group:{group}"
    denied_says = Says.LOGS_DENIED if task.fargate else Says.LOGS_DENIED_EC2

    def refused(action: str, what: str, resource: str) -> StartFailure | None:
        allowed = may(region, name, action, resource)
        if found.yes and allowed.yes:
            return None
        because = allowed.because if not allowed.yes else endpoint_policy(action)
        denied = denied_words(task, name, action, resource, because)
        return StartFailure(denied_says(what=what, denied=denied), about)

    if not region.ground.log_group_exists(group, where):
        if options.get("awslogs-create-group") != "true":
            says = Says.LOG_GROUP_MISSING if task.fargate else Says.LOG_GROUP_MISSING_EC2
            return StartFailure(says(), about)
        if no := refused("logs:CreateLogGroup", "log group", f"{head}:log-stream:"):
            return no
        region.ground.create_log_group(group, where)
    stream = stream_name(task, container, options)
    return refused("logs:CreateLogStream", "log stream", f"{head}:log-stream:{stream}")


def stream_name(task: Task, container: Container, options: dict[str, str]) -> str:
    """`prefix/container/task-id`, or the runtime's id without a prefix."""
    prefix = options.get("awslogs-stream-prefix")
    if prefix:
        return f"{prefix}/{container.name}/{task.id}"
    return container.runtime_id or container.arn.rpartition("/")[2]


def shortened(reason: str) -> str:
    """A reason as long as ECS keeps it."""
    return reason[:_LONGEST_REASON]
