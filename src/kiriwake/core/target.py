"""What a diagnosis is about, as it is typed and as the report prints it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from kiriwake.core.errors import UsageError
from kiriwake.core.text import Text


class Kind(StrEnum):
    """What can be diagnosed."""

    ECS_SERVICE = "ecs-service"
    ECS_TASK = "ecs-task"
    ECS_CLUSTER = "ecs-cluster"
    EKS_CLUSTER = "eks-cluster"
    K8S_WORKLOAD = "k8s-workload"
    ECR_IMAGE = "ecr-image"
    SUBNET = "subnet"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One thing to diagnose.

    `place` is the cluster, repository or Kubernetes context; `name` what lies in it
    (a service, a task id, a tag), `namespace` and `workload` (`Deployment/web`) are
    Kubernetes' own.
    """

    kind: Kind
    place: str
    name: str = ""
    namespace: str = ""
    workload: str = ""
    scheme: str = ""
    """`eks` or `kube`, for Kubernetes targets."""
    region: str = ""
    account: str = ""

    def __str__(self) -> str:
        match self.kind:
            case Kind.ECS_SERVICE | Kind.ECS_TASK:
                return f"ecs:{self.place}/{self.name}"
            case Kind.ECS_CLUSTER:
                return f"ecs:{self.place}"
            case Kind.EKS_CLUSTER | Kind.K8S_WORKLOAD:
                parts = filter(None, (self.place, self.namespace, self.workload))
                return f"{self.scheme or 'eks'}:{'/'.join(parts)}"
            case Kind.ECR_IMAGE:
                return f"ecr:{self.place}" + (f":{self.name}" if self.name else "")
            case Kind.SUBNET:
                return self.place


TASK_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ARN = re.compile(r"arn:[^:]+:(?P<service>[^:]+):(?P<region>[^:]*):(?P<account>\d*):(?P<rest>.+)")


def parse(typed: str) -> Target:
    """The target that was typed; every `target` that a report prints is accepted back.

    Raises `UsageError` `bad-target`.
    """
    if match := _ARN.fullmatch(typed):
        return _from_arn(typed, match)
    if typed.startswith("subnet-"):
        return Target(Kind.SUBNET, typed)
    scheme, colon, rest = typed.partition(":")
    if not colon:
        return _ecs(typed, typed)
    match scheme:
        case "ecs":
            return _ecs(rest, typed)
        case "eks" | "kube":
            return _kubernetes(scheme, rest, typed)
        case "ecr":
            return _ecr(rest, typed)
        case _:
            raise _bad(typed)


def _ecs(path: str, typed: str) -> Target:
    match path.split("/"):
        case [cluster] if cluster:
            return Target(Kind.ECS_CLUSTER, cluster)
        case [cluster, name] if cluster and name:
            kind = Kind.ECS_TASK if TASK_ID.fullmatch(name) else Kind.ECS_SERVICE
            return Target(kind, cluster, name)
        case _:
            raise _bad(typed)


def _kubernetes(scheme: str, path: str, typed: str) -> Target:
    # A kubeconfig context may hold slashes itself: an EKS context is the cluster's ARN.
    context = re.fullmatch(r"(arn:[^/]+/[^/]+)(?:/(.*))?", path)
    place, rest = (
        (context[1], context[2] or "")
        if context
        else (path.split("/", maxsplit=1)[0], path.partition("/")[2])
    )
    match rest.split("/") if rest else []:
        case [] if place:
            return Target(Kind.EKS_CLUSTER, place, scheme=scheme)
        case [namespace] if place and namespace:
            return Target(Kind.EKS_CLUSTER, place, namespace=namespace, scheme=scheme)
        case [namespace, kind, name] if place and namespace and kind and name:
            return Target(
                Kind.K8S_WORKLOAD,
                place,
                namespace=namespace,
                workload=f"{kind}/{name}",
                scheme=scheme,
            )
        case _:
            raise _bad(typed)


def _ecr(path: str, typed: str) -> Target:
    repository, at, digest = path.partition("@")
    if at:
        return Target(Kind.ECR_IMAGE, repository, f"@{digest}")
    repository, _, tag = path.partition(":")
    if not repository:
        raise _bad(typed)
    return Target(Kind.ECR_IMAGE, repository, tag)


def _from_arn(  # noqa: PLR0911 - one for each shape of ARN
    typed: str, match: re.Match[str]
) -> Target:
    region, account = match["region"], match["account"]
    where = {"region": region, "account": account}
    match (match["service"], re.split(r"[/:]", match["rest"])):
        case ("ecs", ["service", cluster, name]):
            return Target(Kind.ECS_SERVICE, cluster, name, **where)
        case ("ecs", ["task", cluster, name]):
            return Target(Kind.ECS_TASK, cluster, name, **where)
        case ("ecs", ["cluster", cluster]):
            return Target(Kind.ECS_CLUSTER, cluster, **where)
        case ("ecs", ["service", name]):
            # The short form, from before 2018, does not tell the cluster: it is the default one.
            return Target(Kind.ECS_SERVICE, "default", name, **where)
        case ("eks", ["cluster", cluster]):
            return Target(Kind.EKS_CLUSTER, cluster, scheme="eks", **where)
        case ("ecr", ["repository", *names]) if names:
            return Target(Kind.ECR_IMAGE, "/".join(names), **where)
        case ("ec2", ["subnet", subnet]):
            return Target(Kind.SUBNET, subnet, **where)
        case _:
            raise _bad(typed)


def _bad(typed: str) -> UsageError:
    return UsageError(
        "bad-target",
        Text(
            en=f'"{typed}" names nothing that can be diagnosed',
            ja=f"「{typed}」は診断対象として解釈できない",
        ),
        hints=(
            Text(
                en=(
                    "CLUSTER, CLUSTER/SERVICE, CLUSTER/TASK-ID,"
                    " eks:CLUSTER[/NAMESPACE[/KIND/NAME]], kube:CONTEXT[/…], ecr:REPO[:TAG],"
                    " subnet-…, or an ARN of one of these"
                ),
                ja=(
                    "指定できる形: CLUSTER, CLUSTER/SERVICE, CLUSTER/TASK-ID,"
                    " eks:CLUSTER[/NAMESPACE[/KIND/NAME]], kube:CONTEXT[/…], ecr:REPO[:TAG],"
                    " subnet-…, またはこれらの ARN"
                ),
            ),
        ),
    )
