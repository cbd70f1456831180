"""Server-side apply: who owns which field, what a new apply removes, what conflicts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from kiriwake.lab.kube.api.patches import merge_key, same_element
from kiriwake.lab.kube.objects import Obj
from kiriwake.lab.kube.status import ApiError

Path = tuple[str, ...]
"""Steps as `fieldsV1` writes them: `f:spec`, `k:{"name":"app"}`."""

NOT_OWNED = ("f:apiVersion", "f:kind", "f:status")
OWN_META = {"f:labels", "f:annotations", "f:finalizers", "f:ownerReferences"}


def leaves(value: Any, field: str = "", parent: str = "") -> Iterator[tuple[Path, Any]]:  # noqa: ANN401 - JSON values
    """The leaf fields of a value, each with its path."""
    keys = merge_key(field, parent)
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            for path, leaf in leaves(inner, key, field):
                yield (f"f:{key}", *path), leaf
    elif isinstance(value, list) and keys and all(isinstance(one, dict) for one in value):
        for one in value:
            step = _element_step(one, keys)
            yield (step,), None
            for path, leaf in leaves(one, "", field):
                yield (step, *path), leaf
    else:
        yield (), value


def _element_step(element: Obj, keys: Sequence[str]) -> str:
    said = {key: element.get(key) for key in keys}
    return "k:" + json.dumps(said, separators=(",", ":"), sort_keys=True)


def owned_leaves(obj: Obj) -> dict[Path, Any]:
    """The leaves that a manager of this object can own."""
    found = {}
    for path, leaf in leaves(obj):
        if not path or path[0] in NOT_OWNED:
            continue
        if path[0] == "f:metadata" and (len(path) == 1 or path[1] not in OWN_META):
            continue
        found[path] = leaf
    return found


def fields_v1(paths: Sequence[Path]) -> Obj:
    """Paths as the nested map that `managedFields` holds."""
    root: Obj = {}
    for path in paths:
        here = root
        for step in path:
            here = here.setdefault(step, {})
        if path and path[-1].startswith("k:"):
            here.setdefault(".", {})
    return root


def paths_of(fields: Obj, before: Path = ()) -> Iterator[Path]:
    """The paths that a `fieldsV1` map holds."""
    for step, inner in fields.items():
        if step == ".":
            if before and before[-1].startswith("k:"):
                yield before
            continue
        if inner:
            yield from paths_of(inner, (*before, step))
        else:
            yield (*before, step)


def server_side_apply(live: Obj | None, config: Obj, manager: str, *, force: bool, now: str) -> Obj:
    """The object after an apply; raises the API's Conflict with every field it is about."""
    wanted = owned_leaves(config)
    entries = list((live or {}).get("metadata", {}).get("managedFields") or ())
    mine = _owned_by(entries, manager)
    others = [e for e in entries if not (e["manager"] == manager and e["operation"] == "Apply")]
    current = owned_leaves(live) if live else {}
    clashes = _clashes(wanted, current, others)
    if clashes and not force:
        raise _conflict(clashes)
    merged: Obj = _merge(deepcopy(live) if live else {}, config)
    held_elsewhere = {path for entry in others for path in paths_of(entry["fieldsV1"])}
    for path in sorted(mine - set(wanted) - held_elsewhere, key=len, reverse=True):
        _drop(merged, path)
    kept = [_without(entry, {path for path, _ in clashes}) for entry in others]
    entry: Obj = {
        "manager": manager,
        "operation": "Apply",
        "apiVersion": config.get("apiVersion"),
        "time": now,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields_v1(list(wanted)),
    }
    before = next(
        (e for e in entries if e["manager"] == manager and e["operation"] == "Apply"), None
    )
    if before and before["fieldsV1"] == entry["fieldsV1"]:
        entry["time"] = before["time"]
    merged.setdefault("metadata", {})["managedFields"] = [
        entry,
        *(one for one in kept if one["fieldsV1"]),
    ]
    return merged


def after_update(old: Obj | None, new: Obj, manager: str, now: str, subresource: str = "") -> Obj:
    """The object with `managedFields` as an update by this manager leaves them."""
    before = owned_leaves(old) if old else {}
    after = owned_leaves(new)
    changed = [path for path, leaf in after.items() if path not in before or before[path] != leaf]
    entries = list(((old or new).get("metadata") or {}).get("managedFields") or ())
    if not changed:
        meta = {**new["metadata"], "managedFields": entries} if entries else new["metadata"]
        return {**new, "metadata": meta}
    taken = set(changed)
    kept = [_without(entry, taken) for entry in entries]
    mine = next((e for e in kept if e["manager"] == manager and e["operation"] == "Update"), None)
    held = set(paths_of(mine["fieldsV1"])) if mine else set()
    entry = {
        "manager": manager,
        "operation": "Update",
        "apiVersion": new.get("apiVersion"),
        "time": now,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields_v1([p for p in after if p in taken or p in held]),
    }
    if subresource:
        entry["subresource"] = subresource
    rest = [one for one in kept if one is not mine and one["fieldsV1"]]
    return {**new, "metadata": {**new["metadata"], "managedFields": [*rest, entry]}}


def _owned_by(entries: Sequence[Obj], manager: str) -> set[Path]:
    return {
        path
        for entry in entries
        if entry["manager"] == manager and entry["operation"] == "Apply"
        for path in paths_of(entry["fieldsV1"])
    }


def _clashes(
    wanted: dict[Path, Any], current: dict[Path, Any], others: Sequence[Obj]
) -> list[tuple[Path, str]]:
    return [
        (path, _manager_words(entry))
        for entry in others
        for path in paths_of(entry["fieldsV1"])
        if path in wanted and path in current and wanted[path] != current[path]
    ]


def _manager_words(entry: Obj) -> str:
    if entry["operation"] == "Apply":
        return f'"{entry["manager"]}"'
    return f'"{entry["manager"]}" using {entry.get("apiVersion")}'


def _conflict(clashes: Sequence[tuple[Path, str]]) -> ApiError:
    def dotted(path: Path) -> str:
        text = ""
        for step in path:
            if step.startswith("f:"):
                text += "." + step[2:]
            else:
                keys = json.loads(step[2:])
                text += "[" + ",".join(f"{k}={json.dumps(v)}" for k, v in keys.items()) + "]"
        return text

    said = "\n".join(f"conflict with {who}: {dotted(path)}" for path, who in clashes)
    count = len(clashes)
    noun = "conflict" if count == 1 else "conflicts"
    message = f"Apply failed with {count} {noun}: {said}"
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {who}", "field": dotted(path)}
        for path, who in clashes
    ]
    return ApiError(HTTPStatus.CONFLICT, "Conflict", message, {"causes": causes})


def _without(entry: Obj, taken: set[Path]) -> Obj:
    left = [path for path in paths_of(entry["fieldsV1"]) if path not in taken]
    return {**entry, "fieldsV1": fields_v1(left)}


def _merge(target: Any, config: Any, field: str = "", parent: str = "") -> Any:  # noqa: ANN401 - JSON values
    if isinstance(config, dict):
        result = dict(target) if isinstance(target, dict) else {}
        for key, value in config.items():
            result[key] = _merge(result.get(key), value, key, field)
        return result
    keys = merge_key(field, parent)
    if isinstance(config, list) and keys and isinstance(target, list):
        result_list = list(target)
        for one in config:
            at = next((i for i, o in enumerate(result_list) if same_element(o, one, keys)), None)
            if at is None:
                result_list.append(deepcopy(one))
            else:
                result_list[at] = _merge(result_list[at], one, "", field)
        return result_list
    return deepcopy(config)


def _drop(obj: Obj, path: Path) -> None:
    here: Any = obj
    for step in path[:-1]:
        here = _enter(here, step)
        if here is None:
            return
    last = path[-1]
    if last.startswith("f:") and isinstance(here, dict):
        here.pop(last[2:], None)
    elif last.startswith("k:") and isinstance(here, list):
        keys = json.loads(last[2:])
        here[:] = [one for one in here if any(one.get(k) != v for k, v in keys.items())]


def _enter(here: Any, step: str) -> Any:  # noqa: ANN401 - JSON values
    if step.startswith("f:"):
        return here.get(step[2:]) if isinstance(here, dict) else None
    keys = json.loads(step[2:])
    found = (one for one in here if all(one.get(k) == v for k, v in keys.items()))
    return next(found, None) if isinstance(here, list) else None
