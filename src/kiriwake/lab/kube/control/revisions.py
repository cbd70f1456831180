"""ControllerRevisions: the templates that a DaemonSet or StatefulSet has had."""

from __future__ import annotations

from kiriwake.lab.kube.objects import Obj, fingerprint, name_of, namespace_of, reference_to
from kiriwake.lab.kube.world import World

RESOURCE = "controllerrevisions.apps"


def keep_revision(world: World, owner: Obj) -> str:
    """The hash of the owner's template; makes its ControllerRevision if there is none."""
    template = {**owner["spec"]["template"], "$patch": "replace"}
    mark = fingerprint(template)
    name = f"{name_of(owner)}-{mark}"
    namespace = namespace_of(owner)
    known = world.store.owned_by(RESOURCE, owner["metadata"]["uid"])
    latest = max((int(one["revision"]) for one in known), default=0)
    found = world.store.find(RESOURCE, namespace, name)
    if found is None:
        world.store.create(
            RESOURCE,
            {
                "apiVersion": "apps/v1",
                "kind": "ControllerRevision",
                "metadata": {
                    "name": name,
                    "namespace": namespace,
                    "labels": {"controller-revision-hash": mark},
                    "ownerReferences": [reference_to(owner)],
                },
                "data": {"spec": {"template": template}},
                "revision": latest + 1,
            },
        )
    elif int(found["revision"]) < latest:
        world.store.update(RESOURCE, {**found, "revision": latest + 1})
    return mark
