"""The four patches: JSON patch, merge patch, strategic merge and the keys it merges by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from kiriwake.lab.kube.objects import Obj
from kiriwake.lab.kube.status import ApiError, bad_request

MERGE_KEYS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "conditions": ("type",),
    "ownerReferences": ("uid",),
    "secrets": ("name",),
    "resizePolicy": ("resourceName",),
}
"""The field that tells one list element from another, by the list's field name."""

PORT_KEYS: Mapping[str, tuple[str, ...]] = {"containers": ("containerPort",), "spec": ("port",)}
"""`ports` merges by `containerPort` in containers and by `port` in a Service."""

ATOMIC = {"args", "command", "subsets", "rules", "subjects", "endpoints", "tolerations", "tls"}
SETS = {"finalizers", "accessModes", "loadBalancerSourceRanges", "externalIPs"}

UNPROCESSABLE = 422


def merge_key(field: str, parent: str) -> tuple[str, ...] | None:
    """The fields by which a list merges, None for a list that is replaced whole."""
    if field == "ports":
        within = "containers" if parent in ("containers", "initContainers") else "spec"
        return PORT_KEYS[within]
    return MERGE_KEYS.get(field)


def merge_patch(target: Any, patch: Any) -> Any:  # noqa: ANN401 - JSON values
    """RFC 7386."""
    if not isinstance(patch, dict):
        return deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def json_patch(target: Obj, operations: Sequence[Obj]) -> Obj:
    """RFC 6902; raises the API's errors for what cannot be done."""
    if not isinstance(operations, list):
        raise bad_request("a JSON patch is a list of operations")
    document: Any = deepcopy(target)
    for operation in operations:
        _operate(document, operation)
    return dict(document)


def _operate(document: Obj, operation: Obj) -> None:
    kind, path = operation.get("op"), operation.get("path", "")
    if kind in ("move", "copy"):
        value = deepcopy(_look(document, operation["from"]))
        if kind == "move":
            _remove(document, operation["from"])
        _add(document, path, value)
    elif kind == "test":
        if _look(document, path) != operation.get("value"):
            raise _unprocessable(f"testing value {path} failed: test failed")
    elif kind == "remove":
        _remove(document, path)
    elif kind == "replace":
        _look(document, path)
        _remove(document, path)
        _add(document, path, operation.get("value"))
    elif kind == "add":
        _add(document, path, operation.get("value"))
    else:
        raise bad_request(f'unexpected kind of patch operation: "{kind}"')


def _steps(path: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _parent(document: Obj, path: str, doing: str) -> tuple[Any, str]:
    *most, last = _steps(path)
    here: Any = document
    for step in most:
        try:
            here = here[int(step)] if isinstance(here, list) else here[step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise _unprocessable(
                f"{doing} operation does not apply: doc is missing path: {path!r}: missing value"
            ) from None
    return here, last


def _look(document: Obj, path: str) -> Any:  # noqa: ANN401 - JSON values
    here, last = _parent(document, path, "replace")
    try:
        return here[int(last)] if isinstance(here, list) else here[last]
    except (KeyError, IndexError, ValueError):
        raise _unprocessable(
            f"replace operation does not apply: doc is missing key: {path}: missing value"
        ) from None


def _add(document: Obj, path: str, value: Any) -> None:  # noqa: ANN401 - JSON values
    here, last = _parent(document, path, "add")
    if isinstance(here, list):
        here.insert(len(here) if last == "-" else int(last), value)
    else:
        here[last] = value


def _remove(document: Obj, path: str) -> None:
    here, last = _parent(document, path, "remove")
    try:
        del here[int(last) if isinstance(here, list) else last]
    except (KeyError, IndexError, ValueError):
        raise _unprocessable(
            f"remove operation does not apply: doc is missing key: {path}: missing value"
        ) from None


def _unprocessable(message: str) -> ApiError:
    return ApiError(UNPROCESSABLE, "Invalid", f"the server rejected our request: {message}")


def strategic_merge(target: Any, patch: Any, field: str = "", parent: str = "") -> Any:  # noqa: ANN401 - JSON values
    """Kubernetes' strategic merge: maps merge, keyed lists merge by their key.

    `$patch: delete|replace`, `$setElementOrder`, `$deleteFromPrimitiveList` and
    `$retainKeys` are honoured.
    """
    if isinstance(patch, dict):
        return _merge_maps(target if isinstance(target, dict) else {}, patch, field)
    if isinstance(patch, list):
        return _merge_lists(target if isinstance(target, list) else [], patch, field, parent)
    return patch


def _merge_maps(target: Obj, patch: Obj, field: str) -> Obj:
    if patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    if patch.get("$patch") == "delete":
        return {}
    result = dict(target)
    if "$retainKeys" in patch:
        result = {key: value for key, value in result.items() if key in patch["$retainKeys"]}
    orders = {
        key.partition("/")[2]: value
        for key, value in patch.items()
        if key.startswith("$setElementOrder/")
    }
    for key, value in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            name = key.partition("/")[2]
            result[name] = [one for one in result.get(name, ()) if one not in value]
        elif key.startswith("$"):
            continue
        elif value is None:
            result.pop(key, None)
        else:
            result[key] = strategic_merge(result.get(key), value, key, field)
    for name, order in orders.items():
        if isinstance(result.get(name), list):
            result[name] = _ordered(result[name], order, merge_key(name, field))
    return result


def _merge_lists(target: list[Any], patch: list[Any], field: str, parent: str) -> list[Any]:
    keys = merge_key(field, parent)
    if keys is None:
        if field in SETS:
            return [*target, *(one for one in patch if one not in target)]
        return [one for one in patch if not (isinstance(one, dict) and "$patch" in one)]
    if any(isinstance(one, dict) and one.get("$patch") == "replace" for one in patch):
        return [one for one in patch if "$patch" not in one]
    result = list(target)
    for one in patch:
        at = next((i for i, old in enumerate(result) if same_element(old, one, keys)), None)
        if one.get("$patch") == "delete":
            result = [old for old in result if not same_element(old, one, keys)]
        elif at is None:
            result.append(strategic_merge({}, one, field))
        else:
            result[at] = strategic_merge(result[at], one, field)
    return result


def same_element(one: Obj, other: Obj, keys: Sequence[str]) -> bool:
    """Whether two elements of a keyed list are the same one."""
    return all(one.get(key) == other.get(key) for key in keys)


def _ordered(elements: list[Any], order: list[Any], keys: Sequence[str] | None) -> list[Any]:
    def place(element: Any) -> int:  # noqa: ANN401 - JSON values
        for index, wanted in enumerate(order):
            if keys is None and wanted == element:
                return index
            if (
                keys is not None
                and isinstance(wanted, dict)
                and same_element(wanted, element, keys)
            ):
                return index
        return len(order)

    return sorted(elements, key=place)
