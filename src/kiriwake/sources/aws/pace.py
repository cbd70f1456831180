"""Keeps below AWS's own request rates, so that others in the account are not throttled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: how many at once, and how many a second in the long run."""

    burst: int
    per_second: float


_DEFAULT = Rate(50, 20)
_RATES = {
    # Per account and region, as the developer guide of ECS and the limits of Logs give them.
    "ecs:DescribeServices": Rate(100, 20),
    "ecs:ListServices": Rate(100, 20),
    "ecs:DescribeTasks": Rate(100, 20),
    "ecs:ListTasks": Rate(100, 20),
    "logs:DescribeLogGroups": Rate(10, 10),
    "logs:GetLogEvents": Rate(10, 10),
}


class Pace:
    """One token bucket per API action; waits where a request would come too early."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = Lock()
        self._full_at: dict[str, float] = {}

    def take(self, action: str) -> None:
        """Waits until a request of this action may go out."""
        rate = _RATES.get(action, _DEFAULT)
        now = self._monotonic()
        with self._lock:
            # The bucket is told by the moment at which it will be full again.
            full_at = max(self._full_at.get(action, now), now) + 1 / rate.per_second
            self._full_at[action] = full_at
        wait = full_at - now - rate.burst / rate.per_second
        if wait > 0:
            self._sleep(wait)
