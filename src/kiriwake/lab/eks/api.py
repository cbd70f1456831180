"""The EKS API: every operation, by name, on the clusters of every account and region."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kiriwake.lab.eks import (
    access,
    addons,
    clusters,
    fargate,
    identity,
    nodegroups,
    versions,
)
from kiriwake.lab.eks.state import EksCluster, Shape, in_use, not_found, page
from kiriwake.lab.ground import AwsError, Caller, Ground, Serving
from kiriwake.lab.kube.cluster import Around, Cluster
from kiriwake.lab.kube.objects import Obj
from kiriwake.lab.kube.world import FargateProfile, User

Operation = Callable[[EksCluster, Mapping[str, Any]], Mapping[str, Any]]


class Facts:
    """What a cluster's Kubernetes asks of EKS and IAM. Implements `Outside`."""

    def __init__(self, cluster: EksCluster) -> None:
        self._cluster = cluster
        self.issuer = str(cluster.shape["identity"]["oidc"]["issuer"]).removeprefix("https://")

    def who(self, principal: str) -> User | None:
        """The user that an AWS principal is in this cluster."""
        return access.who(self._cluster, principal)

    def pod_identity(self, namespace: str, account: str) -> str:
        """The role of a Pod Identity association."""
        return identity.role_for(self._cluster, namespace, account)

    def fargate_profile(self, namespace: str, labels: Mapping[str, str]) -> FargateProfile | None:
        """The Fargate profile that takes such a pod."""
        return fargate.taker(self._cluster, namespace, labels)

    def web_identity(self, role_arn: str, subject: str) -> str:
        """What STS says to a pod's projected token."""
        ground = self._cluster.ground
        return identity.web_identity(ground, ground.account, self.issuer, role_arn, subject)

    def security_groups(self) -> Sequence[str]:
        """The security groups of nodes and pods."""
        return tuple(self._cluster.shape["resourcesVpcConfig"]["securityGroupIds"])


def _one(key: str, find: Operation) -> Operation:
    return lambda cluster, parameters: {key: dict(find(cluster, parameters))}


ON_CLUSTER: Mapping[str, Operation] = {
    "DescribeCluster": lambda cluster, _: {"cluster": cluster.shape},
    "UpdateClusterConfig": clusters.update_config,
    "UpdateClusterVersion": clusters.update_version,
    "DescribeUpdate": clusters.describe_update,
    "ListUpdates": clusters.list_updates,
    "CreateNodegroup": nodegroups.create,
    "DescribeNodegroup": _one("nodegroup", nodegroups.group_of),
    "ListNodegroups": nodegroups.list_groups,
    "UpdateNodegroupConfig": nodegroups.update_config,
    "UpdateNodegroupVersion": nodegroups.update_version,
    "DeleteNodegroup": nodegroups.delete,
    "CreateFargateProfile": fargate.create,
    "DescribeFargateProfile": _one("fargateProfile", fargate.profile_of),
    "ListFargateProfiles": fargate.list_profiles,
    "DeleteFargateProfile": fargate.delete,
    "CreateAddon": addons.create,
    "DescribeAddon": _one("addon", addons.addon_of),
    "ListAddons": addons.list_addons,
    "UpdateAddon": addons.update,
    "DeleteAddon": addons.delete,
    "CreatePodIdentityAssociation": identity.create,
    "DescribePodIdentityAssociation": identity.describe,
    "ListPodIdentityAssociations": identity.list_all,
    "UpdatePodIdentityAssociation": identity.update,
    "DeletePodIdentityAssociation": identity.delete,
    "CreateAccessEntry": access.create,
    "DescribeAccessEntry": _one("accessEntry", access.entry),
    "ListAccessEntries": access.list_entries,
    "UpdateAccessEntry": access.update,
    "DeleteAccessEntry": access.delete,
    "AssociateAccessPolicy": access.associate,
    "DisassociateAccessPolicy": access.disassociate,
    "ListAssociatedAccessPolicies": access.list_associated,
    "ListInsights": lambda c, p: versions.list_insights(c, p, c.ground.now()),
    "DescribeInsight": lambda c, p: versions.describe_insight(c, p, c.ground.now()),
    "ListIdentityProviderConfigs": lambda _c, _p: {"identityProviderConfigs": []},
}
ON_ACCOUNT = {
    "CreateCluster",
    "ListClusters",
    "DeleteCluster",
    "DescribeClusterVersions",
    "DescribeAddonVersions",
    "ListAccessPolicies",
    "ListTagsForResource",
    "TagResource",
    "UntagResource",
}


class Eks:
    """EKS of the whole lab. Implements the edge's `Handler`, `Engine` and `Workloads`."""

    def __init__(self, ground: Callable[[str, str], Ground], around: Around) -> None:
        self._ground = ground
        self._around = around
        self.clusters: dict[tuple[str, str, str], EksCluster] = {}

    # --- the edge's handler ------------------------------------------------------------
    def handles(self, action: str) -> bool:
        """EKS is wholly the lab's own: what it does not know is an unknown operation."""
        return bool(action)

    def handle(
        self, caller: Caller, action: str, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The answer in API shape; raises AwsError."""
        if action in ON_ACCOUNT:
            return self._on_account(caller, action, parameters)
        operation = ON_CLUSTER.get(action)
        if operation is None:
            message = f"The lab's EKS does not know {action}"
            raise AwsError("UnknownOperationException", message, 404)
        name = str(parameters.get("clusterName") or parameters.get("name") or "")
        return operation(self.find(caller, name), parameters)

    def find(self, caller: Caller, name: str) -> EksCluster:
        """A cluster of the caller's account and region; raises ResourceNotFoundException."""
        found = self.clusters.get((caller.account, caller.region, name))
        if found is None:
            raise not_found(f"No cluster found for name: {name}.")
        return found

    def _on_account(
        self, caller: Caller, action: str, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        ground = self._ground(caller.account, caller.region)
        ways: Mapping[str, Callable[[], Mapping[str, Any]]] = {
            "CreateCluster": lambda: self._create(ground, caller, parameters),
            "DeleteCluster": lambda: self._delete(caller, str(parameters["name"])),
            "ListClusters": lambda: page(self._names(caller), parameters, "clusters"),
            "DescribeClusterVersions": lambda: versions.describe(parameters, ground.now()),
            "DescribeAddonVersions": lambda: addons.describe_versions(parameters),
            "ListAccessPolicies": lambda: access.list_policies(parameters),
            "ListTagsForResource": lambda: {"tags": self._tags(caller, parameters)},
            "TagResource": lambda: self._tag(caller, parameters),
            "UntagResource": lambda: self._untag(caller, parameters),
        }
        return ways[action]()

    def _names(self, caller: Caller) -> list[str]:
        here = (caller.account, caller.region)
        return sorted(name for *place, name in self.clusters if tuple(place) == here)

    def _create(
        self, ground: Ground, caller: Caller, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        key = (caller.account, caller.region, str(parameters["name"]))
        if key in self.clusters:
            raise in_use(f"Cluster already exists with name: {key[2]}")
        cluster = clusters.create(ground, caller, parameters)
        created = dict(cluster.shape)
        born = None if parameters.get("bootstrapSelfManagedAddons", True) else ()
        version = str(cluster.shape["version"])
        kube = Cluster(cluster.name, version, ground, Facts(cluster), self._around, addons=born)
        cluster.kube = kube
        clusters.begin(cluster, kube.serve(), kube.authority.pem)
        self.clusters[key] = cluster
        return {"cluster": created}

    def _delete(self, caller: Caller, name: str) -> Mapping[str, Any]:
        cluster = self.find(caller, name)
        clusters.check_deletable(cluster)
        cluster.running().stop()
        del self.clusters[caller.account, caller.region, name]
        return {"cluster": {**cluster.shape, "status": "DELETING"}}

    # --- tags ------------------------------------------------------------------------------
    def _tags(self, caller: Caller, parameters: Mapping[str, Any]) -> Shape:
        arn = str(parameters["resourceArn"])
        for key, cluster in self.clusters.items():
            if key[:2] != (caller.account, caller.region):
                continue
            for shape, member in _tagged(cluster):
                if shape.get(member) == arn:
                    tags: Shape = shape.setdefault("tags", {})
                    return tags
        raise not_found(f"The specified resource could not be found: {arn}")

    def _tag(self, caller: Caller, parameters: Mapping[str, Any]) -> Shape:
        self._tags(caller, parameters).update(parameters["tags"])
        return {}

    def _untag(self, caller: Caller, parameters: Mapping[str, Any]) -> Shape:
        tags = self._tags(caller, parameters)
        for key in parameters["tagKeys"]:
            tags.pop(key, None)
        return {}

    # --- Engine and Workloads -----------------------------------------------------------------
    def next_due(self) -> datetime | None:
        """The next moment at which something happens in a cluster."""
        moments = [due for one in self._kubes() if (due := one.next_due()) is not None]
        return min(moments, default=None)

    def step(self) -> None:
        """Does all that is due in every cluster."""
        for one in self._kubes():
            one.step()

    def reset(self) -> None:
        """Forgets every cluster and closes their ports."""
        for one in self._kubes():
            one.stop()
        self.clusters.clear()

    def serving(self, address: str, port: int, vpc_id: str = "") -> Serving | None:
        """Which pod listens at an address."""
        for one in self._kubes():
            found = one.serving(address, port)
            if found is not None and (
                not vpc_id or found.eni is None or found.eni.vpc_id == vpc_id
            ):
                return found
        return None

    def _kubes(self) -> list[Cluster]:
        return [one.kube for one in self.clusters.values() if one.kube is not None]

    # --- the lab's control API ------------------------------------------------------------------
    def describe_node(self, name: str, said: Mapping[str, Any]) -> Obj:
        """`PUT /_lab/nodes/<name>`; raises LookupError, ValueError and AwsError."""
        wanted = said.get("cluster")
        for cluster in self.clusters.values():
            if wanted in (None, cluster.name):
                subnets = cluster.shape["resourcesVpcConfig"]["subnetIds"]
                nodes = cluster.running().machinery.nodes
                return nodes.describe(name, said, str(subnets[0]))
        message = f"there is no cluster {wanted!r}" if wanted else "there is no EKS cluster yet"
        raise LookupError(message)


def _tagged(cluster: EksCluster) -> list[tuple[Shape, str]]:
    return [
        (cluster.shape, "arn"),
        *((one, "nodegroupArn") for one in cluster.nodegroups.values()),
        *((one, "fargateProfileArn") for one in cluster.fargate_profiles.values()),
        *((one, "addonArn") for one in cluster.addons.values()),
        *((one, "associationArn") for one in cluster.associations.values()),
        *((one, "accessEntryArn") for one in cluster.access_entries.values()),
    ]
