"""ResourceInitializationError: which resource was missing, and secrets, EFS, log driver."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Dependency, Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(
    Pattern, family=Family.RESOURCE_INITIALIZATION, weight=Weight.DIRECT, decided=True
)
_symptom = partial(Pattern, family=Family.RESOURCE_INITIALIZATION, weight=Weight.SYMPTOM)
_consequence = partial(Pattern, family=Family.RESOURCE_INITIALIZATION, weight=Weight.CONSEQUENCE)

_DENIED = ("accessdenied", "is not authorized to perform", "access denied by server")
_SECRETS = ("secret", "asm", "valuefrom", "parameter")

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="secret/json-key",
        causes=("ecs/secret-key-missing",),
        anchors=("did not contain json key", "does not contain json key", "json key"),
        near=_SECRETS,
        regex=(
            r"(?:not contain|missing|no) (?:the )?json key:? ?(?P<key>[\w.\-]+)?"
            r"|json key '?\"?(?P<key1>[\w.\-]+)'?\"? (?:not found|is missing|does not exist)"
        ),
        dependency=Dependency.SECRET,
        failure=Failure.WRONG_KEY,
    ),
    _direct(
        id="secret/not-json",
        causes=("ecs/secret-key-missing",),
        anchors=(
            "looking for beginning of value",
            "unexpected end of json input",
            "cannot unmarshal",
            "invalid character",
            "after top-level value",
        ),
        near=("secret", "asm", "valuefrom"),
        dependency=Dependency.SECRET,
        failure=Failure.WRONG_KEY,
    ),
    _direct(
        id="secret/reference-malformed",
        causes=("ecs/secret-key-missing",),
        anchors=(
            "unexpected arn format",
            "invalid arn format",
            "an invalid arn",
            "arn: invalid prefix",
            "invalid name. must be a valid name",
        ),
        near=("secret", "ssm", "asm", "parameter", "valuefrom"),
        dependency=Dependency.SECRET,
        failure=Failure.WRONG_KEY,
    ),
    _direct(
        id="secret/missing",
        causes=("ecs/secret-missing",),
        anchors=(
            "can't find the specified secret",
            "cannot find the specified secret",
            "can't retrieve the secret with arn",
            "can't find the specified secret value",
            "check whether the secret exists",
            "secret marked for deletion",
            "marked for deletion",
            "marked deleted",
            "failed to fetch secret",
            "unable to retrieve secret",
            "secret not found",
        ),
        near=("resourcenotfound", "can't find", "can't retrieve", "exists", "deletion", "deleted"),
        unless=("config map", "configmap", "mountvolume", 'secret "', "log group"),
        regex=(
            r"secret with arn '(?P<secret>[^']+)'|fetch secret (?P<secret1>\S+) from"
            r"|(?:can't|cannot) find the specified secret|marked (?:for deletion|deleted)"
            r"|check whether the secret exists|unable to retrieve secret|secret not found"
        ),
        dependency=Dependency.SECRET,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="parameter/missing",
        causes=("ecs/secret-missing",),
        anchors=(
            "invalid ssm parameters",
            "parameternotfound",
            "parameters are invalid",
            "invalid parameters:",
        ),
        regex=(
            r"invalid ssm parameters:? ?(?P<parameter>[\w./\-]+)?|parameternotfound"
            r"|ssm.{0,120}?invalid parameters: (?P<parameter1>\S+)"
            r"|parameters are invalid"
        ),
        dependency=Dependency.PARAMETER,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="kms/key-unusable",
        causes=("iam/kms-decrypt-denied",),
        anchors=(
            "access to kms is not allowed",
            "ciphertext refers to a customer master key",
            "kmsinvalidstateexception",
            "kms key is disabled",
            "kmsaccessdenied",
            "disabledexception",
            "unable to decrypt the secret",
            "can't decrypt the",
            "can't be decrypted using",
        ),
        dependency=Dependency.KMS,
        failure=Failure.DENIED,
    ),
    _direct(
        id="environment-file/missing",
        causes=("ecs/environment-file-missing",),
        anchors=(
            "nosuchkey",
            "nosuchbucket",
            "environment file",
            "environment variable file",
            "env file",
        ),
        regex=(
            r"(?:environment|env ?file).{0,200}?(?:nosuchkey|nosuchbucket|not ?found|does not exist"
            r"|statuscode: 404)|(?:nosuchkey|nosuchbucket).{0,200}?(?:environment|\.env\b)"
        ),
        near=("environment", ".env", "env file"),
        unless=("elastic beanstalk",),
        dependency=Dependency.ENVIRONMENT_FILE,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="environment-file/denied",
        causes=("iam/environment-file-read-denied",),
        anchors=("environment variable file", "environment file", "env file"),
        regex=r"(?:environment|env) (?:variable )?files?.{0,220}?(?:access ?denied|forbidden|403)",
        dependency=Dependency.ENVIRONMENT_FILE,
        failure=Failure.DENIED,
    ),
    _direct(
        id="log-group/missing",
        causes=("logs/log-group-missing",),
        anchors=(
            "log group does not exist",
            "log group '",
            "log group defined in the task",
            "log group",
        ),
        regex=(
            r"(?:specified )?log group (?:'(?P<group>[^']+)' )?(?:does not exist|doesn't exist"
            r"|was not found|not found)|cannot find the amazon cloudwatch log "
            r"group(?!.{0,120}connection)"
        ),
        unless=("/aws/eks/",),
        dependency=Dependency.LOGS,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="log-group/unreachable",
        causes=("net/logs-unreachable",),
        anchors=("logger args", "logging driver", "cloudwatch log"),
        regex=(
            r"(?:logger args|logging driver|cloudwatch log).{0,260}?(?:connection issue"
            r"|signal: killed|i/o timeout|deadline exceeded|statuscode: 0)"
        ),
        unless=("accessdenied", "does not exist", "not authorized"),
        dependency=Dependency.LOGS,
        failure=Failure.UNREACHABLE,
    ),
    _direct(
        id="log-driver/options",
        causes=("logs/driver-options-invalid",),
        anchors=(
            "awslogs-region is required",
            "awslogs-group is required",
            "awslogs-stream-prefix",
            "unable to get awslogs driver arguments",
            "unknown log opt",
            "invalid value for mode",
            "log driver is not supported",
            "logging driver is not registered",
            "must specify a value for log opt",
        ),
        near=("required", "unable", "unknown", "invalid", "must", "not ", "error"),
        dependency=Dependency.LOGS,
        failure=Failure.INVALID,
    ),
    _direct(
        id="log-driver/denied",
        causes=("iam/logs-write-denied", "logs/log-group-missing"),
        anchors=(
            "logger args",
            "logging driver",
            "log stream",
            "log group",
            "putlogevents",
            "createlog",
        ),
        regex=(
            r"(?:logger args|logging driver|log ?(?:stream|group)|putlogevents).{0,260}?"
            r"(?:access ?denied|not authorized)"
        ),
        dependency=Dependency.LOGS,
        failure=Failure.DENIED,
    ),
    _direct(
        id="secret/denied",
        causes=("iam/secret-read-denied", "ecs/secret-missing", "iam/kms-decrypt-denied"),
        anchors=("from asm", "secrets manager", "secretsmanager", "fetch secret"),
        regex=(
            r"(?:from asm|secrets ?manager|fetch secret)"
            r"(?:(?!parameter|json key).){0,260}?access ?denied"
        ),
        unless=("statuscode: 0", "kms"),
        dependency=Dependency.SECRET,
        failure=Failure.DENIED,
    ),
    _direct(
        id="parameter/denied",
        causes=("iam/parameter-read-denied", "ecs/secret-missing"),
        anchors=("from ssm", "parameter store", "ssm parameter"),
        regex=r"(?:from ssm|parameter store|ssm parameters?).{0,260}?access ?denied",
        unless=("ciphertext", "kms"),
        dependency=Dependency.PARAMETER,
        failure=Failure.DENIED,
    ),
    _symptom(
        id="log-driver/failed",
        causes=("logs/log-group-missing", "iam/logs-write-denied", "net/logs-unreachable"),
        anchors=("failed to validate logger args", "failed to initialize logging driver"),
        dependency=Dependency.LOGS,
    ),
    _direct(
        id="efs/denied",
        causes=("iam/efs-mount-denied",),
        anchors=(
            "mount.nfs4: access denied",
            "mount.nfs: access denied",
            "access denied by server",
        ),
        dependency=Dependency.EFS,
        failure=Failure.DENIED,
    ),
    _direct(
        id="efs/path-missing",
        causes=("ecs/efs-path-missing",),
        anchors=("reason given by server: no such file", "access point", "reason given by server"),
        regex=(
            r"reason given by server: no such file|access point \S* ?(?:does not exist|not "
            r"found)"
        ),
        dependency=Dependency.EFS,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="efs/unresolved",
        causes=("net/efs-name-not-resolving", "net/efs-unreachable"),
        anchors=("failed to resolve", "mount-dns-name", "mount target"),
        regex=(
            r"failed to resolve \"?(?P<host>fs-[^\" ]+)|mount-dns-name"
            r"|no mount target|unable to find mount target"
        ),
        near=("efs", "nfs"),
        dependency=Dependency.EFS,
        failure=Failure.UNRESOLVED,
    ),
    _direct(
        id="efs/unreachable",
        causes=("net/efs-unreachable",),
        anchors=(
            "mount attempt",
            "mount.nfs4: connection timed out",
            "mount.nfs: connection timed",
        ),
        unless=_DENIED,
        dependency=Dependency.EFS,
        failure=Failure.UNREACHABLE,
    ),
    _symptom(
        id="efs/failed",
        causes=("net/efs-unreachable", "iam/efs-mount-denied", "ecs/efs-path-missing"),
        anchors=(
            "failed to invoke efs utils",
            "efs utils command execution",
            "mount.nfs4:",
            "stunnel",
        ),
        near=("efs", "nfs"),
        dependency=Dependency.EFS,
    ),
    _direct(
        id="volume/mount-source",
        causes=("ecs/volume-not-mounted",),
        anchors=(
            "invalid mount config",
            "bind source path does not exist",
            "are you trying to mount a directory onto a file",
        ),
        failure=Failure.INVALID,
    ),
    _symptom(
        id="volume/failed",
        causes=("ecs/volume-not-mounted",),
        anchors=(
            "cannotcreatevolumeerror",
            "invalidvolumeerror",
            "cannotinspectvolumeerror",
            "failed to mount volume",
            "failed to create volume",
            "unable to mount volume",
            "timeout waiting for ephemeralstorage",
            "failed to attach the ebs volume",
            "ebs volume attachment",
        ),
        unless=("pvc-", "mountvolume"),
        failure=Failure.INVALID,
    ),
    _direct(
        id="agent/configuring-interface",
        causes=("ecs/eni-not-provisioned",),
        anchors=("failed to configure eni", "failed to setup regular eni"),
    ),
    _symptom(
        id="initialization/registry-auth",
        causes=(
            "net/registry-unreachable",
            "ecs/execution-role-cannot-pull",
            "iam/secret-read-denied",
        ),
        anchors=("unable to pull secrets or registry auth", "unable to retrieve ecr registry auth"),
        dependency=Dependency.REGISTRY,
    ),
    _symptom(
        id="initialization/secret",
        causes=("iam/secret-read-denied", "ecs/secret-missing", "net/secrets-unreachable"),
        anchors=("unable to retrieve secret from asm", "pull secrets from aws secrets manager"),
        dependency=Dependency.SECRET,
    ),
    _symptom(
        id="initialization/parameter",
        causes=("iam/parameter-read-denied", "net/parameters-unreachable", "ecs/secret-missing"),
        anchors=("unable to retrieve secrets from ssm", "from aws systems manager parameter store"),
        dependency=Dependency.PARAMETER,
    ),
    _consequence(
        id="initialization/failed",
        causes=("net/registry-unreachable", "iam/secret-read-denied", "logs/log-group-missing"),
        anchors=("resourceinitializationerror",),
    ),
)
