"""What a client of a load balancer gets: rules, healthy targets, and 502, 503, 504 (F7.14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from kiriwake.lab.aws import health
from kiriwake.lab.aws.health import Prober, Target
from kiriwake.lab.aws.probe import Check, status_of
from kiriwake.lab.aws.store import stores
from kiriwake.lab.world import World

_IDLE_S = 60
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A plain HTTP request to a load balancer's name."""

    host: str
    port: int
    path: str


def visit(world: World, prober: Prober, asked: Visit) -> int:
    """The HTTP status that a client sees; 0 if nothing has that name or listens there."""
    balancer = _balancer(asked.host)
    listeners = balancer.listeners.values() if balancer is not None else ()
    listener = next((one for one in listeners if int(one.port) == asked.port), None)
    if listener is None:
        return 0
    for action in _actions(listener, asked):
        if action.type == "fixed-response":
            return int(action.data["FixedResponseConfig"]["StatusCode"])
        if action.type == "redirect":
            return int(action.data["RedirectConfig"]["StatusCode"].removeprefix("HTTP_"))
        groups = sorted(health.forwards_to(action))
        if groups:
            return _forward(world, prober, groups[0], asked)
    return 503


def _balancer(host: str) -> Any | None:
    for _, _, elb in stores("elbv2"):
        for balancer in elb.load_balancers.values():
            if balancer.dns_name.lower() == host.lower():
                return balancer
    return None


def _actions(listener: Any, asked: Visit) -> Sequence[Any]:
    rules = [rule for rule in listener.rules.values() if not rule.is_default]
    for rule in sorted(rules, key=lambda rule: int(rule.priority)):
        if all(_meets(condition, asked) for condition in rule.conditions):
            return list(rule.actions)
    return list(listener.default_actions)


def _meets(condition: Any, asked: Visit) -> bool:
    subjects = {
        "path-pattern": (asked.path, "PathPatternConfig"),
        "host-header": (asked.host.lower(), "HostHeaderConfig"),
    }
    subject = subjects.get(condition["Field"])
    if subject is None:
        return False
    text, config = subject
    values = condition.get("Values") or condition.get(config, {}).get("Values") or ()
    return any(fnmatchcase(text, value) for value in values)


def _forward(world: World, prober: Prober, arn: str, asked: Visit) -> int:
    group = health.find_group(arn)
    present = [t for t in prober.targets(arn) if t.drains_until is None]
    if group is None or not present:
        return 503
    healthy = [t for t in present if prober.health_of(t, group).state == "healthy"]
    # F7.05: with no healthy target a load balancer fails open.
    return _answer(world, prober, (healthy or present)[0], group, asked)


def _answer(world: World, prober: Prober, target: Target, group: Any, asked: Visit) -> int:
    around = prober.survey(target, group)
    if not around.admitted or around.address not in around.taken:
        return 504
    serving = world.serving(around.address, target.port, around.vpc_id)
    encrypted = str(group.protocol) in {"HTTPS", "TLS"}
    if serving is None or serving.behaviour.bind in _LOOPBACK or serving.behaviour.tls != encrypted:
        return 502
    if serving.behaviour.latency_ms > _IDLE_S * 1000:
        return 504
    return 200 if Check.of(group).network else status_of(serving.behaviour, asked.path)
