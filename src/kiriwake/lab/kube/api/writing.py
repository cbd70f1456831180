"""Create, update, patch and delete, as clients and controllers do them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from kiriwake.lab.kube.api.admission import admit
from kiriwake.lab.kube.api.apply import after_update, server_side_apply
from kiriwake.lab.kube.api.defaults import defaulted
from kiriwake.lab.kube.api.patches import json_patch, merge_patch, strategic_merge
from kiriwake.lab.kube.api.validation import check
from kiriwake.lab.kube.kinds import BUILT_IN, Kind
from kiriwake.lab.kube.objects import Obj, is_going, name_of, namespace_of, stamp
from kiriwake.lab.kube.status import ApiError, bad_request, conflict, forbidden
from kiriwake.lab.kube.world import World

BY_RESOURCE = {kind.resource: kind for kind in BUILT_IN if kind.preferred}
STRATEGIC = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
FOREGROUND = "foregroundDeletion"
NO_GENERATION = {"events", "configmaps", "secrets", "nodes", "namespaces", "endpoints"}
ALWAYS_THERE = {"default", "kube-system", "kube-public", "kube-node-lease"}


def create(world: World, kind: Kind, obj: Obj, *, dry: bool = False, manager: str = "") -> Obj:
    """Admits and keeps a new object; raises the API's errors."""
    meta = obj.setdefault("metadata", {})
    if not meta.get("name") and not meta.get("generateName"):
        field = (
            "metadata.name",
            "FieldValueRequired",
            "Required value: name or generateName is required",
        )
        raise bad_request_name(kind, field)
    if not kind.namespaced:
        meta.pop("namespace", None)
    obj = {**obj, "apiVersion": _stored_version(kind, obj), "kind": kind.kind}
    if kind.subresources and "status" in kind.subresources and not kind.custom:
        obj.pop("status", None)
    obj = defaulted(kind.stored, obj)
    obj = admit(world, kind, obj, None)
    if name_of(obj):
        check(kind, obj, None)
    meta = {
        key: value
        for key, value in obj["metadata"].items()
        if key not in ("uid", "resourceVersion")
    }
    meta.pop("creationTimestamp", None)
    meta.pop("deletionTimestamp", None)
    if kind.resource not in NO_GENERATION:
        meta["generation"] = 1
    obj = {**obj, "metadata": meta}
    if manager:
        obj = after_update(None, obj, manager, stamp(world.now()))
    if dry:
        return _rehearsed(world, kind, obj)
    return world.store.create(kind.stored, obj)


def bad_request_name(kind: Kind, fault: tuple[str, str, str]) -> ApiError:
    """A name is missing."""
    return ApiError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Invalid",
        f'{kind.kind} "" is invalid: {fault[0]}: {fault[2]}',
    )


def _stored_version(kind: Kind, obj: Obj) -> str:
    """The version in which an object is kept: that of the stored kind."""
    stored = BY_RESOURCE.get(kind.stored)
    return stored.api_version if stored else str(obj.get("apiVersion") or kind.api_version)


def _rehearsed(world: World, kind: Kind, obj: Obj) -> Obj:
    known = world.store.find(kind.stored, namespace_of(obj), name_of(obj))
    if known is not None:
        raise conflict(kind.resource, name_of(obj))
    meta = {"creationTimestamp": stamp(world.now()), "uid": "00000000-0000-4000-a000-000000000000"}
    return {**obj, "metadata": {**obj["metadata"], **meta}}


def make(world: World, resource: str, obj: Obj) -> Obj:
    """Creates an object of a built-in kind for a controller."""
    return create(world, BY_RESOURCE[resource], obj)


def update(
    world: World, kind: Kind, new: Obj, *, sub: str = "", dry: bool = False, manager: str = ""
) -> Obj:
    """Replaces an object, or only its status; raises the API's errors."""
    old = world.store.get(kind.stored, namespace_of(new), name_of(new))
    said = new["metadata"].get("resourceVersion")
    if said and said != old["metadata"]["resourceVersion"]:
        raise conflict(kind.resource, name_of(new))
    uid = new["metadata"].get("uid")
    if uid and uid != old["metadata"]["uid"]:
        raise conflict(kind.resource, name_of(new))
    if sub == "status":
        obj = {**old, "status": new.get("status", {})}
        obj["metadata"] = _kept_meta(old, {**old["metadata"], **_notes(new)})
    else:
        obj = _whole(kind, old, new)
        obj = defaulted(kind.stored, obj)
        obj = admit(world, kind, obj, old)
        check(kind, obj, old)
        if obj.get("spec") != old.get("spec") and kind.resource not in NO_GENERATION:
            generation = int(old["metadata"].get("generation") or 1) + 1
            obj = {**obj, "metadata": {**obj["metadata"], "generation": generation}}
    if manager and _changed(old, obj):
        obj = after_update(old, obj, manager, stamp(world.now()), sub)
    if dry:
        return obj
    if is_going(obj) and not obj["metadata"].get("finalizers") and _is_done(kind, obj):
        return world.store.delete(kind.stored, namespace_of(obj), name_of(obj)) or obj
    return world.store.update(kind.stored, obj)


def _changed(old: Obj, new: Obj) -> bool:
    def bare(obj: Obj) -> Obj:
        meta = {
            k: v for k, v in obj["metadata"].items() if k not in ("managedFields", "generation")
        }
        return {**obj, "metadata": meta}

    return bare(old) != bare(new)


def _whole(kind: Kind, old: Obj, new: Obj) -> Obj:
    obj = {**new, "apiVersion": old["apiVersion"], "kind": old["kind"]}
    if "status" in kind.subresources:
        obj.pop("status", None)
        if "status" in old:
            obj["status"] = old["status"]
    obj["metadata"] = _kept_meta(old, obj["metadata"])
    if kind.resource == "services":
        spec = dict(obj.get("spec") or {})
        for field in ("clusterIP", "clusterIPs"):
            if not spec.get(field) and old["spec"].get(field):
                spec[field] = old["spec"][field]
        obj["spec"] = spec
    if kind.resource == "jobs.batch":
        obj["spec"] = {"selector": old["spec"].get("selector"), **obj.get("spec", {})}
    return obj


def _kept_meta(old: Obj, meta: Obj) -> Obj:
    """What a writer may not change stays as it was."""
    kept = dict(meta)
    for field in (
        "uid",
        "creationTimestamp",
        "resourceVersion",
        "generation",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ):
        kept.pop(field, None)
        if field in old["metadata"]:
            kept[field] = old["metadata"][field]
    if "managedFields" not in kept and "managedFields" in old["metadata"]:
        kept["managedFields"] = old["metadata"]["managedFields"]
    return kept


def _notes(new: Obj) -> Obj:
    return {
        key: new["metadata"][key] for key in ("labels", "annotations") if key in new["metadata"]
    }


def _is_done(kind: Kind, obj: Obj) -> bool:
    """Whether nothing but finalizers kept a deleted object."""
    return kind.resource not in ("pods", "namespaces")


def set_status(world: World, resource: str, obj: Obj, status: Obj) -> Obj:
    """Writes an object's status for a controller, if it changed."""
    if obj.get("status") == status:
        return obj
    current = world.store.find(resource, namespace_of(obj), name_of(obj))
    if current is None:
        return obj
    return world.store.update(resource, {**current, "status": status})


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch: its content, its media type and how it is to be taken."""

    content: Any
    how: str
    manager: str = ""
    sub: str = ""
    dry: bool = False
    force: bool = False


WAYS: Mapping[str, Callable[[Any, Any], Any]] = {
    "application/json-patch+json": json_patch,
    "application/merge-patch+json": merge_patch,
    STRATEGIC: strategic_merge,
}


def patch(world: World, kind: Kind, namespace: str, name: str, said: Patch) -> tuple[Obj, bool]:
    """The object after a patch, and whether an apply made it new."""
    if said.how == APPLY_PATCH:
        return _apply(world, kind, namespace, name, said)
    live = world.store.get(kind.stored, namespace, name)
    takes = [*(how for how in WAYS if not (kind.custom and how == STRATEGIC)), APPLY_PATCH]
    if said.how not in takes:
        raise ApiError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include:"
            f" {', '.join(takes)}",
        )
    changed = WAYS[said.how](live, said.content)
    content = said.content if isinstance(said.content, dict) else {}
    if not (content.get("metadata") or {}).get("resourceVersion"):
        changed = {**changed, "metadata": {**changed["metadata"]}}
        changed["metadata"].pop("resourceVersion", None)
    return update(world, kind, changed, sub=said.sub, dry=said.dry, manager=said.manager), False


def _apply(world: World, kind: Kind, namespace: str, name: str, said: Patch) -> tuple[Obj, bool]:
    if not isinstance(said.content, dict):
        raise bad_request("the body of an apply is an object")
    live = world.store.find(kind.stored, namespace, name)
    config = deepcopy(said.content)
    config.setdefault("metadata", {})["name"] = name
    if kind.namespaced:
        config["metadata"]["namespace"] = namespace
    now = stamp(world.now())
    merged = server_side_apply(live, config, said.manager, force=said.force, now=now)
    if live is None:
        return create(world, kind, merged, dry=said.dry), True
    merged["metadata"].pop("resourceVersion", None)
    return update(world, kind, merged, sub=said.sub, dry=said.dry), False


def delete(world: World, kind: Kind, obj: Obj, options: Obj) -> tuple[Obj, bool]:
    """Begins or does a deletion; the object as it stands, and whether it is gone."""
    _preconditions(kind, obj, options)
    name, namespace = name_of(obj), namespace_of(obj)
    if kind.resource == "namespaces" and name in ALWAYS_THERE:
        raise forbidden("namespaces", name, "this namespace may not be deleted")
    if options.get("dryRun"):
        return obj, True
    policy = options.get("propagationPolicy") or ""
    if options.get("orphanDependents") or policy == "Orphan":
        _orphan(world, obj)
    finalizers = list(obj["metadata"].get("finalizers") or ())
    if policy == "Foreground" and world.store.dependents(obj["metadata"]["uid"]):
        finalizers = [*(f for f in finalizers if f != FOREGROUND), FOREGROUND]
    grace = _grace(kind, obj, options)
    if not finalizers and not grace and kind.resource != "namespaces":
        return world.store.delete(kind.stored, namespace, name) or obj, True
    return world.store.update(kind.stored, _going(world, obj, finalizers, grace)), False


def _going(world: World, obj: Obj, finalizers: list[str], grace: int) -> Obj:
    meta = {key: value for key, value in obj["metadata"].items() if key != "resourceVersion"}
    ends = stamp(world.now() + timedelta(seconds=grace))
    if not is_going(obj):
        meta |= {"deletionTimestamp": ends, "deletionGracePeriodSeconds": grace}
        meta["generation"] = int(meta.get("generation") or 0) + 1
    elif grace < int(meta.get("deletionGracePeriodSeconds") or 0):
        meta |= {"deletionTimestamp": ends, "deletionGracePeriodSeconds": grace}
    if finalizers:
        meta["finalizers"] = finalizers
    new = {**obj, "metadata": meta}
    if obj["kind"] == "Namespace":
        new["status"] = {**obj.get("status", {}), "phase": "Terminating"}
    return new


def _grace(kind: Kind, obj: Obj, options: Obj) -> int:
    """The seconds that a pod on a node gets to end; nothing else gets any."""
    if kind.resource != "pods" or not obj["spec"].get("nodeName"):
        return 0
    if obj.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        return 0
    said = options.get("gracePeriodSeconds")
    if said is None:
        return int(obj["spec"].get("terminationGracePeriodSeconds") or 0)
    return int(said)


def _preconditions(kind: Kind, obj: Obj, options: Obj) -> None:
    wanted = options.get("preconditions") or {}
    for field in ("uid", "resourceVersion"):
        if wanted.get(field) and wanted[field] != obj["metadata"][field]:
            raise conflict(kind.resource, name_of(obj))


def _orphan(world: World, obj: Obj) -> None:
    uid = obj["metadata"]["uid"]
    for resource, dependent in world.store.dependents(uid):
        owners = [o for o in dependent["metadata"]["ownerReferences"] if o["uid"] != uid]
        meta = {**dependent["metadata"], "ownerReferences": owners}
        world.store.update(resource, {**dependent, "metadata": meta})
