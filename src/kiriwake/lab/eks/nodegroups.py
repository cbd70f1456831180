"""Managed node groups: instances that join the cluster, or do not and say why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from kiriwake.lab.eks import access
from kiriwake.lab.eks.clusters import begin_update
from kiriwake.lab.eks.state import (
    EksCluster,
    Shape,
    bad_parameter,
    in_use,
    kept,
    not_found,
    page,
)
from kiriwake.lab.eks.versions import LAST_WITH_AL2
from kiriwake.lab.ground import AwsError, Eni
from kiriwake.lab.kube.node.machine import Machine
from kiriwake.lab.kube.node.machines import instance_type
from kiriwake.lab.kube.objects import Obj, is_true

LABEL = "eks.amazonaws.com/nodegroup"
JOINS_IN = timedelta(seconds=20)
AGAIN = timedelta(seconds=30)
GIVES_UP = timedelta(minutes=15)
"""A group whose nodes have not joined by then gets NodeCreationFailure."""
EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}
NODE_POLICY = "ec2:DescribeInstances"
"""What AmazonEKSWorkerNodePolicy gives and a node needs before it can register."""
NOT_JOINED = "Instances failed to join the kubernetes cluster"
NO_PUBLIC_ADDRESS = (
    "One or more Amazon EC2 Subnets of [{subnet}] for node group {group} does not automatically"
    " assign public IP addresses to instances launched into it. If you want your instances to be"
    " assigned a public IP address, then you need to enable auto-assign public IP address for the"
    " subnet. See IP addressing in VPC guide:"
    " https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html#subnet-public-ip"
)


def create(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """CreateNodegroup."""
    name = str(parameters["nodegroupName"])
    if name in cluster.nodegroups:
        raise in_use(f"NodeGroup already exists with name {name} and cluster name {cluster.name}")
    subnets = list(parameters.get("subnets") or ())
    for subnet in subnets:
        if cluster.ground.subnet(subnet) is None:
            raise bad_parameter(f"The subnet ID '{subnet}' does not exist")
    if not cluster.ground.role_exists(parameters["nodeRole"]):
        role = parameters["nodeRole"].rpartition("/")[2]
        raise bad_parameter(f"The role with name {role} cannot be found.")
    types = list(parameters.get("instanceTypes") or ("t3.medium",))
    arm = instance_type(types[0]).arch == "arm64"
    ami = parameters.get("amiType") or f"AL2023_{'ARM' if arm else 'x86'}_64_STANDARD"
    minor = cluster.running().world.minor()
    if str(ami).startswith("AL2_") and minor > LAST_WITH_AL2:
        raise bad_parameter(
            f"Requested amiType {ami} is not supported for kubernetes version 1.{minor}"
        )
    scaling = {
        "minSize": 1,
        "maxSize": 2,
        "desiredSize": 2,
        **(parameters.get("scalingConfig") or {}),
    }
    now = cluster.ground.now()
    group_id = cluster.new_id("nodegroup")
    shape: Shape = {
        "nodegroupName": name,
        "nodegroupArn": cluster.child_arn("nodegroup", name, group_id),
        "clusterName": cluster.name,
        "version": cluster.shape["version"],
        "releaseVersion": f"{cluster.shape['version']}.4-20250821",
        "createdAt": now,
        "modifiedAt": now,
        "status": "CREATING",
        "capacityType": parameters.get("capacityType") or "ON_DEMAND",
        "scalingConfig": scaling,
        "instanceTypes": types,
        "subnets": subnets,
        "amiType": ami,
        "nodeRole": parameters["nodeRole"],
        "labels": dict(parameters.get("labels") or {}),
        "taints": list(parameters.get("taints") or ()),
        "resources": {"autoScalingGroups": [{"name": f"eks-{name}-{group_id}"}]},
        "diskSize": parameters.get("diskSize") or 20,
        "health": {"issues": []},
        "updateConfig": dict(parameters.get("updateConfig") or {"maxUnavailable": 1}),
        "tags": dict(parameters.get("tags") or {}),
    }
    shape |= kept(parameters, "launchTemplate", "remoteAccess", "nodeRepairConfig")
    cluster.nodegroups[name] = shape
    _let_in(cluster, parameters["nodeRole"])
    _later(cluster, name, JOINS_IN)
    return {"nodegroup": shape}


def _let_in(cluster: EksCluster, role: str) -> None:
    """EKS itself gives the role of a managed node group access."""
    if cluster.shape["accessConfig"]["authenticationMode"] != "CONFIG_MAP":
        if role not in cluster.access_entries:
            access.add_entry(cluster, role, "EC2_LINUX")
        return
    if any(one.get("rolearn") == role for one in access.mapped(cluster, "mapRoles")):
        return
    store = cluster.running().world.store
    found = store.find("configmaps", "kube-system", "aws-auth")
    text = str(((found or {}).get("data") or {}).get("mapRoles", ""))
    text += (
        "- groups:\n  - system:bootstrappers\n  - system:nodes\n"
        f"  rolearn: {role}\n  username: system:node:{{{{EC2PrivateDNSName}}}}\n"
    )
    meta = {"name": "aws-auth", "namespace": "kube-system"}
    body: Obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
    if found is None:
        store.create("configmaps", {**body, "data": {"mapRoles": text}})
    else:
        store.update(
            "configmaps", {**found, "data": {**(found.get("data") or {}), "mapRoles": text}}
        )


def _later(cluster: EksCluster, name: str, wait: timedelta) -> None:
    due = cluster.ground.now() + wait
    loop = cluster.running().world.loop
    loop.at(due, ("nodegroup", name), lambda: reconcile(cluster, name))


def reconcile(cluster: EksCluster, name: str) -> None:
    """Launches or ends instances, and writes the group's status and issues."""
    group = cluster.nodegroups.get(name)
    if group is None or cluster.kube is None:
        return
    machines = members(cluster, name)
    wanted = int(group["scalingConfig"]["desiredSize"])
    while len(machines) > wanted:
        cluster.kube.machinery.nodes.leave(machines.pop().name)
    issue: Shape | None = None
    for number in range(len(machines), wanted):
        issue = _launch(cluster, group, number)
        if issue:
            break
    if not _judge(cluster, group, issue):
        _later(cluster, name, AGAIN)


def _judge(cluster: EksCluster, group: Shape, issue: Shape | None) -> bool:
    """Writes status and issues; whether the group is as it was asked for."""
    wanted = int(group["scalingConfig"]["desiredSize"])
    machines = members(cluster, group["nodegroupName"])
    missing = [one.instance_id for one in machines if not _is_ready(cluster, one)]
    if len(machines) == wanted and not missing:
        group["status"], group["health"] = "ACTIVE", {"issues": []}
        return True
    late = cluster.ground.now() - group["createdAt"] >= GIVES_UP
    if late and issue is None:
        code = "NodeCreationFailure"
        issue = {"code": code, "message": NOT_JOINED, "resourceIds": missing}
    told = issue is not None and (late or issue["code"] != "NodeCreationFailure")
    group["health"] = {"issues": [issue] if told else []}
    if told:
        after = {"CREATING": "CREATE_FAILED", "ACTIVE": "DEGRADED"}
        group["status"] = after.get(group["status"], group["status"])
    return False


def members(cluster: EksCluster, name: str) -> list[Machine]:
    """The machines of a group."""
    machines = cluster.running().machinery.nodes.machines.values()
    return [one for one in machines if one.labels.get(LABEL) == name]


def _is_ready(cluster: EksCluster, machine: Machine) -> bool:
    node = cluster.running().world.store.find("nodes", "", machine.name)
    return node is not None and is_true(node, "Ready")


def _launch(cluster: EksCluster, group: Shape, number: int) -> Shape | None:
    """Launches one instance; the health issue if it cannot be, or does not join."""
    ground, role = cluster.ground, group["nodeRole"]
    subnets = group["subnets"] or cluster.shape["resourcesVpcConfig"]["subnetIds"]
    subnet = subnets[number % len(subnets)]
    if not ground.role_exists(role):
        return {
            "code": "IamNodeRoleNotFound",
            "message": f"The node role {role} does not exist",
            "resourceIds": [role],
        }
    nodes = cluster.running().machinery.nodes
    try:
        eni = ground.create_interface(
            subnet, _groups(cluster), "", public_ip=_is_public(cluster, subnet)
        )
    except AwsError as refused:
        code = "AsgInstanceLaunchFailures"
        if refused.code.startswith("InsufficientFreeAddresses"):
            code = "InsufficientFreeAddresses"
        message = f"Could not launch On-Demand Instances. {refused.code} - {refused.message}"
        return {"code": code, "message": message, "resourceIds": [subnet]}
    why = _keeps_out(cluster, group, eni)
    if why:
        ground.delete_interface(eni.id)
        return {"code": "NodeCreationFailure", "message": NOT_JOINED, "resourceIds": [why]}
    kind = group["instanceTypes"][0]
    labels = {
        LABEL: group["nodegroupName"],
        "eks.amazonaws.com/nodegroup-image": "ami-0f9c27b471bdcd702",
        "eks.amazonaws.com/capacityType": group["capacityType"],
        **group["labels"],
    }
    taints = [
        {"key": one["key"], "value": one.get("value", ""), "effect": EFFECTS[one["effect"]]}
        for one in group["taints"]
    ]
    nodes.launch_on(eni, kind, role, labels=labels, taints=taints)
    return None


def _groups(cluster: EksCluster) -> tuple[str, ...]:
    return tuple(cluster.shape["resourcesVpcConfig"]["securityGroupIds"])


def _is_public(cluster: EksCluster, subnet: str) -> bool:
    return bool((cluster.ground.subnet(subnet) or {}).get("MapPublicIpOnLaunch"))


def _keeps_out(cluster: EksCluster, group: Shape, eni: Eni) -> str:
    """What keeps an instance from joining, empty if nothing does."""
    ground, config = cluster.ground, cluster.shape["resourcesVpcConfig"]
    role = group["nodeRole"]
    if not ground.trusts(role, "ec2.amazonaws.com") or not ground.may(role, NODE_POLICY).yes:
        return str(role)
    mode = cluster.shape["accessConfig"]["authenticationMode"]
    known = mode != "CONFIG_MAP" and role in cluster.access_entries
    in_map = mode != "API" and any(
        one.get("rolearn") == role for one in access.mapped(cluster, "mapRoles")
    )
    if not known and not in_map:
        return str(role)
    everybody = "0.0.0.0/0" in config["publicAccessCidrs"]
    public = config["endpointPublicAccess"] and everybody and ground.reach(eni, "internet").yes
    return "" if public or config["endpointPrivateAccess"] else eni.subnet_id


def group_of(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """The node group that a request names; raises ResourceNotFoundException."""
    found = cluster.nodegroups.get(parameters["nodegroupName"])
    if found is None:
        raise not_found(f"No node group found for name: {parameters['nodegroupName']}.")
    return found


def list_groups(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """ListNodegroups."""
    return page(sorted(cluster.nodegroups), parameters, "nodegroups")


def update_config(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """UpdateNodegroupConfig: size, labels, taints."""
    group = group_of(cluster, parameters)
    group["scalingConfig"] = {**group["scalingConfig"], **(parameters.get("scalingConfig") or {})}
    labels = parameters.get("labels") or {}
    group["labels"] |= labels.get("addOrUpdateLabels") or {}
    for key in labels.get("removeLabels") or ():
        group["labels"].pop(key, None)
    taints = parameters.get("taints") or {}
    gone = {(one["key"], one["effect"]) for one in taints.get("removeTaints") or ()}
    new = list(taints.get("addOrUpdateTaints") or ())
    gone |= {(one["key"], one["effect"]) for one in new}
    left = [one for one in group["taints"] if (one["key"], one["effect"]) not in gone]
    group["taints"] = [*left, *new]
    group["modifiedAt"] = cluster.ground.now()
    reconcile(cluster, group["nodegroupName"])
    return {"update": begin_update(cluster, "ConfigUpdate")}


def update_version(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """UpdateNodegroupVersion: new instances take the places of the old ones."""
    group = group_of(cluster, parameters)
    group["version"] = parameters.get("version") or cluster.shape["version"]
    for machine in members(cluster, group["nodegroupName"]):
        cluster.running().machinery.nodes.leave(machine.name)
    _later(cluster, group["nodegroupName"], JOINS_IN)
    return {"update": begin_update(cluster, "VersionUpdate", Version=group["version"])}


def delete(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """DeleteNodegroup."""
    group = group_of(cluster, parameters)
    for machine in members(cluster, group["nodegroupName"]):
        cluster.running().machinery.nodes.leave(machine.name)
    del cluster.nodegroups[group["nodegroupName"]]
    return {"nodegroup": {**group, "status": "DELETING"}}
