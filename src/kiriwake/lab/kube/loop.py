"""What a cluster does by itself: a queue of things to look at again, and timers."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from datetime import datetime

Key = tuple[str, ...]
MOST_STEPS = 2_000_000
"""Beyond this many steps at one moment two controllers undo each other: a bug of the lab."""


class Loop:
    """Reconciles what was queued, then fires what is due, until the moment is quiet.

    A key is the controller's name, then what it is to look at.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.controllers: dict[str, Callable[..., None]] = {}
        self._queue: deque[Key] = deque()
        self._queued: set[Key] = set()
        self._heap: list[tuple[datetime, int, Key]] = []
        self._due: dict[Key, tuple[int, Callable[[], None]]] = {}
        self._count = 0

    def soon(self, *key: str) -> None:
        """Has a controller look at something at this moment, once."""
        if key not in self._queued:
            self._queued.add(key)
            self._queue.append(key)

    def at(self, when: datetime, key: Key, action: Callable[[], None]) -> None:
        """Fires the action at a moment; a later call with the same key replaces it."""
        self._count += 1
        self._due[key] = (self._count, action)
        heapq.heappush(self._heap, (when, self._count, key))

    def later(self, when: datetime, *key: str) -> None:
        """Has a controller look at something at a later moment."""
        self.at(when, ("later", *key), lambda: self.soon(*key))

    def cancel(self, key: Key) -> None:
        """Takes a timer back."""
        self._due.pop(key, None)

    def next_due(self) -> datetime | None:
        """The next moment at which something happens by itself."""
        if self._queue:
            return self.now()
        self._skip_cancelled()
        return self._heap[0][0] if self._heap else None

    def run(self) -> None:
        """Does all that is due at the present moment."""
        for _ in range(MOST_STEPS):
            if self._queue:
                key = self._queue.popleft()
                self._queued.discard(key)
                self.controllers[key[0]](*key[1:])
                continue
            self._skip_cancelled()
            if not self._heap or self._heap[0][0] > self.now():
                return
            _, _, timer = heapq.heappop(self._heap)
            _, action = self._due.pop(timer)
            action()
        message = f"the cluster does not come to rest at {self.now()}: {list(self._queue)[:5]}"
        raise RuntimeError(message)

    def _skip_cancelled(self) -> None:
        while self._heap:
            _, count, key = self._heap[0]
            if key in self._due and self._due[key][0] == count:
                return
            heapq.heappop(self._heap)
