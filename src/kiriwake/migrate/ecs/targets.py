"""What stands behind a name and port: the workload, the container and its health question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kiriwake.migrate.model import (
    Container,
    EndpointPort,
    Estate,
    Kind,
    Port,
    Probe,
    Workload,
)
from kiriwake.migrate.stack import Json

RUNS = (Kind.SERVICE, Kind.STATEFUL)
_HTTP_PORTS = {80, 3000, 5000, 8000, 8080, 8888}
GRPC_HEALTH = "/grpc.health.v1.Health/Check"


@dataclass(frozen=True, slots=True)
class Target:
    """A container port that a load balancer sends to."""

    workload: Workload
    container: Container
    port: int
    protocol: str
    """HTTP, GRPC, TCP, UDP."""


def container_port(
    workload: Workload, asked: int | str | None, port: int
) -> tuple[Container, int] | None:
    """The container and number behind a Service's targetPort."""
    if isinstance(asked, str):
        for container in workload.every_container:
            for known in container.ports:
                if known.name == asked:
                    return container, known.number
        return None
    number = port if asked is None else asked
    for container in workload.every_container:
        if any(known.number == number for known in container.ports):
            return container, number
    return (workload.containers[0], number) if workload.containers else None


def declared(estate: Estate) -> Estate:
    """The estate with every port that a Service or a probe asks for declared on its container.

    Kubernetes does not need ports declared; a task definition does.
    """
    wanted: dict[tuple[str, str, str], set[tuple[int, str]]] = {}
    for endpoint in estate.endpoints:
        for workload in estate.targets(endpoint):
            for port in endpoint.ports:
                found = container_port(workload, port.target, port.port)
                if found is not None:
                    key = (workload.namespace, workload.name, found[0].name)
                    wanted.setdefault(key, set()).add((found[1], port.protocol))
    workloads = []
    for workload in estate.workloads:
        containers = tuple(
            _with(c, wanted.get((workload.namespace, workload.name, c.name), set()))
            for c in workload.containers
        )
        workloads.append(replace(workload, containers=containers))
    return replace(estate, workloads=tuple(workloads))


def _with(container: Container, wanted: set[tuple[int, str]]) -> Container:
    known = {(port.number, port.protocol) for port in container.ports}
    extra = tuple(Port(number, protocol=protocol) for number, protocol in sorted(wanted - known))
    return replace(container, ports=container.ports + extra) if extra else container


def speaks(container: Container, number: int, stated: EndpointPort | None) -> str:
    """HTTP, GRPC or TCP, as far as the input proves it."""
    if stated is not None and stated.protocol == "UDP":
        return "UDP"
    for probe in (container.readiness, container.liveness, container.startup):
        if probe is not None and probe.port == number:
            if probe.how == "grpc":
                return "GRPC"
            if probe.how == "http":
                return "HTTPS" if probe.scheme == "HTTPS" else "HTTP"
    app = next((p.app for p in container.ports if p.number == number and p.app), "")
    app = app or (stated.app if stated else "")
    if app:
        return "GRPC" if app == "grpc" else "HTTP"
    plain_http = number in _HTTP_PORTS or (stated is not None and stated.port in _HTTP_PORTS)
    asked_tcp = any(
        probe is not None and probe.how == "tcp" and probe.port == number
        for probe in (container.readiness, container.liveness)
    )
    return "HTTP" if plain_http and not asked_tcp else "TCP"


def health_question(container: Container, number: int) -> Probe | None:
    """The probe that says whether the port serves: readiness, else liveness, else startup."""
    asked = (container.readiness, container.liveness, container.startup)
    answering = ("http", "grpc", "tcp")
    for probe in asked:
        if probe is not None and probe.how in answering and probe.port == number:
            return probe
    return next((p for p in asked if p is not None and p.how in answering and p.port), None)


def health_check(
    protocol: str, port: int, probe: Probe | None, said: Mapping[str, str], path: str
) -> dict[str, Json]:
    """The health check properties of a target group."""
    found: dict[str, Json] = {}
    if protocol in {"TCP", "UDP", "TLS"}:
        asks_http = probe is not None and probe.how == "http"
        found["HealthCheckProtocol"] = probe.scheme if probe and asks_http else "TCP"
        if asks_http and probe is not None:
            found["HealthCheckPath"] = path or probe.path
    elif protocol == "GRPC":
        found["HealthCheckProtocol"] = "HTTP"
        grpc = probe is None or probe.how == "grpc"
        found["HealthCheckPath"] = GRPC_HEALTH if grpc else (probe.path if probe else "/")
        found["Matcher"] = {"GrpcCode": "0" if grpc else "0-99"}
    else:
        found["HealthCheckProtocol"] = probe.scheme if probe and probe.how == "http" else protocol
        own = probe.path if probe is not None and probe.how == "http" else "/"
        found["HealthCheckPath"] = path or own
        # Kubernetes takes every code from 200 to 399 for success
        found["Matcher"] = {"HttpCode": said.get("Matcher", "200-399")}
    if probe is not None and probe.port and probe.port != port:
        found["HealthCheckPort"] = str(probe.port)
    period = _whole(said.get("HealthCheckIntervalSeconds")) or (probe.period_s if probe else 30)
    timeout = _whole(said.get("HealthCheckTimeoutSeconds")) or (probe.timeout_s if probe else 5)
    failures = _whole(said.get("UnhealthyThresholdCount")) or (probe.failures if probe else 3)
    interval = min(300, max(5, period))
    found["HealthCheckIntervalSeconds"] = interval
    found["HealthCheckTimeoutSeconds"] = min(interval - 1, 120, max(2, timeout))
    found["UnhealthyThresholdCount"] = min(10, max(2, failures))
    found["HealthyThresholdCount"] = 2
    return found


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def grace_s(containers: tuple[Container, ...]) -> int:
    """How long a new task may fail its checks: the startup probe's budget, or the first delays."""
    found = 0
    for container in containers:
        startup = container.startup
        if startup is not None:
            found = max(found, startup.delay_s + startup.period_s * startup.failures)
        for probe in (container.readiness, container.liveness):
            if probe is not None and startup is None:
                found = max(found, probe.delay_s + probe.period_s * probe.failures)
    return found or 60
