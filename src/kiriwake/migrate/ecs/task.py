"""Task definitions."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.ecs.files import FILES, Prepared
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.fargate import Size, cpu_units
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import Container, Port, Probe, Source, Variable, Workload
from kiriwake.migrate.names import container_name, pascal, port_name
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.stack import Json, ref

_LEAST_MEMORY = 6
_ADDABLE = ("SYS_PTRACE",)


@dataclass(slots=True)
class Written:
    """The container definitions of one workload and what they refer to."""

    definitions: list[Json] = field(default_factory=list)
    port_names: dict[tuple[str, int], str] = field(default_factory=dict)
    secrets: dict[str, None] = field(default_factory=dict)


def write_containers(
    workload: Workload, name: str, size: Size, setting: Setting, prepared: Prepared
) -> Written:
    """The container definitions, init containers first, and claims on every field they take."""
    written = Written()
    inits = [container_name(c.name) for c in workload.init if not c.sidecar]
    first = [FILES] if prepared.command else []
    if prepared.command:
        definition = prepared.definition(_logs(name))
        written.definitions.append(definition)
        for secret in prepared.secrets:
            written.secrets[secret] = None
    chain = list(first)
    taken: dict[str, Port] = {}
    for container in workload.init:
        own = container_name(container.name)
        waits = list(chain)
        definition = _definition(container, workload, name, size, setting, written, taken, waits)
        if container.sidecar:
            definition["Essential"] = False
        else:
            definition["Essential"] = False
            chain = [own]
        written.definitions.append(definition)
    sidecars = [container_name(c.name) for c in workload.init if c.sidecar]
    waits = ([inits[-1]] if inits else first) if chain else []
    for container in workload.containers:
        definition = _definition(container, workload, name, size, setting, written, taken, waits)
        if sidecars:
            started: list[Json] = [
                {"ContainerName": sidecar, "Condition": "START"} for sidecar in sidecars
            ]
            before = definition.get("DependsOn") or []
            assert isinstance(before, list)  # noqa: S101 - written by _definition
            definition["DependsOn"] = [*before, *started]
        written.definitions.append(definition)
    return written


def _definition(  # noqa: PLR0917
    container: Container,
    workload: Workload,
    name: str,
    size: Size,
    setting: Setting,
    written: Written,
    taken: dict[str, Port],
    waits: list[str],
) -> dict[str, Json]:
    ledger = setting.ledger
    own = container_name(container.name)
    to = f"{setting.id_of(workload)}TaskDefinition/ContainerDefinitions/{own}"

    def claim(fate: Fate, where: str, why: Text, *facts: str) -> None:
        ledger.claim(traced(container.trace, *facts), fate, f"{to}/{where}", why)

    claim(Fate.CARRIED if own == container.name else Fate.ADAPTED, "Name", reasons.NAME, "name")
    image = setting.image(container, workload)
    claim(
        Fate.CARRIED if image == container.image else Fate.REPLACED,
        "Image",
        reasons.SAME if image == container.image else reasons.IMAGE_ECR,
        "image",
    )
    claim(Fate.REPLACED, "Image", reasons.IMAGE_BUILT, "build")
    aci = workload.source is Source.ACI
    claim(
        Fate.ADAPTED if aci else Fate.CARRIED,
        "EntryPoint",
        reasons.ACI_COMMAND if aci else reasons.ENTRY,
        "entry",
    )
    claim(Fate.CARRIED, "Command", reasons.COMMAND, "command")
    claim(Fate.CARRIED, "WorkingDirectory", reasons.SAME, "directory")
    claim(Fate.CARRIED, "Interactive", reasons.SAME, "interactive")
    claim(Fate.CARRIED, "PseudoTerminal", reasons.SAME, "terminal")
    claim(Fate.CARRIED, "User", reasons.USER, "user", "group")
    claim(Fate.CARRIED, "ReadonlyRootFilesystem", reasons.SAME, "read_only_root")
    added = [c for c in container.add if c in _ADDABLE]
    claim(
        Fate.CARRIED if len(added) == len(container.add) else Fate.DROPPED,
        "LinuxParameters/Capabilities/Add",
        reasons.SAME if len(added) == len(container.add) else reasons.CAPABILITY,
        "add",
    )
    claim(Fate.CARRIED, "LinuxParameters/Capabilities/Drop", reasons.SAME, "drop")
    claim(Fate.ADAPTED, "Cpu", reasons.CPU_REQUEST, "cpu_request")
    claim(Fate.ADAPTED, "../Cpu", reasons.CPU_LIMIT, "cpu_limit")
    claim(Fate.ADAPTED, "MemoryReservation", reasons.MEMORY_REQUEST, "memory_request")
    claim(Fate.ADAPTED, "Memory", reasons.MEMORY_LIMIT, "memory_limit")
    claim(Fate.ADAPTED, "../EphemeralStorage", reasons.STORAGE, "resources")
    claim(Fate.DROPPED, "", reasons.PRE_STOP, "pre_stop")
    for mount in container.mounts:
        ledger.claim(
            traced(mount.trace, "sub_path"), Fate.ADAPTED, f"{to}/MountPoints", reasons.VOLUME_FILES
        )
        ledger.claim(traced(mount.trace, "whole"), Fate.CARRIED, f"{to}/MountPoints", reasons.SAME)
    tell_unexpanded(container, workload, setting)
    environment, secrets = _variables(container.variables, setting, written, to)
    r = container.resources
    hard = r.memory_limit if r.memory_limit and r.memory_limit <= size.memory else None
    hard = max(hard, _LEAST_MEMORY) if hard else None
    soft = max(r.memory_request, _LEAST_MEMORY) if r.memory_request else None
    if soft is not None and hard is not None and soft >= hard:
        soft = None
    windows = workload.windows
    found: dict[str, Json | None] = {
        "Name": own,
        "Image": image,
        "Essential": True,
        "EntryPoint": list(container.entry) if container.entry else None,
        "Command": list(container.command) if container.command else None,
        "WorkingDirectory": container.directory or None,
        "Cpu": min(max(2, cpu_units(r.cpu_request)), size.cpu) if r.cpu_request else None,
        "Memory": hard,
        "MemoryReservation": soft if soft is None or soft <= size.memory else size.memory,
        "PortMappings": _ports(container, written, taken, to, setting) or None,
        "Environment": environment or None,
        "Secrets": secrets or None,
        "MountPoints": mount_points(container, workload, setting) or None,
        "HealthCheck": _health(container, setting, to),
        "User": container.user if container.user and not windows else None,
        "ReadonlyRootFilesystem": container.read_only_root if not windows else None,
        "Interactive": container.interactive or None,
        "PseudoTerminal": container.terminal or None,
        "LinuxParameters": None if windows else _linux(container, added),
        "StopTimeout": min(120, max(2, workload.stop_s)),
        "DependsOn": [{"ContainerName": wait, "Condition": "SUCCESS"} for wait in waits] or None,
        "LogConfiguration": _logs(name),
    }
    return {key: value for key, value in found.items() if value is not None}


def mount_points(container: Container, workload: Workload, setting: Setting) -> list[Json]:
    """The mount points; a single file (`subPath`) takes its folder, for ECS mounts no files."""
    found: list[Json] = []
    known = setting.volumes_of(workload)
    for mount in container.mounts:
        path = mount.path.rstrip("/") or "/"
        if mount.volume not in known:
            setting.note(
                "mount-not-carried",
                Weight.DECIDE,
                Text(
                    en=f"{workload.name} loses what is mounted at {path}: bake it into the image",
                    ja=f"{workload.name} の {path} のマウントは移せない。イメージに含めること",
                ),
                container.place,
            )
            continue
        if mount.sub_path:
            parent = path.rpartition("/")[0]
            setting.note(
                "mounts-one-file",
                Weight.DECIDE,
                Text(
                    en=f"{workload.name} mounts {mount.sub_path} at {path}; ECS mounts"
                    " whole folders,"
                    f" so {parent or 'nothing'} is taken: check what else stands there",
                    ja=f"{workload.name} は {mount.sub_path} を {path} にマウントする。ECS"
                    " はフォルダー単位"
                    f"なので {parent or '何も'}"
                    f" {'をマウントする' if parent else 'マウントしない'}。"
                    "そこにある他のファイルを確認すること",
                ),
                container.place,
            )
            if not parent:
                continue
            path = parent
        if any(isinstance(m, dict) and m["ContainerPath"] == path for m in found):
            continue
        found.append(
            {
                "SourceVolume": container_name(mount.volume),
                "ContainerPath": path,
                "ReadOnly": mount.read_only,
            }
        )
    return found


def tell_unexpanded(container: Container, workload: Workload, setting: Setting) -> None:
    """Tells of `$(NAME)` that the kubelet would have filled in from a secret or a field."""
    words = [*(container.entry or ()), *(container.command or ())]
    names = {v.name for v in container.variables if v.secret or v.filled or v.unknown}
    for name in sorted(names):
        if any(f"$({name})" in word for word in words):
            setting.note(
                "command-needs-a-shell",
                Weight.DECIDE,
                Text(
                    en=f"{workload.name}: ECS does not fill in $({name}) in a command; let a shell"
                    f" expand ${name}",
                    ja=f"{workload.name}: ECS はコマンド中の $({name}) を展開しない。"
                    f"シェルで ${name} を"
                    "展開すること",
                ),
                container.place,
            )


def _linux(container: Container, added: list[str]) -> Json:
    found: dict[str, Json] = {"InitProcessEnabled": True}
    capabilities: dict[str, Json] = {}
    if added:
        capabilities["Add"] = list(added)
    if container.drop:
        capabilities["Drop"] = list(container.drop)
    if capabilities:
        found["Capabilities"] = capabilities
    return found


def _logs(name: str) -> Json:
    return {
        "LogDriver": "awslogs",
        "Options": {
            "awslogs-group": ref(f"{pascal(name)}LogGroup"),
            "awslogs-region": ref("AWS::Region"),
            "awslogs-stream-prefix": "ecs",
            "mode": "non-blocking",
            "max-buffer-size": "25m",
        },
    }


def _ports(
    container: Container, written: Written, taken: dict[str, Port], to: str, setting: Setting
) -> list[Json]:
    found: list[Json] = []
    seen: set[tuple[int, str]] = set()
    for port in container.ports:
        setting.ledger.claim(traced(port.trace, "host"), Fate.DROPPED, "", reasons.HOST_PORT)
        setting.ledger.claim(
            traced(port.trace, "whole"), Fate.ADAPTED, f"{to}/PortMappings", reasons.PORT
        )
        protocol = port.protocol.lower()
        if protocol not in {"tcp", "udp"} or (port.number, protocol) in seen:
            continue
        seen.add((port.number, protocol))
        name = port_name(port.name, port.number)
        while name in taken:
            name = f"{name[:50]}-{port.number}"
        taken[name] = port
        written.port_names[protocol, port.number] = name
        mapping: dict[str, Json] = {
            "Name": name,
            "ContainerPort": port.number,
            "Protocol": protocol,
        }
        app = setting.app_protocol(container, port)
        if app and protocol == "tcp":
            mapping["AppProtocol"] = app
        found.append(mapping)
    return found


def _variables(
    variables: tuple[Variable, ...], setting: Setting, written: Written, to: str
) -> tuple[list[Json], list[Json]]:
    environment: list[Json] = []
    secrets: list[Json] = []
    for variable in variables:
        where = traced(variable.trace, "whole")
        if variable.secret is not None:
            arn = setting.secret(variable.secret)
            written.secrets[variable.secret.secret] = None
            secrets.append({"Name": variable.name, "ValueFrom": arn})
            setting.ledger.claim(
                where, Fate.REPLACED, f"{to}/Secrets/{variable.name}", reasons.VARIABLE_SECRET
            )
        elif variable.filled:
            setting.ledger.claim(where, Fate.DROPPED, "", reasons.VARIABLE_FIELD)
            setting.kubelet_value(variable, where)
        elif variable.unknown:
            if not variable.name.startswith("*"):
                value = setting.open_value(variable.name, variable.unknown)
                environment.append({"Name": variable.name, "Value": value})
            setting.ledger.claim(
                where, Fate.REPLACED, f"{to}/Environment/{variable.name}", reasons.VARIABLE_OPEN
            )
            setting.open_variable(variable, where)
        else:
            value = setting.filled(variable.value or "")
            environment.append({"Name": variable.name, "Value": value})
            setting.ledger.claim(
                where, Fate.CARRIED, f"{to}/Environment/{variable.name}", reasons.SAME
            )
            setting.looks_secret(variable, where)
    return environment, secrets


def _health(container: Container, setting: Setting, to: str) -> Json | None:
    for probe in (container.liveness, container.readiness):
        if probe is None:
            continue
        command = _check_command(probe, setting)
        if command:
            delay = container.startup or probe
            start = delay.delay_s + (delay.period_s * delay.failures if container.startup else 0)
            for name in ("liveness", "startup") if container.liveness else ("readiness", "startup"):
                setting.ledger.claim(
                    traced(container.trace, name),
                    Fate.ADAPTED,
                    f"{to}/HealthCheck",
                    reasons.HEALTH_EXEC,
                )
            return {
                "Command": command,
                "Interval": min(300, max(5, probe.period_s)),
                "Timeout": min(60, max(2, probe.timeout_s)),
                "Retries": min(10, max(1, probe.failures)),
                "StartPeriod": min(300, max(0, start)),
            }
    return None


def _check_command(probe: Probe, setting: Setting) -> list[Json]:
    if probe.how == "exec" and probe.command:
        if probe.command[:2] in {("sh", "-c"), ("/bin/sh", "-c")} and len(probe.command) == 3:  # noqa: PLR2004
            return ["CMD-SHELL", probe.command[2]]
        return ["CMD", *probe.command]
    if probe.how == "http" and probe.port and setting.image_has:
        url = f"{probe.scheme.lower()}://localhost:{probe.port}{probe.path}"
        if setting.image_has == "curl":
            return ["CMD-SHELL", f"curl -fsk -o /dev/null '{url}' || exit 1"]
        return ["CMD-SHELL", f"wget -q --no-check-certificate -O /dev/null '{url}' || exit 1"]
    return []
