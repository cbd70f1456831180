"""Compose files into the model."""

from __future__ import annotations

import re
import shlex

from kiriwake.core.text import Text
from kiriwake.migrate.compose_values import after, cpus, memory, rollout, seconds
from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import (
    Container,
    Endpoint,
    EndpointPort,
    Estate,
    Kind,
    Mount,
    Port,
    Probe,
    Resources,
    Secret,
    Source,
    Variable,
    Volume,
    Workload,
)
from kiriwake.migrate.notice import Notice, Weight, refusal
from kiriwake.migrate.tree import (
    Leaf,
    Malformed,
    Map,
    Row,
    Tree,
    as_flag,
    as_map,
    as_rows,
    as_text,
    as_texts,
    as_whole,
    at,
    plain,
)

NAMESPACE = "default"
_VARIABLE = re.compile(r"\$\$|\$\{([A-Za-z_]\w*)(?:(:?[-?+])([^}]*))?\}|\$([A-Za-z_]\w*)")
_PORT = re.compile(
    r"(?:(?P<ip>\[[^\]]*\]|[0-9]+(?:\.[0-9]+){3}|localhost):)?(?:(?P<outer>[0-9]*):)?(?P<inner>[0-9]+)"
    r"(?:/(?P<protocol>tcp|udp))?\Z"
)
_HTTP_PORTS = {80, *range(3000, 3010), *range(5000, 5010), *range(8000, 8100)}


def is_compose(tree: Tree) -> bool:
    """Whether a document is a compose file."""
    return isinstance(tree, Map) and isinstance(tree.get("services"), Map) and not tree.get("kind")


def read_compose(tree: Map) -> Estate:
    """A compose file; services behind a profile are left out with a notice."""
    services = as_map(tree.get("services"))
    reader = _Reader(tree)
    for name, item in (services.items if services else {}).items():
        try:
            service = as_map(item)
            if service is not None:
                reader.service(name, service)
        except Malformed as error:
            reader.notices.append(refusal(error))
    return Estate(
        documents=(tree,),
        workloads=tuple(reader.workloads),
        endpoints=tuple(reader.endpoints),
        secrets=reader.secrets(),
        notices=tuple(reader.notices),
        parameters=reader.open_values,
    )


class _Reader:
    def __init__(self, tree: Map) -> None:
        self.tree = tree
        self.workloads: list[Workload] = []
        self.endpoints: list[Endpoint] = []
        self.notices: list[Notice] = []
        self.open_values: dict[str, str] = {}

    def note(self, reference: str, weight: Weight, says: Text, where: Tree) -> None:
        self.notices.append(Notice(reference, weight, says, where.place))

    def secrets(self) -> tuple[Secret, ...]:
        declared = as_map(self.tree.get("secrets"))
        return tuple(
            Secret(name, NAMESPACE, ("value",), place=item.place, trace=trace(whole=item))
            for name, item in (declared.items if declared else {}).items()
        )

    def fill(self, tree: Tree | None) -> str | None:
        """The text with `${NAME:-default}` filled in; without a default it stays open."""
        written = as_text(tree)
        if written is None or "$" not in written:
            return written

        def known(found: re.Match[str]) -> str:
            if found.group() == "$$":
                return "$"
            name = found.group(1) or found.group(4)
            if (found.group(2) or "").endswith("-"):
                return found.group(3)
            self.open_values.setdefault(name, f"${{{name}}}")
            return f"${{{name}}}"

        return _VARIABLE.sub(known, written)

    def service(self, name: str, tree: Map) -> None:
        profiles = tree.get("profiles")
        if profiles is not None and as_rows(profiles):
            self.note(
                "compose-profile",
                Weight.NOTE,
                Text(
                    en=f'service "{name}" stands behind a profile and is left out',
                    ja=f"サービス「{name}」はプロファイル指定があるため対象外とした",
                ),
                profiles,
            )
            return
        for key in ("network_mode", "pid", "ipc"):
            spot = tree.get(key)
            if spot is not None and (as_text(spot) or "") not in {"bridge", "none", "private"}:
                self.note(
                    "compose-shared-namespace",
                    Weight.WARNING,
                    Text(
                        en=f"{key} {as_text(spot)} cannot be kept: each ECS task has its own",
                        ja=f"{key} {as_text(spot)} は引き継げない。ECS タスクごとに独立する",
                    ),
                    spot,
                )
        ports, endpoint_ports, public = self.ports(name, tree)
        container = self.container(name, tree, ports)
        volumes = self.volumes(name, tree)
        deploy = as_map(tree.get("deploy"))
        replicas = as_whole(at(deploy, "replicas"))
        stop = seconds(tree.get("stop_grace_period"))
        once = (as_text(tree.get("restart")) or "") == "no" and not ports
        self.workloads.append(
            Workload(
                name=name,
                kind=Kind.TASK if once else Kind.SERVICE,
                source=Source.COMPOSE,
                replicas=1 if replicas is None else replicas,
                containers=(container,),
                volumes=tuple(volumes),
                labels={"app": name},
                rollout=rollout(at(deploy, "update_config")),
                stop_s=10 if stop is None else stop,
                after=after(tree.get("depends_on")),
                place=tree.place,
                tree=tree,
                trace=trace(
                    name=tree.get("container_name"),
                    replicas=at(deploy, "replicas"),
                    rollout=at(deploy, "update_config"),
                    stop=tree.get("stop_grace_period"),
                    restart=tree.get("restart") or at(deploy, "restart_policy"),
                    after=tree.get("depends_on"),
                    networks=tree.get("networks"),
                    volumes=tree.get("volumes"),
                    pod=tree,
                ),
            )
        )
        if endpoint_ports:
            self.endpoints.append(
                Endpoint(
                    name,
                    NAMESPACE,
                    {"app": name},
                    tuple(endpoint_ports),
                    public=public,
                    place=tree.place,
                    trace=trace(ports=tree.get("ports"), expose=tree.get("expose")),
                )
            )

    def kept_inside(self, name: str, port: int, where: Tree) -> None:
        self.note(
            "published-port-kept-inside",
            Weight.DECIDE,
            Text(
                en=f'port {port} of "{name}" was published on the machine; it is not opened to the'
                " internet, other services reach it by name",
                ja=f"「{name}」のポート {port} はマシンに公開されていたが、"
                "インターネットには公開しない。"
                "他のサービスからは名前で届く",
            ),
            where,
        )

    def ports(self, name: str, tree: Map) -> tuple[tuple[Port, ...], list[EndpointPort], bool]:
        found: dict[tuple[int, str], Port] = {}
        outer: list[EndpointPort] = []
        public = False
        test = plain(at(tree, "healthcheck", "test"))
        checked = " ".join(map(str, test)) if isinstance(test, list) else str(test or "")
        for item in as_rows(tree.get("ports")):
            if isinstance(item, Map):
                inner, protocol = as_whole(item.get("target")), as_text(item.get("protocol"))
                published, address = as_whole(item.get("published")), as_text(item.get("host_ip"))
            else:
                match = _PORT.match(self.fill(item) or "")
                if match is None:
                    raise Malformed(
                        item.place,
                        Text(
                            en=f'"{as_text(item)}" is no port that can be moved; ranges and'
                            " variables without a default have to be written out",
                            ja=f"「{as_text(item)}」は移行できるポート指定ではない。"
                            "範囲指定や既定値のない変数は書き下すこと",
                        ),
                        "no-port",
                    )
                inner, protocol = int(match["inner"]), match["protocol"]
                published = int(match["outer"]) if match["outer"] else None
                address = match["ip"]
            if inner is None:
                continue
            kind = (protocol or "tcp").upper()
            found[inner, kind] = Port(inner, protocol=kind, trace=trace(whole=item))
            asks_http = f":{inner}/" in checked or inner in _HTTP_PORTS
            app = "http" if asks_http and kind == "TCP" else ""
            # callers on the compose network use the container's own port
            outer.append(EndpointPort(inner, inner, kind, app=app))
            loopback = address in {"127.0.0.1", "localhost", "[::1]", "::1"}
            if published is not None and not loopback:
                if app:
                    public = True
                else:
                    self.kept_inside(name, inner, item)
        for item in as_rows(tree.get("expose")):
            written = (as_text(item) or "").partition("/")
            if written[0].isdigit():
                kind = (written[2] or "tcp").upper()
                found.setdefault(
                    (int(written[0]), kind),
                    Port(int(written[0]), protocol=kind, trace=trace(whole=item)),
                )
                outer.append(EndpointPort(int(written[0]), int(written[0]), kind))
        return tuple(found.values()), list(dict.fromkeys(outer)), public

    def container(self, name: str, tree: Map, ports: tuple[Port, ...]) -> Container:
        limits = at(tree, "deploy", "resources", "limits")
        wanted = at(tree, "deploy", "resources", "reservations")
        build = tree.get("build")
        folder = as_text(build) if isinstance(build, Leaf) else as_text(at(build, "context"))
        most = memory(at(limits, "memory") or tree.get("mem_limit"))
        return Container(
            name=name,
            image=self.fill(tree.get("image")) or "",
            entry=self.words(tree.get("entrypoint")),
            command=self.words(tree.get("command")),
            directory=as_text(tree.get("working_dir")) or "",
            ports=ports,
            variables=tuple(self.variables(name, tree)),
            mounts=tuple(self.mounts(name, tree)),
            resources=Resources(
                cpus(at(wanted, "cpus")),
                cpus(at(limits, "cpus") or tree.get("cpus")),
                memory(at(wanted, "memory") or tree.get("mem_reservation")),
                most,
            ),
            liveness=self.health(name, tree.get("healthcheck")),
            user=as_text(tree.get("user")) or "",
            read_only_root=as_flag(tree.get("read_only")),
            add=tuple(c.upper() for c in as_texts(tree.get("cap_add"))),
            drop=tuple(c.upper() for c in as_texts(tree.get("cap_drop"))),
            privileged=bool(as_flag(tree.get("privileged"))),
            interactive=bool(as_flag(tree.get("stdin_open"))),
            terminal=bool(as_flag(tree.get("tty"))),
            built_from=folder or "",
            place=tree.place,
            trace=trace(
                image=tree.get("image"), build=build, entry=tree.get("entrypoint"),
                command=tree.get("command"), directory=tree.get("working_dir"),
                ports=tree.get("ports"), expose=tree.get("expose"),
                cpu_limit=at(limits, "cpus") or tree.get("cpus"),
                memory_limit=at(limits, "memory") or tree.get("mem_limit"),
                cpu_request=at(wanted, "cpus"),
                memory_request=at(wanted, "memory") or tree.get("mem_reservation"),
                liveness=tree.get("healthcheck"), user=tree.get("user"),
                read_only_root=tree.get("read_only"), add=tree.get("cap_add"),
                drop=tree.get("cap_drop"), privileged=tree.get("privileged"),
                interactive=tree.get("stdin_open"), terminal=tree.get("tty"), whole=tree,
            ),
        )  # fmt: skip

    def words(self, tree: Tree | None) -> tuple[str, ...] | None:
        if tree is None:
            return None
        if isinstance(tree, Row):
            return tuple(self.fill(item) or "" for item in tree.items)
        line = self.fill(tree) or ""
        try:
            return tuple(shlex.split(line))
        except ValueError:
            return (line,)

    def variables(self, name: str, tree: Map) -> list[Variable]:
        found = []
        settings = tree.get("environment")
        if isinstance(settings, Map):
            for key, item in settings.items.items():
                found.append(self.variable(key, self.fill(item), item))
        else:
            for item in as_rows(settings):
                key, mark, value = (self.fill(item) or "").partition("=")
                found.append(self.variable(key, value if mark else None, item))
        file = tree.get("env_file")
        if file is not None:
            self.note(
                "compose-env-file",
                Weight.DECIDE,
                Text(
                    en=f'env_file of "{name}" is not read: put its values where they belong',
                    ja=f"「{name}」の env_file は読み込まない。値を適切な場所に設定すること",
                ),
                file,
            )
        return found

    @staticmethod
    def variable(key: str, value: str | None, item: Tree) -> Variable:
        if value is None:
            return Variable(key, unknown=f"${{{key}}}", trace=trace(whole=item))
        return Variable(key, value=value, trace=trace(whole=item))

    def mounts(self, name: str, tree: Map) -> list[Mount]:
        found = []
        for item in as_rows(tree.get("volumes")):
            source, target, read_only = _volume_parts(self, item)
            if target:
                volume = _volume_name(name, source, target)
                found.append(Mount(volume, target, read_only, trace=trace(whole=item)))
        for item in (*as_rows(tree.get("secrets")), *as_rows(tree.get("configs"))):
            source = (
                as_text(item) if isinstance(item, Leaf) else as_text(at(item, "source"))
            ) or ""
            target = (as_text(at(item, "target")) or source).rpartition("/")[2]
            found.append(
                Mount(source, f"/run/secrets/{target}", read_only=True, trace=trace(whole=item))
            )
        return found

    def volumes(self, name: str, tree: Map) -> list[Volume]:
        found: dict[str, Volume] = {}
        for item in as_rows(tree.get("volumes")):
            source, target, _ = _volume_parts(self, item)
            if not target:
                continue
            volume = _volume_name(name, source, target)
            how = "host" if source.startswith((".", "/", "~")) else "share" if source else "scratch"
            found[volume] = Volume(volume, how, source, place=item.place, trace=trace(whole=item))
        for key, how in (("secrets", "secret"), ("configs", "config")):
            for item in as_rows(tree.get(key)):
                origin = as_text(item) if isinstance(item, Leaf) else as_text(at(item, "source"))
                if origin:
                    file = ((origin, "value"),)
                    found[origin] = Volume(
                        origin, how, origin, file, place=item.place, trace=trace(whole=item)
                    )
        for item in as_rows(tree.get("tmpfs")) if isinstance(tree.get("tmpfs"), Row) else ():
            path = (as_text(item) or "").partition(":")[0]
            volume = _volume_name(name, "", path)
            found[volume] = Volume(volume, "scratch", memory=True, trace=trace(whole=item))
        return list(found.values())

    def health(self, name: str, tree: Tree | None) -> Probe | None:
        check = as_map(tree)
        if check is None or as_flag(check.get("disable")):
            return None
        test = check.get("test")
        words = self.words(test) if isinstance(test, Row) else ("CMD-SHELL", self.fill(test) or "")
        if not words or words[0] == "NONE":
            return None
        # a check that calls the service's own name asks itself on ECS
        own = re.compile(rf"(?<=//){re.escape(name)}(?=[:/]|\Z)")
        command = tuple(own.sub("localhost", word) for word in words)
        if command != words and test is not None:
            self.note(
                "health-check-by-name",
                Weight.NOTE,
                Text(
                    en=f'the health check of "{name}" called its own name; it calls localhost now',
                    ja=f"「{name}」のヘルスチェックは自分の名前を呼んでいたため localhost に変えた",
                ),
                test,
            )
        command = command[1:] if command[0] == "CMD" else ("sh", "-c", *command[1:])
        return Probe(
            how="exec",
            command=command,
            delay_s=seconds(check.get("start_period")) or 0,
            period_s=seconds(check.get("interval")) or 30,
            timeout_s=seconds(check.get("timeout")) or 30,
            failures=as_whole(check.get("retries")) or 3,
            place=check.place,
            trace=trace(
                whole=check, command=test, delay=check.get("start_period"),
                period=check.get("interval"), timeout=check.get("timeout"),
                failures=check.get("retries"),
            ),
        )  # fmt: skip


def _volume_parts(reader: _Reader, item: Tree) -> tuple[str, str, bool]:
    if isinstance(item, Map):
        source, target = as_text(item.get("source")) or "", as_text(item.get("target")) or ""
        return source, target, bool(as_flag(item.get("read_only")))
    parts = (reader.fill(item) or "").split(":")
    if len(parts) == 1:
        return "", parts[0], False
    return parts[0], parts[1], "ro" in parts[2:]


def _volume_name(service: str, source: str, target: str) -> str:
    if source and not source.startswith((".", "/", "~")):
        return source
    return re.sub(r"[^a-zA-Z0-9]+", "-", f"{service}{source or target}").strip("-").lower()
