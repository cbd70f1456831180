"""Containers of a pod template."""

from __future__ import annotations

import re
from dataclasses import replace

from kiriwake.core.text import Text
from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import (
    Config,
    Container,
    Mount,
    Port,
    Probe,
    Resources,
    Secret,
    SecretKey,
    Variable,
)
from kiriwake.migrate.quantity import gibibytes, mebibytes, millicores
from kiriwake.migrate.tree import (
    Malformed,
    Map,
    Tree,
    as_flag,
    as_map,
    as_maps,
    as_table,
    as_text,
    as_texts,
    as_whole,
    at,
)

_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*\Z")
_REFERENCE = re.compile(r"\$\$|\$\(([-._a-zA-Z][-._a-zA-Z0-9]*)\)")


class Surroundings:
    """The ConfigMaps and Secrets that containers of a namespace refer to."""

    def __init__(self, configs: tuple[Config, ...], secrets: tuple[Secret, ...]) -> None:
        self.configs = {(config.namespace, config.name): config for config in configs}
        self.secrets = {(secret.namespace, secret.name): secret for secret in secrets}


def read_container(
    tree: Map, pod: Map, namespace: str, around: Surroundings, *, sidecar: bool = False
) -> Container:
    """One container of a pod, the pod's security context folded in."""
    name = as_text(tree.get("name"))
    if not name:
        raise Malformed(
            tree.place,
            Text(en=f"{tree.pointer} has no name", ja=f"{tree.pointer} に name がない"),
            "no-name",
        )
    own = as_map(tree.get("securityContext"))
    outer = as_map(pod.get("securityContext"))
    variables = _variables(tree, namespace, around)
    known = {v.name: v.value for v in variables if v.value is not None}
    entry = _texts(tree.get("command"), known)
    command = _texts(tree.get("args"), known)
    ports = tuple(_port(port) for port in as_maps(tree.get("ports")))
    container = Container(
        name=name,
        image=as_text(tree.get("image")) or "",
        entry=entry,
        command=command,
        directory=as_text(tree.get("workingDir")) or "",
        ports=ports,
        variables=variables,
        mounts=tuple(_mount(mount) for mount in as_maps(tree.get("volumeMounts"))),
        resources=_resources(tree),
        user=_user(own, outer),
        read_only_root=as_flag(at(own, "readOnlyRootFilesystem")),
        add=tuple(c.upper() for c in as_texts(at(own, "capabilities", "add"))),
        drop=tuple(c.upper() for c in as_texts(at(own, "capabilities", "drop"))),
        privileged=bool(as_flag(at(own, "privileged"))),
        interactive=bool(as_flag(tree.get("stdin"))),
        terminal=bool(as_flag(tree.get("tty"))),
        pre_stop=_pre_stop(tree),
        sidecar=sidecar,
        place=tree.place,
        trace=trace(
            name=tree.get("name"),
            image=tree.get("image"),
            entry=tree.get("command"),
            command=tree.get("args"),
            directory=tree.get("workingDir"),
            resources=tree.get("resources"),
            cpu_request=at(tree, "resources", "requests", "cpu"),
            cpu_limit=at(tree, "resources", "limits", "cpu"),
            memory_request=at(tree, "resources", "requests", "memory"),
            memory_limit=at(tree, "resources", "limits", "memory"),
            liveness=tree.get("livenessProbe"),
            readiness=tree.get("readinessProbe"),
            startup=tree.get("startupProbe"),
            user=at(own, "runAsUser"),
            group=at(own, "runAsGroup"),
            read_only_root=at(own, "readOnlyRootFilesystem"),
            add=at(own, "capabilities", "add"),
            drop=at(own, "capabilities", "drop"),
            privileged=at(own, "privileged"),
            interactive=tree.get("stdin"),
            terminal=tree.get("tty"),
            pre_stop=at(tree, "lifecycle", "preStop"),
            whole=tree,
        ),
    )
    return replace(
        container,
        liveness=read_probe(tree.get("livenessProbe"), ports),
        readiness=read_probe(tree.get("readinessProbe"), ports),
        startup=read_probe(tree.get("startupProbe"), ports),
    )


def read_probe(tree: Tree | None, ports: tuple[Port, ...]) -> Probe | None:
    """A probe; named ports are looked up among the container's."""
    probe = as_map(tree)
    if probe is None:
        return None
    http, grpc = as_map(probe.get("httpGet")), as_map(probe.get("grpc"))
    tcp, run = as_map(probe.get("tcpSocket")), as_map(probe.get("exec"))
    how = "http" if http else "grpc" if grpc else "tcp" if tcp else "exec"
    spot = at(http or grpc or tcp, "port")
    return Probe(
        how=how,
        command=as_texts(at(run, "command")),
        path=as_text(at(http, "path")) or "/",
        port=_port_number(spot, ports),
        scheme=(as_text(at(http, "scheme")) or "HTTP").upper(),
        headers=len(as_maps(at(http, "httpHeaders"))),
        service=as_text(at(grpc, "service")) or "",
        delay_s=as_whole(probe.get("initialDelaySeconds")) or 0,
        period_s=as_whole(probe.get("periodSeconds")) or 10,
        timeout_s=as_whole(probe.get("timeoutSeconds")) or 1,
        failures=as_whole(probe.get("failureThreshold")) or 3,
        successes=as_whole(probe.get("successThreshold")) or 1,
        place=probe.place,
        trace=trace(
            whole=probe,
            path=at(http, "path"),
            port=spot,
            scheme=at(http, "scheme"),
            headers=at(http, "httpHeaders"),
            command=at(run, "command"),
            service=at(grpc, "service"),
            delay=probe.get("initialDelaySeconds"),
            period=probe.get("periodSeconds"),
            timeout=probe.get("timeoutSeconds"),
            failures=probe.get("failureThreshold"),
            successes=probe.get("successThreshold"),
        ),
    )


def _port_number(tree: Tree | None, ports: tuple[Port, ...]) -> int | None:
    written = as_text(tree)
    if written is None:
        return None
    if written.isdigit():
        return int(written)
    return next((port.number for port in ports if port.name == written), None)


def _port(tree: Map) -> Port:
    number = as_whole(tree.get("containerPort"))
    if number is None:
        raise Malformed(
            tree.place,
            Text(
                en=f"{tree.pointer} has no containerPort",
                ja=f"{tree.pointer} に containerPort がない",
            ),
            "no-port",
        )
    name = as_text(tree.get("name")) or ""
    return Port(
        number=number,
        name=name,
        protocol=(as_text(tree.get("protocol")) or "TCP").upper(),
        app=app_protocol(name, None),
        trace=trace(whole=tree, host=tree.get("hostPort"), number=tree.get("containerPort")),
    )


def app_protocol(name: str, stated: str | None) -> str:
    """Http, http2 or grpc where the name or the stated protocol proves it."""
    said = (stated or name).lower()
    if said.endswith("h2c") or said.startswith("http2"):
        return "http2"
    if said.startswith("grpc"):
        return "grpc"
    return "http" if said == "http" or said.startswith("http-") else ""


def _texts(tree: Tree | None, known: dict[str, str]) -> tuple[str, ...] | None:
    if tree is None:
        return None
    return tuple(expand(part, known) for part in as_texts(tree))


def expand(text: str, known: dict[str, str]) -> str:
    """The text with `$(NAME)` filled in as the kubelet does; unknown names stay as written."""

    def fill(found: re.Match[str]) -> str:
        if found.group() == "$$":
            return "$"
        return known.get(found.group(1), found.group())

    return _REFERENCE.sub(fill, text)


def _variables(tree: Map, namespace: str, around: Surroundings) -> tuple[Variable, ...]:
    found: dict[str, Variable] = {}
    for source in as_maps(tree.get("envFrom")):
        for variable in _all_keys(source, namespace, around):
            found[variable.name] = variable
    for item in as_maps(tree.get("env")):
        variable = _variable(item, namespace, around)
        if variable.value is not None:
            known = {v.name: v.value for v in found.values() if v.value is not None}
            variable = replace(variable, value=expand(variable.value, known))
        found[variable.name] = variable
    return tuple(found.values())


def _all_keys(source: Map, namespace: str, around: Surroundings) -> list[Variable]:
    prefix = as_text(source.get("prefix")) or ""
    where = trace(whole=source)
    config_name = as_text(at(source, "configMapRef", "name"))
    if config_name is not None:
        config = around.configs.get((namespace, config_name))
        if config is None:
            missing = f"ConfigMap {config_name}"
            return [Variable(f"*{config_name}", unknown=missing, trace=where)]
        return [
            Variable(prefix + key, value=value, trace=where)
            for key, value in config.data.items()
            if _ENV_NAME.match(prefix + key)
        ]
    secret_name = as_text(at(source, "secretRef", "name")) or ""
    secret = around.secrets.get((namespace, secret_name))
    if secret is None:
        return [Variable(f"*{secret_name}", unknown=f"Secret {secret_name}", trace=where)]
    return [
        Variable(prefix + key, secret=SecretKey(secret_name, key), trace=where)
        for key in secret.keys
        if _ENV_NAME.match(prefix + key)
    ]


def _variable(item: Map, namespace: str, around: Surroundings) -> Variable:
    name = as_text(item.get("name"))
    if not name:
        raise Malformed(
            item.place,
            Text(en=f"{item.pointer} has no name", ja=f"{item.pointer} に name がない"),
            "no-name",
        )
    where = trace(whole=item)
    source = as_map(item.get("valueFrom"))
    if source is None:
        return Variable(name, value=as_text(item.get("value")) or "", trace=where)
    secret = as_map(source.get("secretKeyRef"))
    if secret is not None:
        key = SecretKey(as_text(secret.get("name")) or "", as_text(secret.get("key")) or "")
        return Variable(name, secret=key, trace=where)
    config = as_map(source.get("configMapKeyRef"))
    if config is not None:
        config_name, key_name = as_text(config.get("name")) or "", as_text(config.get("key")) or ""
        known = around.configs.get((namespace, config_name))
        if known is not None and key_name in known.data:
            return Variable(name, value=known.data[key_name], trace=where)
        return Variable(name, unknown=f"ConfigMap {config_name} key {key_name}", trace=where)
    asked = as_text(at(source, "fieldRef", "fieldPath")) or as_text(
        at(source, "resourceFieldRef", "resource")
    )
    if asked == "metadata.namespace":
        return Variable(name, value=namespace, trace=where)
    return Variable(name, filled=asked or "unknown", trace=where)


def _mount(tree: Map) -> Mount:
    return Mount(
        volume=as_text(tree.get("name")) or "",
        path=as_text(tree.get("mountPath")) or "",
        read_only=bool(as_flag(tree.get("readOnly"))),
        sub_path=as_text(tree.get("subPath")) or as_text(tree.get("subPathExpr")) or "",
        trace=trace(whole=tree, sub_path=tree.get("subPath") or tree.get("subPathExpr")),
    )


def _resources(tree: Map) -> Resources:
    requests = as_map(at(tree, "resources", "requests"))
    limits = as_map(at(tree, "resources", "limits"))
    gpus = {key: value for key, value in as_table(limits).items() if key.endswith("/gpu")}
    return Resources(
        cpu_request=millicores(at(requests, "cpu")),
        cpu_limit=millicores(at(limits, "cpu")),
        memory_request=mebibytes(at(requests, "memory")),
        memory_limit=mebibytes(at(limits, "memory")),
        storage_gib=gibibytes(at(limits, "ephemeral-storage") or at(requests, "ephemeral-storage")),
        gpu=sum(int(value) for value in gpus.values() if value.isdigit()),
    )


def _user(own: Map | None, outer: Map | None) -> str:
    def first(key: str) -> int | None:
        inner = as_whole(at(own, key))
        return as_whole(at(outer, key)) if inner is None else inner

    user, group = first("runAsUser"), first("runAsGroup")
    if user is None:
        return "" if group is None else f"0:{group}"
    return str(user) if group is None else f"{user}:{group}"


def _pre_stop(tree: Map) -> tuple[str, ...]:
    hook = as_map(at(tree, "lifecycle", "preStop"))
    if hook is None:
        return ()
    sleep = as_text(at(hook, "sleep", "seconds"))
    if sleep is not None:
        return ("sleep", sleep)
    return as_texts(at(hook, "exec", "command")) or ("httpGet",)
