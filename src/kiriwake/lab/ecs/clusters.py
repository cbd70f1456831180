"""Clusters."""

from __future__ import annotations

import re

from kiriwake.lab.ecs import arns, tagging
from kiriwake.lab.ecs.model import Cluster, Shape
from kiriwake.lab.ecs.paging import page
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ground import AwsError

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_MOST_DESCRIBED = 100
FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def create(region: Region, given: Shape) -> Shape:
    """CreateCluster; a second one of the name answers the first."""
    name = given.get("clusterName") or "default"
    if not _NAME.fullmatch(name):
        raise AwsError("InvalidParameterException", "Invalid cluster name.")
    tagging.check(given.get("tags", ()))
    known = region.clusters.get(name)
    if known is None or known.status == "INACTIVE":
        known = Cluster(name, region.arn("cluster", name))
        region.clusters[name] = known
        known.tags = list(given.get("tags", ()))
        known.settings = list(given.get("settings") or [_insights(region)])
        known.configuration = dict(given.get("configuration") or {})
        known.connect_defaults = dict(given.get("serviceConnectDefaults") or {})
        _use_providers(region, known, given)
    return {"cluster": view(known, ("SETTINGS", "TAGS", "CONFIGURATIONS"))}


def _insights(region: Region) -> Shape:
    return {
        "name": "containerInsights",
        "value": region.settings.get(("", "containerInsights"), "disabled"),
    }


def view(cluster: Cluster, include: tuple[str, ...] | list[str] = ()) -> Shape:
    """A cluster as DescribeClusters answers it."""
    tasks = [t for t in cluster.tasks.values() if t.last_status != "STOPPED"]
    running = [t for t in tasks if t.last_status == "RUNNING"]
    pending = [t for t in tasks if t.last_status in {"PROVISIONING", "PENDING", "ACTIVATING"}]
    services = [s for s in cluster.services.values() if s.status == "ACTIVE"]
    made: Shape = {
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": cluster.status,
        "registeredContainerInstancesCount": len(cluster.instances),
        "runningTasksCount": len(running),
        "pendingTasksCount": len(pending),
        "activeServicesCount": len(services),
        "statistics": [],
        "tags": list(cluster.tags) if "TAGS" in include else [],
        "settings": list(cluster.settings) if "SETTINGS" in include else [],
        "capacityProviders": list(cluster.providers),
        "defaultCapacityProviderStrategy": list(cluster.default_strategy),
    }
    if "CONFIGURATIONS" in include and cluster.configuration:
        made["configuration"] = cluster.configuration
    if cluster.connect_defaults:
        made["serviceConnectDefaults"] = cluster.connect_defaults
    if "STATISTICS" in include:
        made["statistics"] = _statistics(cluster)
    return made


def _statistics(cluster: Cluster) -> list[Shape]:
    counts: dict[str, int] = {}
    for kind in ("EC2", "Fargate"):
        for state in ("running", "pending"):
            counts[f"{state}{kind}TasksCount"] = 0
    counts |= {"activeEC2ServiceCount": 0, "activeFargateServiceCount": 0}
    for task in cluster.tasks.values():
        kind = "Fargate" if task.fargate else "EC2"
        if task.last_status == "RUNNING":
            counts[f"running{kind}TasksCount"] += 1
        elif task.last_status in {"PROVISIONING", "PENDING", "ACTIVATING"}:
            counts[f"pending{kind}TasksCount"] += 1
    for service in cluster.services.values():
        if service.status == "ACTIVE":
            fargate = service.settings.get("launchType", "EC2") == "FARGATE"
            counts[f"active{'Fargate' if fargate else 'EC2'}ServiceCount"] += 1
    return [{"name": name, "value": str(value)} for name, value in counts.items()]


def describe(region: Region, given: Shape) -> Shape:
    """DescribeClusters; `default` if none is named."""
    names = given.get("clusters") or ["default"]
    if len(names) > _MOST_DESCRIBED:
        raise AwsError(
            "InvalidParameterException",
            f"Clusters cannot have more than {_MOST_DESCRIBED} elements.",
        )
    found, failures = [], []
    for name in names:
        cluster = region.clusters.get(arns.last(name)) if region.here(name) else None
        if cluster is None:
            arn = name if name.startswith("arn:") else region.arn("cluster", name)
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            found.append(view(cluster, given.get("include", ())))
    return {"clusters": found, "failures": failures}


def list_(region: Region, given: Shape) -> Shape:
    """ListClusters."""
    names = [c.arn for c in region.clusters.values() if c.status != "INACTIVE"]
    chosen, more = page("ListClusters", given, names)
    return {"clusterArns": chosen, **more}


def update(region: Region, given: Shape) -> Shape:
    """UpdateCluster."""
    cluster = region.cluster(given["cluster"])
    if given.get("configuration"):
        cluster.configuration = dict(given["configuration"])
    if given.get("serviceConnectDefaults"):
        cluster.connect_defaults = dict(given["serviceConnectDefaults"])
    return update_settings(region, given)


def update_settings(region: Region, given: Shape) -> Shape:
    """UpdateClusterSettings."""
    cluster = region.cluster(given["cluster"])
    new = {setting["name"]: setting for setting in given.get("settings", ())}
    kept = [setting for setting in cluster.settings if setting["name"] not in new]
    cluster.settings = kept + [dict(setting) for setting in new.values()]
    return {"cluster": view(cluster, ("SETTINGS", "TAGS", "CONFIGURATIONS"))}


def put_providers(region: Region, given: Shape) -> Shape:
    """PutClusterCapacityProviders."""
    cluster = region.cluster(given["cluster"])
    _use_providers(region, cluster, given)
    return {"cluster": view(cluster, ("SETTINGS", "TAGS"))}


def _use_providers(region: Region, cluster: Cluster, given: Shape) -> None:
    names = list(given.get("capacityProviders") or ())
    for name in names:
        if name not in FARGATE_PROVIDERS and name not in region.providers:
            raise AwsError(
                "InvalidParameterException",
                "The specified capacity provider was not found. Specify a valid name or ARN and "
                "try again.",
            )
    strategy = list(given.get("defaultCapacityProviderStrategy") or ())
    for item in strategy:
        if item.get("capacityProvider") not in names:
            raise AwsError(
                "InvalidParameterException",
                "The specified capacity provider strategy contains a capacity provider that is "
                "not associated with the cluster. Associate the capacity provider with the "
                "cluster and try again.",
            )
    cluster.providers = names
    cluster.default_strategy = [{"weight": 0, "base": 0, **item} for item in strategy]


def delete(region: Region, given: Shape) -> Shape:
    """DeleteCluster."""
    cluster = region.cluster(given["cluster"])
    if cluster.instances:
        raise AwsError(
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.",
        )
    if any(service.status != "INACTIVE" for service in cluster.services.values()):
        raise AwsError(
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
        )
    if any(task.last_status != "STOPPED" for task in cluster.tasks.values()):
        raise AwsError(
            "ClusterContainsTasksException",
            "The Cluster cannot be deleted while Tasks are active.",
        )
    cluster.status = "INACTIVE"
    return {"cluster": view(cluster, ("SETTINGS", "TAGS"))}
