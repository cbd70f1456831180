"""What register-task-definition refuses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kiriwake.lab.ecs.model import Shape
from kiriwake.lab.ground import AwsError

_FAMILY = re.compile(r"[A-Za-z0-9_-]{1,255}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]*")
_GIB = 1024
_MOST_CONTAINERS = 10
_MOST_PORT = 65535
_LEAST_MEMORY_MIB = 6
_LONGEST_STOP_S = 120
_CONDITIONS = {"START", "COMPLETE", "SUCCESS", "HEALTHY"}
_NETWORK_MODES = {"bridge", "host", "awsvpc", "none"}
_COMPATIBILITIES = {"EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"}

FARGATE_MEMORY: dict[int, Sequence[int]] = {
    256: (512, 1024, 2048),
    512: range(1 * _GIB, 4 * _GIB + 1, _GIB),
    1024: range(2 * _GIB, 8 * _GIB + 1, _GIB),
    2048: range(4 * _GIB, 16 * _GIB + 1, _GIB),
    4096: range(8 * _GIB, 30 * _GIB + 1, _GIB),
    8192: range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB),
    16384: range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB),
}
"""CPU units to the MiB of memory that Fargate has for them (ECSDG:fargate-tasks-services)."""


def refused(message: str) -> AwsError:
    """A ClientException."""
    return AwsError("ClientException", message)


def units(text: str, per: int) -> int:
    """`256`, `.25 vCPU`, `1 GB` as CPU units or MiB; 0 if it is neither."""
    found = re.fullmatch(r"\s*(\d*\.?\d+)\s*(vcpu|gb)?\s*", str(text), re.IGNORECASE)
    if not found:
        return 0
    number = float(found[1])
    return int(number * per) if found[2] else int(number)


def check(definition: Shape) -> None:
    """Raises ClientException for what ECS does not take."""
    if not _FAMILY.fullmatch(str(definition.get("family", ""))):
        raise refused("Family contains invalid characters or is empty.")
    containers = definition.get("containerDefinitions") or []
    if not containers:
        raise refused("Container list cannot be empty.")
    if len(containers) > _MOST_CONTAINERS:
        raise refused(f"Too many containers: at most {_MOST_CONTAINERS} are allowed.")
    if definition.get("networkMode", "bridge") not in _NETWORK_MODES:
        raise refused(f"Invalid network mode: {definition['networkMode']}")
    if unknown := set(definition.get("requiresCompatibilities", ())) - _COMPATIBILITIES:
        raise refused(f"Invalid compatibility: {min(unknown)}")
    for container in containers:
        _check_container(container, definition)
    names = [c["name"] for c in containers]
    if len(set(names)) < len(names):
        raise refused("Container names must be unique within a task definition.")
    if not any(c.get("essential", True) for c in containers):
        raise refused("A task definition must have at least one essential container.")
    _check_depends(containers)
    _check_volumes(definition)
    _check_memory(definition)
    if "FARGATE" in definition.get("requiresCompatibilities", ()):
        _check_fargate(definition)


def _check_container(container: Shape, definition: Shape) -> None:
    name, image = str(container.get("name") or ""), str(container.get("image") or "")
    if not _NAME.fullmatch(name):
        raise refused("Container.name contains invalid characters.")
    if not image:
        raise refused("Container.image should not be null or empty.")
    if not _IMAGE.fullmatch(image):
        raise refused("Container.image contains invalid characters.")
    memory = container.get("memory")
    if memory is not None and memory < _LEAST_MEMORY_MIB:
        raise refused(
            f"Invalid setting for container '{name}'. Memory must be at least "
            f"{_LEAST_MEMORY_MIB} MiB."
        )
    reserved = container.get("memoryReservation")
    if memory is not None and reserved is not None and memory < reserved:
        raise refused(
            f"Invalid setting for container '{name}'. 'memory' must not be less than "
            "'memoryReservation'."
        )
    _check_ports(container, definition)
    if container.get("links") and definition.get("networkMode") == "awsvpc":
        raise refused("Links are not supported when networkMode=awsvpc.")
    logs = container.get("logConfiguration") or {}
    if logs.get("logDriver") == "awslogs" and "awslogs-group" not in (logs.get("options") or {}):
        raise refused("Log driver awslogs requires option 'awslogs-group'.")


def _check_ports(container: Shape, definition: Shape) -> None:
    name, mode = container["name"], definition.get("networkMode")
    for port in container.get("portMappings", ()):
        inner, outer = port.get("containerPort"), port.get("hostPort")
        if inner is None and not port.get("containerPortRange"):
            raise refused(f"Container port must be set for container '{name}'.")
        if inner is not None and not 1 <= inner <= _MOST_PORT:
            raise refused(f"Invalid container port {inner} for container '{name}'.")
        if outer and not 0 <= outer <= _MOST_PORT:
            raise refused(f"Invalid host port {outer} for container '{name}'.")
        if mode in {"awsvpc", "host"} and outer and outer != inner:
            raise refused(
                f"When networkMode={mode}, the host ports and container ports in port mappings "
                "must match."
            )


def _check_depends(containers: Sequence[Shape]) -> None:
    known = {c["name"]: c for c in containers}
    for container in containers:
        for dependency in container.get("dependsOn", ()):
            on, condition = dependency.get("containerName"), dependency.get("condition")
            if on not in known:
                raise refused(
                    f"Invalid 'dependsOn' setting for container '{container['name']}': container "
                    f"'{on}' does not exist in the task definition."
                )
            if condition not in _CONDITIONS:
                raise refused(f"Invalid condition for 'dependsOn': {condition}")
            if condition == "HEALTHY" and not known[on].get("healthCheck"):
                raise refused(
                    f"Container '{on}' must have a health check because '{container['name']}' "
                    "depends on it being HEALTHY."
                )
            if condition in {"COMPLETE", "SUCCESS"} and known[on].get("essential", True):
                raise refused(
                    f"A container that others depend on with condition {condition} cannot be "
                    f"essential: '{on}'."
                )
    for name in known:
        _follow(name, known, ())


def _follow(name: str, known: dict[str, Shape], path: tuple[str, ...]) -> None:
    if name in path:
        raise refused(f"Container dependencies form a cycle: {' -> '.join((*path, name))}")
    for dependency in known[name].get("dependsOn", ()):
        _follow(dependency["containerName"], known, (*path, name))


def _check_volumes(definition: Shape) -> None:
    declared = {volume.get("name") for volume in definition.get("volumes", ())}
    for container in definition["containerDefinitions"]:
        for mount in container.get("mountPoints", ()):
            if mount.get("sourceVolume") not in declared:
                raise refused(f"Unknown volume '{mount.get('sourceVolume')}'.")


def _check_memory(definition: Shape) -> None:
    whole = units(definition["memory"], _GIB) if definition.get("memory") else 0
    containers = definition["containerDefinitions"]
    if not whole:
        for container in containers:
            if not container.get("memory") and not container.get("memoryReservation"):
                raise refused(
                    f"Invalid setting for container '{container['name']}'. At least one of "
                    "'memory' or 'memoryReservation' must be specified."
                )
        return
    for container in containers:
        if (container.get("memory") or 0) > whole:
            raise refused(
                f"Invalid setting for container '{container['name']}'. The container memory is "
                "greater than the task memory."
            )
    if sum(c.get("memoryReservation") or c.get("memory") or 0 for c in containers) > whole:
        raise refused("The total memory of the containers is greater than the task memory.")


def _check_fargate(definition: Shape) -> None:
    if definition.get("networkMode") != "awsvpc":
        raise refused("Fargate only supports network mode ‘awsvpc’.")
    if not definition.get("cpu"):
        raise refused("Fargate requires that 'cpu' be defined at the task level.")
    if not definition.get("memory"):
        raise refused("Fargate requires that 'memory' be defined at the task level.")
    cpu, memory = units(definition["cpu"], _GIB), units(definition["memory"], _GIB)
    if cpu not in FARGATE_MEMORY or memory not in FARGATE_MEMORY[cpu]:
        raise refused(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
            "See the Amazon ECS documentation for the valid values."
        )
    if sum(c.get("cpu") or 0 for c in definition["containerDefinitions"]) > cpu:
        raise refused("The total CPU of the containers is greater than the task CPU.")
    for container in definition["containerDefinitions"]:
        _check_on_fargate(container, definition)


def _check_on_fargate(container: Shape, definition: Shape) -> None:
    if container.get("privileged"):
        raise refused("Fargate does not support privileged containers.")
    if (container.get("stopTimeout") or 0) > _LONGEST_STOP_S:
        raise refused(f"'stopTimeout' must be {_LONGEST_STOP_S} seconds or less on Fargate.")
    if definition.get("executionRoleArn"):
        return
    if ".dkr.ecr." in str(container["image"]):
        raise refused(
            "Fargate requires task definition to have execution role ARN to support ECR images."
        )
    if (container.get("logConfiguration") or {}).get("logDriver") == "awslogs":
        raise refused(
            "Fargate requires task definition to have execution role ARN to support log "
            "driver awslogs."
        )
    if container.get("secrets"):
        raise refused(
            "When you are specifying container secrets, you must also specify a value for "
            "'executionRoleArn'."
        )
