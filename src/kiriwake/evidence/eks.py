"""EKS: the cluster, its compute, its add-ons and who may reach it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiriwake.evidence.reading import Absent, Reading


@dataclass(frozen=True, slots=True)
class Issue:
    """A health issue as EKS codes it."""

    code: str
    message: str
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EksCluster:
    """A cluster; `log_types` are the enabled control plane logs."""

    name: str
    arn: str
    status: str
    version: str
    platform_version: str = ""
    endpoint: str = ""
    log_types: tuple[str, ...] = ()
    oidc_issuer: str = ""
    role_arn: str = ""
    vpc_id: str = ""
    subnet_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    cluster_group_id: str = ""
    public_access: bool | None = None
    private_access: bool | None = None
    public_cidrs: tuple[str, ...] = ()
    authentication_mode: str = ""
    auto_mode: bool = False
    upgrade_policy: str = ""
    issues: tuple[Issue, ...] = ()
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Addon:
    """An installed add-on."""

    name: str
    version: str
    status: str
    issues: tuple[Issue, ...] = ()
    role_arn: str = ""
    pod_identities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """A managed node group."""

    name: str
    status: str
    version: str = ""
    ami_type: str = ""
    instance_types: tuple[str, ...] = ()
    role_arn: str = ""
    subnet_ids: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    desired: int = 0
    issues: tuple[Issue, ...] = ()
    autoscaling_groups: tuple[str, ...] = ()
    capacity_type: str = ""


@dataclass(frozen=True, slots=True)
class FargateSelector:
    """Which pods a Fargate profile takes."""

    namespace: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FargateProfile:
    """A Fargate profile."""

    name: str
    status: str
    role_arn: str = ""
    subnet_ids: tuple[str, ...] = ()
    selectors: tuple[FargateSelector, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Association:
    """A Pod Identity association."""

    namespace: str
    service_account: str
    role_arn: str


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """Who may reach the cluster's API."""

    principal_arn: str
    type: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Insight:
    """An EKS insight that is not PASSING."""

    name: str
    category: str
    status: str
    reason: str = ""


CLUSTER = Reading[EksCluster | Absent](
    "eks:DescribeCluster", EksCluster | Absent, argument="CLUSTER"
)
ADDONS = Reading[tuple[Addon, ...]](
    "eks:DescribeAddon", tuple[Addon, ...], also=("eks:ListAddons",), argument="CLUSTER"
)
NODE_GROUPS = Reading[tuple[NodeGroup, ...]](
    "eks:DescribeNodegroup", tuple[NodeGroup, ...], also=("eks:ListNodegroups",), argument="CLUSTER"
)
FARGATE_PROFILES = Reading[tuple[FargateProfile, ...]](
    "eks:DescribeFargateProfile",
    tuple[FargateProfile, ...],
    also=("eks:ListFargateProfiles",),
    argument="CLUSTER",
)
ASSOCIATIONS = Reading[tuple[Association, ...]](
    "eks:DescribePodIdentityAssociation",
    tuple[Association, ...],
    also=("eks:ListPodIdentityAssociations",),
    argument="CLUSTER",
)
ACCESS_ENTRIES = Reading[tuple[AccessEntry, ...]](
    "eks:DescribeAccessEntry",
    tuple[AccessEntry, ...],
    also=("eks:ListAccessEntries",),
    argument="CLUSTER",
)
INSIGHTS = Reading[tuple[Insight, ...]]("eks:ListInsights", tuple[Insight, ...], argument="CLUSTER")
OIDC_PROVIDERS = Reading[tuple[str, ...]](
    "iam:ListOpenIDConnectProviders", tuple[str, ...], argument="ACCOUNT"
)
"""The issuers that IAM trusts, without `https://`."""

READINGS = (
    CLUSTER,
    ADDONS,
    NODE_GROUPS,
    FARGATE_PROFILES,
    ASSOCIATIONS,
    ACCESS_ENTRIES,
    INSIGHTS,
    OIDC_PROVIDERS,
)
