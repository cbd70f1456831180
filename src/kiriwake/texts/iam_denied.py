"""Texts of a call that AWS refused: who asked, for which action, on what, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kiriwake.core.text import Text
from kiriwake.texts.ids import meanings
from kiriwake.texts.meaning import Dependency, Failure, Family, Meaning, Weight
from kiriwake.texts.normalise import Normal
from kiriwake.texts.pattern import compiled, shortened

Told: TypeAlias = tuple[tuple[str, ...], Dependency | None]
"""The compatible causes, and what was not had."""

ANCHORS = (
    "accessdenied",
    "access denied",
    "authorized to perform",
    "unauthorizedoperation",
    "policy allows the",
    "with an explicit deny",
    "authorizationerror",
    "does not have permission",
)
_ACTION = r"(?P<action>[a-z][a-z0-9-]+:[a-z]\w+\*?)"
_SENTENCE = (
    r"(?:User: ?)?(?P<principal>\S+)? ?(?:is |are )?not authorized to perform:? ?"
    rf"{_ACTION}(?: on resource:? ?\"?(?P<resource>[^\s\",]+))?"
)
_POLICY = rf"policy allows the {_ACTION}"
_CALLING = (
    r"(?:AccessDenied\w*|UnauthorizedOperation|AuthorizationError)\)? when calling the "
    r"(?P<operation>\w+) operation"
)
_OPERATION_ERROR = (
    r"operation error (?P<service>[\w ]+?): (?P<operation2>\w+),.{0,220}?(?:AccessDenied|403)"
)
_BECAUSE = r"(?:because|with) (?P<because>(?:no|an?) [\w -]+? (?:policy|boundary|deny[^.]*?policy))"

_FORMS = (
    ("authorized to perform", _SENTENCE),
    ("policy allows the", _POLICY),
    ("when calling the", _CALLING),
    ("operation error", _OPERATION_ERROR),
)
BEFORE, AFTER = 320, 700
TRIES = 40

SERVICES = {
    "ECR": "ecr",
    "Secrets Manager": "secretsmanager",
    "SSM": "ssm",
    "KMS": "kms",
    "CloudWatch Logs": "logs",
    "S3": "s3",
    "STS": "sts",
    "ECS": "ecs",
    "EKS": "eks",
    "IAM": "iam",
    "EC2": "ec2",
    "EFS": "elasticfilesystem",
    "Elastic Load Balancing v2": "elasticloadbalancing",
    "DynamoDB": "dynamodb",
    "SQS": "sqs",
    "SNS": "sns",
}
"""Names in SDK messages, and the prefix of the service's IAM actions."""

OPERATIONS = {
    "GetAuthorizationToken": "ecr",
    "BatchGetImage": "ecr",
    "GetDownloadUrlForLayer": "ecr",
    "BatchCheckLayerAvailability": "ecr",
    "PutImage": "ecr",
    "InitiateLayerUpload": "ecr",
    "GetSecretValue": "secretsmanager",
    "GetParameters": "ssm",
    "GetParameter": "ssm",
    "GetParametersByPath": "ssm",
    "Decrypt": "kms",
    "GenerateDataKey": "kms",
    "CreateLogStream": "logs",
    "CreateLogGroup": "logs",
    "PutLogEvents": "logs",
    "PutRetentionPolicy": "logs",
    "DescribeLogGroups": "logs",
    "DescribeLogStreams": "logs",
    "PassRole": "iam",
    "AssumeRole": "sts",
    "AssumeRoleWithWebIdentity": "sts",
    "TagSession": "sts",
    "AssumeRoleForPodIdentity": "eks-auth",
}
"""Operations whose service is plain from their name."""

_PUSH = {"putimage", "initiatelayerupload", "uploadlayerpart", "completelayerupload"}
_KUBELET = ("kubelet", "failed to pull image", "errimagepull", "imagepullbackoff", "kuberuntime")
_ECS = (
    "cannotpull",
    "resourceinitialization",
    "execution resource",
    "registry auth",
    "stoppedreason",
    "executionrole",
    "execution-role",
    "execution_role",
    "taskexecution",
    "api-exec",
    "unable to place",
    "ecsinstancerole",
    "ecs task",
)
_CSI = ("ebs-csi", "efs-csi", "ebs.csi", "efs.csi", "provision volume", "attachvolume", "pvc-")
_CONTROLLER = ("load-balancer-controller", "loadbalancercontroller", "alb-ingress", "albingress")
_IN_CLUSTER = ("reconcile", "ingress", "targetgroupbinding", "controller", "failedbuildmodel")
_CNI = ("aws-node", "ipamd", "eni", "cni")


@dataclass(frozen=True, slots=True)
class Denial:
    """One refused call, as far as the text tells."""

    action: str
    principal: str
    resource: str
    because: str
    around: str

    @property
    def service(self) -> str:
        """The service prefix of the action."""
        return self.action.partition(":")[0]

    @property
    def operation(self) -> str:
        """The action without its service, in lower case."""
        return self.action.partition(":")[2].lower()

    def mentions(self, words: tuple[str, ...]) -> bool:
        """Whether any of these words stands in the message."""
        return any(word in self.around for word in words)


def read(text: Normal) -> Iterator[Meaning]:
    """Every refused call that the text tells of."""
    if not any(anchor in text.lower for anchor in ANCHORS):
        return
    seen: set[str] = set()
    for found in _forms(text):
        if found.re.pattern == _CALLING and _is_spelt_out_after(found, text):
            continue
        denial = _denial(found, text)
        if denial is None or denial.action.lower() in seen:
            continue
        seen.add(denial.action.lower())
        yield _meaning(denial, found)


def _forms(text: Normal) -> Iterator[re.Match[str]]:
    """Every place where one of the forms stands; a window each, so that long logs stay cheap."""
    for literal, regex in _FORMS:
        start = text.lower.find(literal)
        for _ in range(TRIES):
            if start < 0:
                break
            if found := compiled(regex).search(text.flat, max(0, start - BEFORE), start + AFTER):
                yield found
            start = text.lower.find(literal, start + len(literal))


def _is_spelt_out_after(found: re.Match[str], text: Normal) -> bool:
    """Whether the sentence that names the refused action follows the tool's own preface."""
    return bool(compiled(_SENTENCE).search(text.flat, found.end(), found.end() + 300))


def _denial(found: re.Match[str], text: Normal) -> Denial | None:
    groups = found.groupdict()
    action = groups.get("action") or _action_of(groups)
    if action is None:
        return None
    first, last = max(0, found.start() - 500), found.end() + 400
    around = text.lower[first:last]
    because = compiled(_BECAUSE).search(text.flat, found.start(), last)
    return Denial(
        action=action,
        principal=(groups.get("principal") or "").strip("\"':,"),
        resource=(groups.get("resource") or "").rstrip(".;"),
        because=because["because"].lower() if because else "",
        around=around,
    )


def _action_of(groups: dict[str, str | None]) -> str | None:
    operation = groups.get("operation") or groups.get("operation2")
    if operation is None:
        return None
    service = SERVICES.get(groups.get("service") or "") or OPERATIONS.get(operation)
    return f"{service}:{operation}" if service else f"?:{operation}"


def _meaning(denial: Denial, found: re.Match[str]) -> Meaning:
    causes, dependency = _causes(denial)
    decided = _decided(denial)
    if _is_node(denial) and denial.service not in _OF_NODES:
        # What a pod asks as its node, it asks for want of an identity of its own.
        causes = (causes[0], "eks/service-account-not-annotated", *causes[1:])
        decided = False
    guarded = "deny" in denial.because or "boundary" in denial.because
    if guarded or "endpoint policy" in denial.because:
        causes = (causes[0], "iam/denied-by-guardrail", *causes[1:])
    role = compiled(r"(?:assumed-)?role/(?:[\w+=,.@-]+/)*?([\w+=,.@-]+)").search(denial.principal)
    fields = {
        "action": denial.action,
        "principal": denial.principal,
        "role": role[1] if role else "",
        "resource": denial.resource,
        "because": denial.because,
    }
    return Meaning(
        id=f"iam/{denial.action}",
        family=Family.IAM,
        weight=Weight.DIRECT,
        causes=causes,
        why=_why(denial, causes[0]),
        decided_by_text=decided,
        dependency=dependency,
        failure=Failure.DENIED,
        fields={name: value for name, value in fields.items() if value},
        quote=shortened(found[0]),
        position=found.start(),
    )


def _causes(denial: Denial) -> Told:
    if decide := _BY_SERVICE.get(denial.service):
        return decide(denial)
    return _elsewhere(denial), None


def _registry(denial: Denial) -> Told:
    pulls = "ecs/execution-role-cannot-pull"
    if denial.operation in _PUSH or denial.operation.startswith(("create", "delete", "put")):
        causes: tuple[str, ...] = ("iam/registry-write-denied",)
    elif "resource-based" in denial.because or "no resource-based policy" in denial.around:
        causes = ("ecr/cross-account-policy-missing", pulls)
    elif denial.mentions(_KUBELET):
        causes = ("eks/node-cannot-pull", "ecr/cross-account-policy-missing")
    elif denial.mentions(_ECS) or not denial.principal:
        causes = (pulls, "ecr/cross-account-policy-missing", "iam/registry-read-denied")
    else:
        causes = ("iam/registry-read-denied", pulls, "ecr/cross-account-policy-missing")
    return causes, Dependency.REGISTRY


def _secrets(denial: Denial) -> Told:
    rivals = ("iam/secret-read-denied", "ecs/secret-missing", "iam/kms-decrypt-denied")
    return rivals, Dependency.SECRET


def _parameters(denial: Denial) -> Told:
    if denial.operation.startswith(("getparameter", "describeparameter")):
        return ("iam/parameter-read-denied", "ecs/secret-missing"), Dependency.PARAMETER
    return ("iam/api-call-denied",), None


def _keys(denial: Denial) -> Told:
    if denial.operation == "creategrant" or denial.mentions(_CSI):
        return ("eks/volume-driver-denied", "iam/kms-decrypt-denied"), Dependency.KMS
    return ("iam/kms-decrypt-denied",), Dependency.KMS


def _logs(denial: Denial) -> Told:
    return ("iam/logs-write-denied", "logs/log-group-missing"), Dependency.LOGS


def _files(denial: Denial) -> Told:
    if denial.mentions(("layer-bucket",)):
        return ("net/layers-unreachable", "iam/denied-by-guardrail"), Dependency.LAYERS
    if denial.mentions(("environment", "env file", ".env")):
        return ("iam/environment-file-read-denied",), Dependency.ENVIRONMENT_FILE
    return _elsewhere(denial), None


def _roles(denial: Denial) -> Told:
    match denial.operation:
        case "passrole":
            return ("iam/pass-role-denied",), None
        case "createservicelinkedrole":
            return ("iam/service-linked-role-missing", "iam/api-call-denied"), None
        case _:
            return _elsewhere(denial), None


def _assumed(denial: Denial) -> Told:
    match denial.operation:
        case "assumerolewithwebidentity":
            causes: tuple[str, ...] = (
                "eks/irsa-trust-mismatch",
                "eks/service-account-not-annotated",
                "eks/oidc-provider-missing",
            )
        case "tagsession" | "assumeroleforpodidentity":
            causes = (
                "eks/pod-identity-broken",
                "eks/irsa-trust-mismatch",
                "ecs/role-not-assumable",
            )
        case _:
            causes = ("ecs/role-not-assumable", "iam/api-call-denied", "eks/irsa-trust-mismatch")
    return causes, Dependency.STS


def _mounts(denial: Denial) -> Told:
    if denial.operation.startswith("client"):
        return ("iam/efs-mount-denied",), Dependency.EFS
    return ("eks/volume-driver-denied", "iam/efs-mount-denied"), Dependency.EFS


def _sessions(denial: Denial) -> Told:
    return ("ecs/exec-not-ready",), None


_BY_SERVICE: Mapping[str, Callable[[Denial], Told]] = {
    "ecr": _registry,
    "ecr-public": _registry,
    "secretsmanager": _secrets,
    "ssm": _parameters,
    "kms": _keys,
    "logs": _logs,
    "s3": _files,
    "iam": _roles,
    "sts": _assumed,
    "eks-auth": _assumed,
    "elasticfilesystem": _mounts,
    "ssmmessages": _sessions,
}

_CALLERS = {"ecs", "eks", "iam", "ec2", "elasticloadbalancing", "cloudformation", "?"}
"""Services that people and pipelines call, rather than the application in a container."""
_CONTROLLED = {"elasticloadbalancing", "ec2", "wafv2", "shield", "acm", "waf-regional"}
"""Services that the AWS Load Balancer Controller calls."""


def _elsewhere(denial: Denial) -> tuple[str, ...]:
    if denial.mentions(_CSI) or denial.operation in {"createvolume", "attachvolume"}:
        return ("eks/volume-driver-denied", "k8s/volume-not-bound")
    if denial.service in _CONTROLLED:
        if denial.mentions((*_CONTROLLER, *_IN_CLUSTER)):
            return ("eks/load-balancer-controller-denied", "iam/api-call-denied")
        if denial.mentions(_CNI) and "networkinterface" in denial.operation:
            return ("eks/cni-not-ready", "eks/cni-ip-exhausted")
    if denial.service in _CALLERS:
        return ("iam/api-call-denied", "iam/app-call-denied")
    return ("iam/app-call-denied", "iam/api-call-denied")


_OF_NODES = {"ecr", "logs", "ecs", "ssmmessages"}
"""Services that instances call for their own sake."""


def _is_node(denial: Denial) -> bool:
    """Whether an EC2 instance of a cluster asked: its session bears the instance's id."""
    return bool(compiled(r"node[^/]*/i-[0-9a-f*x<{]").search(denial.principal))


_FULL_SECRET = re.compile(r":secret:\S+-[A-Za-z0-9]{6}\b")


def _decided(denial: Denial) -> bool:
    match denial.service:
        case "sts" | "eks-auth" | "?":
            return False
        case "secretsmanager":
            # Without its six-character suffix the ARN may simply name nothing.
            return not denial.resource or bool(_FULL_SECRET.search(denial.resource))
        case _:
            return True


def _why(denial: Denial, cause: str) -> Text:
    means = meanings()[cause]
    who = f" ({denial.principal})" if denial.principal else ""
    action = denial.action.removeprefix("?:")
    return Text(
        en=f"AWS answered and refused {action}{who}, so the network is in order; {means.en}",
        ja=f"AWS が {action} を拒否した{who}。応答があるので経路は通じている。{means.ja}",
    )
