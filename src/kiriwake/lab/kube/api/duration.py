"""Spans of time as `kubectl get` writes them in its AGE column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kiriwake.lab.kube.objects import moment_of

MINUTE, HOUR, DAY = 60, 3600, 86400
YEAR = 365 * DAY


def human(seconds: float) -> str:
    """`45s`, `3m20s`, `15m`, `3h12m`, `5d4h`, `40d`, `2y10d`: as apimachinery rounds."""
    total = int(seconds)
    if total < -1:
        return "<invalid>"
    total = max(total, 0)
    steps: tuple[tuple[int, Callable[[int], str]], ...] = (
        (2 * MINUTE, lambda s: f"{s}s"),
        (10 * MINUTE, lambda s: _two(s, MINUTE, "m", 1, "s")),
        (3 * HOUR, lambda s: f"{s // MINUTE}m"),
        (8 * HOUR, lambda s: _two(s, HOUR, "h", MINUTE, "m")),
        (2 * DAY, lambda s: f"{s // HOUR}h"),
        (8 * DAY, lambda s: _two(s, DAY, "d", HOUR, "h")),
        (2 * YEAR, lambda s: f"{s // DAY}d"),
        (8 * YEAR, lambda s: _two(s, YEAR, "y", DAY, "d")),
    )
    for below, words in steps:
        if total < below:
            return words(total)
    return f"{total // YEAR}y"


def _two(total: int, large: int, large_unit: str, small: int, small_unit: str) -> str:
    rest = total % large // small
    whole = f"{total // large}{large_unit}"
    return f"{whole}{rest}{small_unit}" if rest else whole


def age(stamp: str | None, now: datetime) -> str:
    """The time since a stamp; `<unknown>` without one."""
    if not stamp:
        return "<unknown>"
    return human((now - moment_of(stamp)).total_seconds())
