"""Texts about pulling an image: ECS agents, Fargate, the kubelet, docker and podman."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Dependency, Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_REF = r"[\w.\-/]+(?::[\w.\-]+|@sha256:[0-9a-f]+)"
_ASKED = r"denied|unauthorized|forbidden|timeout|dial tcp|lookup|40[13]|deadline|connection|EOF"

_direct = partial(Pattern, family=Family.PULL, weight=Weight.DIRECT, decided=True)
_symptom = partial(Pattern, family=Family.PULL, weight=Weight.SYMPTOM)
_consequence = partial(Pattern, family=Family.PULL, weight=Weight.CONSEQUENCE)

_DENIED = ("accessdenied", "is not authorized to perform", "unauthorized", "forbidden")
PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="pull/rate-limited",
        causes=("ecr/pull-rate-limited",),
        anchors=(
            "toomanyrequests",
            "pull rate limit",
            "hap429",
            "increase-rate-limit",
            "download-rate-limit",
            "dockerhub rate limit",
            "docker hub rate limit",
            "pull limit",
            "upstreamtoomanyrequests",
        ),
        dependency=Dependency.REGISTRY,
        failure=Failure.THROTTLED,
    ),
    _direct(
        id="pull/status-429",
        causes=("ecr/pull-rate-limited",),
        anchors=(
            "429 too many requests",
            "status code 429",
            "status: 429",
            "(429)",
            "rate exceeded",
        ),
        near=("docker", "manifests", "blobs", "pull", "public.ecr.aws", "ghcr.io", "registry"),
        regex=r"429 too many requests|status(?: code)?:? 429|\(429\)|rate exceeded",
        dependency=Dependency.REGISTRY,
        failure=Failure.THROTTLED,
    ),
    _symptom(
        id="pull/docker-hub-status-4xx",
        causes=(
            "ecr/pull-rate-limited",
            "ecr/registry-credentials-missing",
            "ecr/image-tag-missing",
        ),
        anchors=("unexpected status",),
        regex=r"unexpected status(?: code)?[^\"]{0,80}docker(?:\.io|\.com)[^ ]*: ?4(?!0[134])",
        dependency=Dependency.REGISTRY,
    ),
    _direct(
        id="pull/platform",
        causes=("ecr/platform-mismatch",),
        anchors=(
            "no matching manifest for",
            "descriptor for platform",
            "descriptor matching platform",
            "no match for platform",
            "does not match the detected host platform",
            "does not match the specified platform",
            "does not match the expected platform",
            "image operating system",
            "unsupported platform",
            "no image found in manifest list for",
            "no image found in image index for",
            "cannot be used on this platform",
        ),
        regex=(
            r"no (?:matching manifest|image found in (?:manifest list|image index)) for "
            r"(?:architecture )?(?P<platform>[\w/\-]+)?"
            r"|descriptor (?:for|matching) platform '?(?P<wanted>[\w/\-]+)?"
            r"|no match for platform"
            r"|does not match the (?:detected host|specified|expected) platform"
            r"|image operating system|unsupported platform|cannot be used on this platform"
        ),
        failure=Failure.MISMATCH,
    ),
    _direct(
        id="pull/archived",
        causes=("ecr/image-archived",),
        anchors=("image is archived", "imagearchived", "image has been archived", "image_archived"),
        dependency=Dependency.REGISTRY,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="pull/repository-missing",
        causes=("ecr/repository-missing", "ecr/image-tag-missing"),
        anchors=(
            "repositorynotfoundexception",
            "name unknown",
            "name_unknown",
            "the repository with name",
        ),
        regex=(
            r"the repository with name '(?P<repository>[^']+)'"
            r"(?: does not exist in the registry with id '(?P<account>\d+)')?"
            r"|repositorynotfoundexception|name[ _]unknown"
        ),
        dependency=Dependency.REGISTRY,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="pull/tag-missing",
        causes=("ecr/image-tag-missing",),
        anchors=(
            "manifest unknown",
            "manifest_unknown",
            "imagenotfoundexception",
            "requested image not found",
            "the image with imageid",
            "tag does not exist",
            "tag was deleted or has expired",
            "failed to resolve reference",
            "failed to resolve ref",
            "manifest for",
            "cannotpull",
            "pull image manifest has been retried",
            "api error (404)",
            "404 not found",
            "failed to pull",
            "failed to pull and unpack",
            "check whether the image exists",
            "no such image",
            "image not found",
        ),
        regex=(
            rf"(?:manifest for (?P<image>{_REF}) not found)"
            r"|manifest[ _]unknown|imagenotfoundexception|requested image not found"
            r"|tag does not exist|tag was deleted or has expired"
            r"|the image with imageid \{[^}]*\} does not exist"
            rf"|failed to resolve ref(?:erence)? \"?(?P<image1>{_REF})\"?:"
            rf"(?:(?!{_ASKED}|StatusCode: 0).){{0,200}}?not found"
            r"|(?:cannotpull|failed to pull)"
            r"(?:(?!log group|secret|denied|authorized|lookup).){0,300}?"
            rf"(?P<image2>{_REF}): not found"
            r"|no such image:? \S+|image not found|cannotpull.{0,200}?404\b"
            r"|manifests.{0,120}404 not found"
        ),
        unless=("no basic auth credentials", "no match for platform"),
        dependency=Dependency.REGISTRY,
        failure=Failure.ABSENT,
    ),
    _symptom(
        id="pull/check-image-exists",
        causes=(
            "ecr/image-tag-missing",
            "ecr/registry-credentials-missing",
            "ecr/repository-missing",
        ),
        anchors=("check whether the image exists",),
        dependency=Dependency.REGISTRY,
        failure=Failure.ABSENT,
    ),
    _symptom(
        id="pull/resolve-ref",
        causes=(
            "ecr/image-tag-missing",
            "net/registry-unreachable",
            "ecs/execution-role-cannot-pull",
        ),
        anchors=("failed to resolve ref", "pull image manifest has been retried"),
        unless=(
            *_DENIED,
            "access denied",
            "insufficient_scope",
            "timeout",
            "deadline",
            "dial tcp",
            "toomanyrequests",
            "no match for platform",
        ),
        dependency=Dependency.REGISTRY,
    ),
    _direct(
        id="pull/reference-invalid",
        causes=("ecr/image-reference-invalid",),
        anchors=(
            "invalid reference format",
            "invalidimagename",
            "couldn't parse image reference",
            "couldn't parse image name",
            "failed to apply default image tag",
            "repository name must be lowercase",
        ),
        failure=Failure.INVALID,
    ),
    _direct(
        id="pull/no-basic-auth",
        causes=("ecr/registry-credentials-missing",),
        anchors=("no basic auth credentials",),
        dependency=Dependency.REGISTRY,
        failure=Failure.UNAUTHENTICATED,
    ),
    _symptom(
        id="pull/access-denied",
        causes=(
            "ecr/registry-credentials-missing",
            "ecr/image-tag-missing",
            "ecr/repository-missing",
        ),
        anchors=(
            "pull access denied",
            "requested access to the resource is denied",
            "may require 'docker login'",
            "may require authorization",
            "insufficient_scope",
            "no pull access",
        ),
        dependency=Dependency.REGISTRY,
        failure=Failure.UNAUTHENTICATED,
    ),
    _direct(
        id="pull/private-registry",
        causes=("ecr/registry-credentials-missing",),
        anchors=(
            "read_package",
            "authentication required",
            "incorrect username or password",
            "unauthorized: access",
            "failed to authorize",
            "failed to fetch anonymous token",
            "failed to fetch oauth token",
            "cannotpullcontainerautherror",
            "401 unauthorized",
            "403 forbidden",
            "authorization token has expired",
            "authorization token is invalid",
            "token has expired. reauthenticate",
            "denied: your authorization token",
            "denied: denied",
            "upstreamaccessdenied",
            "error from registry: denied",
            "credentials store error",
            "error getting credentials",
        ),
        near=(
            "pull",
            "manifest",
            "registry",
            "docker",
            "image",
            "ghcr.io",
            "quay.io",
            "token",
            "repository",
        ),
        unless=("is not authorized to perform", "timeout", "layer-bucket", "secretsmanager"),
        dependency=Dependency.REGISTRY,
        failure=Failure.UNAUTHENTICATED,
    ),
    _direct(
        id="pull/host-says-unauthorized",
        causes=("ecr/registry-credentials-missing", "ecr/image-tag-missing"),
        anchors=("manifests/", "/v2/"),
        regex=(
            r"https?://(?P<host>(?!\d+\.dkr)[\w.\-]+)/v2/\S*\"?:? "
            r"(?:unauthorized|denied|40[13] \w+)\b"
        ),
        unless=("toomanyrequests",),
        dependency=Dependency.REGISTRY,
        failure=Failure.UNAUTHENTICATED,
    ),
    _direct(
        id="pull/ecr-says-forbidden",
        causes=(
            "ecs/execution-role-cannot-pull",
            "ecr/cross-account-policy-missing",
            "ecr/image-tag-missing",
        ),
        anchors=("403 forbidden", "401 unauthorized", "unexpected status code [manifests"),
        regex=(
            r"cannotpull.{0,300}?(?:40[13] (?:forbidden|unauthorized))"
            r"|\.dkr\.ecr\..{0,300}?40[13] (?:forbidden|unauthorized)"
        ),
        unless=("docker.io", "ghcr.io", "quay.io", "layer-bucket"),
        dependency=Dependency.REGISTRY,
        failure=Failure.DENIED,
    ),
    _direct(
        id="pull/permissions",
        causes=("ecs/execution-role-cannot-pull", "ecr/cross-account-policy-missing"),
        anchors=(
            "role has the permissions to pull images",
            "check that the role has the permissions to pull",
        ),
        dependency=Dependency.REGISTRY,
        failure=Failure.DENIED,
    ),
    _direct(
        id="pull/access-denied-by-ecr",
        causes=(
            "ecs/execution-role-cannot-pull",
            "ecr/cross-account-policy-missing",
        ),
        anchors=(
            "cannotpullcontainer",
            "cannotpullecrcontainer",
            "unable to retrieve ecr registry auth",
        ),
        regex=r"(?:cannotpull\w*|retrieve ecr registry auth).{0,200}?access ?denied",
        unless=("is not authorized to perform", "pull access denied"),
        dependency=Dependency.REGISTRY,
        failure=Failure.DENIED,
    ),
    _direct(
        id="pull/layers-forbidden",
        causes=("net/layers-unreachable", "iam/denied-by-guardrail"),
        anchors=("layer-bucket",),
        regex=r"unexpected status[^\"]{0,60}layer-bucket\S+ 40[34]",
        dependency=Dependency.LAYERS,
        failure=Failure.UNREACHABLE,
    ),
    _symptom(
        id="pull/layers",
        causes=(
            "net/layers-unreachable",
            "net/registry-unreachable",
            "ecs/execution-role-cannot-pull",
        ),
        anchors=(
            "httpreaderseeker",
            "failed to copy",
            "invalid memory address or nil pointer",
            "error pulling image conf",
            "layer-bucket",
        ),
        regex=(
            r"httpreaderseeker: failed open(?!.{0,200}(?:docker\.io|not found))"
            r"|pull command failed: panic|error pulling image conf(?!\w*: toomany)|layer-bucket"
            r"|failed to copy: (?=.{0,40}unexpected status)"
        ),
        unless=("toomanyrequests", "no space left"),
        dependency=Dependency.LAYERS,
        failure=Failure.UNREACHABLE,
    ),
    _symptom(
        id="pull/signal-killed",
        causes=("net/registry-unreachable", "net/secrets-unreachable", "iam/secret-read-denied"),
        anchors=("pull command failed: : signal: killed", "pull command failed: signal: killed"),
        dependency=Dependency.REGISTRY,
        failure=Failure.UNREACHABLE,
    ),
    _symptom(
        id="pull/backing-off-ecr",
        causes=("ecr/image-tag-missing", "eks/node-cannot-pull", "net/registry-unreachable"),
        anchors=("imagepullbackoff", "errimagepull", "back-off pulling image"),
        near=(".dkr.ecr",),
        dependency=Dependency.REGISTRY,
    ),
    _consequence(
        id="pull/backing-off",
        causes=(
            "ecr/image-tag-missing",
            "ecr/registry-credentials-missing",
            "net/registry-unreachable",
        ),
        anchors=("imagepullbackoff", "errimagepull", "back-off pulling image"),
        dependency=Dependency.REGISTRY,
    ),
    _consequence(
        id="pull/failed",
        causes=(
            "ecr/image-tag-missing",
            "net/registry-unreachable",
            "ecs/execution-role-cannot-pull",
        ),
        anchors=("cannotpullcontainer", "cannotpullimagemanifest", "cannotpullecrcontainer"),
        dependency=Dependency.REGISTRY,
    ),
    _direct(
        id="pull/cache",
        causes=("ecr/pull-through-cache-fails",),
        anchors=("pullthroughcache", "pull through cache", "pull-through cache"),
        near=("unable", "fail", "error", "denied", "not found", "unauthorized", "exception"),
        unless=("toomanyrequests",),
        dependency=Dependency.REGISTRY,
    ),
    _direct(
        id="pull/never",
        causes=("ecr/image-tag-missing",),
        anchors=("errimageneverpull", "with pull policy of never"),
        failure=Failure.ABSENT,
    ),
)
