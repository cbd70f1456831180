"""One lab a test module: a process has room for one lab, and a reset takes milliseconds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config

from kiriwake.lab.server import Lab

_CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=10, connect_timeout=5)


_CLIENTS: dict[tuple[str, ...], Any] = {}


@dataclass
class Bench:
    """A lab with clients at hand."""

    lab: Lab
    _clients: dict[tuple[str, ...], Any] = field(default_factory=lambda: _CLIENTS)

    def aws(self, service: str, *, key: str = "lab", region: str = "us-east-1") -> Any:
        """A client of one service; `key` is the access key id."""
        wanted = (self.lab.endpoint, service, key, region)
        if wanted not in self._clients:
            make: Any = boto3.client
            self._clients[wanted] = make(
                service,
                endpoint_url=self.lab.endpoint,
                region_name=region,
                aws_access_key_id=key,
                aws_secret_access_key="lab",
                config=_CONFIG,
            )
        return self._clients[wanted]

    def control(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One request to the control API: status and JSON."""
        request = Request(  # noqa: S310 - loopback
            f"{self.lab.endpoint}/_lab/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urlopen(request) as answer:  # noqa: S310 - loopback
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    def put(self, path: str, body: object) -> Any:
        """A PUT that has to succeed."""
        status, answer = self.control("PUT", path, body)
        assert status == 200, answer
        return answer

    def now(self) -> datetime:
        """The lab's time."""
        return self.lab.now()


@pytest.fixture(scope="module")
def _running() -> Iterator[Lab]:
    with Lab(rate=0) as lab:
        yield lab


@pytest.fixture
def bench(_running: Lab) -> Bench:
    """A lab as it is after start, with time that stands still."""
    _running.reset()
    return Bench(_running)
