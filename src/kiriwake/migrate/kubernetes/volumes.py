"""Volumes of a pod template."""

from __future__ import annotations

from collections.abc import Mapping

from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import Volume
from kiriwake.migrate.quantity import gibibytes
from kiriwake.migrate.tree import Map, as_map, as_maps, as_text, as_texts, at

_SHARES = {"file.csi.azure.com", "blob.csi.azure.com", "efs.csi.aws.com"}
_SHARE_CLASSES = ("azurefile", "blob", "efs", "nfs")


def read_volumes(pod: Map, claims: Mapping[str, Map], templates: tuple[Map, ...]) -> list[Volume]:
    """A pod's volumes; claims are looked up to tell a disk from a share."""
    found = [_volume(tree, claims) for tree in as_maps(pod.get("volumes"))]
    for template in templates:
        name = as_text(at(template, "metadata", "name")) or ""
        found.append(_claimed(name, name, template, template))
    return found


def _volume(tree: Map, claims: Mapping[str, Map]) -> Volume:  # noqa: PLR0911 - one a kind
    name = as_text(tree.get("name")) or ""
    where = trace(whole=tree)
    empty = tree.get("emptyDir")
    if empty is not None:
        memory = as_text(at(empty, "medium")) == "Memory"
        size = gibibytes(at(empty, "sizeLimit"))
        return Volume(name, "scratch", memory=memory, gib=size, place=tree.place, trace=where)
    for kind, how, key in (
        ("configMap", "config", "name"),
        ("secret", "secret", "secretName"),
    ):
        source = as_map(tree.get(kind))
        if source is not None:
            files = tuple(
                (as_text(item.get("path")) or "", as_text(item.get("key")) or "")
                for item in as_maps(source.get("items"))
            )
            origin = as_text(source.get(key)) or ""
            return Volume(name, how, origin, files, place=tree.place, trace=where)
    claim = as_map(tree.get("persistentVolumeClaim"))
    if claim is not None:
        origin = as_text(claim.get("claimName")) or ""
        return _claimed(name, origin, tree, claims.get(origin))
    driver = as_text(at(tree, "csi", "driver"))
    if driver == "secrets-store.csi.k8s.io":
        origin = as_text(at(tree, "csi", "volumeAttributes", "secretProviderClass")) or ""
        return Volume(name, "vault", origin, place=tree.place, trace=where)
    if driver is not None:
        how = "share" if driver in _SHARES else "disk"
        return Volume(name, how, driver, place=tree.place, trace=where)
    kinds = {"azureFile": "share", "nfs": "share", "azureDisk": "disk", "hostPath": "host"}
    kinds |= {"ephemeral": "disk", "projected": "projected", "downwardAPI": "downward"}
    for kind, how in kinds.items():
        if tree.get(kind) is not None:
            origin = as_text(at(tree, kind, "path")) or as_text(at(tree, kind, "shareName")) or ""
            return Volume(name, how, origin, place=tree.place, trace=where)
    return Volume(name, "other", place=tree.place, trace=where)


def _claimed(name: str, origin: str, tree: Map, claim: Map | None) -> Volume:
    storage = as_text(at(claim, "spec", "storageClassName")) or ""
    modes = as_texts(at(claim, "spec", "accessModes"))
    shared = any(mode in {"ReadWriteMany", "ReadOnlyMany"} for mode in modes)
    if as_text(at(claim, "spec", "volumeMode")) == "Block":
        how = "block"
    elif shared or storage.startswith(_SHARE_CLASSES):
        how = "share"
    else:
        how = "disk"
    size = gibibytes(at(claim, "spec", "resources", "requests", "storage"))
    return Volume(name, how, origin, gib=size, place=tree.place, trace=trace(whole=tree))
