"""The API of services."""

from __future__ import annotations

from kiriwake.lab.ecs import (
    arns,
    bounds,
    definitions,
    deployments,
    health,
    service_rules,
    tagging,
    views,
)
from kiriwake.lab.ecs.model import Service, Shape
from kiriwake.lab.ecs.paging import at_most, page
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ground import AwsError, Caller

_MOST_DESCRIBED = 10
_NAMED_DEFAULT = 10
_KEPT_S = 3600.0 * 24
_SETTINGS = (
    "availabilityZoneRebalancing",
    "loadBalancers",
    "serviceRegistries",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "deploymentConfiguration",
    "placementConstraints",
    "placementStrategy",
    "networkConfiguration",
    "healthCheckGracePeriodSeconds",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
    "serviceConnectConfiguration",
    "volumeConfigurations",
)
_DEPLOYS = (
    "networkConfiguration",
    "platformVersion",
    "capacityProviderStrategy",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "placementConstraints",
    "placementStrategy",
)
"""Changes of these start a deployment; a new desired count alone does not."""


def find(region: Region, given: Shape, key: str = "service") -> Service:
    """The service that a request names; raises ServiceNotFoundException."""
    name = str(given.get(key) or "")
    cluster = region.cluster(given.get("cluster") or arns.cluster_in(name) or None)
    found = cluster.services.get(arns.last(name))
    if found is None or not region.here(name):
        raise AwsError("ServiceNotFoundException", "Service not found.")
    return found


# --- create ------------------------------------------------------------------------------
def create(region: Region, caller: Caller, given: Shape) -> Shape:
    """CreateService."""
    cluster = region.cluster(given.get("cluster"))
    name = str(given.get("serviceName") or "")
    service_rules.check_name(name)
    service_rules.check_counts(given)
    token = str(given.get("clientToken") or "")
    before = region.tokens_once(f"create-service/{cluster.name}", token)
    if isinstance(before, Service):
        return {"service": views.service(before, tags=True)}
    known = cluster.services.get(name)
    if known is not None and known.status != "INACTIVE":
        raise AwsError(
            "InvalidParameterException",
            "Creation of service was not idempotent."
            if known.status == "ACTIVE"
            else "Unable to Start a service that is still Draining.",
        )
    controller = str((given.get("deploymentController") or {}).get("type") or "ECS")
    definition = None
    if given.get("taskDefinition"):
        definition = definitions.to_run(region, str(given["taskDefinition"]))
    elif controller != "EXTERNAL":
        raise AwsError("InvalidParameterException", "TaskDefinition can not be blank.")
    settings = {key: given[key] for key in _SETTINGS if given.get(key) is not None}
    _choose_capacity(settings, cluster.default_strategy)
    scheduling = str(given.get("schedulingStrategy") or "REPLICA")
    if definition is not None:
        service_rules.check(region, cluster, settings, definition)
        settings["taskDefinition"] = definition["taskDefinitionArn"]
    settings["deploymentConfiguration"] = service_rules.configuration(
        scheduling, controller, settings.get("deploymentConfiguration") or {}
    )
    settings.setdefault("availabilityZoneRebalancing", "DISABLED")
    tagging.check(given.get("tags", ()))
    made = Service(
        name=name,
        arn=region.arn("service", cluster.name, name),
        cluster=cluster,
        desired=int(given.get("desiredCount") or 0) if scheduling == "REPLICA" else 0,
        created_at=region.now(),
        settings=settings,
        created_by=caller.principal,
        scheduling=scheduling,
        controller=controller,
        tags=[dict(tag) for tag in given.get("tags", ())],
    )
    cluster.services[name] = made
    region.tokens_once(f"create-service/{cluster.name}", token, made)
    if definition is not None and controller != "EXTERNAL":
        deployments.begin(region, made, definition)
        health.watch(region, made)
        region.wake(made)
    return {"service": views.service(made, tags=True)}


def _choose_capacity(settings: Shape, default: list[Shape]) -> None:
    if settings.get("launchType") and settings.get("capacityProviderStrategy"):
        raise AwsError(
            "InvalidParameterException",
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again.",
        )
    if not settings.get("launchType") and not settings.get("capacityProviderStrategy"):
        if default:
            settings["capacityProviderStrategy"] = list(default)
        else:
            settings["launchType"] = "EC2"
    if settings.get("capacityProviderStrategy"):
        settings["capacityProviderStrategy"] = [
            {"weight": 0, "base": 0, **item} for item in settings["capacityProviderStrategy"]
        ]


# --- update ------------------------------------------------------------------------------
def update(region: Region, given: Shape) -> Shape:
    """UpdateService."""
    service = find(region, given)
    if service.status != "ACTIVE":
        raise AwsError("ServiceNotActiveException", "Service was not ACTIVE.")
    service_rules.check_counts(given)
    service_rules.check_controller(service, given)
    primary = service.primary
    definition = primary.definition if primary else None
    if given.get("taskDefinition"):
        definition = definitions.to_run(region, str(given["taskDefinition"]))
    settings = dict(service.settings)
    settings.update({key: given[key] for key in _SETTINGS if given.get(key) is not None})
    if given.get("capacityProviderStrategy"):
        settings.pop("launchType", None)
        _choose_capacity(settings, [])
    if definition is not None:
        service_rules.check(region, service.cluster, settings, definition)
        settings["taskDefinition"] = definition["taskDefinitionArn"]
    settings["deploymentConfiguration"] = service_rules.configuration(
        service.scheduling,
        service.controller,
        {**bounds.configuration(service), **(given.get("deploymentConfiguration") or {})},
    )
    changed = any(
        key in given and settings.get(key) != service.settings.get(key) for key in _DEPLOYS
    )
    changed = changed or settings.get("taskDefinition") != service.settings.get("taskDefinition")
    service.settings = settings
    if given.get("desiredCount") is not None and service.scheduling == "REPLICA":
        _resize(service, int(given["desiredCount"]))
    if (changed or given.get("forceNewDeployment")) and definition is not None:
        deployments.begin(region, service, definition)
        health.watch(region, service)
    region.wake(service)
    return {"service": views.service(service)}


def _resize(service: Service, count: int) -> None:
    if count != service.desired:
        service.steady = False
        service.said.clear()
    service.desired = count
    if service.primary is not None:
        service.primary.desired = count


# --- delete ------------------------------------------------------------------------------
def delete(region: Region, given: Shape) -> Shape:
    """DeleteService."""
    service = find(region, given)
    if service.status == "INACTIVE":
        raise AwsError("ServiceNotFoundException", "Service not found.")
    if service.desired > 0 and not given.get("force") and service.scheduling == "REPLICA":
        raise AwsError(
            "InvalidParameterException",
            "The service cannot be stopped while it is scaled above 0.",
        )
    service.status = "DRAINING"
    _resize(service, 0)
    region.wake(service)

    def forget() -> None:
        if service.cluster.services.get(service.name) is service and service.status == "INACTIVE":
            del service.cluster.services[service.name]

    region.later(_KEPT_S, forget)
    return {"service": views.service(service)}


# --- read --------------------------------------------------------------------------------
def describe(region: Region, given: Shape) -> Shape:
    """DescribeServices."""
    names = [str(name) for name in given.get("services") or ()]
    at_most("Services", names, _MOST_DESCRIBED)
    cluster = region.cluster(given.get("cluster") or arns.cluster_in(names[0]) or None)
    tags = "TAGS" in given.get("include", ())
    found, failures = [], []
    for name in names:
        service = cluster.services.get(arns.last(name)) if region.here(name) else None
        if service is None or arns.cluster_in(name) not in {"", cluster.name}:
            arn = name
            if not name.startswith("arn:"):
                arn = region.arn("service", cluster.name, name)
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            found.append(views.service(service, tags=tags))
    return {"services": found, "failures": failures}


def describe_task_sets(region: Region, given: Shape) -> Shape:
    """DescribeTaskSets, of services that CodeDeploy or another controller rolls."""
    service = find(region, given)
    sets = views.service(service).get("taskSets", [])
    wanted = {arns.last(str(name)) for name in given.get("taskSets") or ()}
    found = [
        s for s in sets if not wanted or wanted & {arns.last(s["id"]), arns.last(s["taskSetArn"])}
    ]
    known = {arns.last(s[key]) for s in found for key in ("id", "taskSetArn")}
    failures = [{"arn": name, "reason": "MISSING"} for name in sorted(wanted - known)]
    return {"taskSets": found, "failures": failures}


def list_by_namespace(region: Region, given: Shape) -> Shape:
    """ListServicesByNamespace: services whose Service Connect names the namespace."""
    names = [
        service.arn
        for cluster in region.clusters.values()
        for service in cluster.services.values()
        if service.status != "INACTIVE"
        and (service.settings.get("serviceConnectConfiguration") or {}).get("namespace")
        == given["namespace"]
    ]
    chosen, more = page("ListServicesByNamespace", given, names, default=_NAMED_DEFAULT)
    return {"serviceArns": chosen, **more}


def list_(region: Region, given: Shape) -> Shape:
    """ListServices."""
    cluster = region.cluster(given.get("cluster"))
    launch_type, scheduling = given.get("launchType"), given.get("schedulingStrategy")
    managed = given.get("resourceManagementType")
    names = [
        service.arn
        for service in cluster.services.values()
        if service.status != "INACTIVE"
        and (launch_type is None or service.settings.get("launchType") == launch_type)
        and (scheduling is None or service.scheduling == scheduling)
        and managed in {None, "CUSTOMER"}
    ]
    chosen, more = page("ListServices", given, names, default=_NAMED_DEFAULT)
    return {"serviceArns": chosen, **more}
