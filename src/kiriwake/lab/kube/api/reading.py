"""Get, list and watch."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from itertools import islice
from time import monotonic

from kiriwake.lab.kube.api.request import JSON, Call, Response, answer
from kiriwake.lab.kube.api.tables import table
from kiriwake.lab.kube.events import as_new
from kiriwake.lab.kube.kinds import Kind
from kiriwake.lab.kube.objects import Obj, labels_of, name_of, namespace_of
from kiriwake.lab.kube.selectors import field_test, label_test
from kiriwake.lab.kube.status import bad_request, expired
from kiriwake.lab.kube.store import Change
from kiriwake.lab.kube.world import World

LONGEST_WATCH_S = 300
QUIET_S = 1.0
"""How long a watch sleeps between looks at whether its time is up."""


def shown(kind: Kind, obj: Obj) -> Obj:
    """An object in the version that was asked for."""
    if kind.resource == "events.events.k8s.io":
        return as_new(obj)
    if kind.custom and obj.get("apiVersion") != kind.api_version:
        return {**obj, "apiVersion": kind.api_version}
    if kind.resource == "horizontalpodautoscalers.autoscaling" and kind.version == "v1":
        return _autoscaler_v1(obj)
    return obj


def _autoscaler_v1(obj: Obj) -> Obj:
    spec = {key: value for key, value in obj["spec"].items() if key != "metrics"}
    for metric in obj["spec"].get("metrics") or ():
        resource = metric.get("resource") or {}
        if resource.get("name") == "cpu":
            goal = (resource.get("target") or {}).get("averageUtilization")
            spec["targetCPUUtilizationPercentage"] = goal
    kept = ("currentReplicas", "desiredReplicas", "lastScaleTime")
    status = {key: value for key, value in obj.get("status", {}).items() if key in kept}
    return {**obj, "apiVersion": "autoscaling/v1", "spec": spec, "status": status}


def wants_table(call: Call) -> bool:
    """Whether the client would rather have a Table."""
    return "as=Table" in call.request.headers.get("accept", "")


def wants_metadata(call: Call) -> bool:
    """Whether the client would rather have metadata only."""
    return "as=PartialObjectMetadata" in call.request.headers.get("accept", "")


def selection(call: Call) -> Callable[[Obj], bool]:
    """The test that the request's selectors and its name state."""
    query, target = call.request.query, call.target
    labels = label_test(query.get("labelSelector", ""))
    fields = field_test(target.kind.resource, query.get("fieldSelector", ""))
    view = target.kind.resource == "events.events.k8s.io"
    return lambda obj: (
        (not target.namespace or namespace_of(obj) == target.namespace)
        and (not target.name or name_of(obj) == target.name)
        and labels(labels_of(obj))
        and fields(as_new(obj) if view else obj)
    )


def get(world: World, call: Call) -> Response:
    """One object."""
    kind, target = call.target.kind, call.target
    found = world.store.get(kind.stored, target.namespace, target.name)
    if wants_table(call):
        include = call.request.query.get("includeObject", "Metadata")
        meta = {"resourceVersion": found["metadata"]["resourceVersion"]}
        return answer(table(kind, [found], world.now(), include, meta))
    if wants_metadata(call):
        return answer(partial(found))
    return answer(shown(kind, found))


def partial(obj: Obj) -> Obj:
    """The metadata of an object alone."""
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": obj["metadata"],
    }


def list_all(world: World, call: Call) -> Response:
    """A list, whole or by pages."""
    kind, query = call.target.kind, call.request.query
    test = selection(call)
    start = _continued(query.get("continue", ""))
    keys = (
        obj
        for obj in world.store.all(kind.stored, call.target.namespace)
        if test(obj) and (start is None or (namespace_of(obj), name_of(obj)) > start)
    )
    limit = int(query.get("limit") or 0)
    items = list(islice(keys, limit)) if limit else list(keys)
    meta: Obj = {"resourceVersion": str(world.store.version)}
    if limit and len(items) == limit:
        rest = sum(1 for _ in keys)
        if rest:
            meta["continue"] = _token(items[-1], world.store.version)
            if "labelSelector" not in query and "fieldSelector" not in query:
                meta["remainingItemCount"] = rest
    if wants_table(call):
        include = query.get("includeObject", "Metadata")
        return answer(table(kind, items, world.now(), include, meta))
    if wants_metadata(call):
        body = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
        return answer({**body, "metadata": meta, "items": [partial(obj) for obj in items]})
    return answer(
        {
            "kind": f"{kind.kind}List",
            "apiVersion": kind.api_version,
            "metadata": meta,
            "items": [_item(kind, obj) for obj in items],
        }
    )


def _item(kind: Kind, obj: Obj) -> Obj:
    """An element of a list: a real server leaves kind and apiVersion out, but for CRDs."""
    seen = shown(kind, obj)
    if kind.custom:
        return seen
    return {key: value for key, value in seen.items() if key not in ("kind", "apiVersion")}


def _token(last: Obj, version: int) -> str:
    said = {"v": "meta.k8s.io/v1", "rv": version, "start": [namespace_of(last), name_of(last)]}
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def _continued(token: str) -> tuple[str, str] | None:
    if not token:
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(token))
        namespace, name = said["start"]
    except (ValueError, KeyError, TypeError):
        raise bad_request(
            "continue key is not valid: illegal base64 data or wrong encoding"
        ) from None
    return str(namespace), str(name)


def watch(world: World, call: Call, *, ends: Callable[[], bool]) -> Response:
    """A stream of changes from a version on, until the client's time is up."""
    kind, query = call.target.kind, call.request.query
    test = selection(call)
    said = query.get("resourceVersion", "")
    first: list[Change] = []
    if said in ("", "0"):
        start = world.store.version
        first = [
            Change(int(obj["metadata"]["resourceVersion"]), "ADDED", obj, None)
            for obj in world.store.all(kind.stored, call.target.namespace)
        ]
    else:
        start = int(said)
        if world.store.since(kind.stored, start) is None:
            raise expired(f"too old resource version: {said} ({world.store.version})")
    seconds = min(float(query.get("timeoutSeconds") or LONGEST_WATCH_S), LONGEST_WATCH_S)
    until = monotonic() + seconds
    stream = _stream(world, call, test, first, start, done=lambda: ends() or monotonic() >= until)
    return Response(HTTPStatus.OK, b"", JSON, stream)


def _stream(
    world: World,
    call: Call,
    test: Callable[[Obj], bool],
    first: Sequence[Change],
    version: int,
    *,
    done: Callable[[], bool],
) -> Iterator[bytes]:
    changes: Sequence[Change] | None = first
    kind = call.target.kind
    while True:
        for change in changes or ():
            line = _line(world, call, test, change)
            version = max(version, change.version)
            if line:
                yield line
        if done():
            return
        with world.store.changed:
            changes = world.store.since(kind.stored, version)
            if not changes:
                world.store.changed.wait(QUIET_S)
                changes = world.store.since(kind.stored, version)
        if changes is None:
            gone = expired(f"too old resource version: {version} ({world.store.version})")
            yield json.dumps({"type": "ERROR", "object": gone.body()}).encode() + b"\n"
            return


def _line(world: World, call: Call, test: Callable[[Obj], bool], change: Change) -> bytes | None:
    """The change as this watcher sees it: leaving the selection is a deletion to it."""
    now_in = change.type != "DELETED" and test(change.obj)
    was_in = test(change.before) if change.before is not None else False
    if change.type == "DELETED":
        if not was_in:
            return None
        word = "DELETED"
    elif now_in:
        word = "MODIFIED" if was_in else "ADDED"
    elif was_in:
        word = "DELETED"
    else:
        return None
    kind = call.target.kind
    seen: Obj
    if wants_table(call):
        include = call.request.query.get("includeObject", "Metadata")
        meta = {"resourceVersion": str(change.version)}
        seen = table(kind, [change.obj], world.now(), include, meta)
    else:
        seen = partial(change.obj) if wants_metadata(call) else shown(kind, change.obj)
    return json.dumps({"type": word, "object": seen}, separators=(",", ":")).encode() + b"\n"
