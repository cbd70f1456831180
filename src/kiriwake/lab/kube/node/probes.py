"""Probes: what a container answers when the kubelet asks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiriwake.lab.ground import ImageBehaviour
from kiriwake.lab.kube.node import words
from kiriwake.lab.kube.objects import Obj

KINDS = {"startupProbe": "Startup", "readinessProbe": "Readiness", "livenessProbe": "Liveness"}
OPEN = ("0.0.0.0", "::", "*", "")  # noqa: S104 - what the emulated application binds
BAD_REQUEST, LOWEST_OK, HIGHEST_OK = 400, 200, 399


@dataclass(frozen=True, slots=True)
class Listener:
    """A running container, as somebody at its address sees it."""

    behaviour: ImageBehaviour
    started_at: datetime
    address: str
    container: Obj

    def ports(self) -> tuple[int, ...]:
        """The ports it listens on once it is up."""
        if self.behaviour.listens is not None:
            return self.behaviour.listens
        return tuple(int(p["containerPort"]) for p in self.container.get("ports") or ())

    def is_up(self, now: datetime) -> bool:
        """Whether it has come up yet."""
        return now >= self.started_at + timedelta(seconds=self.behaviour.starts_after_s)

    def answers(self, port: int, now: datetime) -> bool:
        """Whether a connection from outside the pod is accepted."""
        if not self.is_up(now) or self.behaviour.bind not in OPEN:
            return False
        ports = self.ports()
        return port in ports or (not ports and self.behaviour.listens is None)


def outcome(probe: Obj, listener: Listener, now: datetime) -> str:
    """Empty if the probe succeeds, else why not in the kubelet's words."""
    if "httpGet" in probe:
        return _http(probe, probe["httpGet"], listener, now)
    if "tcpSocket" in probe or "grpc" in probe:
        return _connection(probe, listener, now)
    ill = not listener.is_up(now) or listener.behaviour.health_command_exit
    return "command failed" if ill else ""


def _connection(probe: Obj, listener: Listener, now: datetime) -> str:
    port = port_number((probe.get("tcpSocket") or probe["grpc"])["port"], listener.container)
    if listener.answers(port, now):
        return ""
    parts = {"address": listener.address, "port": port, "timeout": probe.get("timeoutSeconds", 1)}
    return (words.TCP_REFUSED if "tcpSocket" in probe else words.GRPC_REFUSED).format(**parts)


def port_number(port: object, container: Obj) -> int:
    """A port by number or by its name in the container."""
    if isinstance(port, int) or str(port).isdigit():
        return int(str(port))
    for one in container.get("ports") or ():
        if one.get("name") == port:
            return int(one["containerPort"])
    return 0


def _http(probe: Obj, get: Obj, listener: Listener, now: datetime) -> str:
    port = port_number(get["port"], listener.container)
    scheme = str(get.get("scheme", "HTTP")).lower()
    path = get.get("path") or "/"
    host = get.get("host") or listener.address
    url = f"{scheme}://{host}:{port}{path if path.startswith('/') else '/' + path}"
    behaviour = listener.behaviour
    if not listener.answers(port, now):
        return words.PROBE_REFUSED.format(url=url, address=host, port=port)
    if scheme == "https" and not behaviour.tls:
        return words.PROBE_PLAIN.format(url=url)
    if behaviour.latency_ms > 1000 * float(probe.get("timeoutSeconds", 1)):
        return words.PROBE_SLOW.format(url=url)
    status = BAD_REQUEST if behaviour.tls and scheme == "http" else status_of(behaviour, path)
    if LOWEST_OK <= status <= HIGHEST_OK:
        return ""
    return words.PROBE_STATUS.format(status=status)


def status_of(behaviour: ImageBehaviour, path: str) -> int:
    """The status that an application answers on a path."""
    paths: Mapping[str, int] | None = behaviour.paths
    if paths is None:
        return LOWEST_OK
    return paths.get(path.partition("?")[0], behaviour.default_status)
