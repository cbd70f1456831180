"""Containers at work: in order, logging, answering, checked, running out of memory, exiting."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from string import Template

from kiriwake.lab.ecs import definition_rules, pulling, startup
from kiriwake.lab.ecs.failure import StartFailure
from kiriwake.lab.ecs.model import Container, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import Serving

_MIB_PER_GB = 1024
_LEAK_S = 15.0
"""How long a process takes to fill its memory."""
_COMPLAIN_S = 3.0
"""How long a process takes to find a variable missing."""
_KILLED = 137
_CANNOT_EXECUTE = {126: Says.NOT_PERMITTED, 127: Says.NO_EXECUTABLE}
_FIRST_DYNAMIC_PORT = 32768
_DEFAULT_START_TIMEOUT_S = 180.0
_MOST_CHECKS = 10_000


@dataclass(frozen=True, slots=True)
class Ends:
    """What the life of containers means for their task."""

    ready: Callable[[Region, Task], None]
    ended: Callable[[Region, Task, Container], None]
    failed: Callable[[Region, Task, StartFailure], None]


def start(region: Region, task: Task, ends: Ends) -> None:
    """Starts every container whose dependencies let it; tells when all are up."""
    for container in task.containers:
        if container.status == "PENDING" and _may_start(region, task, container, ends):
            _start_one(region, task, container, ends)
        if not task.live:
            return
    if all(c.status in {"RUNNING", "STOPPED"} for c in task.containers):
        ends.ready(region, task)


def _may_start(region: Region, task: Task, container: Container, ends: Ends) -> bool:
    for dependency in container.definition.get("dependsOn", ()):
        on = next(c for c in task.containers if c.name == dependency["containerName"])
        met, hopeless = _met(on, str(dependency["condition"]))
        if hopeless:
            words = Says.DEPENDENCY_FAILED(on=on.name, name=container.name)
            ends.failed(region, task, StartFailure(words, container.name))
        if not met:
            _expect(region, task, container, on, ends)
            return False
    return True


def _met(on: Container, condition: str) -> tuple[bool, bool]:
    """Whether a condition is met, and whether it never will be."""
    exited = on.status == "STOPPED"
    match condition:
        case "START":
            return on.status in {"RUNNING", "STOPPED"}, False
        case "COMPLETE":
            return exited, False
        case "SUCCESS":
            return exited and on.exit_code == 0, exited and on.exit_code != 0
        case _:
            return on.health == "HEALTHY", exited or on.health == "UNHEALTHY"


def _expect(region: Region, task: Task, container: Container, on: Container, ends: Ends) -> None:
    if on.status != "RUNNING" or container.started_at is not None:
        return
    limit = float(on.definition.get("startTimeout") or _DEFAULT_START_TIMEOUT_S)
    container.started_at = region.now()

    def too_late() -> None:
        if container.status == "PENDING":
            words = Says.DEPENDENCY_SLOW(on=on.name, name=container.name)
            ends.failed(region, task, StartFailure(words, container.name))

    region.later(limit, too_late, task)


def _start_one(region: Region, task: Task, container: Container, ends: Ends) -> None:
    behaviour = container.behaviour
    if behaviour.exits_after_s == 0 and behaviour.exit_code in _CANNOT_EXECUTE:
        words = Says.OCI(command=_command(container), why=_CANNOT_EXECUTE[behaviour.exit_code]())
        ends.failed(region, task, StartFailure(words, container.name))
        return
    container.status = "RUNNING"
    container.runtime_id = f"{task.id}-{region.ids.digits(10)}"
    container.started_at = region.now()
    task.version += 1
    _bind(task, container)
    _write(region, task, container, behaviour.logs)
    if end := _end(region, task, container):
        after, code, reason, line = end

        def exits() -> None:
            if line:
                _write(region, task, container, (line,))
            container.status, container.exit_code, container.reason = "STOPPED", code, reason
            task.version += 1
            ends.ended(region, task, container)
            if task.live:
                start(region, task, ends)

        region.later(after, exits, task)
    _check_health(region, task, container, ends)


def _command(container: Container) -> str:
    words = container.definition.get("entryPoint") or container.definition.get("command") or ()
    return str(words[0]) if words else "/docker-entrypoint.sh"


def _end(region: Region, task: Task, container: Container) -> tuple[float, int, str, str] | None:
    """When a container ends by itself, with which code and reason, after which last line."""
    behaviour = container.behaviour
    if pulling.architecture(task) not in behaviour.arch:
        return 0.5, 1, "", Says.EXEC_FORMAT(command=_command(container))
    known = environment(region, container)
    missing = [name for name in behaviour.requires_env if not known.get(name)]
    if missing:
        return _COMPLAIN_S, 1, "", Says.ENV_MISSING(name=missing[0])
    limit = memory_limit(task, container)
    if limit and behaviour.memory_mib > limit:
        after = behaviour.exits_after_s
        if after is None or after > _LEAK_S:
            return _LEAK_S, _KILLED, Says.OUT_OF_MEMORY(), ""
    if behaviour.exits_after_s is not None:
        return behaviour.exits_after_s, behaviour.exit_code, "", ""
    return None


def memory_limit(task: Task, container: Container) -> int:
    """MiB that the container may use: its own hard limit, or what the task has left."""
    own = container.definition.get("memory")
    whole = task.overrides.get("memory") or task.definition.get("memory")
    if own:
        return int(own)
    if not whole:
        return 0
    others = sum(c.behaviour.memory_mib for c in task.containers if c is not container)
    largest = max(task.containers, key=lambda c: c.behaviour.memory_mib)
    total = definition_rules.units(str(whole), _MIB_PER_GB)
    return total - others if container is largest else total


def environment(region: Region, container: Container) -> dict[str, str]:
    """The variables that the process sees."""
    found = {str(e["name"]): str(e.get("value", "")) for e in container.definition["environment"]}
    for name, arn, _ in startup.wanted_secrets(container):
        if name:
            read = region.ground.secret if startup.is_secret(arn) else region.ground.parameter
            found[name] = read(arn).value or "********"
    return found


def _write(region: Region, task: Task, container: Container, lines: tuple[str, ...]) -> None:
    options = startup.log_options(container)
    if options is None or not lines:
        return
    known = environment(region, container)
    now = region.now()
    region.ground.put_logs(
        options["awslogs-group"],
        startup.stream_name(task, container, options),
        [
            (now + timedelta(milliseconds=n), Template(line).safe_substitute(known))
            for n, line in enumerate(lines)
        ],
    )


# --- ports -----------------------------------------------------------------------------
def _bind(task: Task, container: Container) -> None:
    if task.instance is None or task.eni is not None:
        return
    taken = {b["hostPort"] for t in task.instance.tasks.values() for b in bindings(t)}
    free = (port for port in itertools.count(_FIRST_DYNAMIC_PORT) if port not in taken)
    for port in container.definition.get("portMappings", ()):
        if "containerPort" not in port:
            continue
        container.bindings.append(
            {
                "bindIP": "0.0.0.0",  # noqa: S104 - what Docker answers
                "containerPort": port["containerPort"],
                "hostPort": port.get("hostPort") or next(free),
                "protocol": port.get("protocol", "tcp"),
            }
        )


def bindings(task: Task) -> Iterator[dict[str, object]]:
    """Host ports of all containers of a task."""
    for container in task.containers:
        yield from container.bindings


def listens(container: Container) -> tuple[int, ...]:
    """The ports on which the process listens."""
    if container.behaviour.listens is not None:
        return container.behaviour.listens
    ports = container.definition.get("portMappings", ())
    return tuple(int(p["containerPort"]) for p in ports if "containerPort" in p)


def serving(region: Region, task: Task, port: int) -> Serving | None:
    """What answers on a port of the task, or of its host for a bound one."""
    for container in task.containers:
        inner = port
        for binding in container.bindings:
            if binding["hostPort"] == port:
                inner = int(binding["containerPort"])
        if (
            container.bindings
            and inner == port
            and not any(b["hostPort"] == port for b in container.bindings)
        ):
            continue
        if container.status != "RUNNING" or container.started_at is None:
            continue
        up = container.started_at + timedelta(seconds=container.behaviour.starts_after_s)
        if inner in listens(container) and region.now() >= up:
            return Serving(container.behaviour, container.started_at, task.eni)
    return None


# --- health ---------------------------------------------------------------------------
def _check_health(region: Region, task: Task, container: Container, ends: Ends) -> None:
    check = container.definition.get("healthCheck")
    if not check or (check.get("command") or ["NONE"])[0] == "NONE":
        return
    after, state = _first_verdict(container)

    def judged() -> None:
        if container.status != "RUNNING":
            return
        container.health = state
        task.version += 1
        if task.service:
            region.wake(task.service)
        start(region, task, ends)

    region.later(after, judged, task)


def _first_verdict(container: Container) -> tuple[float, str]:
    """When the health command first decides, and how; failures in the start period do not count."""
    check = container.definition["healthCheck"]
    interval = float(check.get("interval") or 30)
    grace = float(check.get("startPeriod") or 0)
    failures = 0
    for number in range(1, _MOST_CHECKS):
        at = number * interval
        passes = container.behaviour.health_command_exit == 0
        if passes and at >= container.behaviour.starts_after_s:
            return at, "HEALTHY"
        failures += at >= grace
        if failures >= int(check.get("retries") or 3):
            return at, "UNHEALTHY"
    return _MOST_CHECKS * interval, "UNHEALTHY"
