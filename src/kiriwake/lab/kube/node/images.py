"""Pulling an image: what the registry, the rights and the network make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kiriwake.lab.ground import Eni, Ground, ImageAnswer, ImageBehaviour
from kiriwake.lab.kube.node import words

EKS_ACCOUNTS = ("602401143452", "800184023465", "877085696533")
"""The accounts whose registries hold the images of EKS's own add-ons."""
EKS_BEHAVIOUR = ImageBehaviour(size_mib=45, arch=("amd64", "arm64"))
KNOWN_PUBLIC = (
    "public.ecr.aws/aws-observability/",
    "public.ecr.aws/eks/",
    "public.ecr.aws/cloudwatch-agent/",
    "registry.k8s.io/",
)
REFERENCE = re.compile(
    r"^(?P<name>[a-z0-9]+(?:[._:/-]+[a-z0-9]+)*?)(?::(?P<tag>[\w][\w.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?$"
)
ADDRESS = "198.51.100.10"
"""What stands for a registry's address in time-outs (a documentation address)."""


@dataclass(frozen=True, slots=True)
class Pull:
    """The outcome of a pull: an image, or why there is none."""

    behaviour: ImageBehaviour | None = None
    digest: str = ""
    error: str = ""
    reason: str = "ErrImagePull"
    """The waiting reason: `ErrImagePull`, `InvalidImageName`."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An image reference in its parts."""

    host: str
    path: str
    tag: str
    full: str
    """As containerd completes it: `docker.io/library/nginx:latest`."""


def reference_of(image: str) -> Reference | None:
    """The parts of an image's name, None if it is no valid one."""
    found = REFERENCE.match(image)
    if found is None:
        return None
    name, tag, digest = found["name"], found["tag"], found["digest"]
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        host, path = first, rest
    else:
        host, path = "docker.io", name if slash else f"library/{name}"
    mark = f"@{digest}" if digest else f":{tag or 'latest'}"
    return Reference(host, path, digest or tag or "latest", f"{host}/{path}{mark}")


def pull(ground: Ground, image: str, eni: Eni, role_arn: str, arch: str) -> Pull:
    """Pulls an image onto a node, with the node's (or Fargate's) role."""
    reference = reference_of(image)
    if reference is None:
        return Pull(error=words.BAD_NAME.format(image=image), reason="InvalidImageName")
    answer = ground.image(image)
    ours = reference.host.partition(".")[0] in EKS_ACCOUNTS or image.startswith(KNOWN_PUBLIC)
    if ours and not answer.found:
        answer = ImageAnswer(True, EKS_BEHAVIOUR, "sha256:" + "e" * 64, answer.registry)
    why = _unreachable(ground, reference, answer, eni) or _refused(
        ground, reference, answer, role_arn
    )
    if not why and not answer.found:
        why = _absent(reference, answer)
    if not why and len(answer.behaviour.arch) > 1 and arch not in answer.behaviour.arch:
        why = words.NOT_FOUND + _unpack(reference) + words.NO_PLATFORM
    if why:
        return Pull(error=words.PULL.format(image=image, why=why))
    return Pull(answer.behaviour, answer.digest or "sha256:" + "0" * 64)


def _unpack(reference: Reference) -> str:
    return words.UNPACK.format(ref=reference.full)


def _resolve(reference: Reference) -> str:
    return _unpack(reference) + words.RESOLVE.format(ref=reference.full)


def _is_ecr(reference: Reference) -> bool:
    return ".dkr.ecr." in reference.host


def _unreachable(ground: Ground, reference: Reference, answer: ImageAnswer, eni: Eni) -> str:
    if _is_ecr(reference):
        needs: tuple[str, ...] = ("ecr", "ecr-dkr")
    elif reference.host == "docker.io":
        needs = ("dockerhub",)
    else:
        needs = ("internet",)
    parts = {
        "host": "registry-1.docker.io" if reference.host == "docker.io" else reference.host,
        "path": reference.path,
        "tag": reference.tag,
        "address": ADDRESS,
        "region": ground.region,
    }
    texts = {"refused": words.REFUSED, "dns": words.NO_HOST, "forbidden": words.DENIED_ECR}
    for dependency in needs:
        reach = ground.reach(eni, dependency)
        if not reach.yes:
            text = texts.get(reach.failure, words.TIMED_OUT)
            return _resolve(reference) + text.format(**parts)
    if _is_ecr(reference):
        reach = ground.reach(eni, "s3")
        if not reach.yes:
            return _unpack(reference) + words.NO_LAYERS.format(**parts)
    return ""


def _refused(ground: Ground, reference: Reference, answer: ImageAnswer, role_arn: str) -> str:
    if not _is_ecr(reference):
        return ""
    if (
        not ground.role_exists(role_arn)
        or not ground.may(role_arn, "ecr:GetAuthorizationToken").yes
    ):
        return words.UNKNOWN + _resolve(reference) + words.NO_CREDENTIALS
    account = reference.host.partition(".")[0]
    region = reference.host.split(".")[3]
    arn = f"arn:aws:ecr:{region}:{account}:repository/{reference.path}"
    wanted = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    allowed = all(ground.may(role_arn, action, arn).yes for action in wanted)
    foreign = account != ground.account and account not in EKS_ACCOUNTS
    if not allowed or (foreign and not ground.repository_admits(answer, role_arn)):
        parts = {"host": reference.host, "path": reference.path, "tag": reference.tag}
        return words.UNKNOWN + _resolve(reference) + words.DENIED_ECR.format(**parts)
    return ""


def _absent(reference: Reference, answer: ImageAnswer) -> str:
    if reference.host == "docker.io" and answer.missing != "tag":
        return _resolve(reference) + words.NO_SCOPE
    return words.NOT_FOUND + _resolve(reference) + words.NO_TAG.format(ref=reference.full)
