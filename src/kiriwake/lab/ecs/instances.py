"""The API of container instances and their attributes."""

from __future__ import annotations

import json

from kiriwake.lab.ecs import arns, lifecycle, placement, tagging, views
from kiriwake.lab.ecs.model import Cluster, Instance, Shape
from kiriwake.lab.ecs.paging import at_most, page
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import AwsError, Caller, Eni

_MOST_DESCRIBED = 100
_MOST_UPDATED = 10
_KEPT_PORTS = ["22", "2375", "2376", "51678", "51679"]
_STATES = {"ACTIVE", "DRAINING"}


def find(region: Region, cluster: Cluster, name: str) -> Instance:
    """An instance by id or ARN; raises InvalidParameterException."""
    found = cluster.instances.get(arns.last(name)) if region.here(name) else None
    if found is None:
        raise AwsError(
            "InvalidParameterException", "The referenced container instance was not found."
        )
    return found


# --- register ------------------------------------------------------------------------------
def register(region: Region, caller: Caller, given: Shape) -> Shape:
    """RegisterContainerInstance, as the agent of an instance calls it."""
    cluster = region.cluster(given.get("cluster"))
    document = _document(given.get("instanceIdentityDocument"))
    attributes = {str(a["name"]): a.get("value") for a in given.get("attributes", ())}
    if document.get("instanceType"):
        attributes.setdefault("ecs.instance-type", document["instanceType"])
    if document.get("availabilityZone"):
        attributes.setdefault("ecs.availability-zone", document["availabilityZone"])
    again = given.get("containerInstanceArn")
    if again:
        known = find(region, cluster, str(again))
        known.connected = True
        return {"containerInstance": view(known)}
    tagging.check(given.get("tags", ()))
    number = region.ids.hexadecimal()
    ec2_id = document.get("instanceId") or f"i-{region.ids.hexadecimal(17)}"
    eni, known_role = region.ground.instance(ec2_id) or (None, "")
    if eni is not None:
        attributes.setdefault("ecs.subnet-id", eni.subnet_id)
        attributes.setdefault("ecs.availability-zone", eni.availability_zone)
    made = Instance(
        id=number,
        arn=region.arn("container-instance", cluster.name, number),
        cluster=cluster,
        ec2_id=ec2_id,
        role=_role(region, caller, known_role),
        registered=_resources(given.get("totalResources") or ()),
        attributes=attributes,
        registered_at=region.now(),
        version_info=dict(given.get("versionInfo") or {}),
        tags=[dict(tag) for tag in given.get("tags", ())],
    )
    made.eni = eni or _interface(region, made, document)
    made.provider = str(attributes.get("ecs.capacity-provider") or "")
    cluster.instances[number] = made
    for service in cluster.services.values():
        region.wake(service)
    return {"containerInstance": view(made)}


def _document(text: object) -> dict[str, str]:
    try:
        found = json.loads(str(text)) if text else {}
    except json.JSONDecodeError:
        raise AwsError(
            "InvalidParameterException", "The instance identity document is not valid."
        ) from None
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _role(region: Region, caller: Caller, known: str) -> str:
    # An instance signs as its profile's role; a person may register one in its name.
    role = known or arns.role_of(caller.principal)
    usual = f"arn:{arns.partition(region.name)}:iam::{region.account}:role/ecsInstanceRole"
    return role or (usual if region.ground.role_exists(usual) else "")


def _resources(given: object) -> list[Shape]:
    made = {str(r["name"]): dict(r) for r in (given if isinstance(given, list | tuple) else ())}
    for name, count in (("CPU", 2048), ("MEMORY", 3884)):
        made.setdefault(name, {"name": name, "type": "INTEGER", "integerValue": count})
    made.setdefault(
        "PORTS", {"name": "PORTS", "type": "STRINGSET", "stringSetValue": list(_KEPT_PORTS)}
    )
    made.setdefault("PORTS_UDP", {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []})
    return [
        {"doubleValue": 0.0, "longValue": 0, "integerValue": 0, **shape} for shape in made.values()
    ]


def _interface(region: Region, made: Instance, document: dict[str, str]) -> Eni | None:
    subnet, zone = placement.interface_attributes(made.attributes)
    known = region.ground.subnet(subnet) if subnet else None
    if known is None:
        return None
    groups = str(made.attributes.get("lab.security-groups") or "")
    return Eni(
        id=made.ec2_id,
        subnet_id=subnet,
        private_ip=document.get("privateIp", ""),
        mac="",
        private_dns="",
        group_ids=tuple(g for g in groups.split(",") if g),
        availability_zone=zone or str(known.get("AvailabilityZone", "")),
        vpc_id=str(known.get("VpcId", "")),
    )


# --- read ----------------------------------------------------------------------------------
def view(found: Instance, *, tags: bool = False) -> Shape:
    """An instance as DescribeContainerInstances answers it."""
    running, pending = views.counts(found.tasks)
    cpu, memory = placement.remaining(found)
    left = []
    for resource in found.registered:
        shape = dict(resource)
        if shape["name"] == "CPU":
            shape["integerValue"] = cpu
        elif shape["name"] == "MEMORY":
            shape["integerValue"] = memory
        elif shape["name"] == "PORTS":
            shape["stringSetValue"] = [str(p) for p in sorted(placement.taken_ports(found))]
        left.append(shape)
    return views.without_nothing(
        {
            "containerInstanceArn": found.arn,
            "ec2InstanceId": found.ec2_id,
            "capacityProviderName": found.provider,
            "version": found.version,
            "versionInfo": found.version_info,
            "remainingResources": left,
            "registeredResources": found.registered,
            "status": found.status,
            "agentConnected": found.connected,
            "runningTasksCount": running,
            "pendingTasksCount": pending,
            "attributes": [
                views.without_nothing({"name": name, "value": value})
                for name, value in found.attributes.items()
            ],
            "registeredAt": found.registered_at,
            "attachments": [],
            "tags": list(found.tags) if tags else [],
        }
    )


def describe(region: Region, given: Shape) -> Shape:
    """DescribeContainerInstances."""
    cluster = region.cluster(given.get("cluster"))
    names = [str(name) for name in given.get("containerInstances") or ()]
    at_most("Container instances", names, _MOST_DESCRIBED)
    found, failures = [], []
    for name in names:
        instance = cluster.instances.get(arns.last(name)) if region.here(name) else None
        if instance is None:
            arn = name
            if not name.startswith("arn:"):
                arn = region.arn("container-instance", cluster.name, name)
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            found.append(view(instance, tags="TAGS" in given.get("include", ())))
    return {"containerInstances": found, "failures": failures}


def list_(region: Region, given: Shape) -> Shape:
    """ListContainerInstances."""
    cluster = region.cluster(given.get("cluster"))
    status, query = given.get("status"), str(given.get("filter") or "")
    names = [
        instance.arn
        for instance in cluster.instances.values()
        if (status is None or instance.status == status) and placement.matches(query, instance)
    ]
    chosen, more = page("ListContainerInstances", given, names)
    return {"containerInstanceArns": chosen, **more}


# --- change --------------------------------------------------------------------------------
def deregister(region: Region, given: Shape) -> Shape:
    """DeregisterContainerInstance; with tasks on it only by force."""
    cluster = region.cluster(given.get("cluster"))
    instance = find(region, cluster, str(given.get("containerInstance") or ""))
    tasks = [task for task in instance.tasks.values() if task.live]
    if tasks and not given.get("force"):
        raise AwsError("InvalidParameterException", "Found running tasks on the instance.")
    for task in tasks:
        lifecycle.stop(region, task, "UserInitiated", Says.DEREGISTERED_BY_USER())
    instance.status, instance.connected = "INACTIVE", False
    del cluster.instances[instance.id]
    return {"containerInstance": view(instance)}


def update_state(region: Region, given: Shape) -> Shape:
    """UpdateContainerInstancesState: ACTIVE or DRAINING."""
    cluster = region.cluster(given.get("cluster"))
    status = given.get("status")
    if status not in _STATES:
        raise AwsError("InvalidParameterException", f"Invalid container instance state: {status}")
    names = [str(name) for name in given.get("containerInstances") or ()]
    at_most("Container instances", names, _MOST_UPDATED)
    found, failures = [], []
    for name in names:
        instance = cluster.instances.get(arns.last(name))
        if instance is None:
            failures.append({"arn": name, "reason": "MISSING"})
            continue
        instance.status = str(status)
        instance.version += 1
        found.append(view(instance))
        if status == "DRAINING":
            for task in instance.tasks.values():
                if task.service is not None and task.live and not task.failure:
                    # Replaced start-first by the scheduler, like an unhealthy one.
                    task.failure = Says.DRAINING_INSTANCE()
        for service in cluster.services.values():
            region.wake(service)
    return {"containerInstances": found, "failures": failures}


def lose(region: Region, instance: Instance) -> None:
    """The host goes away under its tasks."""
    instance.connected = False
    for task in list(instance.tasks.values()):
        lifecycle.stop(region, task, "TerminationNotice", Says.HOST_GONE(i=instance.ec2_id))
    instance.cluster.instances.pop(instance.id, None)


# --- attributes ----------------------------------------------------------------------------
def put_attributes(region: Region, given: Shape) -> Shape:
    """PutAttributes."""
    cluster = region.cluster(given.get("cluster"))
    for attribute in given.get("attributes", ()):
        found = find(region, cluster, str(attribute.get("targetId") or ""))
        found.attributes[str(attribute["name"])] = attribute.get("value")
    return {"attributes": list(given.get("attributes", ()))}


def delete_attributes(region: Region, given: Shape) -> Shape:
    """DeleteAttributes."""
    cluster = region.cluster(given.get("cluster"))
    for attribute in given.get("attributes", ()):
        found = find(region, cluster, str(attribute.get("targetId") or ""))
        if found.attributes.pop(str(attribute["name"]), "") == "":
            raise AwsError("TargetNotFoundException", "The specified target was not found.")
    return {"attributes": list(given.get("attributes", ()))}


def list_attributes(region: Region, given: Shape) -> Shape:
    """ListAttributes."""
    cluster = region.cluster(given.get("cluster"))
    name, value = given.get("attributeName"), given.get("attributeValue")
    found = {
        f"{instance.id}/{key}": views.without_nothing(
            {
                "name": key,
                "value": known,
                "targetType": "container-instance",
                "targetId": instance.arn,
            }
        )
        for instance in cluster.instances.values()
        for key, known in instance.attributes.items()
        if name in {None, key} and value in {None, known}
    }
    chosen, more = page("ListAttributes", given, list(found))
    return {"attributes": [found[key] for key in chosen], **more}
