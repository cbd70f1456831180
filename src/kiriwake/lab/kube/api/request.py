"""Requests and responses, and what a path asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kiriwake.lab.kube.api.wire import PROTOBUF, decode
from kiriwake.lab.kube.kinds import Kind
from kiriwake.lab.kube.objects import Obj
from kiriwake.lab.kube.status import ApiError, bad_request
from kiriwake.lab.kube.world import User

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, its header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    certificate: tuple[str, tuple[str, ...]] | None = None
    """Common name and organisations of a verified client certificate."""

    def flag(self, name: str) -> bool:
        """Whether a query parameter says yes."""
        return self.query.get(name, "") in ("1", "true", "True")

    @property
    def dry_run(self) -> bool:
        """Whether nothing is to be kept."""
        return self.query.get("dryRun") == "All"

    @property
    def manager(self) -> str:
        """The field manager: as told, or the first word of the user agent."""
        agent = self.headers.get("user-agent", "unknown").partition("/")[0]
        return self.query.get("fieldManager") or agent

    def content(self) -> Any:  # noqa: ANN401 - JSON or YAML
        """The body as JSON, YAML or Kubernetes' protobuf; raises BadRequest."""
        if not self.body:
            return {}
        kind = self.headers.get("content-type", JSON).partition(";")[0].strip()
        try:
            if kind == PROTOBUF:
                return decode(self.body)
            if kind.endswith("yaml"):
                return YAML(typ="safe", pure=True).load(self.body)
            return json.loads(self.body)
        except (ValueError, YAMLError) as wrong:
            message = f"the object provided is unrecognized (must be of type {kind}): {wrong}"
            raise bad_request(message) from None

    def object(self) -> Obj:
        """The body, which must be an object."""
        found = self.content()
        if not isinstance(found, dict):
            raise bad_request("the request body is not an object")
        return found


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response; a stream is sent chunk by chunk until it ends."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    stream: Iterator[bytes] | None = None


def answer(value: object, status: int = HTTPStatus.OK, content_type: str = JSON) -> Response:
    """A JSON answer."""
    return Response(status, json.dumps(value, separators=(",", ":")).encode(), content_type)


def failure(error: ApiError) -> Response:
    """An error as its `Status`."""
    return answer(error.body(), error.code)


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names: a kind, and perhaps a namespace, a name and a subresource."""

    kind: Kind
    namespace: str = ""
    name: str = ""
    sub: str = ""

    @property
    def resource(self) -> str:
        """The resource as rules name it: `pods/log`."""
        return f"{self.kind.plural}/{self.sub}" if self.sub else self.kind.plural


def target_of(path: str, kinds: Sequence[Kind]) -> Target | None:
    """The target of a resource path, or None."""
    steps = [step for step in path.split("/") if step]
    if steps[:2] == ["api", "v1"]:
        group, version, rest = "", "v1", steps[2:]
    elif steps[:1] == ["apis"] and len(steps) > len(("apis", "group", "version")):
        group, version, rest = steps[1], steps[2], steps[3:]
    else:
        return None
    namespace = ""
    if rest[:1] == ["namespaces"] and len(rest) > len(("namespaces", "name")):
        known = {kind.plural for kind in kinds if (kind.group, kind.version) == (group, version)}
        if rest[2] in known:
            namespace, rest = rest[1], rest[2:]
    if not rest:
        return None
    plural, name, sub = (*rest, "", "")[:3]
    for kind in kinds:
        if (kind.group, kind.version, kind.plural) == (group, version, plural):
            if namespace and not kind.namespaced:
                return None
            return Target(kind, namespace, name, sub)
    return None


def verb_of(method: str, target: Target, *, watch: bool) -> str:
    """The verb, as rules name it."""
    if method in ("GET", "HEAD"):
        if watch:
            return "watch"
        return "get" if target.name else "list"
    if method == "DELETE":
        return "delete" if target.name else "deletecollection"
    return {"POST": "create", "PUT": "update", "PATCH": "patch"}.get(method, method.lower())


@dataclass(frozen=True, slots=True)
class Call:
    """A request on a target, by a user who may make it."""

    request: Request
    target: Target
    user: User
    verb: str
