"""Tasks, services and deployments as the API answers them."""

from __future__ import annotations

from typing import Any

from kiriwake.lab.ecs.clusters import FARGATE_PROVIDERS
from kiriwake.lab.ecs.lifecycle import FARGATE_VERSION
from kiriwake.lab.ecs.model import Container, Deployment, Service, Shape, Task

_PENDING = {"PROVISIONING", "PENDING", "ACTIVATING"}


def without_nothing(shape: dict[str, Any]) -> Shape:
    """A structure without the members that are not there yet."""
    return {key: value for key, value in shape.items() if value is not None and value != ""}


# --- tasks -----------------------------------------------------------------------------
def task(found: Task, *, tags: bool = False) -> Shape:
    """A task as DescribeTasks answers it."""
    definition = found.definition
    made = without_nothing(
        {
            "attachments": [_attachment(found)] if found.network is not None else [],
            "attributes": [
                {"name": "ecs.cpu-architecture", "value": _architecture(found)},
            ],
            "availabilityZone": found.zone,
            "capacityProviderName": found.provider,
            "clusterArn": found.cluster.arn,
            "connectivity": "CONNECTED" if found.connected_at else "",
            "connectivityAt": found.connected_at,
            "containerInstanceArn": found.instance.arn if found.instance else "",
            "containers": [_container(found, container) for container in found.containers],
            "cpu": found.overrides.get("cpu") or definition.get("cpu") or _sum(found, "cpu"),
            "createdAt": found.created_at,
            "desiredStatus": found.desired_status,
            "enableExecuteCommand": found.enable_exec,
            "executionStoppedAt": found.execution_stopped_at,
            "group": found.group,
            "healthStatus": found.health,
            "lastStatus": found.last_status,
            "launchType": found.launch_type,
            "memory": found.overrides.get("memory")
            or definition.get("memory")
            or _sum(found, "memory"),
            "overrides": _overrides(found),
            "platformVersion": found.platform_version,
            "platformFamily": "Linux" if found.fargate else "",
            "pullStartedAt": found.pull_started_at,
            "pullStoppedAt": found.pull_stopped_at,
            "startedAt": found.started_at,
            "startedBy": found.started_by,
            "stopCode": found.stop_code,
            "stoppedAt": found.stopped_at,
            "stoppedReason": found.stopped_reason,
            "stoppingAt": found.stopping_at,
            "tags": list(found.tags) if tags else [],
            "taskArn": found.arn,
            "taskDefinitionArn": definition["taskDefinitionArn"],
            "version": found.version,
        }
    )
    if found.fargate:
        size = (definition.get("ephemeralStorage") or {}).get("sizeInGiB", 20)
        made["ephemeralStorage"] = {"sizeInGiB": size}
        made["fargateEphemeralStorage"] = {"sizeInGiB": size}
    return made


def _overrides(found: Task) -> Shape:
    named = {o["name"]: o for o in found.overrides.get("containerOverrides", ())}
    each = [named.get(c.name, {"name": c.name}) for c in found.containers]
    return {**found.overrides, "containerOverrides": each, "inferenceAcceleratorOverrides": []}


def _architecture(found: Task) -> str:
    platform = found.definition.get("runtimePlatform") or {}
    return "arm64" if platform.get("cpuArchitecture") == "ARM64" else "x86_64"


def _sum(found: Task, key: str) -> str:
    return str(sum(int(c.definition.get(key) or 0) for c in found.containers))


def _attachment(found: Task) -> Shape:
    details = {"subnetId": found.subnet}
    if found.eni is not None:
        details |= {
            "networkInterfaceId": found.eni.id,
            "macAddress": found.eni.mac,
            "privateDnsName": found.eni.private_dns,
            "privateIPv4Address": found.eni.private_ip,
        }
    return {
        "id": found.attachment_id,
        "type": "ElasticNetworkInterface",
        "status": found.attachment_status,
        "details": [{"name": k, "value": v} for k, v in details.items() if v],
    }


def _container(found: Task, container: Container) -> Shape:
    definition = container.definition
    interfaces = []
    if found.eni is not None and found.connected_at is not None:
        interfaces = [
            {"attachmentId": found.attachment_id, "privateIpv4Address": found.eni.private_ip}
        ]
    memory, reserved = definition.get("memory"), definition.get("memoryReservation")
    return without_nothing(
        {
            "containerArn": container.arn,
            "taskArn": found.arn,
            "name": container.name,
            "image": definition["image"],
            "imageDigest": container.digest,
            "runtimeId": container.runtime_id,
            "lastStatus": container.status,
            "exitCode": container.exit_code,
            "reason": container.reason,
            "networkBindings": list(container.bindings),
            "networkInterfaces": interfaces,
            "healthStatus": container.health,
            "cpu": str(definition.get("cpu") or 0),
            "memory": str(memory) if memory else "",
            "memoryReservation": str(reserved) if reserved else "",
        }
    )


# --- services ----------------------------------------------------------------------------
def counts(tasks: dict[str, Task]) -> tuple[int, int]:
    """Running and pending."""
    running = sum(1 for t in tasks.values() if t.last_status == "RUNNING")
    pending = sum(1 for t in tasks.values() if t.live and t.last_status in _PENDING)
    return running, pending


def platform_version(settings: Shape) -> str:
    """The version behind LATEST, for Fargate."""
    if settings.get("launchType") != "FARGATE" and not any(
        item.get("capacityProvider") in FARGATE_PROVIDERS
        for item in settings.get("capacityProviderStrategy", ())
    ):
        return ""
    given = settings.get("platformVersion") or "LATEST"
    return FARGATE_VERSION if given == "LATEST" else str(given)


def service(found: Service, *, tags: bool = False) -> Shape:
    """A service as DescribeServices answers it."""
    settings = found.settings
    running, pending = counts(found.tasks)
    external = found.controller != "ECS"
    platform = platform_version(settings)
    primary = found.primary
    made = without_nothing(
        {
            "serviceArn": found.arn,
            "serviceName": found.name,
            "clusterArn": found.cluster.arn,
            "loadBalancers": list(settings.get("loadBalancers", ())),
            "serviceRegistries": list(settings.get("serviceRegistries", ())),
            "status": found.status,
            "desiredCount": found.desired,
            "runningCount": running,
            "pendingCount": pending,
            "launchType": settings.get("launchType"),
            "capacityProviderStrategy": settings.get("capacityProviderStrategy"),
            "platformVersion": (settings.get("platformVersion") or "LATEST") if platform else "",
            "platformFamily": "Linux" if platform else "",
            "taskDefinition": settings.get("taskDefinition"),
            "deploymentConfiguration": settings.get("deploymentConfiguration"),
            "deployments": []
            if external
            else [deployment(d) for d in found.deployments if d.status != "INACTIVE"],
            "roleArn": settings.get("roleArn"),
            "events": list(found.events),
            "createdAt": found.created_at,
            "placementConstraints": list(settings.get("placementConstraints", ())),
            "placementStrategy": list(settings.get("placementStrategy", ())),
            "networkConfiguration": settings.get("networkConfiguration"),
            "healthCheckGracePeriodSeconds": settings.get("healthCheckGracePeriodSeconds"),
            "schedulingStrategy": found.scheduling,
            "deploymentController": {"type": found.controller},
            "tags": list(found.tags) if tags else None,
            "createdBy": found.created_by,
            "enableECSManagedTags": bool(settings.get("enableECSManagedTags")),
            "propagateTags": settings.get("propagateTags") or "NONE",
            "enableExecuteCommand": bool(settings.get("enableExecuteCommand")),
            "availabilityZoneRebalancing": settings.get("availabilityZoneRebalancing"),
            "resourceManagementType": "CUSTOMER",
        }
    )
    if external:
        made["taskSets"] = [_task_set(d) for d in found.deployments if d.status != "INACTIVE"]
    elif primary is not None and found.status == "ACTIVE":
        in_progress = [d for d in found.deployments if d.outcome.endswith("IN_PROGRESS")]
        if in_progress:
            made["currentServiceDeployment"] = in_progress[0].arn
        made["currentServiceRevisions"] = [
            revision_counts(d) for d in found.deployments if d is primary or d.tasks
        ]
    return made


def deployment(found: Deployment) -> Shape:
    """A deployment as DescribeServices answers it."""
    settings = found.settings
    running, pending = counts(found.tasks)
    platform = platform_version(settings)
    return without_nothing(
        {
            "id": found.id,
            "status": found.status,
            "taskDefinition": found.definition["taskDefinitionArn"],
            "desiredCount": found.desired,
            "pendingCount": pending,
            "runningCount": running,
            "failedTasks": found.failed,
            "createdAt": found.created_at,
            "updatedAt": found.updated_at,
            "capacityProviderStrategy": settings.get("capacityProviderStrategy"),
            "launchType": settings.get("launchType"),
            "platformVersion": platform,
            "platformFamily": "Linux" if platform else "",
            "networkConfiguration": settings.get("networkConfiguration"),
            "rolloutState": found.rollout,
            "rolloutStateReason": found.reason,
            "serviceConnectConfiguration": settings.get("serviceConnectConfiguration"),
            "volumeConfigurations": settings.get("volumeConfigurations"),
        }
    )


def _task_set(found: Deployment) -> Shape:
    running, pending = counts(found.tasks)
    settings = found.settings
    return without_nothing(
        {
            "id": found.id,
            "taskSetArn": found.arn.replace(":service-deployment/", ":task-set/"),
            "serviceArn": found.service.arn,
            "clusterArn": found.service.cluster.arn,
            "startedBy": "CodeDeploy",
            "status": found.status,
            "taskDefinition": found.definition["taskDefinitionArn"],
            "computedDesiredCount": found.desired,
            "pendingCount": pending,
            "runningCount": running,
            "createdAt": found.created_at,
            "updatedAt": found.updated_at,
            "launchType": settings.get("launchType"),
            "platformVersion": platform_version(settings),
            "networkConfiguration": settings.get("networkConfiguration"),
            "loadBalancers": list(settings.get("loadBalancers", ())),
            "scale": {"value": 100.0, "unit": "PERCENT"},
            "stabilityStatus": "STEADY_STATE" if found.service.steady else "STABILIZING",
        }
    )


def revision_counts(found: Deployment) -> Shape:
    """A service revision with its task counts."""
    running, pending = counts(found.tasks)
    return {
        "arn": found.revision_arn,
        "requestedTaskCount": found.desired,
        "runningTaskCount": running,
        "pendingTaskCount": pending,
    }


def revision_digests(found: Deployment) -> list[Shape]:
    """The images of a revision, with the digests that its first task fixed."""
    return [
        without_nothing(
            {
                "containerName": c["name"],
                "image": c["image"],
                "imageDigest": found.digests.get(c["name"], ""),
            }
        )
        for c in found.definition["containerDefinitions"]
    ]
