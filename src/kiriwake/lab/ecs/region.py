"""The state of one account in one region, and the means by which it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kiriwake.lab.ecs import arns
from kiriwake.lab.ecs.ids import Ids
from kiriwake.lab.ecs.model import Cluster, Service, Shape, Task
from kiriwake.lab.ecs.timers import Timer, Timers
from kiriwake.lab.ground import AwsError, Ground

_POLL_S = 5
"""Services are looked at on whole multiples of this, so that many share one moment."""


def _nobody(_: Service) -> None:
    raise RuntimeError("no scheduler")


@dataclass(slots=True, eq=False)
class Region:
    """Everything that one account has in one region."""

    account: str
    name: str
    ground: Ground
    clock: Callable[[], datetime]
    timers: Timers
    ids: Ids
    capacity: Mapping[str, bool]
    reconcile: Callable[[Service], None] = _nobody
    stopped: Callable[[Task], None] = lambda _: None
    """What the scheduler does about a task that came to its end."""
    clusters: dict[str, Cluster] = field(default_factory=dict)
    families: dict[str, list[Shape | None]] = field(default_factory=dict)
    """Task definitions by family; the index is the revision minus one, None a deleted one."""
    providers: dict[str, Shape] = field(default_factory=dict)
    settings: dict[tuple[str, str], str] = field(default_factory=dict)
    """Account settings by principal (or nothing for the default) and name."""
    by_address: dict[str, dict[str, Task]] = field(default_factory=dict)
    """Tasks by address, then by VPC: two VPCs may have the same addresses."""
    definition_tags: dict[str, list[Shape]] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Shape] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    """Which subnet's turn it is, by the subnets of a launch."""
    tokens: dict[str, object] = field(default_factory=dict)

    def at(self, address: str, vpc_id: str = "") -> Task | None:
        """The task at an address; without a VPC that of any."""
        here = self.by_address.get(address, {})
        return here.get(vpc_id) if vpc_id else next(iter(here.values()), None)

    # --- time --------------------------------------------------------------------
    def now(self) -> datetime:
        """The lab's time."""
        return self.clock()

    def later(self, seconds: float, do: Callable[[], None], task: Task | None = None) -> Timer:
        """Sets a timer; one that belongs to a task ends with it."""
        timer = self.timers.at(self.now() + timedelta(seconds=seconds), do)
        if task is not None:
            task.timers.append(timer)
        return timer

    def wake(self, service: Service, seconds: float = 1) -> None:
        """Has the scheduler look at a service soon; an earlier look that is planned stands."""
        when = self.now() + timedelta(seconds=seconds)
        if service.due is not None and not service.due.off and service.due.when <= when:
            return
        if service.due is not None:
            service.due.cancel()

        def look() -> None:
            service.due = None
            self.reconcile(service)

        service.due = self.timers.at(when, look)

    def next_poll(self, seconds: float = _POLL_S) -> datetime:
        """The next whole multiple of some seconds."""
        now = self.now().timestamp()
        return self.now() + timedelta(seconds=seconds - now % seconds)

    # --- names -------------------------------------------------------------------
    def arn(self, kind: str, *parts: str) -> str:
        """An ECS ARN here."""
        return arns.arn(self.name, self.account, kind, *parts)

    def cluster(self, given: str | None) -> Cluster:
        """The cluster by name or ARN, `default` if nothing is said; raises ClusterNotFound."""
        found = self.clusters.get(arns.last(given or "default"))
        if found is None or found.status == "INACTIVE" or not self.here(given or ""):
            raise AwsError("ClusterNotFoundException", "Cluster not found.")
        return found

    def here(self, name_or_arn: str) -> bool:
        """Whether an ARN is of this account and region; a plain name always is."""
        if not name_or_arn.startswith("arn:"):
            return True
        parts = name_or_arn.split(":")
        return len(parts) > 5 and (parts[3], parts[4]) == (self.name, self.account)  # noqa: PLR2004 - an ARN

    def tokens_once(self, kind: str, given: str, value: object = None) -> object:
        """What was made before with this client token."""
        key = f"{kind}/{given}"
        if given and value is not None:
            self.tokens[key] = value
        return self.tokens.get(key) if given else None
