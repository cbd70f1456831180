"""Task definitions: families and revisions."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from kiriwake.lab.ecs import arns, definition_rules, tagging
from kiriwake.lab.ecs.definition_rules import refused, units
from kiriwake.lab.ecs.model import Shape
from kiriwake.lab.ecs.paging import at_most, page
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ground import AwsError, Caller

_MOST_DELETED = 10
_KEPT = (
    "family",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
    "trustedExecutionConfiguration",
)


def find(region: Region, given: str) -> Shape | None:
    """`family` (its latest ACTIVE revision), `family:revision` or an ARN; None if not there."""
    if not region.here(given):
        return None
    name = arns.last(given)
    family, colon, number = name.partition(":")
    revisions = region.families.get(family, [])
    if not colon:
        active = (d for d in reversed(revisions) if d and d["status"] == "ACTIVE")
        return next(active, None)
    if not number.isdecimal():
        raise refused(f"Invalid revision number. Number: {number}")
    index = int(number) - 1
    return revisions[index] if 0 <= index < len(revisions) else None


def to_run(region: Region, given: str) -> Shape:
    """A revision that new tasks and services may use."""
    found = find(region, given)
    if found is None:
        raise refused("TaskDefinition not found.")
    if found["status"] != "ACTIVE":
        raise refused("TaskDefinition is inactive")
    return found


def register(region: Region, caller: Caller, given: Shape) -> Shape:
    """RegisterTaskDefinition."""
    definition_rules.check(given)
    made: Shape = {key: copy.deepcopy(given[key]) for key in _KEPT if given.get(key) is not None}
    made["containerDefinitions"] = [_filled(c, given) for c in given["containerDefinitions"]]
    for key, per in (("cpu", 1024), ("memory", 1024)):
        if key in made:
            made[key] = str(units(made[key], per))
    if made.get("networkMode") is None and "FARGATE" not in made.get("requiresCompatibilities", ()):
        made.pop("networkMode", None)
    made.setdefault("volumes", [])
    made.setdefault("placementConstraints", [])
    revisions = region.families.setdefault(given["family"], [])
    revisions.append(made)
    made["revision"] = len(revisions)
    made["status"] = "ACTIVE"
    made["taskDefinitionArn"] = region.arn(
        "task-definition", f"{given['family']}:{made['revision']}"
    )
    made["requiresAttributes"] = [{"name": name} for name in sorted(_attributes(made))]
    made["compatibilities"] = _compatibilities(made)
    made["registeredAt"] = region.now()
    made["registeredBy"] = caller.principal
    tagging.check(given.get("tags", ()))
    region.definition_tags[made["taskDefinitionArn"]] = list(given.get("tags", ()))
    return {"taskDefinition": made, **_tags(region, made)}


def _filled(container: Shape, definition: Shape) -> Shape:
    made = copy.deepcopy(container)
    made.setdefault("cpu", 0)
    made.setdefault("essential", True)
    for key in ("portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"):
        made.setdefault(key, [])
    for port in made["portMappings"]:
        port.setdefault("protocol", "tcp")
        if definition.get("networkMode") in {"awsvpc", "host"} and port.get("containerPort"):
            port["hostPort"] = port["containerPort"]
        elif "containerPort" in port:
            port.setdefault("hostPort", 0)
    if check := made.get("healthCheck"):
        for key, value in (("interval", 30), ("timeout", 5), ("retries", 3)):
            check.setdefault(key, value)
    return made


def _attributes(made: Shape) -> Iterable[str]:  # noqa: C901 - one line for each capability
    names = set()
    if made.get("networkMode") == "awsvpc":
        names.add("ecs.capability.task-eni")
    if made.get("taskRoleArn"):
        names.add("com.amazonaws.ecs.capability.task-iam-role")
    for container in made["containerDefinitions"]:
        driver = (container.get("logConfiguration") or {}).get("logDriver")
        if driver:
            names.add(f"com.amazonaws.ecs.capability.logging-driver.{driver}")
        if driver == "awslogs" and made.get("executionRoleArn"):
            names.add("ecs.capability.execution-role-awslogs")
        if ".dkr.ecr." in container["image"]:
            names.add("com.amazonaws.ecs.capability.ecr-auth")
            if made.get("executionRoleArn"):
                names.add("ecs.capability.execution-role-ecr-pull")
        if container.get("secrets"):
            names.add("ecs.capability.secrets.asm.environment-variables")
        if container.get("healthCheck"):
            names.add("ecs.capability.container-health-check")
        if container.get("dependsOn"):
            names.add("ecs.capability.container-ordering")
    return names


def _compatibilities(made: Shape) -> list[str]:
    found = ["EC2", "MANAGED_INSTANCES"]
    try:
        definition_rules._check_fargate(made)  # noqa: SLF001 - the same rules, asked
    except AwsError:
        return found
    return ["EC2", "FARGATE", "MANAGED_INSTANCES"]


def _tags(region: Region, made: Shape) -> Shape:
    tags = region.definition_tags.get(made["taskDefinitionArn"], [])
    return {"tags": list(tags)} if tags else {}


def describe(region: Region, given: Shape) -> Shape:
    """DescribeTaskDefinition."""
    found = find(region, given["taskDefinition"])
    if found is None:
        raise refused("Unable to describe task definition.")
    wants = "TAGS" in given.get("include", ())
    tags = {"tags": region.definition_tags.get(found["taskDefinitionArn"], [])} if wants else {}
    return {"taskDefinition": found, **tags}


def deregister(region: Region, given: Shape) -> Shape:
    """DeregisterTaskDefinition."""
    name = arns.last(given["taskDefinition"])
    if ":" not in name:
        raise refused("Task definition must have a revision")
    found = find(region, given["taskDefinition"])
    if found is None:
        raise refused("The specified task definition does not exist.")
    if found["status"] == "INACTIVE":
        raise refused("The specified task definition is inactive.")
    found["status"] = "INACTIVE"
    found["deregisteredAt"] = region.now()
    return {"taskDefinition": found}


def delete(region: Region, given: Shape) -> Shape:
    """DeleteTaskDefinitions."""
    at_most("Task definitions", given.get("taskDefinitions") or [], _MOST_DELETED)
    deleted, failures = [], []
    for name in given["taskDefinitions"]:
        found = find(region, name) if ":" in arns.last(name) else None
        if found is None:
            failures.append({"arn": name, "reason": "TASK_DEFINITION_NOT_FOUND"})
        elif found["status"] == "ACTIVE":
            failures.append(
                {
                    "arn": found["taskDefinitionArn"],
                    "reason": "TASK_DEFINITION_IS_ACTIVE",
                    "detail": "The specified task definition is still in ACTIVE status. Please "
                    "deregister the target and try again.",
                }
            )
        else:
            found["status"] = "DELETE_IN_PROGRESS"
            found.setdefault("deleteRequestedAt", region.now())
            deleted.append(found)
    return {"taskDefinitions": deleted, "failures": failures}


def list_revisions(region: Region, given: Shape) -> Shape:
    """ListTaskDefinitions."""
    status = given.get("status", "ACTIVE")
    family = given.get("familyPrefix")
    found = [
        made
        for name in sorted(region.families)
        if family is None or name == family
        for made in region.families[name]
        if made and made["status"] == status
    ]
    names = [str(made["taskDefinitionArn"]) for made in found]
    if given.get("sort") == "DESC":
        names.reverse()
    chosen, more = page("ListTaskDefinitions", given, names)
    return {"taskDefinitionArns": chosen, **more}


def list_families(region: Region, given: Shape) -> Shape:
    """ListTaskDefinitionFamilies."""
    status = given.get("status", "ACTIVE")

    def counts(name: str) -> bool:
        active = any(made and made["status"] == "ACTIVE" for made in region.families[name])
        return bool(status == "ALL" or active == (status == "ACTIVE"))

    prefix = given.get("familyPrefix") or ""
    names = [n for n in sorted(region.families) if n.startswith(prefix) and counts(n)]
    chosen, more = page("ListTaskDefinitionFamilies", given, names)
    return {"families": chosen, **more}
