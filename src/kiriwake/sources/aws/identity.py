"""Who asks; and what to type next where nobody may ask anything."""

from __future__ import annotations

from kiriwake.core.errors import NoAccess
from kiriwake.core.observed import Call, Why
from kiriwake.core.text import Text
from kiriwake.sources.aws.api import Api
from kiriwake.sources.aws.failures import ReadFailed
from kiriwake.sources.aws.fields import text
from kiriwake.sources.source import Identity

WHO = Call("sts:GetCallerIdentity", "")
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)
_EXPIRED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "TokenRefreshRequired",
        "UnauthorizedSSOTokenError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "LoginRefreshRequired",
        "LoginTokenLoadError",
    }
)


def partition_of(region: str) -> str:
    """The partition that a region belongs to, by its name."""
    return next((name for prefix, name in _PARTITIONS if region.startswith(prefix)), "aws")


def identify(api: Api, partition: str) -> Identity:
    """Who asks.

    STS may be denied or out of reach while the rest answers: then the principal stays
    empty. Raises `NoAccess` without valid credentials, region or endpoint.
    """
    try:
        body = api.call(WHO.action, {}, WHO).body
    except ReadFailed as failure:
        if failure.credentials or failure.region:
            raise no_access(failure, api.region) from failure
        if failure.failed.why is Why.UNREACHABLE:
            _knock(api)
        return Identity("", "", api.region, partition)
    return Identity(text(body, "Account"), text(body, "Arn"), api.region, partition)


def _knock(api: Api) -> None:
    """Whether ECS can be reached where STS cannot, as in a VPC without an endpoint for it."""
    about = Call("ecs:ListClusters", api.region)
    try:
        api.call(about.action, {"maxResults": 1}, about)
    except ReadFailed as failure:
        if failure.credentials or failure.failed.why is Why.UNREACHABLE:
            raise no_access(failure, api.region) from failure


def no_access(failure: ReadFailed, region: str) -> NoAccess:
    """The failure as a person reads it, with the next command to type."""
    says = Text(en=failure.failed.says or "-", ja=failure.failed.says or "-")
    code = failure.failed.code
    if failure.region:
        return NoAccess(
            "no-region",
            Text(en="no AWS region is set", ja="AWS リージョンが指定されていない"),
            hints=(
                Text(
                    en="kiriwake diagnose --region REGION, or export AWS_REGION=REGION",
                    ja="--region REGION を付けるか、export AWS_REGION=REGION を実行する",
                ),
            ),
        )
    if code in _EXPIRED:
        return NoAccess(
            "credentials-expired",
            Text(en="the AWS credentials have expired", ja="AWS 認証情報の有効期限が切れている"),
            note=says,
            hints=(
                Text(
                    en="aws sso login, or renew the temporary credentials, then try again",
                    ja="aws sso login で再ログインするか、一時的な認証情報を取り直して再実行する",
                ),
            ),
        )
    if code == "ProfileNotFound":
        return NoAccess(
            "no-such-profile",
            Text(en="the AWS profile does not exist", ja="AWS プロファイルが存在しない"),
            note=says,
            hints=(Text(en="aws configure list-profiles", ja="aws configure list-profiles"),),
        )
    if code in {"NoCredentialsError", "PartialCredentialsError"}:
        return NoAccess(
            "no-credentials",
            Text(en="no AWS credentials were found", ja="AWS 認証情報が見つからない"),
            note=says,
            hints=(
                Text(
                    en="aws configure sso, or name a profile with --profile",
                    ja="aws configure sso を実行するか、--profile でプロファイルを指定する",
                ),
                Text(
                    en="kiriwake demo runs without an account",
                    ja="kiriwake demo はアカウントなしで動く",
                ),
            ),
        )
    if failure.credentials:
        return NoAccess(
            "credentials-refused",
            Text(en="AWS does not accept the credentials", ja="AWS が認証情報を受け付けない"),
            note=says,
            hints=(Text(en="aws sts get-caller-identity", ja="aws sts get-caller-identity"),),
        )
    return NoAccess(
        "endpoint-unreachable",
        Text(
            en=f"AWS cannot be reached in {region}",
            ja=f"{region} の AWS に接続できない",
        ),
        note=says,
        hints=(
            Text(
                en="check the network, the proxy, --region and AWS_ENDPOINT_URL",
                ja="ネットワーク、プロキシ、--region、AWS_ENDPOINT_URL を確認する",
            ),
        ),
    )
