"""botocore's clients: made when first needed, one per service and region, shared by threads."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, NoRegionError

from kiriwake import __version__
from kiriwake.core.errors import NoAccess
from kiriwake.sources.aws.api import Api, Invoke
from kiriwake.sources.aws.failures import read_failed
from kiriwake.sources.aws.fields import Fields
from kiriwake.sources.aws.identity import no_access, partition_of
from kiriwake.sources.aws.ledger import Ledger
from kiriwake.sources.aws.pace import Pace
from kiriwake.sources.aws.reads import action_of, refuse_unless_read
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
            method = getattr(client, _METHODS[service, operation])
            answer: Fields = method(**parameters)
            return answer

        return ask

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401 - botocore makes its types
        with self._lock:
            if client := self._made.get((service, region)):
                return client
            client = self._session.client(
                service,  # type: ignore[call-overload]
                region_name=region or None,
                config=self._config(service),
            )
            # Behind the wrapper's back nothing can be written either.
            client.meta.events.register_first("before-call", _refuse_writes)
            self._made[service, region] = client
            return client

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


def _refuse_writes(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's event
    refuse_unless_read(action_of(_client_of(model.service_model), model.name))


def _client_of(service_model: Any) -> str:  # noqa: ANN401 - botocore's model
    name: str = service_model.service_name
    return name


class _Methods(dict[tuple[str, str], str]):
    """The client's method for an operation (`describe_services` for `DescribeServices`)."""

    def __missing__(self, key: tuple[str, str]) -> str:
        self[key] = botocore.xform_name(key[1])
        return self[key]


_METHODS = _Methods()


def connect(
    *,
    region: str = "",
    profile: str = "",
    role_arn: str = "",
    timeout: float | None = None,
    on_call: Callable[[Request], None] | None = None,
) -> AwsSource:
    """AWS as the environment, the profile and the flags name it.

    Credentials, region and endpoints come from where every AWS tool takes them
    (`AWS_*`, the profile, SSO, IMDS, `AWS_ENDPOINT_URL_<SERVICE>`). Raises `NoAccess`
    for a profile that does not exist or a missing region.
    """
    # botocore itself looks at AWS_DEFAULT_REGION only; the CLI and the other SDKs at both.
    region = region or os.environ.get("AWS_REGION", "")
    try:
        session = boto3.Session(profile_name=profile or None, region_name=region or None)
        if role_arn:
            session = _assumed(session, role_arn)
    except BotoCoreError as error:
        raise _unusable(error, region) from error
    here = session.region_name or ""
    if not here:
        raise _no_region()
    clients = Clients(session, timeout=timeout)
    partition = partition_of(here)
    known = session.get_available_regions("ecs", partition_name=partition)
    regions = [r for r in _NEARBY if r in known] + [r for r in known if r not in _NEARBY]
    api = Api(
        clients.invoke(here),
        region=here,
        ledger=Ledger(_wall_clock, on_call),
        pace=Pace(),
        fingerprints=Fingerprints(os.urandom(32)),
        elsewhere=clients.invoke,
    )
    return AwsSource(api, partition=partition, regions=regions)


def _assumed(session: boto3.Session, role_arn: str) -> boto3.Session:
    """The session in another role, renewed as it expires; nothing is asked before it is used."""
    inner = botocore.session.Session()
    base = session._session  # noqa: SLF001 - boto3 has no other way to its credentials
    fetcher = AssumeRoleCredentialFetcher(
        base.create_client,
        base.get_credentials(),
        role_arn,
        extra_args={"RoleSessionName": "kiriwake"},
    )
    if base.profile:
        # The profile's endpoints hold for the assumed role too.
        inner.set_config_variable("profile", base.profile)
    inner._credentials = DeferredRefreshableCredentials(  # type: ignore[attr-defined]  # noqa: SLF001
        refresh_using=fetcher.fetch_credentials, method="assume-role"
    )
    return boto3.Session(botocore_session=inner, region_name=session.region_name)


def _no_region() -> NoAccess:
    return _unusable(NoRegionError(), "")


def _unusable(error: BotoCoreError, region: str) -> NoAccess:
    return no_access(read_failed("sts:GetCallerIdentity", error), region)


def _wall_clock() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
