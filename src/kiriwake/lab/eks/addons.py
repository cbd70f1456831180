"""EKS add-ons: installed workloads, their health, their versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiriwake.lab.eks import identity
from kiriwake.lab.eks.clusters import begin_update
from kiriwake.lab.eks.state import EksCluster, Shape, bad_parameter, in_use, kept, not_found, page
from kiriwake.lab.kube import addons as workloads
from kiriwake.lab.kube.objects import Obj, annotations_of, name_of

VERSIONS = {
    "vpc-cni": ("v1.20.1-eksbuild.1", "networking", True),
    "kube-proxy": ("v1.33.3-eksbuild.4", "networking", False),
    "coredns": ("v1.12.2-eksbuild.4", "networking", False),
    "metrics-server": ("v0.8.0-eksbuild.2", "observability", False),
    "eks-pod-identity-agent": ("v1.3.8-eksbuild.2", "security", False),
    "aws-ebs-csi-driver": ("v1.48.0-eksbuild.1", "storage", True),
    "amazon-cloudwatch-observability": ("v4.4.0-eksbuild.1", "observability", True),
}
"""Version, type, and whether it needs IAM permissions, by add-on."""
ACCOUNTS = {
    "aws-ebs-csi-driver": ("kube-system", "ebs-csi-controller-sa"),
    "vpc-cni": ("kube-system", "aws-node"),
    "amazon-cloudwatch-observability": ("amazon-cloudwatch", "cloudwatch-agent"),
}
NOTE = "eks.amazonaws.com/role-arn"


def create(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """CreateAddon."""
    name = str(parameters["addonName"])
    if name not in VERSIONS:
        raise bad_parameter(
            f"Addon {name} specified is not supported in {_version(cluster)} kubernetes version"
        )
    if name in cluster.addons:
        raise in_use("Addon already exists.")
    default = VERSIONS[name][0]
    version = str(parameters.get("addonVersion") or default)
    if version != default:
        raise bad_parameter(
            f"Addon version specified is not supported, AddonName: {name}, Version: {version},"
            f" KubernetesVersion: {_version(cluster)}"
        )
    now = cluster.ground.now()
    shape: Shape = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "CREATING",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": cluster.child_arn("addon", name, cluster.new_id("addon")),
        "createdAt": now,
        "modifiedAt": now,
        "tags": dict(parameters.get("tags") or {}),
        "podIdentityAssociations": [],
    }
    shape |= kept(parameters, "serviceAccountRoleArn", "configurationValues")
    cluster.addons[name] = shape
    workloads.install(cluster.running().world, name)
    _give_role(cluster, name, shape.get("serviceAccountRoleArn"))
    _associate(cluster, shape, parameters)
    return {"addon": dict(shape)}


def _version(cluster: EksCluster) -> str:
    return str(cluster.shape["version"])


def _associate(cluster: EksCluster, shape: Shape, parameters: Mapping[str, Any]) -> None:
    """Pod Identity associations asked for with the add-on."""
    from_request = parameters.get("podIdentityAssociations") or ()
    for asked in from_request:
        account = {"namespace": ACCOUNTS.get(shape["addonName"], ("kube-system", ""))[0], **asked}
        made = identity.create(cluster, account)["association"]
        made["ownerArn"] = shape["addonArn"]
        shape["podIdentityAssociations"].append(made["associationArn"])


def _give_role(cluster: EksCluster, name: str, role: str | None) -> None:
    """Writes the role into the service account's annotation, and restarts the pods."""
    if not role or name not in ACCOUNTS:
        return
    store = cluster.running().world.store
    namespace, account_name = ACCOUNTS[name]
    account = store.find("serviceaccounts", namespace, account_name)
    if account is not None:
        meta = {**account["metadata"], "annotations": {**annotations_of(account), NOTE: role}}
        store.update("serviceaccounts", {**account, "metadata": meta})


def addon_of(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """The add-on that a request names, with its health as it is now."""
    found = cluster.addons.get(parameters["addonName"])
    if found is None:
        name = parameters["addonName"]
        raise not_found(f"No addon: {name} found in cluster: {cluster.name}")
    _judge(cluster, found)
    return found


def _judge(cluster: EksCluster, shape: Shape) -> None:
    issues = [
        {
            "code": "InsufficientNumberOfReplicas",
            "message": "The add-on is unhealthy because it doesn't have the desired number of"
            " replicas.",
            "resourceIds": [name_of(one)],
        }
        for one in workloads.workloads(cluster.running().world, shape["addonName"])
        if _lacks(one)
    ]
    shape["health"] = {"issues": issues[:1]}
    if not issues:
        shape["status"] = "ACTIVE"
    elif shape["status"] == "ACTIVE" or cluster.nodegroups:
        shape["status"] = "DEGRADED"


def _lacks(one: Obj) -> bool:
    status = one.get("status", {})
    if one["kind"] == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        return int(status.get("numberReady", 0)) < int(wanted)
    return int(status.get("availableReplicas", 0)) < int(one["spec"].get("replicas", 1))


def list_addons(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """ListAddons."""
    return page(sorted(cluster.addons), parameters, "addons")


def update(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """UpdateAddon."""
    found = addon_of(cluster, parameters)
    found |= kept(parameters, "serviceAccountRoleArn", "configurationValues", "addonVersion")
    found["modifiedAt"] = cluster.ground.now()
    workloads.install(cluster.running().world, found["addonName"])
    _give_role(cluster, found["addonName"], found.get("serviceAccountRoleArn"))
    _associate(cluster, found, parameters)
    return {"update": begin_update(cluster, "AddonUpdate", AddonVersion=found["addonVersion"])}


def delete(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """DeleteAddon; with `preserve` its workloads stay."""
    found = addon_of(cluster, parameters)
    del cluster.addons[found["addonName"]]
    if not parameters.get("preserve"):
        workloads.remove(cluster.running().world, found["addonName"])
    return {"addon": {**found, "status": "DELETING"}}


def describe_versions(parameters: Mapping[str, Any]) -> Shape:
    """DescribeAddonVersions."""
    wanted = parameters.get("addonName")
    kubernetes = parameters.get("kubernetesVersion") or "1.33"
    return {
        "addons": [
            {
                "addonName": name,
                "type": kind,
                "publisher": "eks",
                "owner": "aws",
                "addonVersions": [
                    {
                        "addonVersion": version,
                        "architecture": ["amd64", "arm64"],
                        "compatibilities": [
                            {
                                "clusterVersion": kubernetes,
                                "platformVersions": ["*"],
                                "defaultVersion": True,
                            }
                        ],
                        "requiresConfiguration": False,
                        "requiresIamPermissions": needs_rights,
                    }
                ],
            }
            for name, (version, kind, needs_rights) in VERSIONS.items()
            if not wanted or name == wanted
        ]
    }
