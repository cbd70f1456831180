"""ECR: repositories, images, scanning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiriwake.evidence.reading import Absent, Reading


@dataclass(frozen=True, slots=True)
class Image:
    """An image that is in ECR."""

    digest: str
    tags: tuple[str, ...] = ()
    pushed_at: datetime | None = None
    size_bytes: int | None = None
    media_type: str = ""
    scan_status: str = ""
    findings: tuple[tuple[str, int], ...] = ()
    """Severity and count, where a scan was summarised."""
    status: str = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository."""

    arn: str
    name: str
    uri: str
    scan_on_push: bool | None = None
    tags_immutable: bool = False


@dataclass(frozen=True, slots=True)
class Platforms:
    """`os/architecture[/variant]` of each image of an index.

    Empty for a plain manifest: its platform stands in a blob that is not read.
    """

    platforms: tuple[str, ...]


IMAGE = Reading[Image | Absent]("ecr:DescribeImages", Image | Absent, argument="IMAGE-URI")
"""An image by its URI (`ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPO:TAG` or `@sha256:…`).

Absent with `ImageNotFoundException` or `RepositoryNotFoundException`.
"""
IMAGES = Reading[tuple[Image, ...] | Absent](
    "ecr:DescribeImages", tuple[Image, ...] | Absent, "ALL", argument="REPOSITORY-URI"
)
"""The newest images of a repository, newest first (at most 1,000)."""
REPOSITORY = Reading[Repository | Absent](
    "ecr:DescribeRepositories", Repository | Absent, argument="REPOSITORY-URI"
)
REPOSITORY_POLICY = Reading[str | Absent](
    "ecr:GetRepositoryPolicy", str | Absent, argument="REPOSITORY-URI"
)
PLATFORMS = Reading[Platforms | Absent](
    "ecr:BatchGetImage", Platforms | Absent, argument="IMAGE-URI"
)

READINGS = (IMAGE, IMAGES, REPOSITORY, REPOSITORY_POLICY, PLATFORMS)
