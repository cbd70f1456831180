"""One health check of a load balancer against one target: what comes back, in ELB's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kiriwake.lab.ground import ImageBehaviour, Serving

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Check:
    """How a target group checks its targets."""

    protocol: str
    port: str
    path: str
    matcher: str
    interval_s: float
    timeout_s: float
    healthy_threshold: int
    unhealthy_threshold: int
    enabled: bool
    network: bool
    """A Network Load Balancer's group, which does not tell why a check fails."""

    @classmethod
    def of(cls, group: Any) -> Check:
        """A target group's check, from moto's record."""
        matcher = getattr(group, "matcher", None) or {}
        network = str(group.protocol) in {"TCP", "UDP", "TCP_UDP", "TLS", "QUIC", "TCP_QUIC"}
        return cls(
            protocol=str(group.health_check_protocol or group.protocol or "HTTP"),
            port=str(group.health_check_port or "traffic-port"),
            path=str(group.health_check_path or "/"),
            matcher=str(matcher.get("HttpCode") or ("200-399" if network else "200")),
            interval_s=float(group.health_check_interval_seconds),
            timeout_s=float(group.health_check_timeout_seconds),
            healthy_threshold=int(group.healthy_threshold_count),
            unhealthy_threshold=int(group.unhealthy_threshold_count),
            enabled=str(group.health_check_enabled).lower() != "false",
            network=network,
        )

    def port_of(self, traffic_port: int) -> int:
        """The port that is checked on a target with a traffic port."""
        return traffic_port if self.port == "traffic-port" else int(self.port)


class Reason(StrEnum):
    """Why a target is not healthy (F7.1)."""

    NONE = ""
    REGISTRATION = "Elb.RegistrationInProgress"
    INITIAL = "Elb.InitialHealthChecking"
    MISMATCH = "Target.ResponseCodeMismatch"
    TIMEOUT = "Target.Timeout"
    FAILED = "Target.FailedHealthChecks"
    NOT_REGISTERED = "Target.NotRegistered"
    NOT_IN_USE = "Target.NotInUse"
    INVALID_STATE = "Target.InvalidState"
    IP_UNUSABLE = "Target.IpUnusable"
    DEREGISTRATION = "Target.DeregistrationInProgress"
    DISABLED = "Target.HealthCheckDisabled"


WORDS: Mapping[Reason, str] = {
    Reason.REGISTRATION: "Target registration is in progress",
    Reason.INITIAL: "Initial health checks in progress",
    Reason.TIMEOUT: "Request timed out",
    Reason.FAILED: "Health checks failed",
    Reason.NOT_REGISTERED: "Target is not registered to the target group",
    Reason.NOT_IN_USE: "Target group is not configured to receive traffic from the load balancer",
    Reason.INVALID_STATE: "Target is in the stopped or terminated state",
    Reason.IP_UNUSABLE: "Target IP address is reserved for use by a load balancer",
    Reason.DEREGISTRATION: "Target deregistration is in progress",
    Reason.DISABLED: "Health checks are disabled for this target group",
}
ZONE_OFF = "Target is in an Availability Zone that is not enabled for the load balancer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check found; no reason means that it passed."""

    reason: Reason = Reason.NONE
    words: str = ""

    @property
    def passed(self) -> bool:
        """Whether the target answered as the check wants."""
        return self.reason is Reason.NONE


def _failed(check: Check, reason: Reason, words: str = "") -> Outcome:
    told = Reason.FAILED if check.network else reason
    return Outcome(told, WORDS[told] if check.network or not words else words)


def attempt(check: Check, admitted: bool, serving: Serving | None) -> Outcome:
    """The outcome of a check against what listens behind the groups, ACLs and routes."""
    if not admitted:
        return _failed(check, Reason.TIMEOUT)
    if serving is None or serving.behaviour.bind in _LOOPBACK:
        return _failed(check, Reason.FAILED)
    app = serving.behaviour
    if check.protocol in {"TCP", "UDP", "TCP_UDP"}:
        return Outcome()
    if app.tls != (check.protocol in {"HTTPS", "TLS"}):
        return _failed(check, Reason.FAILED)
    return Outcome() if check.protocol == "TLS" else _ask(check, app)


def _ask(check: Check, app: ImageBehaviour) -> Outcome:
    if app.latency_ms >= check.timeout_s * 1000:
        return _failed(check, Reason.TIMEOUT)
    code = status_of(app, check.path)
    if code_matches(check.matcher, code):
        return Outcome()
    return _failed(check, Reason.MISMATCH, f"Health checks failed with these codes: [{code}]")


def status_of(app: ImageBehaviour, path: str) -> int:
    """The HTTP status that an application answers on a path."""
    if app.paths is None:
        return 200
    return app.paths.get(path, app.paths.get(path.partition("?")[0], app.default_status))


def code_matches(matcher: str, code: int) -> bool:
    """Whether a matcher (`200`, `200,202`, `200-399`) means a status."""
    for part in matcher.split(","):
        found = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
        if found and int(found[1]) <= code <= int(found[2] or found[1]):
            return True
    return False
