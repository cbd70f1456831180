"""Pulling an image: whether it is there, may be had, can be reached, and fits the processor."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from kiriwake.lab.ecs import arns
from kiriwake.lab.ecs.failure import (
    QUICK_S,
    StartFailure,
    delay,
    denied_words,
    endpoint_policy,
    may,
    network_words,
    pull_role,
    reach,
)
from kiriwake.lab.ecs.model import Container, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import ImageAnswer, Reach

_MIB_PER_S = 60
_SHORTEST_S = 2.0
_RETRIED_S = 12.0
"""Five attempts at a manifest that is not there."""
_ARCHITECTURES = {"X86_64": "amd64", "ARM64": "arm64"}


@dataclass(frozen=True, slots=True)
class Reference:
    """An image as the runtime names it."""

    image: str
    host: str
    name: str
    tag: str

    @property
    def repository(self) -> str:
        """Host and name."""
        return f"{self.host}/{self.name}"


def reference(image: str) -> Reference:
    """The parts of an image name, with Docker's defaults."""
    bare, _, digest = image.partition("@")
    host, slash, name = bare.partition("/")
    if not slash or ("." not in host and ":" not in host and host != "localhost"):
        host, name = "docker.io", bare if slash else f"library/{bare}"
    head, colon, tag = name.rpartition(":")
    if not colon:
        head, tag = name, "latest"
    tag = digest or tag
    whole = f"{host}/{head}@{digest}" if digest else f"{host}/{head}:{tag}"
    return Reference(whole, host, head, tag)


def architecture(task: Task) -> str:
    """The processor that the task runs on, as images name it."""
    if task.instance and not task.fargate:
        given = task.instance.attributes.get("ecs.cpu-architecture")
        return {"x86_64": "amd64", "arm64": "arm64"}.get(given or "", "amd64")
    platform = task.definition.get("runtimePlatform") or {}
    return _ARCHITECTURES.get(platform.get("cpuArchitecture", "X86_64"), "amd64")


def pinned(task: Task, container: Container) -> str:
    """The image to pull: the digest that the deployment fixed, if it did."""
    image = str(container.definition["image"])
    digest = task.deployment.digests.get(container.name) if task.deployment else None
    if not digest or "@" in image:
        return image
    ref = reference(image)
    head = image[: image.rindex(":")] if image.endswith(f":{ref.tag}") else image
    return f"{head}@{digest}"


def seconds(answer: ImageAnswer) -> float:
    """How long the layers take."""
    return max(_SHORTEST_S, answer.behaviour.size_mib / _MIB_PER_S)


def pull(region: Region, task: Task, container: Container) -> ImageAnswer | StartFailure:
    """What the registry gives, or why nothing came."""
    image = pinned(task, container)
    answer = region.ground.image(image)
    ref = reference(image)
    found = (
        _unreachable(region, task, answer, ref)
        or _refused(region, task, answer, ref)
        or _absent(region, task, answer, ref)
        or _foreign(task, answer)
        or _layers(region, task, answer, ref)
    )
    if found is None:
        return answer
    return StartFailure(found.reason, container.name, found.delay_s)


def _unreachable(
    region: Region, task: Task, answer: ImageAnswer, ref: Reference
) -> StartFailure | None:
    ecr = answer.registry == "ecr"
    hub = answer.registry == "dockerhub"
    found: Reach = reach(region, task, "ecr-dkr" if ecr else "dockerhub" if hub else "internet")
    if found.yes or found.failure == "forbidden":
        return None
    host = "registry-1.docker.io" if hub else ref.host
    if not task.fargate:
        return StartFailure(Says.PULL_TIMEOUT_EC2(host=host), delay_s=delay(found))
    says = Says.PULL_TIMEOUT if ecr else Says.PULL_TIMEOUT_ELSEWHERE
    words = says(
        image=ref.image,
        repository=ref.repository,
        ref=ref.image,
        host=host,
        name=ref.name,
        tag=ref.tag,
        network=network_words(found, host),
    )
    return StartFailure(words, delay_s=delay(found))


def _refused(
    region: Region, task: Task, answer: ImageAnswer, ref: Reference
) -> StartFailure | None:
    name = pull_role(task)
    if answer.registry != "ecr" or not name:
        return None
    if not task.fargate:
        action = "ecr:GetAuthorizationToken"
        allowed = may(region, name, action)
        if not allowed.yes:
            denied = denied_words(task, name, action, "*", allowed.because)
            return StartFailure(Says.AUTH_DENIED_EC2(denied=denied))
    action = "ecr:BatchGetImage"
    resource = _resource(answer)
    allowed = may(region, name, action, resource)
    because = allowed.because
    if allowed.yes and not reach(region, task, "ecr-dkr").yes:
        because = endpoint_policy(action)
    elif allowed.yes and answer.account not in {"", region.account}:
        if region.ground.repository_admits(answer, name):
            return None
        because = f"no resource-based policy allows the {action} action"
    elif allowed.yes:
        return None
    denied = denied_words(task, name, action, resource, because, code=False)
    says = Says.PULL_DENIED if task.fargate else Says.PULL_DENIED_EC2
    return StartFailure(says(ref=ref.image, repository=ref.repository, denied=denied))


def _resource(answer: ImageAnswer) -> str:
    head = f"arn:{arns.partition(answer.region)}:ecr:{answer.region}:{answer.account}"
    return f"{head}:repository/{answer.repository}"


def _absent(region: Region, task: Task, answer: ImageAnswer, ref: Reference) -> StartFailure | None:
    if answer.found:
        return None
    if not task.fargate:
        says = (
            Says.PULL_NO_REPOSITORY_EC2 if answer.missing == "repository" else Says.PULL_ABSENT_EC2
        )
        words = says(
            image=ref.image,
            repository=ref.repository,
            name=answer.repository or ref.name,
            account=answer.account,
        )
        return StartFailure(words)
    if answer.registry == "dockerhub" and answer.missing == "repository":
        return StartFailure(Says.PULL_REFUSED(ref=ref.image))
    return StartFailure(Says.PULL_ABSENT(ref=ref.image), delay_s=_RETRIED_S)


def _foreign(task: Task, answer: ImageAnswer) -> StartFailure | None:
    wanted = architecture(task)
    if wanted in answer.behaviour.arch:
        return None
    if task.fargate:
        return StartFailure(Says.NO_PLATFORM(arch=wanted))
    if len(answer.behaviour.arch) > 1:
        return StartFailure(Says.NO_PLATFORM_EC2(arch=wanted))
    # Docker takes a single-platform image for what it is; the kernel refuses it on start.
    return None


def _layers(region: Region, task: Task, answer: ImageAnswer, ref: Reference) -> StartFailure | None:
    if answer.registry != "ecr":
        return None
    where = answer.region or region.name
    key = hashlib.sha256(f"{ref.repository}{answer.digest}".encode()).hexdigest()
    name, action = pull_role(task), "ecr:GetDownloadUrlForLayer"
    allowed = may(region, name, action, _resource(answer))
    if not allowed.yes:
        denied = denied_words(task, name, action, _resource(answer), allowed.because, code=False)
        words = Says.LAYERS_DENIED(host=ref.host, name=ref.name, key=f"sha256:{key}", denied=denied)
        return StartFailure(words, delay_s=QUICK_S)
    found = reach(region, task, "s3")
    if found.yes:
        return None
    if found.failure == "forbidden":
        return StartFailure(Says.LAYERS_FORBIDDEN(region=where, key=key))
    host = f"prod-{where}-starport-layer-bucket.s3.{where}.amazonaws.com"
    words = network_words(found, host)
    return StartFailure(
        Says.LAYERS_TIMEOUT(region=where, key=key, network=words), delay_s=delay(found)
    )
