"""The ECR repositories of images that move, scanned on push."""

from __future__ import annotations

import json

from kiriwake.migrate.images import Image
from kiriwake.migrate.names import pascal
from kiriwake.migrate.stack import Stack, get

_KEEP = {
    "rules": [
        {
            "rulePriority": 1,
            "description": "Untagged images go after two weeks",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 14,
            },
            "action": {"type": "expire"},
        }
    ]
}


def add_repositories(stack: Stack, images: tuple[Image, ...]) -> None:
    """A repository for each image and the registry's scan rule."""
    names = sorted({image.repository for image in images})
    for name in names:
        moving = any(i.repository == name and i.tag == "latest" for i in images)
        add_repository(stack, f"{pascal(name)}Repository", name, moving=moving)
    if names:
        add_scanning(stack)


def add_repository(stack: Stack, logical_id: str, name: str, *, moving: bool = False) -> None:
    """One repository; tags are immutable unless the input itself moves them."""
    stack.add(
        logical_id,
        "AWS::ECR::Repository",
        {
            "RepositoryName": name,
            "ImageTagMutability": "MUTABLE" if moving else "IMMUTABLE",
            "ImageScanningConfiguration": {"ScanOnPush": True},
            "EncryptionConfiguration": {"EncryptionType": "AES256"},
            "LifecyclePolicy": {"LifecyclePolicyText": json.dumps(_KEEP, sort_keys=True)},
        },
        keep=True,
    )
    stack.outputs[f"{logical_id}Uri"] = {"Value": get(logical_id, "RepositoryUri")}


def add_scanning(stack: Stack) -> None:
    """The registry-level rule that takes the place of the repository setting being deprecated."""
    stack.add(
        "RegistryScanning",
        "AWS::ECR::RegistryScanningConfiguration",
        {
            "ScanType": "BASIC",
            "Rules": [
                {
                    "ScanFrequency": "SCAN_ON_PUSH",
                    "RepositoryFilters": [{"Filter": "*", "FilterType": "WILDCARD"}],
                }
            ],
        },
    )
