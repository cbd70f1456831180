"""CloudWatch Logs: groups, and the last lines of a stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiriwake.evidence.reading import Absent, Reading


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group; `retention_days` None means that events never expire."""

    name: str
    retention_days: int | None = None
    stored_bytes: int | None = None
    log_class: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event, known secrets taken out."""

    at: datetime
    message: str


LOG_GROUP = Reading[LogGroup | Absent](
    "logs:DescribeLogGroups", LogGroup | Absent, argument="LOG-GROUP"
)
LOG_TAIL = Reading[tuple[LogLine, ...] | Absent](
    "logs:GetLogEvents", tuple[LogLine, ...] | Absent, argument="LOG-GROUP:LOG-STREAM"
)
"""The last lines of one stream, oldest first (at most 50)."""

READINGS = (LOG_GROUP, LOG_TAIL)
