"""Errors that AWS, docker and infrastructure tools print before any task exists."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(Pattern, family=Family.COMMAND, weight=Weight.DIRECT, decided=True)
_symptom = partial(Pattern, family=Family.COMMAND, weight=Weight.SYMPTOM)

PATTERNS: tuple[Pattern, ...] = (
    _symptom(
        id="command/definition-invalid",
        decided=True,
        causes=("ecs/task-definition-invalid",),
        anchors=(
            "clientexception",
            "invalidparameterexception",
            "parameter validation failed",
            "no cpu value",
            "no fargate configuration exists",
            "invalid 'cpu' setting",
            "invalid cpu or memory value",
            "host ports and container ports in port mappings must match",
            "network configuration must be provided",
            "container.image should not be null",
            "requires task definition to have execution role arn",
            "fargate requires that 'cpu' be defined",
            "fargate requires task definition",
            "links are not supported",
            "when networkmode=",
            "the container does not exist in the task definition",
            "does not have a matching port mapping",
            "did not have a container",
            "at least one of 'memory' or 'memoryreservation'",
            "memory' or 'memoryreservation' must be specified",
            "task definition does not support launch_type",
            "unknown volume",
            "unable to describe task definition",
            "task definition is inactive",
            "taskdefinition not found",
            "taskdefinition is inactive",
            "invalid revision number",
            "invalid setting for container",
            "circular dependency",
            "cycle",
            "tmpfs parameter is not supported",
            "invalid request provided: createservice error",
            "network mode",
        ),
        regex=(
            r"(?:clientexception|invalidparameterexception|\(invalidparameter\w*\)|invalid request"
            r" provided)(?::| when| ?\))(?!.{0,300}(?:limit|quota|associated load balancer|platform"
            r"|assume the|service linked|not authorized|target type|capacity is unavail|too "
            r"many concurrent|execute ?command))"
            r"|parameter validation failed|no fargate configuration exists|invalid 'cpu' "
            r"setting|invalid cpu or memory"
            r"|ports in port mappings must match|network configuration must be provided"
            r"|image should not be null|requires task definition to have execution role"
            r"|fargate requires (?:that|task)|when networkmode=\w+"
            r"|container (?:\S+ )?does not exist in the task definition|did not have a container"
            r"|'memoryreservation' must be|does not support launch_type|unknown volume"
            r"|unable to describe task definition|task ?definition (?:is inactive|not found)"
            r"|invalid revision number|invalid setting for container|tmpfs parameter is not"
            r"|network mode .{0,60}?(?:not supported|must be|requires)"
            r"|(?:container|dependency) .{0,40}?(?:circular|cycle)"
        ),
        failure=Failure.INVALID,
    ),
    _direct(
        id="command/absent",
        causes=("ecs/service-absent",),
        anchors=(
            "servicenotfoundexception",
            "servicenotactiveexception",
            "clusternotfoundexception",
            "cluster not found",
            "service was not active",
            "service not found",
            "referenced cluster was inactive",
            "the referenced task was not found",
            '"reason": "missing"',
            '"reason":"missing"',
            "services are inactive",
            " is missing",
            "no cluster found for name",
        ),
        regex=(
            r"(?:service|cluster)not(?:found|active)exception|cluster not found|service was "
            r"not active"
            r"|service not found|referenced (?:cluster was inactive|task was not found)"
            r"|reason\W{1,5}missing\b|services are inactive|no cluster found for name"
            r"|arn:aws[\w-]*:ecs:\S+ is missing"
        ),
        unless=("service not found in registry",),
        failure=Failure.ABSENT,
    ),
    _direct(
        id="command/credentials",
        causes=("iam/credentials-invalid",),
        anchors=(
            "expiredtoken",
            "security token included in the request is expired",
            "security token included in the request is invalid",
            "unrecognizedclientexception",
            "invalidclienttokenid",
            "signaturedoesnotmatch",
            "unable to locate credentials",
            "the sso session associated with this profile has expired",
            "token has expired and refresh failed",
            "invalidsignatureexception",
            "no valid credential sources",
            "you must specify a region",
        ),
        failure=Failure.UNAUTHENTICATED,
    ),
    _direct(
        id="command/role-missing",
        causes=("iam/role-missing",),
        anchors=(
            "nosuchentity",
            "the role with name",
            "invalid iaminstanceprofile",
            "role not found",
        ),
        regex=(
            r"role with name (?P<role>[\w+=,.@\-]+) cannot be found|nosuchentity"
            r"|invalid iaminstanceprofile|role not found"
        ),
        failure=Failure.ABSENT,
    ),
    _symptom(
        id="command/ec2-unauthorized",
        causes=("iam/api-call-denied", "eks/volume-driver-denied"),
        anchors=("you are not authorized to perform this operation", "unauthorizedoperation"),
        failure=Failure.DENIED,
    ),
    _symptom(
        id="command/s3-denied",
        causes=("iam/app-call-denied", "iam/api-call-denied"),
        anchors=("amazons3exception", "service: amazon s3", "s3.model", "operation error s3"),
        regex=r"(?:amazons3exception|service: amazon s3|s3\.model|error s3).{0,160}?access ?denied",
        failure=Failure.DENIED,
    ),
    _symptom(
        id="command/access-denied",
        causes=("iam/api-call-denied", "iam/app-call-denied"),
        anchors=("accessdenied", "access denied"),
        regex=r"access ?denied(?:exception)?\b",
        unless=("mount.nfs", "for user", "pull access denied", "cannotpull"),
        failure=Failure.DENIED,
    ),
    _direct(
        id="docker/not-logged-in",
        causes=("ecr/registry-credentials-missing",),
        anchors=(
            "docker login",
            "error saving credentials",
            "your authorization token has expired",
            "no basic auth credentials",
            "credentials were found in the docker config",
        ),
        near=("expired", "denied", "error", "no basic auth", "cannot perform an interactive login"),
        unless=("pull access denied", "login succeeded", "kubelet"),
        failure=Failure.UNAUTHENTICATED,
    ),
    _direct(
        id="push/tag-immutable",
        causes=("ecr/tag-immutable",),
        anchors=(
            "imagetagalreadyexists",
            "tag is immutable",
            "cannot be overwritten because the repository",
        ),
        failure=Failure.INVALID,
    ),
    _direct(
        id="scan/not-found",
        causes=("ecr/image-not-scanned",),
        anchors=("scannotfoundexception", "image scan does not exist"),
        failure=Failure.ABSENT,
    ),
)
