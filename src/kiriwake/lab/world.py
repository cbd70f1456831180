"""What is true of the whole lab: its time, its rules, its faults and what was called."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Protocol

from kiriwake.lab.clock import LabClock
from kiriwake.lab.ground import Caller, ImageBehaviour, Serving

HOME_ACCOUNT = "123456789012"
HOME_REGION = "us-east-1"
_KEPT_CALLS = 200_000
_SERVICE_NAMES = {"elbv2": "elasticloadbalancing", "monitoring": "cloudwatch"}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed a request."""

    access_key: str
    arn: str
    role_arn: str = ""

    def is_called(self, name: str) -> bool:
        """Whether a rule that names an access key, a user or a role means this principal."""
        return name in {self.access_key, self.arn, self.role_arn}


@dataclass(frozen=True, slots=True)
class Deny:
    """A rule of `PUT /_lab/deny`."""

    actions: tuple[str, ...]
    principal: str | None = None


@dataclass(slots=True)
class Fault:
    """A fault of `PUT /_lab/faults`, counting down."""

    action: str
    error: str
    times: int | None = None
    until: datetime | None = None
    latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A request that the lab answered."""

    n: int
    service: str
    action: str
    principal: str
    status: int
    ms: int


class Handler(Protocol):
    """An engine that answers a service's API instead of moto."""

    def handles(self, action: str) -> bool:
        """Whether this action is the engine's own."""

    def handle(
        self, caller: Caller, action: str, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The answer in API shape; raises AwsError."""


class Interruptible(Protocol):
    """An engine that takes `POST /_lab/interrupt`."""

    def interrupt(
        self, kind: str, task: str | None = None, instance: str | None = None
    ) -> Mapping[str, Any]:
        """Does it; raises KeyError for what is not there, ValueError for what cannot be."""


class Spacious(Protocol):
    """An engine that takes `PUT /_lab/capacity`."""

    def set_capacity(self, given: Mapping[str, bool]) -> Mapping[str, bool]:
        """Whether each kind of capacity has room."""


class Inhabited(Protocol):
    """An engine that runs workloads with addresses."""

    def serving(self, address: str, port: int, vpc_id: str = "") -> Serving | None:
        """Who listens there at this moment."""


def canonical_action(action: str) -> str:
    """`elbv2:X` and `monitoring:X` under the prefix that IAM uses."""
    service, _, name = action.partition(":")
    service = service.lower()
    return f"{_SERVICE_NAMES.get(service, service)}:{name}"


def matches(pattern: str, action: str) -> bool:
    """Whether an action pattern (`ec2:Describe*`) means an action; letter case is ignored."""
    return fnmatchcase(canonical_action(action).lower(), canonical_action(pattern).lower())


@dataclass
class World:
    """The lab's state outside of moto and the engines; `lock` guards all of it."""

    clock: LabClock
    lock: threading.RLock = field(default_factory=threading.RLock)
    handlers: dict[str, Handler] = field(default_factory=dict)
    """By IAM service prefix, `ecs` say."""
    describe_node: Callable[[str, Mapping[str, Any]], Mapping[str, Any]] | None = None
    """What `PUT /_lab/nodes/<name>` does; raises LookupError, ValueError and AwsError."""
    inhabited: list[Inhabited] = field(default_factory=list)
    interruptible: list[Interruptible] = field(default_factory=list)
    spacious: list[Spacious] = field(default_factory=list)
    denies: tuple[Deny, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    reach: dict[str, dict[str, bool]] = field(default_factory=dict)
    images: dict[str, ImageBehaviour] = field(default_factory=dict)
    """By `host/repository:tag`, as a task definition names it."""
    pushed_digests: dict[str, str] = field(default_factory=dict)
    """Digest to the image that was described under it."""
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    capacity: dict[str, bool] = field(default_factory=dict)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=_KEPT_CALLS))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    last_call: int = 0
    writes: int = 0
    """Grows whenever somebody changes what moto keeps."""

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forgets every rule, fault, image, node and call."""
        self.denies = ()
        self.faults.clear()
        self.reach.clear()
        self.images.clear()
        self.pushed_digests.clear()
        self.nodes.clear()
        self.capacity.clear()
        self.capacity.update(FARGATE=True, FARGATE_SPOT=True)
        self.calls.clear()
        self._numbers, self.last_call = itertools.count(1), 0

    # --- rules -------------------------------------------------------------------
    def denied(self, action: str, principal: Principal) -> bool:
        """Whether a deny rule keeps this principal from this action."""
        return any(
            (rule.principal is None or principal.is_called(rule.principal))
            and any(matches(pattern, action) for pattern in rule.actions)
            for rule in self.denies
        )

    def take_fault(self, action: str) -> Fault | None:
        """The fault that this call meets, counted down; None if there is none."""
        now = self.clock.now()
        self.faults[:] = [f for f in self.faults if f.times != 0 and (not f.until or now < f.until)]
        for fault in self.faults:
            if matches(fault.action, action):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def set_faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Replaces all faults; `seconds` count from now, in lab time."""
        now = self.clock.now()
        self.faults[:] = [
            Fault(
                action=fault["action"],
                error=fault["error"],
                times=fault.get("times"),
                until=None
                if fault.get("seconds") is None
                else now + timedelta(seconds=fault["seconds"]),
                latency_ms=fault.get("latency_ms") or 0,
            )
            for fault in faults
        ]

    # --- what was called -----------------------------------------------------------
    def log_call(self, service: str, action: str, principal: str, status: int, ms: float) -> None:
        """Writes one answered request down."""
        self.last_call = next(self._numbers)
        self.calls.append(Call(self.last_call, service, action, principal, status, round(ms)))

    # --- who answers at an address ---------------------------------------------------
    def serving(self, address: str, port: int, vpc_id: str = "") -> Serving | None:
        """What listens at an emulated address, asked of every engine."""
        for engine in self.inhabited:
            found = engine.serving(address, port, vpc_id)
            if found is not None:
                return found
        return None
