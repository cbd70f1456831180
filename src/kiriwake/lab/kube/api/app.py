"""The API server without its socket: a request in, a response out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from kiriwake.lab.kube.api import discovery, metrics, reading, subresources, writing
from kiriwake.lab.kube.api.rbac import Ask, allows
from kiriwake.lab.kube.api.request import (
    Call,
    Request,
    Response,
    answer,
    failure,
    target_of,
    verb_of,
)
from kiriwake.lab.kube.api.reviews import review
from kiriwake.lab.kube.api.tokens import Tokens
from kiriwake.lab.kube.events import as_old
from kiriwake.lab.kube.kinds import METRICS, REVIEWS, Kind
from kiriwake.lab.kube.objects import Obj
from kiriwake.lab.kube.status import ApiError, bad_request, forbidden, no_such_path
from kiriwake.lab.kube.world import User, World

AGGREGATED = "g=apidiscovery.k8s.io"
HEALTHY = ("/healthz", "/livez", "/readyz")


def _always_no(_action: str, _principal: str) -> bool:
    return False


def _nothing(_action: str, _principal: str, _status: int) -> None:
    return None


def _no_fault(_action: str) -> None:
    return None


def _never() -> bool:
    return False


@dataclass
class Hooks:
    """What the lab around the cluster adds to each request."""

    denied: Callable[[str, str], bool] = _always_no
    """Whether `PUT /_lab/deny` refuses an action (`k8s:list pods`) to a principal or user."""
    record: Callable[[str, str, int], None] = _nothing
    """Action, principal and status, for `GET /_lab/calls`."""
    fault: Callable[[str], ApiError | None] = _no_fault
    """The error that `PUT /_lab/faults` injects into an action."""
    before: Callable[[], None] = field(default=lambda: None)
    """Called before every request: the lab's time catches up."""
    ends: Callable[[], bool] = _never
    """Whether the server is shutting down, so that watches end."""
    touched: Callable[[], None] = field(default=lambda: None)
    """Called after every write: the controllers have something to look at."""


class Api:
    """Answers requests on one cluster. `handle` runs with the lab's lock held."""

    def __init__(self, world: World, tokens: Tokens, hooks: Hooks) -> None:
        self.world = world
        self.tokens = tokens
        self.hooks = hooks

    def handle(self, request: Request) -> Response:
        """One answer, errors too."""
        self.hooks.before()
        action, principal = f"k8s:{request.method.lower()} {request.path}", ""
        try:
            user = self.tokens.user(request.headers.get("authorization", ""), request.certificate)
            principal = user.principal or user.name
            plain = self._plain(request)
            if plain is not None:
                return plain
            call = self._call(request, user)
            action = f"k8s:{call.verb} {call.target.resource}"
            injected = self.hooks.fault(action)
            if injected is not None:
                raise injected
            self._authorize(call)
            response = self._answer(call)
        except ApiError as error:
            response = failure(error)
        self.hooks.record(action, principal, response.status)
        if request.method not in ("GET", "HEAD") and response.status < HTTPStatus.BAD_REQUEST:
            self.hooks.touched()
        return response

    # --- what is served -----------------------------------------------------------
    def kinds(self) -> list[Kind]:
        """All kinds that are served at this moment."""
        kinds = self.world.store.kinds()
        if metrics.is_installed(self.world):
            kinds.extend(METRICS)
        return kinds

    def _plain(self, request: Request) -> Response | None:
        """Versions, health, discovery and OpenAPI."""
        path = request.path.rstrip("/") or "/"
        if path.startswith(HEALTHY):
            return Response(HTTPStatus.OK, b"ok", "text/plain")
        if path in ("/api", "/apis") and AGGREGATED in request.headers.get("accept", ""):
            return self._aggregated(request, core=path == "/api")
        pages: Mapping[str, Callable[[], Obj]] = {
            "/version": self._version,
            "/api": lambda: {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": lambda: discovery.groups(self.kinds()),
            "/openapi/v3": lambda: discovery.openapi_index(self.kinds()),
        }
        if path in pages:
            return answer(pages[path]())
        return self._by_group(path)

    def _by_group(self, path: str) -> Response | None:
        if path.startswith("/openapi/v3/"):
            version = path.removeprefix("/openapi/v3/").partition("/")[2]
            return answer(discovery.openapi_document(self.kinds(), version))
        steps = path.strip("/").split("/")
        if steps[0] not in ("api", "apis") or len(steps) > len(("apis", "group", "version")):
            return None
        version = "/".join(steps[1:])
        if steps[0] == "apis" and len(steps) == len(("apis", "group")):
            kinds = [one for one in discovery.everything(self.kinds()) if one.group == version]
            found = {**discovery.group(kinds, version)} if kinds else None
            return answer({"kind": "APIGroup", "apiVersion": "v1", **found}) if found else None
        resources = discovery.resources(self.kinds(), version)
        return answer(resources) if resources else None

    def _aggregated(self, request: Request, *, core: bool) -> Response:
        version = "v2" if "v=v2;" in request.headers["accept"] + ";" else "v2beta1"
        kind = f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
        body = discovery.aggregated(self.kinds(), core=core, version=version)
        return answer(body, content_type=kind)

    def _version(self) -> Obj:
        minor = self.world.minor()
        return {
            "major": "1",
            "minor": str(minor),
            "gitVersion": f"v1.{minor}.4-eks-a5df82a",
            "gitCommit": "0" * 40,
            "gitTreeState": "clean",
            "buildDate": "2026-01-15T00:00:00Z",
            "goVersion": "go1.24.4",
            "compiler": "gc",
            "platform": "linux/amd64",
        }

    # --- one resource request -------------------------------------------------------
    def _call(self, request: Request, user: User) -> Call:
        target = target_of(request.path, [*self.kinds(), *REVIEWS])
        if target is None:
            raise no_such_path()
        if target.sub and target.sub not in target.kind.subresources:
            raise no_such_path()
        verb = verb_of(request.method, target, watch=request.flag("watch"))
        return Call(request, target, user, verb)

    def _authorize(self, call: Call) -> None:
        ask = Ask(
            call.verb,
            call.target.kind.group,
            call.target.resource,
            call.target.namespace,
            call.target.name,
        )
        refusal = self.refusal(call.user, ask)
        if refusal:
            raise forbidden(call.target.kind.resource, call.target.name, refusal)

    def refusal(self, user: User, ask: Ask) -> str:
        """Empty if the user may, else the words of the refusal."""
        action = f"k8s:{ask.verb} {ask.resource}"
        barred = self.hooks.denied(action, user.principal or user.name)
        if not barred and allows(self.world.store, user, ask):
            return ""
        return ask.words(user)

    def _answer(self, call: Call) -> Response:
        target = call.target
        if target.kind in REVIEWS:
            return review(self.world, call, self.refusal)
        if target.kind in METRICS:
            return metrics.read(self.world, call)
        if target.sub and target.sub not in ("status", "finalize"):
            return self._sub(call)
        ways: Mapping[str, Callable[[Call], Response]] = {
            "get": lambda c: reading.get(self.world, c),
            "list": lambda c: reading.list_all(self.world, c),
            "watch": lambda c: reading.watch(self.world, c, ends=self.hooks.ends),
            "create": self._create,
            "update": self._update,
            "patch": self._patch,
            "delete": self._delete,
            "deletecollection": self._delete_all,
        }
        if call.verb not in ways:
            message = "the server does not allow this method on the requested resource"
            raise ApiError(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
        return ways[call.verb](call)

    def _sub(self, call: Call) -> Response:
        world, ends = self.world, self.hooks.ends
        ways: Mapping[str, Callable[[], Response]] = {
            "scale": lambda: subresources.scale(world, call),
            "log": lambda: subresources.log(world, call, ends=ends),
            "eviction": lambda: subresources.evict(world, call),
            "binding": lambda: subresources.bind(world, call),
            "token": lambda: subresources.token(world, call, self.tokens),
            "ephemeralcontainers": lambda: subresources.ephemeral(call),
        }
        return ways.get(call.target.sub, lambda: subresources.refuse(call))()

    def _body(self, call: Call) -> Obj:
        """The object sent, for the namespace of the path; raises BadRequest."""
        kind, target = call.target.kind, call.target
        obj = call.request.object()
        if kind.resource == "events.events.k8s.io":
            obj = as_old(obj)
        elif obj.get("kind") not in (None, kind.kind):
            said = f"{obj.get('apiVersion')}, Kind={obj.get('kind')}"
            raise bad_request(
                f"{kind.kind} in version {kind.version!r} cannot be handled as a {kind.kind}:"
                f" the object sent is of {said}"
            )
        meta = obj.get("metadata")
        if not isinstance(meta, dict):
            meta = obj["metadata"] = {}
        if kind.namespaced:
            said = meta.setdefault("namespace", target.namespace)
            if said != target.namespace:
                raise bad_request(
                    f"the namespace of the provided object does not match the namespace sent on"
                    f" the request ({said} vs {target.namespace})"
                )
        if target.name and meta.setdefault("name", target.name) != target.name:
            raise bad_request(
                f"the name of the object ({meta['name']}) does not match the name on the URL"
                f" ({target.name})"
            )
        return obj

    def _create(self, call: Call) -> Response:
        made = writing.create(
            self.world,
            call.target.kind,
            self._body(call),
            dry=call.request.dry_run,
            manager=call.request.manager,
        )
        return answer(reading.shown(call.target.kind, made), HTTPStatus.CREATED)

    def _update(self, call: Call) -> Response:
        kept = writing.update(
            self.world,
            call.target.kind,
            self._body(call),
            sub=call.target.sub,
            dry=call.request.dry_run,
            manager=call.request.manager,
        )
        return answer(reading.shown(call.target.kind, kept))

    def _patch(self, call: Call) -> Response:
        request, target = call.request, call.target
        how = request.headers.get("content-type", "").partition(";")[0].strip()
        said = writing.Patch(
            request.content(),
            how,
            request.manager,
            target.sub,
            request.dry_run,
            request.flag("force"),
        )
        world, kind = self.world, target.kind
        kept, made = writing.patch(world, kind, target.namespace, target.name, said)
        status = HTTPStatus.CREATED if made else HTTPStatus.OK
        return answer(reading.shown(target.kind, kept), status)

    def _options(self, call: Call) -> Obj:
        """What a deletion is told, in its body and its query."""
        query = call.request.query
        options = dict(call.request.object())
        for name in ("propagationPolicy", "gracePeriodSeconds"):
            if name in query:
                options.setdefault(name, query[name])
        if call.request.dry_run:
            options["dryRun"] = ["All"]
        return options

    def _delete(self, call: Call) -> Response:
        target = call.target
        obj = self.world.store.get(target.kind.stored, target.namespace, target.name)
        left, gone = writing.delete(self.world, target.kind, obj, self._options(call))
        if not gone or target.kind.resource == "pods":
            return answer(reading.shown(target.kind, left))
        details: Obj = {"name": target.name, "kind": target.kind.plural}
        if target.kind.group:
            details["group"] = target.kind.group
        details["uid"] = left["metadata"]["uid"]
        body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        return answer({**body, "details": details})

    def _delete_all(self, call: Call) -> Response:
        test = reading.selection(call)
        options = self._options(call)
        kind = call.target.kind
        found = [o for o in self.world.store.all(kind.stored, call.target.namespace) if test(o)]
        for obj in found:
            writing.delete(self.world, kind, obj, options)
        body = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "metadata": {}}
        return answer({**body, "items": found})
