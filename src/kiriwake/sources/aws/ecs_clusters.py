"""Reads ECS clusters and their container instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiriwake.core.observed import Call, Why
from kiriwake.evidence.ecs import Capacity, Cluster, ContainerInstance, Names
from kiriwake.evidence.reading import Absent
from kiriwake.sources.aws.api import Api, Job, Outcome, Seen, batches, one_by_one, parsed
from kiriwake.sources.aws.failures import Failed
from kiriwake.sources.aws.fields import (
    Fields,
    Incomplete,
    blocks,
    flag,
    number,
    text,
    texts,
    the_text,
)

BATCH = 100
INSTANCES = 500
"""A cluster with more instances is not read: part of them would pass for all."""


def read_clusters(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Clusters by name, a hundred at a time."""

    def job(some: Sequence[Call]) -> Job:
        return Job(tuple(some), lambda: _clusters(api, some))

    return [job(some) for some in batches(calls, BATCH)]


def _clusters(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
    names = [call.argument for call in calls]
    wanted = {"clusters": names, "include": ["SETTINGS"]}
    answer = api.call(calls[0].action, wanted, calls[0])
    found = {
        text(item, "clusterName"): parsed(_cluster, item, answer.at, calls[0].action)
        for item in blocks(answer.body, "clusters")
    }
    reasons = {
        text(item, "arn").rsplit("/", maxsplit=1)[-1]: text(item, "reason")
        for item in blocks(answer.body, "failures")
    }
    return {
        call: found.get(
            call.argument, Seen(Absent(reasons.get(call.argument) or "MISSING"), answer.at)
        )
        for call in calls
    }


def _cluster(fields: Fields) -> Cluster:
    settings = {text(item, "name"): text(item, "value") for item in blocks(fields, "settings")}
    return Cluster(
        arn=text(fields, "clusterArn"),
        name=the_text(fields, "clusterName"),
        status=the_text(fields, "status"),
        running_tasks=number(fields, "runningTasksCount") or 0,
        pending_tasks=number(fields, "pendingTasksCount") or 0,
        active_services=number(fields, "activeServicesCount") or 0,
        container_instances=number(fields, "registeredContainerInstancesCount") or 0,
        capacity_providers=texts(fields, "capacityProviders"),
        container_insights=settings.get("containerInsights", ""),
    )


def read_cluster_names(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The clusters of a region by name."""

    def read(api: Api, call: Call) -> Outcome:
        there = api.in_region(call.argument)
        listed = there.listed(call.action, {"maxResults": BATCH}, "clusterArns", call)
        names = (str(arn).rsplit("/", maxsplit=1)[-1] for arn in listed.items)
        return Seen(Names(tuple(sorted(names))), listed.at)

    return one_by_one(api, calls, read)


def read_container_instances(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The container instances of a cluster."""
    return one_by_one(api, calls, _instances)


def _instances(api: Api, call: Call) -> Outcome:
    about = Call("ecs:ListContainerInstances", call.argument)
    wanted = {"cluster": call.argument, "maxResults": BATCH}
    listed = api.listed(about.action, wanted, "containerInstanceArns", about, at_most=INSTANCES)
    if listed.truncated:
        says = f"more than {INSTANCES} container instances"
        return Failed(Why.TRUNCATED, about.action, says=says)
    items: list[Fields] = []
    at = listed.at
    for some in batches(listed.items, BATCH):
        answer = api.call(
            call.action, {"cluster": call.argument, "containerInstances": list(some)}, call
        )
        items += blocks(answer.body, "containerInstances")
        at = answer.at
    return parsed(
        lambda fields: tuple(_instance(item) for item in fields["items"]),
        {"items": items},
        at,
        call.action,
    )


def _instance(fields: Fields) -> ContainerInstance:
    connected = flag(fields, "agentConnected")
    if connected is None:
        raise Incomplete("agentConnected")
    versions = fields.get("versionInfo") or {}
    attributes = blocks(fields, "attributes")
    return ContainerInstance(
        arn=the_text(fields, "containerInstanceArn"),
        ec2_instance_id=text(fields, "ec2InstanceId"),
        status=text(fields, "status"),
        agent_connected=connected,
        registered=_capacity(blocks(fields, "registeredResources")),
        remaining=_capacity(blocks(fields, "remainingResources")),
        running_tasks=number(fields, "runningTasksCount") or 0,
        pending_tasks=number(fields, "pendingTasksCount") or 0,
        attributes=tuple((text(item, "name"), text(item, "value")) for item in attributes),
        agent_version=text(versions, "agentVersion"),
        capacity_provider=text(fields, "capacityProviderName"),
    )


def _capacity(resources: Sequence[Fields]) -> Capacity:
    named = {text(item, "name"): item for item in resources}
    if not {"CPU", "MEMORY"} <= named.keys():
        raise Incomplete("registeredResources")
    taken = texts(named.get("PORTS", {}), "stringSetValue")
    ports = sorted(int(port) for port in taken if port.isdecimal())
    return Capacity(
        cpu=number(named["CPU"], "integerValue") or 0,
        memory_mib=number(named["MEMORY"], "integerValue") or 0,
        ports=tuple(ports),
    )
