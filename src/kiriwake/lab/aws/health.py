"""Target health by the lab's own prober: thresholds, intervals and draining in lab time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeTargetGroup

from kiriwake.lab.aws.network import Network, Place
from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.aws.probe import WORDS, ZONE_OFF, Check, Outcome, Reason, attempt
from kiriwake.lab.aws.store import store
from kiriwake.lab.ground import AwsError
from kiriwake.lab.world import World

_REGISTRATION_S = 2.0
"""From registration to the first health check."""
_NETWORK_TYPES = {"network", "gateway"}


@dataclass(frozen=True, slots=True)
class Health:
    """What DescribeTargetHealth says."""

    state: str
    reason: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a target's checks depend on, true until somebody writes to EC2 or ELB."""

    version: int
    check: Check
    unused: Health | None
    address: str
    vpc_id: str
    taken: Mapping[str, str]
    """The addresses that the target's subnet has given."""
    admitted: bool


@dataclass(slots=True)
class Target:
    """A registered target and what its checks have found so far."""

    arn: str
    id: str
    port: int
    zone: str
    registered_at: datetime
    state: str = "initial"
    passes: int = 0
    fails: int = 0
    last: Outcome = field(default_factory=Outcome)
    probed: bool = False
    drains_until: datetime | None = None
    around: Surroundings | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from the others of its group."""
        return self.id, self.port


class Prober:
    """Probes the targets of every target group, by the lab's clock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._groups: dict[str, dict[tuple[str, int], Target]] = {}
        self._queue: list[tuple[datetime, int, Target]] = []
        self._order = itertools.count()

    # --- living in time ------------------------------------------------------------------
    def next_due(self) -> datetime | None:
        """The next probe or end of a draining."""
        return self._queue[0][0] if self._queue else None

    def step(self) -> None:
        """Does the probes that are due."""
        now = self._world.clock.now()
        while self._queue and self._queue[0][0] <= now:
            _, _, target = heapq.heappop(self._queue)
            if self._groups.get(target.arn, {}).get(target.key) is not target:
                continue
            group = find_group(target.arn)
            if group is None:
                self._groups.pop(target.arn, None)
            elif target.drains_until is not None:
                if target.drains_until <= now:
                    del self._groups[target.arn][target.key]
            else:
                around = self.survey(target, group)
                self._probe(target, around)
                self._push(now + timedelta(seconds=around.check.interval_s), target)

    def reset(self) -> None:
        """Forgets all targets."""
        self._groups.clear()
        self._queue.clear()

    def _push(self, moment: datetime, target: Target) -> None:
        heapq.heappush(self._queue, (moment, next(self._order), target))

    # --- registration --------------------------------------------------------------------
    def register(self, arn: str, target_id: str, port: int, zone: str = "") -> None:
        """A target joins; one that drains is taken back, one that is there stays as it is."""
        group = find_group(arn)
        if group is None:
            raise AwsError("TargetGroupNotFound", "One or more target groups not found")
        now = self._world.clock.now()
        held = self._groups.setdefault(arn, {})
        known = held.get((target_id, port))
        if known is not None and known.drains_until is None:
            return
        target = Target(arn, target_id, port, zone or zone_of(group, target_id), now)
        held[target.key] = target
        self._push(now + timedelta(seconds=_REGISTRATION_S), target)

    def deregister(self, arn: str, target_id: str, port: int | None) -> bool:
        """Starts draining; whether there was anything to drain."""
        group = find_group(arn)
        found = False
        for target in list(self._groups.get(arn, {}).values()):
            if target.id != target_id or (port is not None and target.port != port):
                continue
            found = True
            if target.drains_until is not None:
                continue
            delay = float(group.attributes["deregistration_delay.timeout_seconds"]) if group else 0
            if not delay or group is None or not balancers_of(group):
                del self._groups[arn][target.key]
                continue
            target.drains_until = self._world.clock.now() + timedelta(seconds=delay)
            self._push(target.drains_until, target)
        return found

    def targets(self, arn: str) -> Sequence[Target]:
        """Registered and draining targets, oldest first."""
        return list(self._groups.get(arn, {}).values())

    # --- health --------------------------------------------------------------------------
    def health(self, arn: str, target_id: str, port: int | None) -> Health:
        """What DescribeTargetHealth says of one target at this moment."""
        group = find_group(arn)
        for target in self._groups.get(arn, {}).values():
            if target.id == target_id and (port is None or target.port == port):
                return self.health_of(target, group)
        return Health("unused", Reason.NOT_REGISTERED, WORDS[Reason.NOT_REGISTERED])

    def health_of(self, target: Target, group: Any) -> Health:
        """As `health`, for a target at hand."""
        if target.drains_until is not None:
            return Health("draining", Reason.DEREGISTRATION, WORDS[Reason.DEREGISTRATION])
        around = self.survey(target, group)
        if around.unused is not None:
            return around.unused
        if not around.check.enabled:
            return Health("unavailable", Reason.DISABLED, WORDS[Reason.DISABLED])
        if target.state == "healthy":
            return Health("healthy")
        if target.state == "unhealthy":
            return Health("unhealthy", target.last.reason, target.last.words)
        reason = Reason.INITIAL if target.probed else Reason.REGISTRATION
        return Health("initial", reason, WORDS[reason])

    def _probe(self, target: Target, around: Surroundings) -> None:
        check = around.check
        if around.unused is not None or not check.enabled:
            target.state, target.passes, target.fails = "initial", 0, 0
            return
        there = around.admitted and around.address in around.taken
        port = check.port_of(target.port)
        serving = self._world.serving(around.address, port, around.vpc_id) if there else None
        outcome = attempt(check, there, serving)
        target.probed = True
        if outcome.passed:
            target.passes, target.fails = target.passes + 1, 0
            # A new target is healthy after one check passed, whatever the threshold.
            wanted = 1 if target.state == "initial" else check.healthy_threshold
            if target.state != "healthy" and target.passes >= wanted:
                target.state = "healthy"
        else:
            target.passes, target.fails = 0, target.fails + 1
            target.last = outcome
            if target.state != "unhealthy" and target.fails >= check.unhealthy_threshold:
                target.state = "unhealthy"

    def survey(self, target: Target, group: Any) -> Surroundings:
        """What a target's checks depend on at this moment."""
        version = self._world.writes
        if target.around is not None and target.around.version == version:
            return target.around
        ec2 = store("ec2", group.account_id, group.region_name)
        network = Network(ec2)
        check = Check.of(group)
        address = target.id
        if target.id.startswith("i-"):
            instance = ec2.get_instance_by_id(target.id)
            address = str(instance.private_ip) if instance is not None else ""
        interface = network.interface_at(group.vpc_id, address) if address else None
        admitted = False
        if interface is not None:
            place, port = network.place(interface), check.port_of(target.port)
            probers = [node for lb in balancers_of(group) for node in nodes_of(lb, ec2)]
            admitted = all(not network.connects(node, place, port) for node in probers)
        taken = ec2.enis.taken[interface.subnet.id] if interface is not None else {}
        unused = _unused(target, group)
        if interface is None:
            version = -1  # it may come without anybody writing to EC2
        target.around = Surroundings(
            version, check, unused, address, str(group.vpc_id), taken, admitted
        )
        return target.around


def find_group(arn: str) -> Any | None:
    """Moto's target group of an ARN, or None."""
    parts = arn.split(":")
    if len(parts) < 6:  # noqa: PLR2004 - an ARN's parts
        return None
    return store("elbv2", parts[4], parts[3]).target_groups.get(arn)


def balancers_of(group: Any) -> list[Any]:
    """The load balancers with a listener or rule that forwards to a group."""
    found = []
    for balancer in store("elbv2", group.account_id, group.region_name).load_balancers.values():
        actions = (
            action
            for listener in balancer.listeners.values()
            for rule in [*listener.rules.values()]
            for action in rule.actions
        )
        defaults = (a for listener in balancer.listeners.values() for a in listener.default_actions)
        if any(group.arn in forwards_to(action) for action in (*actions, *defaults)):
            found.append(balancer)
    return found


def forwards_to(action: Any) -> set[str]:
    """The target groups of a listener's or rule's action."""
    data = action.data
    found = {data["TargetGroupArn"]} if data.get("TargetGroupArn") else set()
    groups = data.get("ForwardConfig", {}).get("TargetGroups") or ()
    return found | {one["TargetGroupArn"] for one in groups if one.get("TargetGroupArn")}


def nodes_of(balancer: Any, ec2: Any) -> list[Place]:
    """Where a load balancer's health checks come from."""
    groups = tuple(balancer.security_groups or ())
    kind = "net" if balancer.type in _NETWORK_TYPES else "app"
    name = f"ELB {kind}/{balancer.name}/{balancer.arn.rpartition('/')[2]}"
    return [
        Place(str(eni.private_ip_address), groups, eni.subnet.id)
        for subnet in balancer.subnets
        for eni_id in dict.fromkeys(ec2.enis.taken[subnet.id].values())
        if (eni := ec2.enis.get(eni_id)) is not None and eni.description == name
    ]


def zone_of(group: Any, target_id: str) -> str:
    """The Availability Zone of a target: its interface's, else its subnet's."""
    ec2 = store("ec2", group.account_id, group.region_name)
    if target_id.startswith("i-"):
        instance = ec2.get_instance_by_id(target_id)
        return str(instance.availability_zone) if instance is not None else ""
    eni = Network(ec2).interface_at(group.vpc_id, target_id)
    return str(eni.availability_zone) if eni is not None else ""


def _unused(target: Target, group: Any) -> Health | None:
    balancers = balancers_of(group)
    if not balancers:
        return Health("unused", Reason.NOT_IN_USE, WORDS[Reason.NOT_IN_USE])
    zones = {subnet.availability_zone for lb in balancers for subnet in lb.subnets}
    if target.zone and target.zone != "all" and target.zone not in zones:
        return Health("unused", Reason.NOT_IN_USE, ZONE_OFF)
    ec2 = store("ec2", group.account_id, group.region_name)
    if target.id.startswith("i-"):
        instance = ec2.get_instance_by_id(target.id)
        if instance is None or instance.state in {"stopped", "terminated", "stopping"}:
            return Health("unused", Reason.INVALID_STATE, WORDS[Reason.INVALID_STATE])
        return None
    eni = Network(ec2).interface_at(group.vpc_id, target.id)
    if eni is not None and eni.description.startswith("ELB "):
        return Health("unused", Reason.IP_UNUSABLE, WORDS[Reason.IP_UNUSABLE])
    return None


# --- moto's ELBv2 ------------------------------------------------------------------------
def keep_health(patches: Patches, prober: Prober) -> None:  # noqa: C901 - one method each
    """Targets and their health are the prober's, whoever asks."""

    def register(self: Any, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            port = int(target.get("Port") or self.port or 0)
            prober.register(self.arn, target["Id"], port, target.get("AvailabilityZone", ""))

    def deregister(self: Any, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            port = int(target["Port"]) if target.get("Port") else None
            prober.deregister(self.arn, target["Id"], port)

    def terminated(self: Any, instance_ids: list[str]) -> None:
        for instance_id in instance_ids:
            prober.deregister(self.arn, instance_id, None)

    def describe(self: Any, arn: str, targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
        group = self.target_groups.get(arn)
        if group is None:
            raise AwsError("TargetGroupNotFound", "One or more target groups not found")
        if not targets:
            return [
                _row(t.id, t.port, t.zone, group, prober.health_of(t, group))
                for t in prober.targets(arn)
            ]
        rows = []
        for target in targets:
            port = int(target["Port"]) if target.get("Port") else None
            health = prober.health(arn, target["Id"], port)
            rows.append(_row(target["Id"], port or int(group.port or 0), "", group, health))
        return rows

    patches.put(FakeTargetGroup, "register", register)
    patches.put(FakeTargetGroup, "deregister", deregister)
    patches.put(FakeTargetGroup, "deregister_terminated_instances", terminated)
    patches.put(ELBv2Backend, "describe_target_health", describe)
    patches.put(FakeTargetGroup, "load_balancer_arns", property(_balancer_arns, _ignored))
    patches.around(ELBv2Backend, "create_target_group", _with_defaults)


def _row(target_id: str, port: int, zone: str, group: Any, health: Health) -> dict[str, Any]:
    told: dict[str, Any] = {"State": health.state}
    if health.reason:
        told |= {"Reason": str(health.reason), "Description": health.words}
    target: dict[str, Any] = {"Id": target_id, "Port": port}
    if zone:
        target["AvailabilityZone"] = zone
    checked = str(Check.of(group).port_of(port))
    return {"Target": target, "HealthCheckPort": checked, "TargetHealth": told}


def _balancer_arns(group: Any) -> list[str]:
    return [balancer.arn for balancer in balancers_of(group)]


def _ignored(_group: Any, _value: Any) -> None:
    # moto writes this list; the lab reads it off the listeners instead.
    return


def _with_defaults(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_target_group(self: Any, name: str, **given: Any) -> Any:
        # F7.02: a Network Load Balancer's HTTP checks have their own defaults.
        if given.get("protocol") in {"TCP", "TLS", "UDP", "TCP_UDP"} and given.get(
            "healthcheck_protocol"
        ) in {"HTTP", "HTTPS"}:
            given["healthcheck_timeout_seconds"] = given.get("healthcheck_timeout_seconds") or 6
            given["healthcheck_path"] = given.get("healthcheck_path") or "/"
            given["matcher"] = given.get("matcher") or {"HttpCode": "200-399"}
        return create(self, name, **given)

    return create_target_group
