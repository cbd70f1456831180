"""The lab's time: it flows from ready on, and tests and stories let hours pass at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kiriwake.lab.ground import Engine

_PATIENCE = 10_000
"""Steps at one and the same moment after which an engine is said to be stuck."""


def wall_now() -> datetime:
    """The time of this machine, aware UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


class EngineStuckError(RuntimeError):
    """An engine that is due for ever at the same moment."""


class LabClock:
    """Lab time over all engines; every caller holds the lab's lock.

    Between two calls the time flows at `rate`. Whoever asks for it first lets everything
    happen that was due until then, each thing at its own moment.
    """

    def __init__(
        self,
        start: datetime | None = None,
        rate: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._base = start or wall_now()
        self._since = monotonic()
        self._rate = rate
        self._moment: datetime | None = None
        self.engines: list[Engine] = []

    @property
    def rate(self) -> float:
        """Lab seconds per second."""
        return self._rate

    def now(self) -> datetime:
        """The lab's present moment: while things happen, the moment at which they do."""
        return self._moment or self._flowing()

    def skew_s(self) -> float:
        """How far the lab is ahead of the wall clock, in seconds."""
        return (self.now() - wall_now()).total_seconds()

    def next_due(self) -> datetime | None:
        """The next moment at which any engine has something to do."""
        due = [moment for engine in self.engines if (moment := engine.next_due()) is not None]
        return min(due, default=None)

    def catch_up(self) -> None:
        """Lets everything happen that is due by now; does nothing inside a step."""
        if self._moment is None:
            self._run_to(self._flowing())

    def advance(self, seconds: float) -> None:
        """Lets that much time pass; all that happens in it has happened on return."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        goal = self._flowing() + timedelta(seconds=seconds)
        self._run_to(goal)
        self._set(goal)

    def settle(self, present: datetime) -> None:
        """Runs on to a given present, if it is not past yet."""
        if present > self.now():
            self._run_to(present)
            self._set(present)

    def run_at(self, rate: float) -> None:
        """Changes how fast time flows; 0 stops it."""
        if rate < 0:
            raise ValueError("time does not run backwards")
        self._set(self._flowing())
        self._rate = rate

    def start_at(self, moment: datetime) -> None:
        """Sets the time of a world in which nothing has happened yet."""
        self._set(moment)

    def _flowing(self) -> datetime:
        passed = (self._monotonic() - self._since) * self._rate
        return self._base + timedelta(seconds=passed)

    def _set(self, moment: datetime) -> None:
        self._base, self._since = moment, self._monotonic()

    def _run_to(self, goal: datetime) -> None:
        moment, repeats = self._base, 0
        try:
            while (due := self.next_due()) is not None and due <= goal:
                repeats = repeats + 1 if due <= moment else 0
                if repeats > _PATIENCE:
                    raise EngineStuckError(f"something is due for ever at {moment}")
                moment = max(moment, due)
                self._moment = moment
                for engine in self.engines:
                    engine.step()
        finally:
            self._moment = None
