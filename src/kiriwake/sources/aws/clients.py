"""botocore's clients: made when first needed, one per service and region, shared by threads."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import BotoCoreError, EndpointConnectionError
from botocore.model import OperationModel

from kiriwake import __version__
from kiriwake.sources.aws.api import Api, Invoke
from kiriwake.sources.aws.fields import Fields
from kiriwake.sources.aws.identity import partition_of
from kiriwake.sources.aws.ledger import Ledger
from kiriwake.sources.aws.pace import Pace
from kiriwake.sources.aws.reads import action_of, refuse_unless_read
from kiriwake.sources.aws.session import open_session
from kiriwake.sources.aws.source import THREADS, AwsSource
from kiriwake.sources.redact import Fingerprints
from kiriwake.sources.source import Request

ATTEMPTS = 4
_NEARBY = ("us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "eu-central-1", "us-east-2")
"""Asked first when a cluster is not where it was looked for: most are in one of these."""


class Clients:
    """botocore's clients of one session."""

    def __init__(self, session: boto3.Session, *, timeout: float | None = None) -> None:
        self._session = session
        self._timeout = timeout
        self._lock = Lock()
        self._made: dict[tuple[str, str], Any] = {}

    def invoke(self, region: str) -> Invoke:
        """What puts questions to AWS in one region."""

        def ask(service: str, operation: str, parameters: Mapping[str, Any]) -> Fields:
            client = self._client(service, region)
            answer: Fields = getattr(client, botocore.xform_name(operation))(**parameters)
            return answer

        return ask

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401 - botocore makes its types
        with self._lock:
            if client := self._made.get((service, region)):
                return client
            client = self._new(service, region)
            # Behind the wrapper's back nothing can be written either.
            client.meta.events.register_first("before-call", _refuse_writes)
            self._made[service, region] = client
            return client

    def _new(self, service: str, region: str) -> Any:  # noqa: ANN401 - botocore makes its types
        # boto3 picks a client's class by a literal name; here the action names the service.
        session: Any = self._session
        try:
            return session.client(service, region_name=region, config=self._config(service))
        except ValueError as error:
            if isinstance(error, BotoCoreError):
                raise
            # What AWS_ENDPOINT_URL holds is no URL.
            raise EndpointConnectionError(endpoint_url=str(error)) from error

    def _config(self, service: str) -> Config:
        patience = self._timeout or 20.0
        config: dict[str, Any] = {
            "connect_timeout": min(3.0, patience),
            "read_timeout": patience,
            "max_pool_connections": THREADS + 4,
            "user_agent_extra": f"kiriwake/{__version__}",
        }
        said = self._session._session.get_scoped_config()  # noqa: SLF001 - boto3 has no other way
        if not ({"AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS"} & os.environ.keys()) and not (
            {"retry_mode", "max_attempts"} & said.keys()
        ):
            # STS is asked once, first, and its silence must not cost a person half a minute.
            attempts = 2 if service == "sts" else ATTEMPTS
            config["retries"] = {"mode": "adaptive", "total_max_attempts": attempts}
        return Config(**config)


def _refuse_writes(model: OperationModel, **_: object) -> None:
    refuse_unless_read(action_of(model.service_model.service_name, model.name))


def connect(
    *,
    region: str = "",
    profile: str = "",
    role_arn: str = "",
    timeout: float | None = None,
    on_call: Callable[[Request], None] | None = None,
) -> AwsSource:
    """AWS as the environment, the profile and the flags name it; raises `NoAccess`."""
    session = open_session(region=region, profile=profile, role_arn=role_arn)
    here = session.region_name
    clients = Clients(session, timeout=timeout)
    partition = partition_of(here)

    def regions() -> list[str]:
        known = session.get_available_regions("ecs", partition_name=partition)
        return [r for r in _NEARBY if r in known] + [r for r in known if r not in _NEARBY]

    api = Api(
        clients.invoke(here),
        region=here,
        ledger=Ledger(_wall_clock, on_call),
        pace=Pace(),
        fingerprints=Fingerprints(os.urandom(32)),
        elsewhere=clients.invoke,
    )
    return AwsSource(api, partition=partition, regions=regions)


def _wall_clock() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
