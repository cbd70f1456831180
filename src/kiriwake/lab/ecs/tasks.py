"""The API of tasks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from kiriwake.lab.ecs import (
    arns,
    definitions,
    lifecycle,
    placement,
    service_rules,
    strategy,
    tagging,
    views,
)
from kiriwake.lab.ecs.model import Cluster, Instance, Shape, Task
from kiriwake.lab.ecs.paging import at_most, page
from kiriwake.lab.ecs.placement import NoPlace
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import AwsError

_MOST_RUN = 10
_MOST_DESCRIBED = 100
_PROTECTED_MIN = 120
_MOST_PROTECTED_MIN = 2880


# --- run -----------------------------------------------------------------------------------
def run(region: Region, given: Shape) -> Shape:
    """RunTask."""
    cluster = region.cluster(given.get("cluster"))
    count = int(given.get("count") or 1)
    if not 1 <= count <= _MOST_RUN:
        raise AwsError("InvalidParameterException", f"count must be between 1 and {_MOST_RUN}.")
    token = str(given.get("clientToken") or "")
    before = region.tokens_once("run-task", token)
    if isinstance(before, list):
        return {"tasks": [views.task(task, tags=True) for task in before], "failures": []}
    definition = definitions.to_run(region, str(given.get("taskDefinition") or ""))
    launch_type, items = str(given.get("launchType") or ""), given.get("capacityProviderStrategy")
    if launch_type and items:
        raise AwsError(
            "InvalidParameterException",
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again.",
        )
    if not launch_type and not items:
        items = cluster.default_strategy
    settings = {
        "launchType": launch_type,
        "capacityProviderStrategy": list(items or ()),
        "networkConfiguration": given.get("networkConfiguration"),
    }
    service_rules.check(region, cluster, settings, definition)
    tagging.check(given.get("tags", ()))
    made: list[Task] = []
    failures: list[Shape] = []
    running: dict[str, int] = {}
    for _ in range(count):
        kind, provider = strategy.choose(launch_type, items or (), running)
        place = _place(region, cluster, given, definition, (kind, provider))
        if isinstance(place, NoPlace):
            failures.append(_failure(region, cluster, place))
            continue
        running[provider] = running.get(provider, 0) + 1
        made.append(_launch(region, cluster, given, definition, (kind, provider, place)))
    region.tokens_once("run-task", token, made)
    return {"tasks": [views.task(task, tags=True) for task in made], "failures": failures}


def _failure(region: Region, cluster: Cluster, place: NoPlace) -> Shape:
    if place.code.startswith("No Container Instances"):
        raise AwsError("InvalidParameterException", place.code)
    # The reason names the instance that came closest.
    number = next((n for n in cluster.instances if n in place.reason), "")
    made: Shape = {"reason": place.code}
    if number:
        made["arn"] = region.arn("container-instance", cluster.name, number)
    return made


def _network(given: Shape, definition: Shape) -> Shape | None:
    if definition.get("networkMode") != "awsvpc":
        return None
    return dict((given.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {})


def _place(
    region: Region, cluster: Cluster, given: Shape, definition: Shape, capacity: tuple[str, str]
) -> Instance | NoPlace | None:
    kind, provider = capacity
    if kind == "FARGATE":
        if region.capacity.get(provider or "FARGATE", True):
            return None
        return NoPlace(Says.NO_CAPACITY() + ".", "")
    network = _network(given, definition)
    zones = [
        str(known["AvailabilityZone"])
        for name in (network or {}).get("subnets", ())
        if (known := region.ground.subnet(str(name)))
    ]
    return placement.place(
        region,
        cluster,
        placement.need(definition, given.get("overrides") or {}, network),
        provider=provider,
        constraints=[
            *(given.get("placementConstraints") or ()),
            *(definition.get("placementConstraints") or ()),
        ],
        strategy=given.get("placementStrategy") or (),
        group=str(given.get("group") or f"family:{definition['family']}"),
        zones=zones,
    )


def _launch(
    region: Region,
    cluster: Cluster,
    given: Shape,
    definition: Shape,
    where: tuple[str, str, Instance | None],
) -> Task:
    launch_type, provider, instance = where
    tags = list(given.get("tags", ()))
    if given.get("propagateTags") == "TASK_DEFINITION":
        tagging.merge(tags, region.definition_tags.get(definition["taskDefinitionArn"], []))
    return lifecycle.launch(
        region,
        lifecycle.Launch(
            cluster=cluster,
            definition=definition,
            group=str(given.get("group") or f"family:{definition['family']}"),
            launch_type=launch_type,
            started_by=str(given.get("startedBy") or ""),
            provider=provider,
            network=_network(given, definition),
            overrides=dict(given.get("overrides") or {}),
            instance=instance,
            tags=tuple(tags),
            enable_exec=bool(given.get("enableExecuteCommand")),
        ),
    )


def start(region: Region, given: Shape) -> Shape:
    """StartTask on the named instances."""
    cluster = region.cluster(given.get("cluster"))
    names = [str(name) for name in given.get("containerInstances") or ()]
    at_most("Container instances", names, _MOST_RUN)
    definition = definitions.to_run(region, str(given.get("taskDefinition") or ""))
    service_rules.check_network(region, given.get("networkConfiguration"), definition, "EC2")
    made, failures = [], []
    wanted = placement.need(definition, given.get("overrides") or {}, _network(given, definition))
    for name in names:
        instance = cluster.instances.get(arns.last(name))
        if instance is None or instance.status != "ACTIVE":
            reason = "MISSING" if instance is None else "INACTIVE"
            arn = name
            if not name.startswith("arn:"):
                arn = region.arn("container-instance", cluster.name, name)
            failures.append({"arn": arn, "reason": reason})
            continue
        found = placement.misfit(region, instance, wanted)
        if found is not None:
            failures.append({"arn": instance.arn, "reason": found.code})
            continue
        made.append(_launch(region, cluster, given, definition, ("EC2", "", instance)))
    return {"tasks": [views.task(task, tags=True) for task in made], "failures": failures}


# --- stop ----------------------------------------------------------------------------------
def find(region: Region, given: Shape) -> Task:
    """The task that a request names; raises InvalidParameterException."""
    name = str(given.get("task") or "")
    cluster = region.cluster(given.get("cluster") or arns.cluster_in(name) or None)
    found = cluster.tasks.get(arns.last(name))
    if found is None or not region.here(name):
        raise AwsError("InvalidParameterException", "The referenced task was not found.")
    return found


def stop(region: Region, given: Shape) -> Shape:
    """StopTask; a stopped task stays as it is."""
    task = find(region, given)
    reason = str(given.get("reason") or Says.STOPPED_TASK_BY_USER())
    lifecycle.stop(region, task, "UserInitiated", reason)
    return {"task": views.task(task, tags=True)}


# --- read ----------------------------------------------------------------------------------
def describe(region: Region, given: Shape) -> Shape:
    """DescribeTasks."""
    names = [str(name) for name in given.get("tasks") or ()]
    cluster = region.cluster(given.get("cluster"))
    at_most("Tasks", names, _MOST_DESCRIBED)
    tags = "TAGS" in given.get("include", ())
    found, failures = [], []
    for name in names:
        task = cluster.tasks.get(arns.last(name)) if region.here(name) else None
        if task is None or arns.cluster_in(name) not in {"", cluster.name}:
            arn = name if name.startswith("arn:") else region.arn("task", cluster.name, name)
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            found.append(views.task(task, tags=tags))
    return {"tasks": found, "failures": failures}


def list_(region: Region, given: Shape) -> Shape:
    """ListTasks; those meant to run, unless STOPPED is asked for."""
    cluster = region.cluster(given.get("cluster"))
    status = given.get("desiredStatus", "RUNNING")
    others = {"family", "serviceName", "containerInstance", "launchType"} & set(given)
    if given.get("startedBy") and others:
        raise AwsError(
            "InvalidParameterException",
            "startedBy cannot be combined with other filters.",
        )
    found = (
        task
        for task in _candidates(region, cluster, given, str(status))
        if task.desired_status == status and _passes(task, given)
    )
    chosen, more = page("ListTasks", given, [task.arn for task in found])
    return {"taskArns": chosen, **more}


def _candidates(region: Region, cluster: Cluster, given: Shape, status: str) -> Iterable[Task]:
    if given.get("serviceName"):
        service = cluster.services.get(arns.last(str(given["serviceName"])))
        if service is None:
            raise AwsError("ServiceNotFoundException", "Service not found.")
        if status == "RUNNING":
            return service.tasks.values()
        return [t for t in cluster.tasks.values() if t.service is service]
    if given.get("containerInstance"):
        instance = cluster.instances.get(arns.last(str(given["containerInstance"])))
        if instance is None:
            raise AwsError(
                "InvalidParameterException", "The referenced container instance was not found."
            )
        return [t for t in cluster.tasks.values() if t.instance is instance]
    if given.get("startedBy"):
        return cluster.by_started.get(str(given["startedBy"]), {}).values()
    return cluster.tasks.values()


def _passes(task: Task, given: Shape) -> bool:
    family, launch_type = given.get("family"), given.get("launchType")
    return (family is None or task.definition["family"] == family) and (
        launch_type is None or task.launch_type == launch_type
    )


# --- protection ----------------------------------------------------------------------------
def protection(region: Region, given: Shape) -> Shape:
    """GetTaskProtection and UpdateTaskProtection."""
    cluster = region.cluster(given.get("cluster"))
    names = [str(name) for name in given.get("tasks") or ()]
    if not names and "protectionEnabled" not in given:
        names = [t.id for t in cluster.tasks.values() if t.protected_until is not None]
    elif len(names) > _MOST_DESCRIBED or not names:
        at_most("Tasks", names, _MOST_DESCRIBED)
    found, failures = [], []
    for name in names:
        task = cluster.tasks.get(arns.last(name))
        if task is None or task.service is None:
            arn = name if name.startswith("arn:") else region.arn("task", cluster.name, name)
            reason = "MISSING" if task is None else "TASK_NOT_VALID"
            failures.append({"arn": arn, "reason": reason})
            continue
        if "protectionEnabled" in given:
            _protect(region, task, given)
        live = task.protected_until is not None and task.protected_until > region.now()
        shape = {"taskArn": task.arn, "protectionEnabled": live}
        expires = {"expirationDate": task.protected_until} if live else {}
        found.append({**shape, **expires})
    return {"protectedTasks": found, "failures": failures}


def _protect(region: Region, task: Task, given: Shape) -> None:
    minutes = int(given.get("expiresInMinutes") or _PROTECTED_MIN)
    if not 1 <= minutes <= _MOST_PROTECTED_MIN:
        raise AwsError(
            "InvalidParameterException",
            f"expiresInMinutes must be between 1 and {_MOST_PROTECTED_MIN}.",
        )
    task.protected_until = None
    if given["protectionEnabled"]:
        task.protected_until = region.now() + timedelta(minutes=minutes)
    if task.service:
        region.wake(task.service, minutes * 60 if given["protectionEnabled"] else 1)


# --- exec ----------------------------------------------------------------------------------
def execute(region: Region, given: Shape) -> Shape:
    """ExecuteCommand: every refusal is real; a session there is none, and that is said."""
    task = find(region, given)
    if task.last_status != "RUNNING":
        raise AwsError("InvalidParameterException", "The execute command failed because the task "
                       "is not running.")  # fmt: skip
    if not task.enable_exec:
        raise AwsError(
            "InvalidParameterException",
            "The execute command failed because execute command was not enabled when the task was "
            "run or the execute command agent isn’t running. Wait and try again or run a new task "
            "with execute command enabled and try again.",
        )
    name = given.get("container")
    if name is None and len(task.containers) > 1:
        raise AwsError(
            "InvalidParameterException",
            "The container name must be specified for a task with several containers.",
        )
    if name is not None and name not in {c.name for c in task.containers}:
        raise AwsError(
            "InvalidParameterException", f"The container {name} is not part of the task."
        )
    raise AwsError(
        "TargetNotConnectedException",
        "The lab's containers run no processes, so there is nothing to connect to.",
    )
