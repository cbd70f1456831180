"""Reads CloudWatch Logs: a group by its exact name, and the end of a stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kiriwake.core.observed import Call, Why
from kiriwake.evidence import logs as evidence
from kiriwake.evidence.logs import LogGroup, LogLine
from kiriwake.evidence.reading import Absent, Reading
from kiriwake.sources.aws.api import Api, Job, Outcome, Reader, Seen, one_by_one
from kiriwake.sources.aws.failures import ReadFailed
from kiriwake.sources.aws.fields import Fields, blocks, number, of_milliseconds, text
from kiriwake.sources.redact import redacted

LINES = 50
EMPTY_PAGES = 1
CHARACTERS = 4096
"""Of a line no more is kept: what happened stands at its beginning."""
_NOT_FOUND = "ResourceNotFoundException"


def read_groups(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Log groups by name."""

    def read(api: Api, call: Call) -> Outcome:
        wanted = {"logGroupNamePrefix": call.argument, "limit": 50}
        # Groups come sorted by name, so the exact one is on the first page if it exists.
        listed = api.listed(call.action, wanted, "logGroups", call, at_most=50)
        for group in listed.items:
            if text(group, "logGroupName") == call.argument:
                return Seen(_group(group), listed.at)
        return Seen(Absent(_NOT_FOUND), listed.at)

    return one_by_one(api, calls, read)


def _group(fields: Fields) -> LogGroup:
    return LogGroup(
        name=text(fields, "logGroupName"),
        retention_days=number(fields, "retentionInDays"),
        stored_bytes=number(fields, "storedBytes"),
        log_class=text(fields, "logGroupClass"),
        created_at=of_milliseconds(fields, "creationTime"),
    )


def read_tails(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The last lines of streams."""

    def read(api: Api, call: Call) -> Outcome:
        group, _, stream = call.argument.partition(":")
        wanted = {
            "logGroupName": group,
            "logStreamName": stream,
            "limit": LINES,
            "startFromHead": False,
        }
        try:
            answer = api.call(call.action, wanted, call)
            for _ in range(EMPTY_PAGES):
                # A page may be empty although there is more before it.
                token = text(answer.body, "nextBackwardToken")
                if blocks(answer.body, "events") or not token:
                    break
                answer = api.call(call.action, {**wanted, "nextToken": token}, call)
        except ReadFailed as failure:
            if failure.failed.why is not Why.NOT_FOUND:
                raise
            return Seen(Absent(failure.failed.code, failure.failed.says), api.ledger.now())
        lines = [_line(event) for event in blocks(answer.body, "events")]
        return Seen(tuple(lines[-LINES:]), answer.at)

    return one_by_one(api, calls, read)


def _line(fields: Fields) -> LogLine:
    never = datetime.fromtimestamp(0, UTC)
    return LogLine(
        at=of_milliseconds(fields, "timestamp") or never,
        message=redacted(text(fields, "message")[:CHARACTERS]),
    )


READERS: Mapping[Reading[Any], Reader] = {
    evidence.LOG_GROUP: read_groups,
    evidence.LOG_TAIL: read_tails,
}
