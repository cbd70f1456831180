"""Image scanning in ECR: what is scanned when, what it finds, and where it may be asked for."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend
from moto.ecr.responses import ECRResponse

from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.ground import AwsError

_SCAN_S = 20.0
_SETTINGS = {
    "BASIC_SCAN_TYPE_VERSION": "AWS_NATIVE",
    "REGISTRY_POLICY_SCOPE": "V2",
    "BLOB_MOUNTING": "DISABLED",
}
_AGAIN_AFTER = timedelta(hours=24)
_KNOWN = (
    ("CVE-2023-44487", "HIGH", "nghttp2", "1.52.0", "HTTP/2 rapid reset: denial of service"),
    ("CVE-2024-3094", "CRITICAL", "xz-utils", "5.6.0", "malicious code in liblzma"),
    ("CVE-2023-4911", "HIGH", "glibc", "2.36", "buffer overflow in ld.so"),
    ("CVE-2024-0727", "MEDIUM", "openssl", "3.0.11", "null pointer in PKCS12 parsing"),
    ("CVE-2023-50495", "MEDIUM", "ncurses", "6.4", "segmentation fault in _nc_wrap_entry"),
    ("CVE-2011-3374", "LOW", "apt", "2.6.1", "apt-key does not validate the master key"),
    ("CVE-2022-3219", "INFORMATIONAL", "gnupg2", "2.2.40", "denial of service by crafted keys"),
)
"""Public CVE numbers; which of them an image has follows from its digest."""


def keep_scans(patches: Patches, now: Callable[[], datetime]) -> None:
    """Basic and enhanced scanning as the registry and the repository are configured."""
    scans = _Scans(now)
    patches.around(ECRBackend, "put_image", scans.pushing)
    patches.put(ECRBackend, "start_image_scan", scans.start)
    patches.put(ECRBackend, "describe_image_scan_findings", scans.describe)
    patches.put(ECRBackend, "batch_get_repository_scanning_configuration", scans.effective)
    patches.put(ECRResponse, "get_account_setting", _account_setting)
    patches.put(ECRResponse, "describe_pull_through_cache_rules", _no_cache_rules)


def _account_setting(self: Any) -> ActionResult:
    # F5.01: basic scanning is AWS's own; Clair is gone.
    name = str(self._get_param("name"))
    if name not in _SETTINGS:
        raise AwsError("InvalidParameterException", f"There is no account setting {name}")
    return ActionResult({"name": name, "value": _SETTINGS[name]})


def _no_cache_rules(self: Any) -> ActionResult:
    asked = self._get_param("ecrRepositoryPrefixes") or ()
    if asked:
        raise AwsError(
            "PullThroughCacheRuleNotFoundException",
            f"The pull through cache rule with prefix '{asked[0]}' does not exist",
        )
    return ActionResult({"pullThroughCacheRules": []})


class _Scans:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def pushing(self, put: Callable[..., Any]) -> Callable[..., Any]:
        scans = self

        def put_image(self: Any, repository_name: str, *args: Any, **kwargs: Any) -> Any:
            image = put(self, repository_name, *args, **kwargs)
            frequency, _ = frequency_of(self, self.repositories[repository_name])
            if frequency != "MANUAL" and not _is_list(image):
                image.scan_started_at = scans._now()
            return image

        return put_image

    @property
    def start(self) -> Callable[..., Any]:
        scans = self

        def start_image_scan(
            self: Any, registry_id: str | None, repository_name: str, image_id: dict[str, str]
        ) -> dict[str, Any]:
            repository, image = _find(self, registry_id, repository_name, image_id)
            if self.registry_scanning_configuration["scanType"] == "ENHANCED":
                raise AwsError(
                    "ValidationException",
                    "This feature is disabled when registry scanning configuration is enhanced",
                )
            if _is_list(image):
                raise AwsError(
                    "UnsupportedImageTypeException", "The image is of a type that cannot be scanned"
                )
            begun = getattr(image, "scan_started_at", None)
            if begun is not None and scans._now() - begun < _AGAIN_AFTER:
                raise AwsError(
                    "LimitExceededException",
                    "The scan quota per image has been exceeded. Wait and try again.",
                )
            image.scan_started_at = scans._now()
            return {
                "registryId": repository.registry_id,
                "repositoryName": repository_name,
                "imageId": image.image_id,
                "imageScanStatus": {"status": "IN_PROGRESS"},
            }

        return start_image_scan

    @property
    def describe(self) -> Callable[..., Any]:
        scans = self

        def describe_image_scan_findings(
            self: Any, registry_id: str | None, repository_name: str, image_id: dict[str, str]
        ) -> dict[str, Any]:
            repository, image = _find(self, registry_id, repository_name, image_id)
            frequency, _ = frequency_of(self, repository)
            enhanced = self.registry_scanning_configuration["scanType"] == "ENHANCED"
            begun = getattr(image, "scan_started_at", None)
            if enhanced and frequency == "CONTINUOUS_SCAN" and begun is None:
                begun = image.scan_started_at = scans._now()
            if begun is None:
                raise AwsError(
                    "ScanNotFoundException",
                    f"Image scan does not exist for the image with '{_told(image_id)}' in the "
                    f"repository with name '{repository_name}' in the registry with id "
                    f"'{repository.registry_id}'",
                )
            answer: dict[str, Any] = {
                "registryId": repository.registry_id,
                "repositoryName": repository_name,
                "imageId": image.image_id,
            }
            done = begun + timedelta(seconds=_SCAN_S)
            if scans._now() < done:
                status = "PENDING" if enhanced else "IN_PROGRESS"
                return {**answer, "imageScanStatus": {"status": status}}
            return {
                **answer,
                "imageScanStatus": {
                    "status": "ACTIVE"
                    if enhanced and frequency == "CONTINUOUS_SCAN"
                    else "COMPLETE",
                    "description": "The scan was completed successfully.",
                },
                "imageScanFindings": _findings(image, done, repository, enhanced=enhanced),
            }

        return describe_image_scan_findings

    @property
    def effective(self) -> Callable[..., Any]:
        def batch_get(self: Any, names: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
            found, missing = [], []
            for name in names:
                repository = self.repositories.get(name)
                if repository is None:
                    missing.append(name)
                    continue
                frequency, filters = frequency_of(self, repository)
                found.append(
                    {
                        "repositoryArn": repository.arn,
                        "repositoryName": name,
                        "scanOnPush": frequency == "SCAN_ON_PUSH",
                        "scanFrequency": frequency,
                        "appliedScanFilters": filters,
                    }
                )
            return found, missing

        return batch_get


def frequency_of(registry: Any, repository: Any) -> tuple[str, list[dict[str, str]]]:
    """The effective scan frequency of a repository (F5.03) and the filters behind it."""
    configuration = registry.registry_scanning_configuration
    filters: dict[str, list[dict[str, str]]] = {}
    for rule in configuration["rules"]:
        for wanted in rule["repositoryFilters"]:
            if _matches(wanted["filter"], repository.name):
                filters.setdefault(rule["scanFrequency"], []).append(wanted)
    for frequency in ("CONTINUOUS_SCAN", "SCAN_ON_PUSH"):
        if frequency in filters:
            return frequency, filters[frequency]
    own = repository.image_scanning_configuration or {}
    if configuration["scanType"] == "BASIC" and str(own.get("scanOnPush", False)).lower() == "true":
        return "SCAN_ON_PUSH", []
    return "MANUAL", []


def _matches(pattern: str, name: str) -> bool:
    # A filter without a wildcard means every name that contains it.
    if "*" not in pattern:
        return pattern in name
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None


def _find(
    registry: Any, registry_id: str | None, name: str, image_id: dict[str, str]
) -> tuple[Any, Any]:
    repository = registry._get_repository(name, registry_id)
    return repository, repository._get_image(image_id.get("imageTag"), image_id.get("imageDigest"))


def _told(image_id: dict[str, str]) -> str:
    digest, tag = image_id.get("imageDigest", "null"), image_id.get("imageTag", "null")
    return f"{{imageDigest:'{digest}', imageTag:'{tag}'}}"


def _is_list(image: Any) -> bool:
    return "manifests" in json.loads(image.image_manifest)


def _findings(image: Any, done: datetime, repository: Any, *, enhanced: bool) -> dict[str, Any]:
    bits = hashlib.sha256(image.get_image_digest().encode()).digest()
    picked = [known for known, bit in zip(_KNOWN, bits, strict=False) if bit % 3 == 0]
    result: dict[str, Any] = {
        "imageScanCompletedAt": done,
        "vulnerabilitySourceUpdatedAt": done - timedelta(hours=6),
        "findingSeverityCounts": dict(Counter(severity for _, severity, *_ in picked)),
    }
    link = "https://security-tracker.debian.org/tracker/"
    if not enhanced:
        result["findings"] = [
            {
                "name": name,
                "description": words,
                "uri": f"{link}{name}",
                "severity": severity,
                "attributes": [
                    {"key": "package_version", "value": version},
                    {"key": "package_name", "value": package},
                ],
            }
            for name, severity, package, version, words in picked
        ]
        return result
    region, account = repository.arn.split(":")[3:5]
    result["enhancedFindings"] = [
        {
            "awsAccountId": account,
            "description": words,
            "findingArn": f"arn:aws:inspector2:{region}:{account}:finding/{name.lower()}",
            "firstObservedAt": done,
            "lastObservedAt": done,
            "updatedAt": done,
            "severity": severity,
            "status": "ACTIVE",
            "title": f"{name} - {package}",
            "type": "PACKAGE_VULNERABILITY",
            "packageVulnerabilityDetails": {
                "vulnerabilityId": name,
                "source": "NVD",
                "sourceUrl": f"{link}{name}",
                "vulnerablePackages": [{"name": package, "version": version}],
            },
        }
        for name, severity, package, version, words in picked
    ]
    return result
