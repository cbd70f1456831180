"""An AWS made of answers, handed in where botocore would be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TypeAlias

from botocore.exceptions import ClientError
from tests.sources.shapes import faults

from kiriwake.sources.aws.api import Api
from kiriwake.sources.aws.fields import Fields
from kiriwake.sources.aws.ledger import Ledger
from kiriwake.sources.aws.pace import Pace
from kiriwake.sources.aws.source import AwsSource
from kiriwake.sources.redact import Fingerprints

NOW = datetime(2026, 11, 23, 6, 0, 0, tzinfo=UTC)
METADATA = {"HTTPStatusCode": 200, "HTTPHeaders": {"date": "Mon, 23 Nov 2026 06:00:00 GMT"}}
ACCOUNT = "111122223333"
PRINCIPAL = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/me"
REGION = "eu-west-1"

Answer: TypeAlias = Mapping[str, Any] | Exception
Answers: TypeAlias = Answer | Callable[[Mapping[str, Any]], Answer]


def error(code: str, message: str = "", status: int = 400, retries: int = 0) -> ClientError:
    metadata = {**METADATA, "HTTPStatusCode": status, "RetryAttempts": retries}
    return ClientError(
        {"Error": {"Code": code, "Message": message or code}, "ResponseMetadata": metadata},  # type: ignore[typeddict-item]
        "Operation",
    )


def denied(action: str) -> ClientError:
    return error(
        "AccessDeniedException", f"User: {PRINCIPAL} is not authorized to perform: {action}"
    )


class FakeAws:
    """Answers by `client:Operation`; an operation without an answer is denied."""

    def __init__(self, answers: Mapping[str, Answers], *, checked: bool = True) -> None:
        self.answers = {
            "sts:GetCallerIdentity": {"Account": ACCOUNT, "Arn": PRINCIPAL, "UserId": "A:me"},
            **answers,
        }
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._checked = checked
        self._lock = Lock()

    def __call__(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Fields:
        """Answers as botocore does, by raising its errors too."""
        name = f"{service}:{operation}"
        with self._lock:
            self.calls.append((name, dict(parameters)))
        answer = self.answers.get(name, denied(name))
        if callable(answer) and not isinstance(answer, Exception):
            answer = answer(parameters)
        if isinstance(answer, Exception):
            raise answer
        if self._checked:
            assert faults(service, operation, answer) == []
        return {**answer, "ResponseMetadata": METADATA}

    def names(self) -> list[str]:
        """The operations that were called, in order."""
        return [name for name, _ in self.calls]


def source_of(
    aws: Mapping[str, Answers] | FakeAws,
    *,
    elsewhere: Callable[[str], FakeAws] | None = None,
    regions: tuple[str, ...] = (),
) -> AwsSource:
    fake = aws if isinstance(aws, FakeAws) else FakeAws(aws)
    api = Api(
        fake,
        region=REGION,
        ledger=Ledger(lambda: NOW),
        pace=Pace(lambda: 0.0, lambda _: None),
        fingerprints=Fingerprints(b"salt of the test"),
        elsewhere=elsewhere,
    )
    return AwsSource(api, regions=lambda: regions)
