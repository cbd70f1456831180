"""ResourceQuotas and LimitRanges."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from kiriwake.lab.kube.kinds import Kind
from kiriwake.lab.kube.objects import (
    Obj,
    containers_of,
    cpu_text,
    memory_text,
    name_of,
    namespace_of,
    quantity,
)
from kiriwake.lab.kube.status import forbidden
from kiriwake.lab.kube.world import World

COUNTED = {
    "pods": "pods",
    "services": "services",
    "secrets": "secrets",
    "configmaps": "configmaps",
    "persistentvolumeclaims": "persistentvolumeclaims",
    "replicationcontrollers": "replicationcontrollers",
}
COMPUTE = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
OVER = {"Succeeded", "Failed"}


def limit_ranges(world: World, pod: Obj) -> None:
    """Fills in a LimitRange's defaults and refuses what is beyond its bounds."""
    for limit_range in world.store.all("limitranges", namespace_of(pod)):
        for limit in limit_range.get("spec", {}).get("limits") or ():
            if limit.get("type") != "Container":
                continue
            for container in containers_of(pod["spec"]):
                _apply_limit(pod, container, limit)


def _apply_limit(pod: Obj, container: Obj, limit: Obj) -> None:
    resources = container.setdefault("resources", {})
    for field, source in (("limits", "default"), ("requests", "defaultRequest")):
        for name, value in (limit.get(source) or {}).items():
            resources.setdefault(field, {}).setdefault(name, value)
    for name, most in (limit.get("max") or {}).items():
        said = (resources.get("limits") or {}).get(name)
        if said is None:
            words = f"maximum {name} usage per Container is {most}.  No limit is specified"
            raise forbidden("pods", name_of(pod), words)
        if quantity(said) > quantity(most):
            words = f"maximum {name} usage per Container is {most}, but limit is {said}"
            raise forbidden("pods", name_of(pod), words)
    for name, least in (limit.get("min") or {}).items():
        said = (resources.get("requests") or {}).get(name)
        if said is not None and quantity(said) < quantity(least):
            words = f"minimum {name} usage per Container is {least}, but request is {said}"
            raise forbidden("pods", name_of(pod), words)


def charge(world: World, kind: Kind, obj: Obj) -> None:
    """Refuses an object for which a ResourceQuota of its namespace has no room."""
    for quota in world.store.all("resourcequotas", namespace_of(obj)):
        hard: Mapping[str, str] = quota.get("spec", {}).get("hard") or {}
        asked = _asked(kind, obj)
        if kind.resource == "pods":
            _must_specify(quota, hard, obj)
        over = {}
        used = usage(world, namespace_of(obj), hard)
        for name, amount in asked.items():
            key = name if name in hard else name.removeprefix("requests.")
            if key in hard and amount and used[key] + amount > quantity(hard[key]):
                over[key] = (amount, used[key], hard[key])
        if over:
            said = [
                ",".join(f"{key}={_text(key, parts[0])}" for key, parts in sorted(over.items())),
                ",".join(f"{key}={_text(key, parts[1])}" for key, parts in sorted(over.items())),
                ",".join(f"{key}={parts[2]}" for key, parts in sorted(over.items())),
            ]
            why = (
                f"exceeded quota: {name_of(quota)}, requested: {said[0]}, used: {said[1]},"
                f" limited: {said[2]}"
            )
            raise forbidden(kind.resource, name_of(obj) or _generated(obj), why)


def _generated(obj: Obj) -> str:
    return str(obj["metadata"].get("generateName", ""))


def _must_specify(quota: Obj, hard: Mapping[str, str], pod: Obj) -> None:
    missing = []
    for key in sorted(hard):
        kind, _, name = key.rpartition(".") if "." in key else ("requests", "", key)
        if name not in ("cpu", "memory"):
            continue
        lacking = [
            str(container["name"])
            for container in containers_of(pod["spec"])
            if name not in ((container.get("resources") or {}).get(kind) or {})
        ]
        if lacking:
            missing.append(f"{key} for: {','.join(lacking)}")
    if missing:
        why = f"failed quota: {name_of(quota)}: must specify {'; '.join(missing)}"
        raise forbidden("pods", name_of(pod) or _generated(pod), why)


def usage(world: World, namespace: str, hard: Mapping[str, str]) -> dict[str, Decimal]:
    """What a namespace uses of each thing that a quota limits."""
    used = dict.fromkeys(hard, Decimal(0))
    for resource, key in COUNTED.items():
        for obj in world.store.all(resource, namespace):
            if resource == "pods" and obj.get("status", {}).get("phase") in OVER:
                continue
            amounts = {key: Decimal(1), f"count/{key}": Decimal(1)}
            if resource == "pods":
                amounts |= _compute(obj)
            for name, amount in amounts.items():
                for said in {name, name.removeprefix("requests.")}:
                    if said in used and (said == name or name not in hard):
                        used[said] += amount
    return used


def _asked(kind: Kind, obj: Obj) -> dict[str, Decimal]:
    asked = {}
    if kind.resource in COUNTED:
        asked[COUNTED[kind.resource]] = Decimal(1)
    asked[f"count/{kind.resource}"] = Decimal(1)
    if kind.resource == "pods":
        asked |= _compute(obj)
    return asked


def _compute(pod: Obj) -> dict[str, Decimal]:
    total = dict.fromkeys(COMPUTE, Decimal(0))
    for container in pod["spec"].get("containers") or ():
        for field in ("requests", "limits"):
            for name, value in ((container.get("resources") or {}).get(field) or {}).items():
                key = f"{field}.{name}"
                total[key] = total.get(key, Decimal(0)) + quantity(value)
    return total


def _text(key: str, amount: Decimal) -> str:
    if key.endswith("cpu"):
        return cpu_text(amount)
    return memory_text(amount) if key.endswith("memory") else str(int(amount))


def usage_text(key: str, amount: Decimal) -> str:
    """An amount as a quota's status shows it."""
    return _text(key, amount)
