"""What will happen by itself, in the order in which it will."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(order=True, slots=True)
class Timer:
    """One thing that happens at a moment, unless it is called off."""

    when: datetime
    number: int
    do: Callable[[], None] = field(compare=False)
    off: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Calls it off."""
        self.off = True


class Timers:
    """A heap of timers; equal moments keep the order in which they were set."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._numbers = itertools.count()

    def at(self, when: datetime, do: Callable[[], None]) -> Timer:
        """Sets a timer."""
        timer = Timer(when, next(self._numbers), do)
        heapq.heappush(self._heap, timer)
        return timer

    def next_due(self) -> datetime | None:
        """The earliest moment at which something happens."""
        while self._heap and self._heap[0].off:
            heapq.heappop(self._heap)
        return self._heap[0].when if self._heap else None

    def run(self, now: datetime) -> None:
        """Does all that is due, also what becomes due by doing it."""
        while (due := self.next_due()) is not None and due <= now:
            heapq.heappop(self._heap).do()

    def clear(self) -> None:
        """Calls everything off."""
        self._heap.clear()
