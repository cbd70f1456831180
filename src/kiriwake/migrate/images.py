"""Where images come from, and which of them move to ECR."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kiriwake.migrate.model import Container, Workload
from kiriwake.migrate.names import dashed

_AZURE = re.compile(r"([a-z0-9-]+\.azurecr\.(?:io|cn|us))/(.+)\Z", re.IGNORECASE)
_HOLE = re.compile(r"\$\{[A-Za-z_]\w*\}")


@dataclass(frozen=True, slots=True)
class Image:
    """An image that has to be in ECR: where from (empty if it is built), repository and tag."""

    source: str
    repository: str
    tag: str
    build: str = ""


def moved(container: Container, workload: Workload) -> Image | None:
    """The ECR image that takes the place of a container's, if it cannot be pulled where it is."""
    if container.built_from and not _is_public(container.image):
        name, tag = _split(container.image or workload.name)
        repository = repository_name(name.rpartition("/")[2])
        return Image("", repository, tag, container.built_from)
    found = _AZURE.match(container.image)
    if found is None:
        return None
    name, tag = _split(found.group(2))
    return Image(container.image, repository_name(name), tag)


def _is_public(image: str) -> bool:
    return bool(image) and "." in image.partition("/")[0] and _AZURE.match(image) is None


def _split(image: str) -> tuple[str, str]:
    plain, at, digest = image.partition("@")
    head, slash, last = plain.rpartition("/")
    name, _, tag = last.partition(":")
    if at and not tag:
        tag = digest.replace(":", "-")[:20]
    return f"{head}{slash}{name}", tag or "latest"


def repository_name(text: str) -> str:
    """A name ECR takes: lower case, slashes kept."""
    parts = [dashed(part, 100) for part in text.split("/") if part]
    return "/".join(parts)[:256] or "image"


def all_moved(workloads: Iterable[Workload]) -> tuple[Image, ...]:
    """Every image that has to be copied or built, once, by repository and tag."""
    found = {
        image
        for workload in workloads
        for container in workload.every_container
        if (image := moved(container, workload)) is not None
    }
    return tuple(sorted(found, key=lambda i: (i.repository, i.tag, i.source)))


def holes(image: str) -> tuple[str, ...]:
    """The names of parameters inside an image reference."""
    return tuple(found.group()[2:-1] for found in _HOLE.finditer(image))


def is_moving(image: str) -> bool:
    """Whether the tag may name another image tomorrow."""
    if "@" in image:
        return False
    return _split(image)[1] == "latest"
