"""Who gets into a cluster: access entries, access policies and the aws-auth ConfigMap."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kiriwake.lab.eks.state import EksCluster, Shape, bad_parameter, in_use, kept, not_found, page
from kiriwake.lab.kube.world import Grant, User

POLICY = "arn:aws:eks::aws:cluster-access-policy/"
ROLES = {
    "AmazonEKSClusterAdminPolicy": "cluster-admin",
    "AmazonEKSAdminPolicy": "admin",
    "AmazonEKSEditPolicy": "edit",
    "AmazonEKSViewPolicy": "view",
    "AmazonEKSAdminViewPolicy": "view",
}
"""EKS access policies and the ClusterRole that says the same."""
SESSION = re.compile(r"^arn:aws[\w-]*:sts::(\d{12}):assumed-role/([^/]+)/(.+)$")
NODE_TYPES = {"EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX"}


def add_entry(
    cluster: EksCluster,
    principal: str,
    kind: str = "STANDARD",
    more: Mapping[str, Any] | None = None,
) -> Shape:
    """A new access entry; raises ResourceInUseException."""
    if principal in cluster.access_entries:
        raise in_use("The specified access entry resource is already in use on this cluster.")
    more = more or {}
    now = cluster.ground.now()
    entry_id = cluster.new_id("access-entry")
    owner = principal.split(":")[4]
    word, _, name = principal.rpartition(":")[2].partition("/")
    node = kind in NODE_TYPES
    entry: Shape = {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": list(more.get("kubernetesGroups") or ()),
        "accessEntryArn": cluster.child_arn("access-entry", word, owner, name, entry_id),
        "createdAt": now,
        "modifiedAt": now,
        "tags": dict(more.get("tags") or {}),
        "username": more.get("username") or _username(principal, node=node),
        "type": kind,
    }
    if node:
        entry["kubernetesGroups"] = ["system:nodes"]
    cluster.access_entries[principal] = entry
    cluster.policies.setdefault(principal, [])
    return entry


def _username(principal: str, *, node: bool) -> str:
    if node:
        return "system:node:{{EC2PrivateDNSName}}"
    if ":role/" in principal:
        name = principal.rpartition("/")[2]
        account = principal.split(":")[4]
        return f"arn:aws:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}"
    return principal


def create(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """CreateAccessEntry."""
    _entries_allowed(cluster)
    more = kept(parameters, "kubernetesGroups", "tags", "username")
    principal = str(parameters["principalArn"])
    if not principal.startswith("arn:"):
        raise bad_parameter("The principalArn parameter format is not valid")
    groups = more.get("kubernetesGroups") or ()
    if any(str(group).startswith("system:") for group in groups):
        raise bad_parameter("The kubernetes group name cannot start with system:")
    kind = str(parameters.get("type") or "STANDARD")
    return {"accessEntry": add_entry(cluster, principal, kind, more)}


def _entries_allowed(cluster: EksCluster) -> None:
    if cluster.shape["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        raise bad_parameter(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]"
            " to perform this operation."
        )


def entry(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """The access entry that a request names; raises ResourceNotFoundException."""
    _entries_allowed(cluster)
    found = cluster.access_entries.get(parameters["principalArn"])
    if found is None:
        raise not_found(
            "The specified principalArn could not be found. You can view your available access"
            " entries with 'list-access-entries'."
        )
    return found


def update(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """UpdateAccessEntry."""
    found = entry(cluster, parameters)
    found |= kept(parameters, "kubernetesGroups", "username")
    found["modifiedAt"] = cluster.ground.now()
    return {"accessEntry": found}


def delete(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """DeleteAccessEntry."""
    found = entry(cluster, parameters)
    del cluster.access_entries[found["principalArn"]]
    cluster.policies.pop(found["principalArn"], None)
    return {}


def list_entries(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """ListAccessEntries."""
    _entries_allowed(cluster)
    wanted = parameters.get("associatedPolicyArn")
    names = [
        principal
        for principal in sorted(cluster.access_entries)
        if not wanted or any(p["policyArn"] == wanted for p in cluster.policies[principal])
    ]
    return page(names, parameters, "accessEntries")


def associate(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """AssociateAccessPolicy."""
    found = entry(cluster, parameters)
    policy = str(parameters["policyArn"])
    if policy.removeprefix(POLICY) not in ROLES:
        raise bad_parameter(f"The policyArn parameter is not valid: {policy}")
    now = cluster.ground.now()
    shape = {
        "policyArn": policy,
        "accessScope": dict(parameters["accessScope"]),
        "associatedAt": now,
        "modifiedAt": now,
    }
    policies = cluster.policies[found["principalArn"]]
    policies[:] = [*(one for one in policies if one["policyArn"] != policy), shape]
    return {
        "clusterName": cluster.name,
        "principalArn": found["principalArn"],
        "associatedAccessPolicy": shape,
    }


def disassociate(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """DisassociateAccessPolicy."""
    found = entry(cluster, parameters)
    policies = cluster.policies[found["principalArn"]]
    left = [one for one in policies if one["policyArn"] != parameters["policyArn"]]
    if len(left) == len(policies):
        raise not_found("The specified policyArn could not be found on the access entry.")
    policies[:] = left
    return {}


def list_associated(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """ListAssociatedAccessPolicies."""
    found = entry(cluster, parameters)
    return {
        "associatedAccessPolicies": list(cluster.policies[found["principalArn"]]),
        "clusterName": cluster.name,
        "principalArn": found["principalArn"],
    }


def list_policies(_parameters: Mapping[str, Any]) -> Shape:
    """ListAccessPolicies."""
    return {"accessPolicies": [{"name": name, "arn": POLICY + name} for name in ROLES]}


# --- what it means inside ------------------------------------------------------------


def who(cluster: EksCluster, principal: str) -> User | None:
    """The Kubernetes user that an AWS principal is, None if it has no access."""
    mode = cluster.shape["accessConfig"]["authenticationMode"]
    role = role_of(principal)
    found = cluster.access_entries.get(role) if mode != "CONFIG_MAP" else None
    if found is not None:
        grants = tuple(_grant(one) for one in cluster.policies.get(role, ()))
        name = str(found["username"])
        session = SESSION.match(principal)
        if session:
            name = name.replace("{{SessionName}}", session[3])
        return User(name, tuple(found["kubernetesGroups"]), grants, principal)
    if mode == "API":
        return None
    if mode == "CONFIG_MAP" and role == cluster.creator:
        return User("kubernetes-admin", ("system:masters",), (), principal)
    return _from_config_map(cluster, role, principal)


def role_of(principal: str) -> str:
    """The role's ARN of a session, else the principal itself."""
    session = SESSION.match(principal)
    return f"arn:aws:iam::{session[1]}:role/{session[2]}" if session else principal


def _grant(policy: Shape) -> Grant:
    scope = policy["accessScope"]
    spaces = tuple(scope.get("namespaces") or ()) if scope.get("type") == "namespace" else ()
    return Grant(ROLES[policy["policyArn"].removeprefix(POLICY)], spaces)


def _from_config_map(cluster: EksCluster, role: str, principal: str) -> User | None:
    for field, key in (("mapRoles", "rolearn"), ("mapUsers", "userarn")):
        for one in mapped(cluster, field):
            if one.get(key) == role:
                groups = tuple(str(group) for group in one.get("groups") or ())
                return User(str(one.get("username") or role), groups, (), principal)
    return None


def mapped(cluster: EksCluster, field: str) -> Sequence[Mapping[str, Any]]:
    """The entries of `aws-auth`, none where it is missing or no YAML list."""
    store = cluster.running().world.store
    found = store.find("configmaps", "kube-system", "aws-auth")
    text = str(((found or {}).get("data") or {}).get(field, ""))
    try:
        said = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return ()
    return [one for one in said if isinstance(one, dict)] if isinstance(said, list) else ()
