"""Which container instance takes a task, and why none does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kiriwake.lab.ecs.definition_rules import units
from kiriwake.lab.ecs.model import Cluster, Instance, Shape, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says

_GIB = 1024
_INTERFACES = {
    "nano": 2, "micro": 2, "small": 3, "medium": 3, "large": 3, "xlarge": 4, "2xlarge": 4,
    "4xlarge": 8, "8xlarge": 8, "9xlarge": 8, "12xlarge": 8, "16xlarge": 15, "18xlarge": 15,
    "24xlarge": 15, "metal": 15,
}  # fmt: skip
"""Network interfaces of the current general-purpose and compute families, by size."""
_TRUNKED = {"large": 10, "xlarge": 20, "2xlarge": 40, "4xlarge": 60, "8xlarge": 60}


@dataclass(frozen=True, slots=True)
class Need:
    """What a task takes from an instance."""

    cpu: int
    memory: int
    ports: frozenset[int]
    gpus: int
    interface: bool
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why an instance cannot take a task, as RunTask and as the event say it."""

    code: str
    says: Says


_CPU = Misfit("RESOURCE:CPU", Says.SHORT_OF_CPU)
_MEMORY = Misfit("RESOURCE:MEMORY", Says.SHORT_OF_MEMORY)
_PORTS = Misfit("RESOURCE:PORTS", Says.PORT_TAKEN)
_GPU = Misfit("RESOURCE:GPU", Says.SHORT_OF_GPU)
_ENI = Misfit("RESOURCE:ENI", Says.SHORT_OF_ENI)
_ATTRIBUTE = Misfit("ATTRIBUTE", Says.ATTRIBUTE_MISSING)
_AGENT = Misfit("AGENT", Says.AGENT_GONE)
_MEMBER = Misfit("MemberOf placement constraint unsatisfied.", Says.CONSTRAINT)
_ORDER = (_AGENT, _ATTRIBUTE, _MEMBER, _ENI, _PORTS, _GPU, _MEMORY, _CPU)
"""From the farthest miss to the nearest: the event names the closest match."""


@dataclass(frozen=True, slots=True)
class NoPlace:
    """No instance takes the task."""

    code: str
    reason: str


def need(definition: Shape, overrides: Shape, network: Shape | None) -> Need:
    """What a task of a definition takes."""
    containers = definition["containerDefinitions"]
    cpu = units(str(overrides.get("cpu") or definition.get("cpu") or 0), _GIB)
    memory = units(str(overrides.get("memory") or definition.get("memory") or 0), _GIB)
    ports = {
        int(port["hostPort"])
        for container in containers
        for port in container.get("portMappings", ())
        if port.get("hostPort") and network is None
    }
    gpus = sum(
        int(item["value"])
        for container in containers
        for item in container.get("resourceRequirements", ())
        if item.get("type") == "GPU"
    )
    return Need(
        cpu or sum(int(c.get("cpu") or 0) for c in containers),
        memory or sum(int(c.get("memoryReservation") or c.get("memory") or 0) for c in containers),
        frozenset(ports),
        gpus,
        network is not None,
        frozenset(str(a["name"]) for a in definition.get("requiresAttributes", ())),
    )


def of_task(task: Task) -> Need:
    """What a placed task takes."""
    return need(task.definition, task.overrides, task.network)


def registered(instance: Instance, name: str) -> int:
    """An integer resource of an instance."""
    for resource in instance.registered:
        if resource["name"] == name:
            return int(resource.get("integerValue") or len(resource.get("stringSetValue") or ()))
    return 0


def taken_ports(instance: Instance) -> set[int]:
    """Host ports that the agent keeps, and those of the tasks."""
    kept = next((r for r in instance.registered if r["name"] == "PORTS"), {})
    found = {int(port) for port in kept.get("stringSetValue") or ()}
    for task in instance.tasks.values():
        found |= of_task(task).ports
        for container in task.containers:
            found |= {int(b["hostPort"]) for b in container.bindings}
    return found


def remaining(instance: Instance) -> tuple[int, int]:
    """CPU units and MiB that are left."""
    needs = [of_task(task) for task in instance.tasks.values()]
    return (
        registered(instance, "CPU") - sum(n.cpu for n in needs),
        registered(instance, "MEMORY") - sum(n.memory for n in needs),
    )


def _interfaces_left(region: Region, instance: Instance) -> int:
    size = (instance.attributes.get("ecs.instance-type") or "").rpartition(".")[2]
    most = _INTERFACES.get(size, 4) - 1
    if region.settings.get(("", "awsvpcTrunking")) == "enabled":
        most = max(most, _TRUNKED.get(size, most))
    return most - sum(1 for task in instance.tasks.values() if task.network is not None)


def misfit(  # noqa: PLR0911 - one return for each reason
    region: Region,
    instance: Instance,
    wanted: Need,
    constraints: Sequence[Shape] = (),
    group: str = "",
) -> Misfit | None:
    """The first reason against an instance; None if it takes the task."""
    if not instance.connected:
        return _AGENT
    known = instance.attributes
    # Instances registered by hand often name no capability at all: then none is asked for.
    tells = any(name.startswith(("com.amazonaws.ecs.", "ecs.capability.")) for name in known)
    if tells and not wanted.attributes <= set(known):
        return _ATTRIBUTE
    for constraint in constraints:
        if not _allows(constraint, instance, group):
            return _MEMBER
    if wanted.interface and _interfaces_left(region, instance) < 1:
        return _ENI
    if wanted.ports & taken_ports(instance):
        return _PORTS
    if wanted.gpus > registered(instance, "GPU"):
        return _GPU
    cpu, memory = remaining(instance)
    if wanted.memory > memory:
        return _MEMORY
    return _CPU if wanted.cpu > cpu else None


def _allows(constraint: Shape, instance: Instance, group: str) -> bool:
    if constraint.get("type") == "distinctInstance":
        return all(task.group != group or not task.live for task in instance.tasks.values())
    return matches(str(constraint.get("expression") or ""), instance)


_TERM = re.compile(
    r"\s*(not\s+|!\s*)?(?:attribute:)?([\w.\-]+)\s*"
    r"(==|!=|=~|!~|in|not_in|!in|exists|!exists|not_exists|>=|<=|>|<)\s*(.*?)\s*",
    re.IGNORECASE,
)


def matches(expression: str, instance: Instance) -> bool:
    """A cluster query of attribute terms joined by `and` and `or`."""
    if not expression.strip():
        return True
    for part in re.split(r"\s*(?:\|\||\bor\b)\s*", expression):
        terms = re.split(r"\s*(?:&&|\band\b)\s*", part)
        if all(_term(term, instance) for term in terms):
            return True
    return False


def _term(term: str, instance: Instance) -> bool:
    found = _TERM.fullmatch(term.strip().strip("()"))
    if not found:
        return False
    negated, name, operator, text = found.groups()
    names = {"ec2InstanceId": instance.ec2_id, "agentConnected": str(instance.connected).lower()}
    value = names.get(name, instance.attributes.get(name))
    exists = name in names or name in instance.attributes
    wanted = [w.strip().strip("'\"") for w in text.strip("[]").split(",")]
    result: bool
    match operator.lower():
        case "==" | "in":
            result = value in wanted
        case "!=" | "!in" | "not_in":
            result = value not in wanted
        case "=~":
            result = re.fullmatch(wanted[0].replace("*", ".*") or ".*", value or "") is not None
        case "!~":
            result = re.fullmatch(wanted[0].replace("*", ".*") or ".*", value or "") is None
        case "exists":
            result = exists
        case "!exists" | "not_exists":
            result = not exists
        case _:
            result = False
    return result != bool(negated)


def place(
    region: Region,
    cluster: Cluster,
    wanted: Need,
    *,
    provider: str = "",
    constraints: Sequence[Shape] = (),
    strategy: Sequence[Shape] = (),
    group: str = "",
    zones: Iterable[str] = (),
) -> Instance | NoPlace:
    """The instance that takes the next task, or why none does."""
    active = [i for i in cluster.instances.values() if i.status == "ACTIVE"]
    if provider:
        active = [i for i in active if i.provider == provider]
    if not active:
        code = "EMPTY CAPACITY PROVIDER" if provider else "No Container Instances were found in "
        says = Says.NO_INSTANCES_IN_PROVIDER if provider else Says.NO_INSTANCES
        return NoPlace(code if provider else f"{code}your cluster.", says())
    allowed = set(zones)
    if wanted.interface and allowed:
        near = [
            i for i in active if (i.attributes.get("ecs.availability-zone") or "") in {*allowed, ""}
        ]
        if not near:
            return NoPlace("LOCATION", Says.ATTRIBUTE_MISSING(i=active[0].id))
        active = near
    verdicts = [(misfit(region, i, wanted, constraints, group), i) for i in active]
    fits = [instance for found, instance in verdicts if found is None]
    if fits:
        return min(fits, key=_preference(strategy, group))
    nearest, instance = max(
        ((found, i) for found, i in verdicts if found), key=lambda v: _ORDER.index(v[0])
    )
    return NoPlace(nearest.code, nearest.says(i=instance.id))


def _preference(
    strategy: Sequence[Shape], group: str
) -> Callable[[Instance], tuple[float | str, ...]]:
    steps = list(strategy) or [{"type": "spread", "field": "attribute:ecs.availability-zone"}]

    def mine(instances: Iterable[Instance]) -> int:
        return sum(1 for i in instances for t in i.tasks.values() if t.group == group and t.live)

    def key(instance: Instance) -> tuple[float | str, ...]:
        found: list[float | str] = []
        for step in steps:
            field = str(step.get("field") or "")
            if step.get("type") == "binpack":
                cpu, memory = remaining(instance)
                found.append(float(memory if field.lower() == "memory" else cpu))
            elif step.get("type") == "spread" and field in {"instanceId", "host"}:
                found.append(float(mine([instance])))
            elif step.get("type") == "spread":
                name = field.removeprefix("attribute:")
                value = instance.attributes.get(name)
                peers = [
                    i
                    for i in instance.cluster.instances.values()
                    if i.attributes.get(name) == value
                ]
                found.append(float(mine(peers)))
        found.append(float(mine([instance])))
        found.append(instance.id)
        return tuple(found)

    return key


def eligible(
    region: Region, cluster: Cluster, wanted: Need, constraints: Sequence[Shape]
) -> list[Instance]:
    """The instances that a daemon belongs on, whatever else runs there."""
    found = []
    for instance in cluster.instances.values():
        reason = misfit(region, instance, wanted, constraints)
        # A daemon that is there already takes room itself: only what cannot change counts.
        if instance.status == "ACTIVE" and reason not in {_AGENT, _ATTRIBUTE, _MEMBER}:
            found.append(instance)
    return found


def interface_attributes(attributes: Mapping[str, str | None]) -> tuple[str, str]:
    """Subnet and zone of an instance, if it said them."""
    return attributes.get("ecs.subnet-id") or "", attributes.get("ecs.availability-zone") or ""
