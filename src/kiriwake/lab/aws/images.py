"""Images: what the registries have, and what a container of each does when it runs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecr.models import ECRBackend, Image

from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.aws.store import store
from kiriwake.lab.ground import AwsError, ImageAnswer, ImageBehaviour
from kiriwake.lab.world import HOME_ACCOUNT, HOME_REGION, World

_ECR = re.compile(
    r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)"
)
_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_LIST_TYPE = "application/vnd.docker.distribution.manifest.list.v2+json"
_CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
_LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_MIB = 1024 * 1024
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


@dataclass(frozen=True, slots=True)
class Reference:
    """An image URI in its parts."""

    host: str
    repository: str
    tag: str
    digest: str
    account: str = ""
    region: str = ""

    @property
    def registry(self) -> str:
        """`ecr`, `ecr-public`, `dockerhub` or the host."""
        if self.account:
            return "ecr"
        if self.host == "public.ecr.aws":
            return "ecr-public"
        return "dockerhub" if self.host == "docker.io" else self.host


def parse(uri: str) -> Reference:
    """The parts of an image URI, with Docker's defaults."""
    name, _, digest = uri.partition("@")
    head, slash, rest = name.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        host, path = head, rest
    else:
        host, path = "docker.io", name
    repository, colon, tag = path.rpartition(":")
    if not colon:
        repository, tag = path, "" if digest else "latest"
    if host in {"docker.io", "index.docker.io", "registry-1.docker.io"}:
        host = "docker.io"
        repository = repository if "/" in repository else f"library/{repository}"
    found = _ECR.fullmatch(host)
    account, region = (found[1], found[2]) if found else ("", "")
    return Reference(host, repository, tag, digest, account, region)


# --- PUT /_lab/images -----------------------------------------------------------------
_KEYS: Mapping[str, tuple[type, ...]] = {
    "listens": (list, type(None)),
    "bind": (str,),
    "tls": (bool,),
    "paths": (dict, type(None)),
    "default_status": (int,),
    "latency_ms": (int, float),
    "starts_after_s": (int, float),
    "exits": (dict, type(None)),
    "memory_mib": (int, float),
    "logs": (list,),
    "requires_env": (list,),
    "health_command_exit": (int,),
    "ignores_sigterm": (bool,),
    "arch": (list,),
    "size_mib": (int, float),
    "push": (bool,),
    "account": (str,),
    "region": (str,),
}


def behaviour(body: Mapping[str, Any]) -> ImageBehaviour:
    """What a description says; raises ValueError for what it may not say."""
    for key, value in body.items():
        if key not in _KEYS:
            raise ValueError(f"unknown key {key!r}; known are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]) or (
            isinstance(value, bool) and bool not in _KEYS[key]
        ):
            raise ValueError(f"{key!r} is a {_KEYS[key][0].__name__}, not {value!r}")
    exits = body.get("exits") or {}
    if set(exits) - {"after_s", "code"}:
        raise ValueError('"exits" says {"after_s": seconds, "code": number}')
    ports, paths = body.get("listens"), body.get("paths")
    if not all(isinstance(port, int) for port in ports or ()):
        raise ValueError('"listens" is a list of ports')
    if not all(isinstance(status, int) for status in (paths or {}).values()):
        raise ValueError('"paths" gives a status for each path')
    plain = ImageBehaviour()
    return ImageBehaviour(
        listens=None if ports is None else tuple(ports),
        bind=body.get("bind", plain.bind),
        tls=body.get("tls", False),
        paths=None if paths is None else dict(paths),
        default_status=body.get("default_status", 404),
        latency_ms=int(body.get("latency_ms", 0)),
        starts_after_s=float(body.get("starts_after_s", 0)),
        exits_after_s=float(exits["after_s"]) if "after_s" in exits else (0.0 if exits else None),
        exit_code=int(exits.get("code", 0)),
        memory_mib=int(body.get("memory_mib", 0)),
        logs=tuple(body.get("logs", ())),
        requires_env=tuple(body.get("requires_env", ())),
        health_command_exit=body.get("health_command_exit", 0),
        ignores_sigterm=body.get("ignores_sigterm", False),
        arch=tuple(body.get("arch", plain.arch)),
        size_mib=int(body.get("size_mib", plain.size_mib)),
    )


def describe(world: World, repository: str, tag: str, body: object) -> Mapping[str, object]:
    """Notes what an image does and pushes it, unless told not to."""
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")  # noqa: TRY004 - a bad request
    if not _TAG.fullmatch(tag):
        raise ValueError(f"{tag!r} is not a tag")
    made = behaviour(body)
    account, region = body.get("account", HOME_ACCOUNT), body.get("region", HOME_REGION)
    host = repository.partition("/")[0]
    if "." in host or ":" in host:
        uri, foreign = f"{repository}:{tag}", parse(f"{repository}:{tag}")
        account, region = foreign.account, foreign.region
        repository = foreign.repository
    else:
        uri = f"{account}.dkr.ecr.{region}.amazonaws.com/{repository}:{tag}"
    world.images[uri] = made
    digest = ""
    if body.get("push", True) and account:
        digest = _push(account, region, repository, tag, made)
        world.pushed_digests[digest] = uri
        world.images[f"{uri.rpartition(':')[0]}@{digest}"] = made
    return {"image": uri, "digest": digest, **body}


def _push(account: str, region: str, repository: str, tag: str, made: ImageBehaviour) -> str:
    registry = store("ecr", account, region)
    if repository not in registry.repositories:
        registry.create_repository(
            repository_name=repository,
            registry_id=account,
            encryption_config={"encryptionType": "AES256"},
            image_scan_config={"scanOnPush": False},
            image_tag_mutability="MUTABLE",
            tags=[],
        )
    single = [_manifest(repository, made, arch) for arch in made.arch]
    for manifest in single[:] if len(single) > 1 else []:
        registry.put_image(repository, manifest, None, _MEDIA_TYPE)
    top = single[0] if len(single) == 1 else _list(made.arch, single)
    media = _MEDIA_TYPE if len(single) == 1 else _LIST_TYPE
    try:
        return str(registry.put_image(repository, top, tag, media).get_image_digest())
    except ServiceException as error:
        if error.code != "ImageAlreadyExistsException":
            raise ValueError(error.message) from error
        return _digest(top)


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _manifest(repository: str, made: ImageBehaviour, arch: str) -> str:
    # Two images that do different things have different layers, hence different digests.
    seed = f"{repository}/{arch}/{made!r}"
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": _MEDIA_TYPE,
            "config": {
                "mediaType": _CONFIG_TYPE,
                "size": 7023,
                "digest": _digest(f"config {seed}"),
            },
            "layers": [
                {
                    "mediaType": _LAYER_TYPE,
                    "size": max(1, made.size_mib) * _MIB,
                    "digest": _digest(f"layer {seed}"),
                }
            ],
        }
    )


def _list(archs: tuple[str, ...], manifests: list[str]) -> str:
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": _LIST_TYPE,
            "manifests": [
                {
                    "mediaType": _MEDIA_TYPE,
                    "size": len(manifest),
                    "digest": _digest(manifest),
                    "platform": {"architecture": arch, "os": "linux"},
                }
                for arch, manifest in zip(archs, manifests, strict=True)
            ],
        }
    )


# --- what a puller sees ------------------------------------------------------------------
def look_up(world: World, uri: str) -> ImageAnswer:
    """What the registry of a URI has under it."""
    wanted = parse(uri)
    if not wanted.account:
        made = world.images.get(uri) or world.images.get(f"{uri}:latest") or _by_name(world, wanted)
        return ImageAnswer(
            True,
            made or ImageBehaviour(),
            _digest(uri),
            wanted.registry,
            repository=wanted.repository,
        )

    def answer(found: bool, missing: str = "", **more: Any) -> ImageAnswer:
        return ImageAnswer(
            found,
            registry="ecr",
            account=wanted.account,
            region=wanted.region,
            repository=wanted.repository,
            missing=missing,
            **more,
        )

    registry = store("ecr", wanted.account, wanted.region)
    repository = registry.repositories.get(wanted.repository)
    if repository is None:
        return answer(False, "repository")
    for image in repository.images:
        digest = image.get_image_digest()
        if digest == wanted.digest or (not wanted.digest and wanted.tag in image.image_tags):
            base = f"{wanted.host}/{wanted.repository}"
            made = world.images.get(f"{base}@{digest}") or world.images.get(f"{base}:{wanted.tag}")
            return answer(True, behaviour=made or ImageBehaviour(arch=_archs(image)), digest=digest)
    return answer(False, "digest" if wanted.digest else "tag")


def _by_name(world: World, wanted: Reference) -> ImageBehaviour | None:
    # `PUT /_lab/images/nginx/latest` also says what Docker Hub's nginx does.
    names = {wanted.repository, wanted.repository.removeprefix("library/")}
    for uri, made in world.images.items():
        known = parse(uri)
        if known.repository in names and known.tag == wanted.tag and not known.digest:
            return made
    return None


def _archs(image: Any) -> tuple[str, ...]:
    manifests = json.loads(image.image_manifest).get("manifests", ())
    found = [m.get("platform", {}).get("architecture", "") for m in manifests]
    return tuple(arch for arch in found if arch and arch != "unknown") or ("amd64", "arm64")


# --- moto's registry ------------------------------------------------------------------
def keep_digests(patches: Patches) -> None:
    """A digest is the hash of the manifest, and a tag that moves leaves its image behind."""
    patches.put(Image, "_create_digest", _create_digest)
    patches.put(Image, "get_image_size_in_bytes", _size)
    patches.around(ECRBackend, "put_image", _put_image)


def _create_digest(self: Any) -> None:
    self._image_digest = _digest(self.image_manifest)


def _size(self: Any) -> int:
    layers = json.loads(self.image_manifest).get("layers", ())
    return sum(int(layer.get("size", 0)) for layer in layers)


def _put_image(put: Callable[..., Any]) -> Callable[..., Any]:
    def put_image(
        self: Any, repository_name: str, manifest: str, tag: str | None, *a: Any, **k: Any
    ) -> Any:
        repository = self.repositories.get(repository_name)
        if repository is None:
            raise AwsError(
                "RepositoryNotFoundException",
                f"The repository with name '{repository_name}' does not exist in the registry "
                f"with id '{self.account_id}'",
            )
        moved = [i for i in repository.images if tag and tag in i.image_tags]
        kept = [i for i in moved if i.image_manifest != manifest]
        if kept and repository.image_tag_mutability == "MUTABLE":
            for image in kept:
                image.image_tags.remove(tag)
                image.image_tag = image.image_tags[-1] if image.image_tags else None
        return put(self, repository_name, manifest, tag, *a, **k)

    return put_image
