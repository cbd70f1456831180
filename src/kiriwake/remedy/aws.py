"""Changes AWS through boto3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from kiriwake.core.plan import ApiCall
from kiriwake.remedy.writer import WriteRefused

_CLIENT_OF = {"elasticloadbalancing": "elbv2", "application-autoscaling": "application-autoscaling"}
"""IAM's prefix of a service, where boto3 calls it otherwise."""


@dataclass
class AwsWriter:
    """Sends changes as one principal in one region.

    A change is sent once and never retried by the SDK on a time-out of ours: a retried
    change could be made twice. Throttling is answered before anything happens, so the
    SDK's standard retries of it are safe.
    """

    session: boto3.Session
    region: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    def send(self, call: ApiCall) -> Mapping[str, Any]:
        """Carries out one change."""
        service, _, operation = call.action.partition(":")
        client = self._client(_CLIENT_OF.get(service, service))
        method = client.meta.method_to_api_mapping
        name = next((m for m, api in method.items() if api == operation), None)
        if name is None:
            raise WriteRefused(call, "UnknownOperation", f"{service} has no {operation}")
        try:
            answer: dict[str, Any] = getattr(client, name)(**call.parameters)
        except ClientError as error:
            told = error.response.get("Error", {})
            raise WriteRefused(call, told.get("Code", ""), told.get("Message", "")) from error
        except BotoCoreError as error:
            raise WriteRefused(call, type(error).__name__, str(error)) from error
        answer.pop("ResponseMetadata", None)
        return answer

    def _client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
        if service not in self._clients:
            config = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=10)
            # boto3 picks a client's class by a literal name; here the plan names the service.
            session: Any = self.session
            self._clients[service] = session.client(service, region_name=self.region, config=config)
        return self._clients[service]


def writer_of(region: str | None, profile: str | None) -> AwsWriter:
    """A writer with the credentials that every AWS tool would take."""
    return AwsWriter(boto3.Session(profile_name=profile or None), region or None)
