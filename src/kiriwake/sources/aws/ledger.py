"""Counts and times what was asked, and when the answers say it was."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from threading import Lock

from kiriwake.core.observed import Call
from kiriwake.sources.source import Request


class Ledger:
    """What was asked so far; safe to share between threads.

    One request may answer several calls: it is booked on the first of them, and the
    others stand there with no request of their own.
    """

    def __init__(
        self, clock: Callable[[], datetime], on_call: Callable[[Request], None] | None = None
    ) -> None:
        self._clock = clock
        self._on_call = on_call
        self._lock = Lock()
        self._telling = Lock()
        self._closed: dict[Call, Request] = {}
        self._open: dict[Call, Request] = {}
        self._latest: datetime | None = None

    def book(self, call: Call, times: int, ms: int) -> None:
        """One request more, retries counted."""
        with self._lock:
            book = self._closed if call in self._closed else self._open
            before = book.get(call, Request(call, 0, 0))
            book[call] = Request(call, before.times + times, before.ms + ms)
        if self._on_call is not None:
            # Whoever listens hears one request at a time, from whichever thread.
            with self._telling:
                self._on_call(Request(call, times, ms))

    def seen_at(self, moment: datetime | None) -> datetime:
        """The moment of an answer; by the clock where its Date header is missing."""
        with self._lock:
            at = moment or self._latest or self._clock()
            self._latest = max(at, self._latest or at)
            return at

    def now(self) -> datetime:
        """The latest moment that an answer told."""
        return self._latest or self._clock()

    def close(self, asked: Collection[Call]) -> None:
        """Ends a round: what was asked first, in its order, then what that took besides."""
        with self._lock:
            for call in asked:
                self._closed.setdefault(call, self._open.pop(call, Request(call, 0, 0)))
            # Threads finish in any order; the report must not.
            for call in sorted(self._open):
                self._closed[call] = self._open[call]
            self._open.clear()

    def requests(self) -> tuple[Request, ...]:
        """Everything that was asked, in order."""
        with self._lock:
            left = (self._open[call] for call in sorted(self._open))
            return (*self._closed.values(), *left)
