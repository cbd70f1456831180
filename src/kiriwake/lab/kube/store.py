"""All objects of one cluster, with resource versions and the history that watches read."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Condition, RLock

from kiriwake.lab.kube.kinds import BUILT_IN, Kind, of_crd
from kiriwake.lab.kube.objects import (
    Obj,
    name_of,
    namespace_of,
    stamp,
    suffix,
    uid,
    uid_of,
)
from kiriwake.lab.kube.status import already_exists, conflict, not_found

HISTORY = 4000
"""Changes kept for each resource; an older resourceVersion is answered with 410 Expired."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One write, as a watch tells it."""

    version: int
    type: str
    """`ADDED`, `MODIFIED` or `DELETED`."""
    obj: Obj
    before: Obj | None


class Store:
    """Objects by resource, namespace and name; each write gets the next resource version.

    What lies here is never changed in place: a write puts a new object. Callers hold
    the lab's lock.
    """

    def __init__(self, now: Callable[[], datetime], lock: RLock, seed: str) -> None:
        self.now = now
        self.lock = lock
        self.changed = Condition(lock)
        self.seed = seed
        self.version = 1000
        self.listeners: list[Callable[[str, Obj | None, Obj | None], None]] = []
        self._objects: dict[str, dict[Key, Obj]] = defaultdict(dict)
        self._history: dict[str, deque[Change]] = defaultdict(lambda: deque(maxlen=HISTORY))
        self._owned: dict[str, dict[str, dict[Key, None]]] = defaultdict(lambda: defaultdict(dict))
        self._on_node: dict[str, dict[Key, None]] = defaultdict(dict)
        self._made = 0

    # --- reading ----------------------------------------------------------------
    def find(self, resource: str, namespace: str, name: str) -> Obj | None:
        """The object, or None."""
        return self._objects[resource].get((namespace, name))

    def get(self, resource: str, namespace: str, name: str) -> Obj:
        """The object; raises the API's NotFound."""
        found = self.find(resource, namespace, name)
        if found is None:
            raise not_found(resource, name)
        return found

    def all(self, resource: str, namespace: str = "") -> Iterator[Obj]:
        """The objects of a resource, of one namespace or of all, in the order of their names."""
        objects = self._objects[resource]
        for key in sorted(objects):
            if not namespace or key[0] == namespace:
                yield objects[key]

    def some(self, resource: str) -> Iterable[Obj]:
        """The objects of a resource in no order; cheaper than `all`."""
        return tuple(self._objects[resource].values())

    def owned_by(self, resource: str, owner_uid: str) -> list[Obj]:
        """The objects of a resource that name that uid as an owner, oldest first."""
        objects = self._objects[resource]
        return [objects[key] for key in self._owned[resource].get(owner_uid, ()) if key in objects]

    def pods_on(self, node: str) -> list[Obj]:
        """The pods bound to a node."""
        pods = self._objects["pods"]
        return [pods[key] for key in self._on_node.get(node, ()) if key in pods]

    def since(self, resource: str, version: int) -> list[Change] | None:
        """The changes after a version, or None if the history does not reach back."""
        history = self._history[resource]
        if len(history) == HISTORY and history[0].version > version + 1:
            return None
        found: list[Change] = []
        for change in reversed(history):
            if change.version <= version:
                break
            found.append(change)
        return found[::-1]

    def dependents(self, owner_uid: str) -> list[tuple[str, Obj]]:
        """All objects, with their resource, that name that uid as an owner."""
        return [
            (resource, obj)
            for resource in tuple(self._owned)
            for obj in self.owned_by(resource, owner_uid)
        ]

    def within(self, namespace: str) -> list[tuple[str, Obj]]:
        """All objects, with their resource, of one namespace."""
        return [
            (resource, obj)
            for resource, objects in tuple(self._objects.items())
            for key, obj in tuple(objects.items())
            if key[0] == namespace
        ]

    def kinds(self) -> list[Kind]:
        """The built-in kinds and those of the CustomResourceDefinitions."""
        crds = self._objects["customresourcedefinitions.apiextensions.k8s.io"]
        return [*BUILT_IN, *(kind for key in sorted(crds) for kind in of_crd(crds[key]))]

    # --- writing ----------------------------------------------------------------
    def create(self, resource: str, obj: Obj) -> Obj:
        """Keeps a new object, with uid, time and version; raises AlreadyExists."""
        self._made += 1
        meta = dict(obj.get("metadata") or {})
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = meta["generateName"] + suffix(f"{self.seed}/{self._made}")
        key = (str(meta.get("namespace") or ""), str(meta["name"]))
        if key in self._objects[resource]:
            raise already_exists(resource, key[1])
        meta["uid"] = uid(f"{self.seed}/{resource}/{key[0]}/{key[1]}/{self._made}")
        meta.setdefault("creationTimestamp", stamp(self.now()))
        return self._put(resource, key, {**obj, "metadata": meta}, "ADDED")

    def update(self, resource: str, obj: Obj) -> Obj:
        """Replaces an object; raises NotFound, and Conflict for a stale resourceVersion.

        A write that changes nothing gets no new version.
        """
        key = (namespace_of(obj), name_of(obj))
        old = self._objects[resource].get(key)
        if old is None:
            raise not_found(resource, key[1])
        said = obj["metadata"].get("resourceVersion")
        current = old["metadata"]["resourceVersion"]
        if said and said != current:
            raise conflict(resource, key[1])
        same = {**obj, "metadata": {**obj["metadata"], "resourceVersion": current}}
        if same == old:
            return old
        return self._put(resource, key, obj, "MODIFIED")

    def delete(self, resource: str, namespace: str, name: str) -> Obj | None:
        """Takes an object away for good."""
        key = (namespace, name)
        old = self._objects[resource].pop(key, None)
        if old is None:
            return None
        self.version += 1
        meta = {**old["metadata"], "resourceVersion": str(self.version)}
        last = {**old, "metadata": meta}
        self._unindex(resource, key, old)
        self._tell(resource, Change(self.version, "DELETED", last, old))
        return last

    def forget_events(self, before: str) -> None:
        """Drops the events not seen since a time, as etcd's lease does after an hour."""
        events = self._objects["events"]
        for key in [k for k, event in events.items() if event["lastTimestamp"] < before]:
            del events[key]

    def _put(self, resource: str, key: Key, obj: Obj, how: str) -> Obj:
        self.version += 1
        old = self._objects[resource].get(key)
        new = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.version)}}
        if old is not None:
            self._unindex(resource, key, old, new)
        self._objects[resource][key] = new
        self._index(resource, key, new)
        self._tell(resource, Change(self.version, how, new, old))
        return new

    def _index(self, resource: str, key: Key, obj: Obj) -> None:
        for owner in _owners(obj):
            self._owned[resource][owner][key] = None
        if resource == "pods" and obj.get("spec", {}).get("nodeName"):
            self._on_node[obj["spec"]["nodeName"]][key] = None

    def _unindex(self, resource: str, key: Key, old: Obj, new: Obj | None = None) -> None:
        for owner in _owners(old) - (_owners(new) if new else set()):
            self._owned[resource][owner].pop(key, None)
        node = old.get("spec", {}).get("nodeName") if resource == "pods" else None
        if node and (new is None or new["spec"].get("nodeName") != node):
            self._on_node[node].pop(key, None)

    def _tell(self, resource: str, change: Change) -> None:
        self._history[resource].append(change)
        gone = change.type == "DELETED"
        for listener in self.listeners:
            listener(resource, change.before, None if gone else change.obj)
        with self.changed:
            self.changed.notify_all()


def _owners(obj: Obj) -> set[str]:
    return {owner["uid"] for owner in obj["metadata"].get("ownerReferences") or ()}


def same_object(one: Obj, other: Obj) -> bool:
    """Whether two readings are of one and the same object, by uid."""
    return uid_of(one) == uid_of(other)
