"""Reads ECR: the very image that a task definition names, in its own registry and region."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kiriwake.core.observed import Call, Why
from kiriwake.evidence import ecr as evidence
from kiriwake.evidence.ecr import Image, Platforms, Repository
from kiriwake.evidence.reading import Absent, Reading
from kiriwake.sources.aws.api import Answer, Api, Job, Outcome, Reader, Seen, one_by_one, parsed
from kiriwake.sources.aws.failures import Failed, ReadFailed
from kiriwake.sources.aws.fields import (
    Fields,
    block,
    blocks,
    flag,
    moment,
    number,
    text,
    texts,
    the_text,
)

NEWEST = 1000
_HOST = (
    r"(?P<registry>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\."
    r"(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn|[a-z0-9.-]+)"
)
_URI = re.compile(
    rf"(?:https://)?{_HOST}/(?P<repository>[a-z0-9][a-z0-9._/-]*)"
    r"(?::(?P<tag>[\w][\w.-]*))?(?:@(?P<digest>[a-z0-9]+:[0-9a-f]+))?"
)
_MEDIA_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.v1+json",
)


@dataclass(frozen=True, slots=True)
class _Uri:
    """Where an image lies; `@sha256:…` wins over a tag, no tag means `latest`."""

    registry: str
    region: str
    repository: str
    tag: str
    digest: str

    @property
    def where(self) -> dict[str, str]:
        return {"registryId": self.registry, "repositoryName": self.repository}

    @property
    def image_id(self) -> dict[str, str]:
        if self.digest:
            return {"imageDigest": self.digest}
        return {"imageTag": self.tag or "latest"}


def _asked(
    read: Callable[[Api, Call, _Uri], Outcome],
) -> Callable[[Api, Call], Outcome]:
    """Reads in the registry's region; what ECR says does not exist is absent."""

    def ask(api: Api, call: Call) -> Outcome:
        match = _URI.fullmatch(call.argument)
        if match is None:
            return Failed(Why.NOT_FOUND, call.action, says="no URI of an ECR image")
        parts = {name: value or "" for name, value in match.groupdict().items()}
        try:
            return read(api.in_region(parts["region"]), call, _Uri(**parts))
        except ReadFailed as failure:
            if failure.failed.why is not Why.NOT_FOUND:
                return failure.failed
            return Seen(Absent(failure.failed.code, failure.failed.says), api.ledger.now())

    return ask


def read_images(api: Api, calls: Sequence[Call]) -> list[Job]:
    """An image by URI; not in bulk, because one missing tag fails a whole request."""

    def read(api: Api, call: Call, uri: _Uri) -> Outcome:
        wanted = {**uri.where, "imageIds": [uri.image_id]}
        answer = api.call(call.action, wanted, call)
        found = blocks(answer.body, "imageDetails")
        if not found:
            return Seen(Absent("ImageNotFoundException"), answer.at)
        return parsed(_image, found[0], answer.at, call.action)

    return one_by_one(api, calls, _asked(read))


def read_newest_images(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The newest images of a repository."""

    def read(api: Api, call: Call, uri: _Uri) -> Outcome:
        wanted = {**uri.where, "maxResults": 1000}
        listed = api.listed(call.action, wanted, "imageDetails", call)
        return parsed(_images, {"images": listed.items}, listed.at, call.action)

    return one_by_one(api, calls, _asked(read))


def _images(fields: Fields) -> tuple[Image, ...]:
    never = datetime.min.replace(tzinfo=UTC)
    images = [_image(item) for item in blocks(fields, "images")]
    images.sort(key=lambda image: image.digest)
    images.sort(key=lambda image: image.pushed_at or never, reverse=True)
    return tuple(images[:NEWEST])


def _image(fields: Fields) -> Image:
    summary = block(fields, "imageScanFindingsSummary")
    counts = block(summary, "findingSeverityCounts")
    return Image(
        digest=the_text(fields, "imageDigest"),
        tags=texts(fields, "imageTags"),
        pushed_at=moment(fields, "imagePushedAt"),
        size_bytes=number(fields, "imageSizeInBytes"),
        media_type=text(fields, "imageManifestMediaType"),
        scan_status=text(block(fields, "imageScanStatus"), "status"),
        findings=tuple(sorted((str(level), int(count)) for level, count in counts.items())),
        status=text(fields, "imageStatus") or "ACTIVE",
    )


def read_repositories(api: Api, calls: Sequence[Call]) -> list[Job]:
    """A repository by URI."""

    def read(api: Api, call: Call, uri: _Uri) -> Outcome:
        wanted = {"registryId": uri.registry, "repositoryNames": [uri.repository]}
        answer = api.call(call.action, wanted, call)
        found = blocks(answer.body, "repositories")
        if not found:
            return Seen(Absent("RepositoryNotFoundException"), answer.at)
        return parsed(_repository, found[0], answer.at, call.action)

    return one_by_one(api, calls, _asked(read))


def _repository(fields: Fields) -> Repository:
    return Repository(
        arn=the_text(fields, "repositoryArn"),
        name=text(fields, "repositoryName"),
        uri=text(fields, "repositoryUri"),
        scan_on_push=flag(block(fields, "imageScanningConfiguration"), "scanOnPush"),
        tags_immutable=text(fields, "imageTagMutability").startswith("IMMUTABLE"),
    )


def read_policies(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The policy of a repository, as JSON text."""

    def read(api: Api, call: Call, uri: _Uri) -> Outcome:
        answer = api.call(call.action, uri.where, call)
        return Seen(text(answer.body, "policyText"), answer.at)

    return one_by_one(api, calls, _asked(read))


def read_platforms(api: Api, calls: Sequence[Call]) -> list[Job]:
    """What an image was built for, as far as its manifest tells."""

    def read(api: Api, call: Call, uri: _Uri) -> Outcome:
        wanted = {
            **uri.where,
            "imageIds": [uri.image_id],
            "acceptedMediaTypes": list(_MEDIA_TYPES),
        }
        return _platforms(api.call(call.action, wanted, call), call)

    return one_by_one(api, calls, _asked(read))


def _platforms(answer: Answer, call: Call) -> Outcome:
    images = blocks(answer.body, "images")
    if not images:
        failure = next(iter(blocks(answer.body, "failures")), {})
        code = text(failure, "failureCode") or "ImageNotFound"
        absent = code in {"ImageNotFound", "RepositoryNotFound", "ImageTagDoesNotMatchDigest"}
        reason = text(failure, "failureReason")
        return (
            Seen(Absent(code, reason), answer.at)
            if absent
            else Failed(Why.UNREACHABLE, call.action, code, reason)
        )
    try:
        manifest = json.loads(text(images[0], "imageManifest"))
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        return Failed(Why.UNREACHABLE, call.action, says="the manifest is not JSON")
    named = [_platform(block(item, "platform")) for item in blocks(manifest, "manifests")]
    if architecture := text(manifest, "architecture"):
        named.append(f"linux/{architecture}")
    return Seen(Platforms(tuple(dict.fromkeys(filter(None, named)))), answer.at)


def _platform(fields: Fields) -> str:
    system, architecture = text(fields, "os"), text(fields, "architecture")
    # Attestations stand in an index as images for an unknown machine.
    if not architecture or architecture == "unknown":
        return ""
    return "/".join(filter(None, (system, architecture, text(fields, "variant"))))


READERS: Mapping[Reading[Any], Reader] = {
    evidence.IMAGE: read_images,
    evidence.IMAGES: read_newest_images,
    evidence.REPOSITORY: read_repositories,
    evidence.REPOSITORY_POLICY: read_policies,
    evidence.PLATFORMS: read_platforms,
}
