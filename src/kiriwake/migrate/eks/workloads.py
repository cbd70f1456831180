"""Images, node pools and identities in pod templates."""

from __future__ import annotations

import re
from typing import Any

from kiriwake.core.text import Text
from kiriwake.migrate.eks import reasons
from kiriwake.migrate.eks.document import Document
from kiriwake.migrate.images import Image, moved
from kiriwake.migrate.ledger import Fate
from kiriwake.migrate.model import Container, Kind, Source, Workload
from kiriwake.migrate.notice import Notice, Weight
from kiriwake.migrate.tree import at

_POD = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
_AZURE_LABEL = re.compile(r"^(agentpool|kubernetes\.azure\.com/|virtual-kubelet\.io/)|^azure\.com/")
_WORKLOAD_IDENTITY = ("azure.workload.identity/use", "aadpodidbinding")


def pod_path(kind: str) -> tuple[str, ...]:
    """Where a kind keeps its pod spec."""
    return _POD.get(kind, ("spec", "template", "spec"))


def adapt_pod(document: Document, registry: str, notices: list[Notice]) -> list[Image]:
    """The pod template of a workload; gives back the images that have to be in ECR."""
    path = pod_path(document.kind)
    pod = document.within(*path)
    images = _images(document, path, pod, registry)
    for key in list(pod.get("nodeSelector") or {}):
        if _AZURE_LABEL.search(key):
            document.drop(Fate.DROPPED, reasons.NODE_LABEL, *path, "nodeSelector", key)
    if pod.get("nodeSelector") == {}:
        pod.pop("nodeSelector")
    _tolerations(document, path, pod)
    _labels(document, path[:-1])
    for number, volume in enumerate(pod.get("volumes") or []):
        for kind in ("azureFile", "azureDisk"):
            if isinstance(volume, dict) and kind in volume:
                spot = at(document.tree, *path, "volumes", number, kind)
                notices.append(
                    Notice(
                        "azure-volume",
                        Weight.REFUSED,
                        Text(
                            en=f"{kind} inside a pod has no form on EKS: make a claim of the class"
                            " efs or gp3 and copy the data",
                            ja=f"Pod に直接書かれた {kind} は EKS にない。efs または gp3 の"
                            " PersistentVolumeClaim にしてデータをコピーすること",
                        ),
                        spot.place if spot else document.tree.place,
                    )
                )
    return images


def _images(
    document: Document, path: tuple[str, ...], pod: dict[str, Any], registry: str
) -> list[Image]:
    found = []
    for group in ("initContainers", "containers"):
        for number, container in enumerate(pod.get(group) or []):
            written = str(container.get("image", "")) if isinstance(container, dict) else ""
            workload = Workload(document.name, Kind.SERVICE, Source.KUBERNETES)
            image = moved(Container(str(container.get("name", "")), written), workload)
            if image is not None:
                new = f"{registry}/{image.repository}:{image.tag}"
                document.set(new, Fate.REPLACED, reasons.IMAGE, *path, group, number, "image")
                found.append(image)
    secrets = pod.get("imagePullSecrets")
    if found and secrets:
        document.drop(Fate.DROPPED, reasons.IMAGE, *path, "imagePullSecrets")
    return found


def _tolerations(document: Document, path: tuple[str, ...], pod: dict[str, Any]) -> None:
    tolerations = pod.get("tolerations")
    if not isinstance(tolerations, list):
        return
    kept = []
    for number, item in enumerate(tolerations):
        if isinstance(item, dict) and _AZURE_LABEL.search(str(item.get("key", ""))):
            spot = document.source(*path, "tolerations", number)
            document.ledger.claim((spot,), Fate.DROPPED, document.file, reasons.NODE_LABEL)
        else:
            kept.append(item)
    pod["tolerations"] = kept
    if not kept:
        pod.pop("tolerations")


def _labels(document: Document, template: tuple[str, ...]) -> None:
    labels = document.within(*template, "metadata", "labels")
    for key in _WORKLOAD_IDENTITY:
        if key in labels:
            document.drop(Fate.REPLACED, reasons.IDENTITY, *template, "metadata", "labels", key)
