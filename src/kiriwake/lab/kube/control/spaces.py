"""Namespaces: what each is born with, and how it goes; and the garbage of deleted owners."""

from __future__ import annotations

from collections.abc import Callable

from kiriwake.lab.kube.api import writing
from kiriwake.lab.kube.objects import Obj, is_going, name_of
from kiriwake.lab.kube.world import World

ROOT_CA = "kube-root-ca.crt"


class Namespaces:
    """Gives each namespace its default account and CA, and empties those that go."""

    def __init__(self, world: World, ca: Callable[[], str]) -> None:
        self._world = world
        self._ca = ca

    def reconcile(self, name: str) -> None:
        """Completes a namespace, or takes one away with all in it."""
        store = self._world.store
        namespace = store.find("namespaces", "", name)
        if namespace is None:
            return
        if is_going(namespace):
            self._empty(name)
            return
        meta = {"name": "default", "namespace": name}
        if store.find("serviceaccounts", name, "default") is None:
            account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
            store.create("serviceaccounts", account)
        if store.find("configmaps", name, ROOT_CA) is None:
            note = {"kubernetes.io/description": "Contains a CA bundle for the kube-apiserver."}
            meta = {"name": ROOT_CA, "namespace": name}
            body: Obj = {"apiVersion": "v1", "kind": "ConfigMap"}
            body |= {"metadata": {**meta, "annotations": note}, "data": {"ca.crt": self._ca()}}
            store.create("configmaps", body)

    def _empty(self, name: str) -> None:
        store = self._world.store
        kinds = {kind.stored: kind for kind in store.kinds()}
        for resource, obj in store.within(name):
            if resource in kinds and not is_going(obj):
                writing.delete(self._world, kinds[resource], obj, {})
        left = [obj for resource, obj in store.within(name) if resource != "events"]
        if not left:
            for resource, obj in store.within(name):
                store.delete(resource, name, name_of(obj))
            store.delete("namespaces", "", name)


class Garbage:
    """Deletes what a deleted owner leaves behind."""

    def __init__(self, world: World) -> None:
        self._world = world

    def reconcile(self, uid: str) -> None:
        """Deletes the dependents of an owner that is gone."""
        kinds = {kind.stored: kind for kind in self._world.store.kinds()}
        for resource, obj in self._world.store.dependents(uid):
            if resource in kinds and not is_going(obj):
                writing.delete(self._world, kinds[resource], obj, {})

    def foreground(self, resource: str, namespace: str, name: str) -> None:
        """Deletes the dependents of an owner that waits for them, then the owner."""
        store = self._world.store
        owner = store.find(resource, namespace, name)
        if owner is None or not is_going(owner):
            return
        finalizers = owner["metadata"].get("finalizers") or []
        if writing.FOREGROUND not in finalizers:
            return
        uid = owner["metadata"]["uid"]
        self.reconcile(uid)
        if store.dependents(uid):
            return
        rest = [one for one in finalizers if one != writing.FOREGROUND]
        if rest:
            meta = {**owner["metadata"], "finalizers": rest}
            store.update(resource, {**owner, "metadata": meta})
        else:
            store.delete(resource, namespace, name)
