"""Storage classes, claims and secret providers."""

from __future__ import annotations

from typing import Any

from kiriwake.migrate.eks import reasons
from kiriwake.migrate.eks.document import Data, Document
from kiriwake.migrate.ledger import Fate

_DISKS = ("disk.csi.azure.com", "kubernetes.io/azure-disk")
_FILES = ("file.csi.azure.com", "kubernetes.io/azure-file", "blob.csi.azure.com")
_BUILT_IN = {
    "managed": "gp3", "managed-csi": "gp3", "managed-premium": "gp3", "managed-csi-premium": "gp3",
    "default": "gp3", "managed-csi-premium-v2": "gp3", "azurefile": "efs",
    "azurefile-csi": "efs", "azurefile-premium": "efs", "azurefile-csi-premium": "efs",
    "azureblob-nfs-premium": "efs", "azureblob-fuse-premium": "efs",
}  # fmt: skip


def adapt_class(document: Document) -> str:
    """A StorageClass of an Azure driver; gives back gp3 or efs, or nothing if it is not one."""
    provisioner = str(document.data.get("provisioner", ""))
    if provisioner not in {*_DISKS, *_FILES}:
        return ""
    disk = provisioner in _DISKS
    driver = "ebs.csi.aws.com" if disk else "efs.csi.aws.com"
    document.set(driver, Fate.REPLACED, reasons.STORAGE_CLASS, "provisioner")
    for key in list(document.within("parameters")):
        document.drop(Fate.DROPPED, reasons.PARAMETER, "parameters", key)
    document.data["parameters"] = dict(disk_parameters() if disk else file_parameters())
    document.drop(Fate.DROPPED, reasons.PARAMETER, "mountOptions")
    if disk:
        document.data["volumeBindingMode"] = "WaitForFirstConsumer"
    else:
        document.drop(Fate.DROPPED, reasons.PARAMETER, "allowVolumeExpansion")
    return "gp3" if disk else "efs"


def disk_parameters() -> dict[str, str]:
    """What the EBS driver is asked for."""
    return {"type": "gp3", "encrypted": "true"}


def file_parameters() -> dict[str, str]:
    """What the EFS driver is asked for; the file system's id comes out of the stack."""
    return {
        "provisioningMode": "efs-ap",
        "fileSystemId": "FILE_SYSTEM_ID",
        "directoryPerms": "0770",
    }


def made_class(name: str) -> Data:
    """The class gp3 or efs as a manifest."""
    disk = name == "gp3"
    found: Data = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": "ebs.csi.aws.com" if disk else "efs.csi.aws.com",
        "parameters": disk_parameters() if disk else file_parameters(),
        "reclaimPolicy": "Delete",
    }
    if disk:
        found["volumeBindingMode"] = "WaitForFirstConsumer"
        found["allowVolumeExpansion"] = True
    return found


def adapt_claims(document: Document, own_classes: set[str]) -> set[str]:
    """The class names of a PersistentVolumeClaim or a StatefulSet's templates."""
    used: set[str] = set()
    if document.kind == "PersistentVolumeClaim":
        spots: list[tuple[str | int, ...]] = [("spec",)]
    else:
        templates = document.within("spec").get("volumeClaimTemplates") or []
        spots = [("spec", "volumeClaimTemplates", n, "spec") for n in range(len(templates))]
    for spot in spots:
        claim: Any = document.data
        for key in spot:
            claim = claim[key]
        name = claim.get("storageClassName") if isinstance(claim, dict) else None
        if name is None or str(name) in own_classes or str(name) not in _BUILT_IN:
            continue
        new = _BUILT_IN[str(name)]
        used.add(new)
        document.set(new, Fate.ADAPTED, reasons.STORAGE_NAME, *spot, "storageClassName")
    return used


def adapt_vault(document: Document) -> bool:
    """A SecretProviderClass of Azure Key Vault for Secrets Manager."""
    if document.within("spec").get("provider") != "azure":
        return False
    document.set("aws", Fate.REPLACED, reasons.VAULT, "spec", "provider")
    objects = str(document.within("spec", "parameters").get("objects", ""))
    document.ledger.claim(
        (document.source("spec", "parameters"),), Fate.REPLACED, document.file, reasons.VAULT
    )
    document.data["spec"]["parameters"] = {"objects": aws_objects(objects)}
    return True


def aws_objects(azure: str) -> str:
    """Key Vault's list of objects as the AWS provider writes it; keys and certificates go."""
    names: list[str] = []
    kind = "secret"
    name = ""
    for line in [*azure.splitlines(), "objectName:"]:
        key, mark, value = line.strip().lstrip("-| ").partition(":")
        if not mark:
            continue
        if key == "objectName":
            if name and kind == "secret":
                names.append(name)
            name, kind = value.strip().strip("\"'"), "secret"
        elif key == "objectType":
            kind = value.strip().strip("\"'")
    return "".join(f'- objectName: "{item}"\n  objectType: "secretsmanager"\n' for item in names)
