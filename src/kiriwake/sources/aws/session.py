"""The AWS session that the environment, a profile and the flags stand for."""

from __future__ import annotations

import os

import boto3
import botocore.session
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, NoRegionError

from kiriwake.core.errors import NoAccess
from kiriwake.sources.aws.failures import read_failed
from kiriwake.sources.aws.identity import no_access


def open_session(*, region: str = "", profile: str = "", role_arn: str = "") -> boto3.Session:
    """The session; nothing is asked of AWS yet.

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
    if not session.region_name:
        raise _unusable(NoRegionError(), "")
    return session


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


def _unusable(error: BotoCoreError, region: str) -> NoAccess:
    return no_access(read_failed("sts:GetCallerIdentity", error), region)
