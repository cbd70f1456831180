"""Clusters: made with a working endpoint, described, updated, deleted."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from kiriwake.lab.eks import access, versions
from kiriwake.lab.eks.state import (
    EksCluster,
    Shape,
    bad_parameter,
    in_use,
    kept,
    not_found,
    page,
)
from kiriwake.lab.ground import AwsError, Caller, Ground
from kiriwake.lab.kube.objects import uid

NAME = re.compile(r"^[0-9A-Za-z][A-Za-z0-9\-_]{0,99}$")
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
STREAMS = {
    "api": "kube-apiserver",
    "audit": "kube-apiserver-audit",
    "authenticator": "authenticator",
    "controllerManager": "kube-controller-manager",
    "scheduler": "kube-scheduler",
}
LINES = {
    "api": 'I controller.go:667] "quota admission added evaluator for: serviceaccounts"',
    "audit": '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","verb":"list"}',
    "authenticator": 'time="…" level=info msg="STS response" accountid={account}',
    "controllerManager": 'I shared_informer.go:320] "Caches are synced" controller="node"',
    "scheduler": 'I leaderelection.go:268] "successfully acquired lease" lease="kube-scheduler"',
}
UPDATE_TAKES = timedelta(seconds=5)
LOGS_EVERY = timedelta(minutes=5)
FEWEST_FREE = 5
"""Free addresses that an update of a cluster may need in its subnets."""


def create(ground: Ground, caller: Caller, parameters: Mapping[str, Any]) -> EksCluster:
    """The EKS side of a new cluster; raises the API's errors."""
    name = str(parameters["name"])
    if not NAME.match(name):
        raise bad_parameter(
            "The cluster name can contain only alphanumeric characters (case-sensitive) and"
            " hyphens. It must start with an alphanumeric character and can't be longer than 100"
            " characters."
        )
    version = str(parameters.get("version") or versions.DEFAULT)
    versions.check_version(version, ground.now())
    vpc = parameters.get("resourcesVpcConfig") or {}
    subnets = [_subnet(ground, subnet) for subnet in vpc.get("subnetIds") or ()]
    if len({subnet["AvailabilityZone"] for subnet in subnets}) < len(("a", "b")):
        raise bad_parameter("Subnets specified must be in at least two different AZs")
    if not ground.role_exists(parameters["roleArn"]):
        raise bad_parameter(
            f"The role with name {parameters['roleArn'].rpartition('/')[2]} cannot be found."
        )
    arn = f"arn:aws:eks:{ground.region}:{ground.account}:cluster/{name}"
    config = parameters.get("accessConfig") or {}
    identity = uid(f"{arn}/oidc").replace("-", "").upper()
    shape: Shape = {
        "name": name,
        "arn": arn,
        "createdAt": ground.now(),
        "version": version,
        "roleArn": parameters["roleArn"],
        "resourcesVpcConfig": {
            "subnetIds": list(vpc.get("subnetIds") or ()),
            "securityGroupIds": list(vpc.get("securityGroupIds") or ()),
            "vpcId": subnets[0]["VpcId"],
            "endpointPublicAccess": vpc.get("endpointPublicAccess", True),
            "endpointPrivateAccess": vpc.get("endpointPrivateAccess", False),
            "publicAccessCidrs": list(vpc.get("publicAccessCidrs") or ("0.0.0.0/0",)),
        },
        "kubernetesNetworkConfig": {
            "serviceIpv4Cidr": "172.20.0.0/16",
            "ipFamily": "ipv4",
            "elasticLoadBalancing": {"enabled": False},
        },
        "logging": logging_of((parameters.get("logging") or {}).get("clusterLogging") or (), set()),
        "identity": {
            "oidc": {"issuer": f"https://oidc.eks.{ground.region}.amazonaws.com/id/{identity}"}
        },
        "status": "CREATING",
        "platformVersion": versions.PLATFORM,
        "tags": dict(parameters.get("tags") or {}),
        "encryptionConfig": list(parameters.get("encryptionConfig") or ()),
        "health": {"issues": []},
        "accessConfig": {
            "bootstrapClusterCreatorAdminPermissions": config.get(
                "bootstrapClusterCreatorAdminPermissions", True
            ),
            "authenticationMode": config.get("authenticationMode") or "CONFIG_MAP",
        },
        "upgradePolicy": dict(parameters.get("upgradePolicy") or {"supportType": "EXTENDED"}),
        "deletionProtection": bool(parameters.get("deletionProtection")),
    }
    shape |= kept(parameters, "zonalShiftConfig")
    return EksCluster(ground, name, shape, access.role_of(caller.principal))


def _subnet(ground: Ground, subnet_id: str) -> Mapping[str, Any]:
    found = ground.subnet(subnet_id)
    if found is None:
        raise bad_parameter(f"The subnet ID '{subnet_id}' does not exist")
    return found


def logging_of(asked: Any, enabled: set[str]) -> Shape:  # noqa: ANN401 - a list of structures
    """The `logging` of a cluster after a request: on and off, as the API groups them."""
    on = set(enabled)
    for setup in asked:
        for kind in setup.get("types") or ():
            (on.add if setup.get("enabled") else on.discard)(kind)
    groups = []
    for wanted in (True, False):
        types = [kind for kind in LOG_TYPES if (kind in on) == wanted]
        if types:
            groups.append({"types": types, "enabled": wanted})
    return {"clusterLogging": groups}


def enabled_logs(cluster: EksCluster) -> set[str]:
    """The control-plane log types that are on."""
    return {
        kind
        for setup in cluster.shape["logging"]["clusterLogging"]
        if setup["enabled"]
        for kind in setup["types"]
    }


def begin(cluster: EksCluster, endpoint: str, ca_pem: str) -> None:
    """The cluster answers from now on: its interfaces, endpoint, CA and first access entry."""
    ground, shape = cluster.ground, cluster.shape
    for subnet in shape["resourcesVpcConfig"]["subnetIds"][:2]:
        groups = shape["resourcesVpcConfig"]["securityGroupIds"]
        try:
            ground.create_interface(subnet, groups, f"Amazon EKS {cluster.name}")
        except AwsError as refused:
            code = refused.code.removesuffix("InSubnet")
            issue = {"code": code, "message": refused.message, "resourceIds": [subnet]}
            shape["health"]["issues"].append(issue)
    shape["status"] = "ACTIVE"
    shape["endpoint"] = endpoint
    shape["certificateAuthority"] = {"data": base64.b64encode(ca_pem.encode()).decode()}
    config = shape["accessConfig"]
    if config["bootstrapClusterCreatorAdminPermissions"]:
        _give_creator_access(cluster)
    write_logs(cluster)


def _give_creator_access(cluster: EksCluster) -> None:
    if cluster.shape["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        return
    if cluster.creator not in cluster.access_entries:
        access.add_entry(cluster, cluster.creator)
    now = cluster.ground.now()
    policy = f"{access.POLICY}AmazonEKSClusterAdminPolicy"
    scope = {"type": "cluster", "namespaces": []}
    shape = {"policyArn": policy, "accessScope": scope, "associatedAt": now, "modifiedAt": now}
    cluster.policies[cluster.creator] = [shape]


def write_logs(cluster: EksCluster) -> None:
    """Writes control-plane logs of the enabled types, now and every few minutes."""
    kinds, ground = enabled_logs(cluster), cluster.ground
    if not kinds or cluster.kube is None:
        return
    group = f"/aws/eks/{cluster.name}/cluster"
    if not ground.log_group_exists(group):
        ground.create_log_group(group)
    mark = uid(cluster.arn).replace("-", "")
    for kind in LOG_TYPES:
        if kind in kinds:
            text = LINES[kind].replace("{account}", ground.account)
            ground.put_logs(group, f"{STREAMS[kind]}-{mark}", [(ground.now(), text)])
    loop = cluster.kube.world.loop
    loop.at(ground.now() + LOGS_EVERY, ("control-plane-logs",), lambda: write_logs(cluster))


# --- updates ----------------------------------------------------------------------------


def begin_update(cluster: EksCluster, kind: str, **parameters: str) -> Shape:
    """An update, in progress for some seconds."""
    update: Shape = {
        "id": cluster.new_id("update"),
        "status": "InProgress",
        "type": kind,
        "params": [{"type": key, "value": value} for key, value in parameters.items()],
        "createdAt": cluster.ground.now(),
        "errors": [],
    }
    cluster.updates[update["id"]] = update
    return dict(update)


def finished(cluster: EksCluster, update: Shape) -> Shape:
    """An update as it stands now."""
    over = cluster.ground.now() - update["createdAt"] >= UPDATE_TAKES
    if over and update["status"] == "InProgress":
        update["status"] = "Failed" if update["errors"] else "Successful"
    return dict(update)


def update_config(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """UpdateClusterConfig: logging, endpoint access, access configuration and the like."""
    if "logging" in parameters:
        return _update_logging(cluster, parameters["logging"])
    if "resourcesVpcConfig" in parameters:
        return _update_vpc(cluster, parameters["resourcesVpcConfig"])
    if "accessConfig" in parameters:
        return _update_access(cluster, parameters["accessConfig"])
    for key, kind in (
        ("upgradePolicy", "UpgradePolicyUpdate"),
        ("deletionProtection", "DeletionProtectionUpdate"),
        ("zonalShiftConfig", "ZonalShiftConfigUpdate"),
    ):
        if key in parameters:
            cluster.shape[key] = parameters[key]
            return {"update": begin_update(cluster, kind)}
    raise bad_parameter("The type for cluster update was not provided.")


def _update_logging(cluster: EksCluster, asked: Mapping[str, Any]) -> Shape:
    before = enabled_logs(cluster)
    setups = asked.get("clusterLogging") or ()
    for setup in setups:
        wrong = [kind for kind in setup.get("types") or () if kind not in LOG_TYPES]
        if wrong:
            raise bad_parameter(f"Unsupported log type: {wrong[0]}")
    after = logging_of(setups, before)
    if after == cluster.shape["logging"]:
        raise bad_parameter("No changes needed for the logging config provided")
    cluster.shape["logging"] = after
    write_logs(cluster)
    said = str({"clusterLogging": list(setups)}).replace("'", '"').replace("True", "true")
    update = begin_update(cluster, "LoggingUpdate", ClusterLogging=said.replace("False", "false"))
    return {"update": update}


def _update_vpc(cluster: EksCluster, asked: Mapping[str, Any]) -> Shape:
    config = cluster.shape["resourcesVpcConfig"]
    new = {**config, **kept(asked, *config)}
    if not new["endpointPublicAccess"] and not new["endpointPrivateAccess"]:
        raise bad_parameter("Private and public endpoint access cannot be false")
    if new == config:
        raise bad_parameter(
            "Cluster is already at the desired configuration with"
            f" endpointPrivateAccess: {str(config['endpointPrivateAccess']).lower()} ,"
            f" endpointPublicAccess: {str(config['endpointPublicAccess']).lower()}"
        )
    kind = "VpcConfigUpdate" if "subnetIds" in asked else "EndpointAccessUpdate"
    cluster.shape["resourcesVpcConfig"] = new
    update = begin_update(
        cluster,
        kind,
        EndpointPublicAccess=str(new["endpointPublicAccess"]).lower(),
        EndpointPrivateAccess=str(new["endpointPrivateAccess"]).lower(),
    )
    return {"update": update}


def _update_access(cluster: EksCluster, asked: Mapping[str, Any]) -> Shape:
    order = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
    config = cluster.shape["accessConfig"]
    mode = asked.get("authenticationMode") or config["authenticationMode"]
    if order.index(mode) < order.index(config["authenticationMode"]):
        raise bad_parameter(
            f"Unsupported authentication mode update from {config['authenticationMode']} to {mode}"
        )
    config["authenticationMode"] = mode
    _give_creator_access(cluster)
    return {"update": begin_update(cluster, "AccessConfigUpdate", AuthenticationMode=mode)}


def update_version(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """UpdateClusterVersion: one minor version at a time."""
    wanted = str(parameters["version"])
    versions.check_version(wanted, cluster.ground.now())
    step = int(wanted.partition(".")[2]) - cluster.running().world.minor()
    if step != 1:
        raise bad_parameter(
            f"Unsupported Kubernetes minor version update from {cluster.shape['version']} to"
            f" {wanted}"
        )
    cluster.shape["version"] = wanted
    cluster.running().world.version = wanted
    return {"update": begin_update(cluster, "VersionUpdate", Version=wanted)}


def describe_update(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """DescribeUpdate."""
    found = cluster.updates.get(parameters["updateId"])
    if found is None:
        raise not_found(f"No update found for ID: {parameters['updateId']}")
    return {"update": finished(cluster, found)}


def list_updates(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """ListUpdates."""
    return page(list(cluster.updates), parameters, "updateIds")


def check_deletable(cluster: EksCluster) -> None:
    """Raises ResourceInUseException while something hangs on the cluster."""
    if cluster.shape.get("deletionProtection"):
        raise AwsError("InvalidRequestException", "Cluster has deletion protection enabled", 400)
    if cluster.nodegroups:
        raise in_use("Cluster has nodegroups attached")
    if cluster.fargate_profiles:
        raise in_use("Cluster cannot be deleted because it currently has Fargate profiles")
