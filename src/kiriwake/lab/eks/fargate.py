"""Fargate profiles: which pods run on Fargate, where, and under which role."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from kiriwake.lab.eks import access
from kiriwake.lab.eks.state import EksCluster, Shape, bad_parameter, in_use, not_found, page
from kiriwake.lab.kube.world import FargateProfile


def create(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """CreateFargateProfile."""
    name = str(parameters["fargateProfileName"])
    if name in cluster.fargate_profiles:
        raise in_use("A Fargate Profile already exists with this name in this cluster.")
    selectors = parameters.get("selectors") or ()
    if not selectors or any(not one.get("namespace") for one in selectors):
        raise bad_parameter("Fargate Profile cannot have empty selectors or empty namespaces.")
    role = parameters["podExecutionRoleArn"]
    if not cluster.ground.trusts(role, "eks-fargate-pods.amazonaws.com"):
        raise bad_parameter(
            "Misconfigured PodExecutionRole Trust Policy; Please add the"
            f" eks-fargate-pods.amazonaws.com Service Principal: {role}"
        )
    subnets = list(parameters.get("subnets") or cluster.shape["resourcesVpcConfig"]["subnetIds"])
    for subnet in subnets:
        if cluster.ground.subnet(subnet) is None:
            raise bad_parameter(f"The subnet ID '{subnet}' does not exist")
    shape: Shape = {
        "fargateProfileName": name,
        "fargateProfileArn": cluster.child_arn("fargateprofile", name, cluster.new_id("profile")),
        "clusterName": cluster.name,
        "createdAt": cluster.ground.now(),
        "podExecutionRoleArn": role,
        "subnets": subnets,
        "selectors": [dict(one) for one in selectors],
        "status": "ACTIVE",
        "tags": dict(parameters.get("tags") or {}),
        "health": {"issues": []},
    }
    cluster.fargate_profiles[name] = shape
    config = cluster.shape["accessConfig"]["authenticationMode"]
    if config != "CONFIG_MAP" and role not in cluster.access_entries:
        access.add_entry(cluster, role, "FARGATE_LINUX")
    return {"fargateProfile": {**shape, "status": "CREATING"}}


def profile_of(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """The profile that a request names; raises ResourceNotFoundException."""
    found = cluster.fargate_profiles.get(parameters["fargateProfileName"])
    if found is None:
        name = parameters["fargateProfileName"]
        raise not_found(f"No Fargate Profile found with name: {name}.")
    return found


def list_profiles(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """ListFargateProfiles."""
    return page(sorted(cluster.fargate_profiles), parameters, "fargateProfileNames")


def delete(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """DeleteFargateProfile."""
    found = profile_of(cluster, parameters)
    del cluster.fargate_profiles[found["fargateProfileName"]]
    return {"fargateProfile": {**found, "status": "DELETING"}}


def taker(cluster: EksCluster, namespace: str, labels: Mapping[str, str]) -> FargateProfile | None:
    """The profile that takes a pod: the first by name whose selector fits, wildcards too."""
    for name in sorted(cluster.fargate_profiles):
        profile = cluster.fargate_profiles[name]
        for selector in profile["selectors"]:
            wanted = selector.get("labels") or {}
            if fnmatchcase(namespace, selector["namespace"]) and all(
                fnmatchcase(labels.get(key, ""), value) for key, value in wanted.items()
            ):
                return FargateProfile(
                    name, profile["podExecutionRoleArn"], tuple(profile["subnets"])
                )
    return None
