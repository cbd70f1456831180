"""Which Kubernetes versions EKS supports, and what its insights say of a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kiriwake.lab.eks.state import EksCluster, Shape, bad_parameter, not_found
from kiriwake.lab.kube.objects import uid


@dataclass(frozen=True, slots=True)
class Version:
    """One Kubernetes version on EKS."""

    name: str
    released: datetime
    standard_until: datetime
    extended_until: datetime

    def status(self, now: datetime) -> str:
        """`STANDARD_SUPPORT`, `EXTENDED_SUPPORT` or `UNSUPPORTED` at a moment."""
        if now < self.standard_until:
            return "STANDARD_SUPPORT"
        return "EXTENDED_SUPPORT" if now < self.extended_until else "UNSUPPORTED"


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


VERSIONS = tuple(
    Version(name, _day(released), _day(standard), _day(extended))
    for name, released, standard, extended in (
        ("1.36", "2026-06-02", "2027-08-02", "2028-08-02"),
        ("1.35", "2026-01-27", "2027-03-27", "2028-03-27"),
        ("1.34", "2025-10-02", "2026-12-02", "2027-12-02"),
        ("1.33", "2025-05-29", "2026-07-29", "2027-07-29"),
        ("1.32", "2025-01-23", "2026-03-23", "2027-03-23"),
        ("1.31", "2024-09-26", "2025-11-26", "2026-11-26"),
        ("1.30", "2024-05-23", "2025-07-23", "2026-07-23"),
        ("1.29", "2024-01-23", "2025-03-23", "2026-03-23"),
        ("1.28", "2023-09-26", "2024-11-26", "2025-11-26"),
    )
)
"""The EKS user guide's release calendar, newest first."""
DEFAULT = "1.35"
KNOWN = {version.name: version for version in VERSIONS}
LAST_WITH_AL2 = 32
PLATFORM = "eks.7"


def supported(name: str, now: datetime) -> bool:
    """Whether a cluster of that version can be made."""
    return name in KNOWN and KNOWN[name].status(now) != "UNSUPPORTED"


def describe(parameters: Mapping[str, Any], now: datetime) -> Shape:
    """DescribeClusterVersions."""
    asked = parameters.get("clusterVersions") or []
    wanted = parameters.get("versionStatus")
    found = [_shape(version, now) for version in VERSIONS]
    if asked:
        found = [one for one in found if one["clusterVersion"] in asked]
    elif not parameters.get("includeAll"):
        found = [one for one in found if one["versionStatus"] != "UNSUPPORTED"]
    if wanted:
        found = [one for one in found if one["versionStatus"] == wanted]
    if parameters.get("defaultOnly"):
        found = [one for one in found if one["defaultVersion"]]
    return {"clusterVersions": found}


def _shape(version: Version, now: datetime) -> Shape:
    status = version.status(now)
    return {
        "clusterVersion": version.name,
        "clusterType": "eks",
        "defaultPlatformVersion": PLATFORM,
        "defaultVersion": version.name == DEFAULT,
        "releaseDate": version.released,
        "endOfStandardSupportDate": version.standard_until,
        "endOfExtendedSupportDate": version.extended_until,
        "status": status.lower().replace("_", "-"),
        "versionStatus": status,
        "kubernetesPatchVersion": f"{version.name}.4",
    }


# --- insights -------------------------------------------------------------------------


def insights(cluster: EksCluster, now: datetime) -> list[Shape]:
    """What EKS would tell of this cluster."""
    version = str(cluster.shape["version"])
    minor = int(version.partition(".")[2])
    after = f"1.{minor + 1}"
    old_images = [
        name
        for name, group in cluster.nodegroups.items()
        if str(group.get("amiType", "")).startswith("AL2_") and minor + 1 > LAST_WITH_AL2
    ]
    behind = [name for name, group in cluster.nodegroups.items() if group.get("version") != version]
    skew = "Node kubelet versions match the control plane version."
    if behind:
        skew = f"Node groups run another version than the control plane: {', '.join(behind)}."
    images = "No nodes use Amazon Linux 2."
    if old_images:
        names = ", ".join(old_images)
        images = f"Node groups use Amazon Linux 2, which ends with 1.{LAST_WITH_AL2}: {names}."
    fits = f"All installed EKS add-ons are compatible with Kubernetes {after}."
    listed = (
        ("EKS add-on version compatibility", "PASSING", fits),
        ("Kubelet version skew", "WARNING" if behind else "PASSING", skew),
        ("Amazon Linux 2 compatibility", "ERROR" if old_images else "PASSING", images),
        ("Cluster health issues", "PASSING", "No cluster health issues were detected."),
    )
    return [
        {
            "id": uid(f"{cluster.arn}/{name}"),
            "name": name,
            "category": "UPGRADE_READINESS",
            "kubernetesVersion": after,
            "lastRefreshTime": now,
            "lastTransitionTime": cluster.shape["createdAt"],
            "description": f"Checks for {name}.",
            "insightStatus": {"status": status, "reason": reason},
        }
        for name, status, reason in listed
    ]


def list_insights(cluster: EksCluster, parameters: Mapping[str, Any], now: datetime) -> Shape:
    """ListInsights."""
    wanted = parameters.get("filter") or {}

    def fits(one: Shape) -> bool:
        categories, statuses = wanted.get("categories"), wanted.get("statuses")
        return (not categories or one["category"] in categories) and (
            not statuses or one["insightStatus"]["status"] in statuses
        )

    return {"insights": [one for one in insights(cluster, now) if fits(one)]}


def describe_insight(cluster: EksCluster, parameters: Mapping[str, Any], now: datetime) -> Shape:
    """DescribeInsight; raises ResourceNotFoundException."""
    for one in insights(cluster, now):
        if one["id"] == parameters["id"]:
            more = {"recommendation": "", "additionalInfo": {}, "resources": []}
            return {"insight": {**one, **more}}
    raise not_found(f"Insight {parameters['id']} not found for cluster {cluster.name}")


def check_version(name: str, now: datetime) -> None:
    """Raises InvalidParameterException for a version that no cluster can have."""
    if not supported(name, now):
        raise bad_parameter(f"unsupported Kubernetes version {name}")
