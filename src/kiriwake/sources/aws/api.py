"""The one way to ask AWS something: reads only, paced, counted, paged to the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeAlias, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from kiriwake.core.observed import Call, Why
from kiriwake.sources.aws.failures import Failed, ReadFailed, read_failed
from kiriwake.sources.aws.fields import Fields, Incomplete, block, number, text
from kiriwake.sources.aws.ledger import Ledger
from kiriwake.sources.aws.pace import Pace
from kiriwake.sources.aws.reads import client_and_operation, refuse_unless_read
from kiriwake.sources.redact import Fingerprints

T = TypeVar("T")

PAGES = 200
"""No listing is followed further than this."""


class Invoke(Protocol):
    """Puts one question to AWS in one region, as botocore names it; raises botocore's errors."""

    def __call__(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Fields:
        """The answer as a dict, `ResponseMetadata` included."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and the moment at which AWS gave it."""

    body: Fields
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """All items of a listing, and whether it was cut off."""

    items: list[Any]
    at: datetime
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A value, and the moment at which it was so."""

    value: Any
    at: datetime


Outcome: TypeAlias = Seen | Failed


@dataclass(frozen=True, slots=True)
class Job:
    """Some requests in a row that answer some calls; jobs run beside each other.

    If it raises `ReadFailed`, that is the answer to all of its calls.
    """

    calls: tuple[Call, ...]
    run: Callable[[], Mapping[Call, Outcome]]


Reader: TypeAlias = Callable[["Api", Sequence[Call]], list[Job]]
"""A collector: splits calls into jobs, as large as the API's batches."""


@dataclass(frozen=True, slots=True)
class _Paging:
    """How a service hands over the token of the next page."""

    give: str
    take: str


_PAGING = {
    "ecs": _Paging("nextToken", "nextToken"),
    "ecr": _Paging("nextToken", "nextToken"),
    "logs": _Paging("nextToken", "nextToken"),
    "ec2": _Paging("NextToken", "NextToken"),
    "elasticloadbalancing": _Paging("Marker", "NextMarker"),
    "iam": _Paging("Marker", "Marker"),
}


class Api:
    """AWS in one region, for reading."""

    def __init__(
        self,
        invoke: Invoke,
        *,
        region: str,
        ledger: Ledger,
        pace: Pace,
        fingerprints: Fingerprints,
        elsewhere: Callable[[str], Invoke] | None = None,
    ) -> None:
        self._invoke = invoke
        self._pace = pace
        self._elsewhere = elsewhere
        self.region = region
        self.ledger = ledger
        self.fingerprints = fingerprints
        self.account = ""
        """Filled in once it is known."""
        self.vpc_of: dict[str, str] = {}
        """The VPC of every subnet that was seen, for a subnet never changes its VPC."""

    def call(self, action: str, parameters: Mapping[str, Any], about: Call) -> Answer:
        """One request, booked on `about`; raises `ReadFailed`, and refuses what is no read."""
        refuse_unless_read(action)
        self._pace.take(action)
        service, operation = client_and_operation(action)
        started = time.monotonic()
        retries = 0
        try:
            body = self._invoke(service, operation, parameters)
            retries = number(block(body, "ResponseMetadata"), "RetryAttempts") or 0
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError):
                metadata = block(error.response, "ResponseMetadata")
                self.ledger.seen_at(_date(metadata))
                retries = number(metadata, "RetryAttempts") or 0
            raise read_failed(action, error) from error
        finally:
            ms = round((time.monotonic() - started) * 1000)
            self.ledger.book(about, 1 + retries, ms)
        return Answer(body, self.ledger.seen_at(_date(block(body, "ResponseMetadata"))))

    def pages(self, action: str, parameters: Mapping[str, Any], about: Call) -> Iterator[Answer]:
        """Every page of a listing, one request each; raises `ReadFailed`."""
        paging = _PAGING[action.partition(":")[0]]
        token = ""
        for _ in range(PAGES):
            more = {paging.give: token} if token else {}
            answer = self.call(action, {**parameters, **more}, about)
            yield answer
            before, token = token, text(answer.body, paging.take)
            if not token:
                return
            if token == before:
                break
        raise ReadFailed(Failed(Why.TRUNCATED, action, says=f"more than {PAGES} pages"))

    def listed(
        self,
        action: str,
        parameters: Mapping[str, Any],
        key: str,
        about: Call,
        *,
        at_most: int | None = None,
    ) -> Listed:
        """The items under `key` of all pages, or the first `at_most` of them."""
        items: list[Any] = []
        at = self.ledger.now()
        for answer in self.pages(action, parameters, about):
            items += answer.body.get(key) or ()
            at = answer.at
            if at_most is not None and len(items) >= at_most:
                cut = len(items) > at_most or _goes_on(action, answer.body)
                return Listed(items[:at_most], at, truncated=cut)
        return Listed(items, at)

    def in_region(self, region: str) -> Api:
        """The same account in another region; requests are counted together."""
        if region == self.region or self._elsewhere is None:
            return self
        there = Api(
            self._elsewhere(region),
            region=region,
            ledger=self.ledger,
            pace=self._pace,
            fingerprints=self.fingerprints,
            elsewhere=self._elsewhere,
        )
        there.account = self.account
        return there


def parsed(parse: Callable[[Fields], T], fields: Fields, at: datetime, action: str) -> Outcome:
    """What a structure says, or that AWS left out what it cannot be understood without."""
    try:
        return Seen(parse(fields), at)
    except Incomplete as incomplete:
        return Failed(Why.UNREACHABLE, action, type(incomplete).__name__, str(incomplete))


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in slices of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def one_by_one(api: Api, calls: Sequence[Call], read: Callable[[Api, Call], Outcome]) -> list[Job]:
    """A job for every call, for what no API answers in bulk."""
    return [Job((call,), _only(api, call, read)) for call in calls]


def _only(
    api: Api, call: Call, read: Callable[[Api, Call], Outcome]
) -> Callable[[], Mapping[Call, Outcome]]:
    return lambda: {call: read(api, call)}


def _goes_on(action: str, body: Fields) -> bool:
    return bool(text(body, _PAGING[action.partition(":")[0]].take))


def _date(metadata: Fields) -> datetime | None:
    value = text(block(metadata, "HTTPHeaders"), "date")
    if not value:
        return None
    try:
        return parsedate_to_datetime(value).astimezone(UTC)
    except ValueError:
        return None
