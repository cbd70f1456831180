"""The wall clock; the one place that looks at it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class WallClock:
    """Real time."""

    def now(self) -> datetime:
        """The time of this machine, aware UTC."""
        return datetime.fromtimestamp(time.time(), UTC)

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)
