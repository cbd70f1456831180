"""Time as it is handed in, so that tests and the lab have their own."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> datetime:
        """The time, aware UTC."""

    def sleep(self, seconds: float) -> None:
        """Returns when that much time has passed."""
