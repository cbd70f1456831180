"""Why a call failed: the one place that knows botocore's errors."""

from __future__ import annotations

import re
from dataclasses import dataclass

from botocore import exceptions as boto

from kiriwake.core.observed import Why
from kiriwake.sources.redact import redacted

NO_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
"""Codes that tell of the credentials and not of a permission."""

_DENIED = NO_CREDENTIALS | {
    "AccessDenied",
    "AccessDeniedException",
    "Client.UnauthorizedOperation",
    "NotAuthorized",
    "OptInRequired",
    "SubscriptionRequiredException",
    "UnauthorizedException",
    "UnauthorizedOperation",
}
_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "Client.RequestLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_UNREACHABLE = frozenset(
    {
        # "Could not be read" for another reason than rights: AWS's own fault, or a
        # question that this service, region or emulator does not answer.
        "ClientException",
        "HealthUnavailable",
        "HealthUnavailableException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "InvalidAction",
        "InvalidInput",
        "InvalidInputException",
        "InvalidParameterException",
        "InvalidParameterValue",
        "InvalidTarget",
        "InvalidTargetException",
        "NotImplemented",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServerException",
        "ServiceFailure",
        "ServiceFailureException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "UnableToGetUpstreamImageException",
        "Unavailable",
        "UnknownOperationException",
        "UnsupportedFeatureException",
        "UnsupportedProtocol",
        "UnsupportedProtocolException",
        "ValidationError",
        "ValidationException",
    }
)
_NOT_FOUND = re.compile(
    r"(NoSuch\w+|\w*NotFound(Exception|Fault)?|Invalid\w+\.(NotFound|Malformed)"
    r"|\w+\.NotFound|NatGatewayMalformed|InvalidPrefixListID\w*)"
)
_BY_CODE = {
    **dict.fromkeys(_DENIED, Why.DENIED),
    **dict.fromkeys(_THROTTLED, Why.THROTTLED),
    **dict.fromkeys(_UNREACHABLE, Why.UNREACHABLE),
}
_WITHOUT_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.TokenRetrievalError,
    boto.SSOError,
    # `aws login` came with a later botocore than the oldest we take.
    getattr(boto, "LoginError", boto.SSOError),
    boto.NoAuthTokenError,
    boto.ProfileNotFound,
    boto.ConfigParseError,
    boto.InvalidConfigError,
    boto.RefreshWithMFAUnsupportedError,
    boto.UnknownCredentialError,
)
_SERVER_ERROR = 500
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no value, with the action that was really refused (`ecs:ListTasks`)."""

    why: Why
    action: str
    code: str = ""
    says: str = ""


class ReadFailed(Exception):
    """One API call failed; it never leaves `sources`."""

    def __init__(self, failed: Failed, *, credentials: bool = False, region: bool = False) -> None:
        super().__init__(f"{failed.action}: {failed.code} {failed.says}")
        self.failed = failed
        self.credentials = credentials
        """Whether it failed for want of valid credentials."""
        self.region = region
        """Whether it failed for want of a region."""


def read_failed(action: str, error: boto.ClientError | boto.BotoCoreError) -> ReadFailed:
    """What came of a call that raised: the reason, AWS's code and AWS's words."""
    if isinstance(error, boto.ClientError):
        told = error.response.get("Error", {})
        code = str(told.get("Code", ""))
        says = redacted(str(told.get("Message", ""))) or code
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        failed = Failed(why_of_code(code, int(status)), action, code, says)
        return ReadFailed(failed, credentials=code in NO_CREDENTIALS)
    code = type(error).__name__
    without = isinstance(error, _WITHOUT_CREDENTIALS)
    why = Why.DENIED if without else Why.UNREACHABLE
    return ReadFailed(
        Failed(why, action, code, str(error)),
        credentials=without,
        region=isinstance(error, boto.NoRegionError),
    )


def why_of_code(code: str, status: int = 0) -> Why:
    """The reason that an error code stands for; the HTTP status decides for an unknown code."""
    code = code.rsplit("#", maxsplit=1)[-1]
    if found := known_code(code):
        return found
    if status in {401, 403}:
        return Why.DENIED
    if status == _TOO_MANY:
        return Why.THROTTLED
    # An unheard-of code proves neither absence nor denial: it could not be read, that is all.
    return Why.UNREACHABLE


def known_code(code: str) -> Why | None:
    """The reason that stands in the table for a code, or none."""
    if found := _BY_CODE.get(code):
        return found
    return Why.NOT_FOUND if _NOT_FOUND.fullmatch(code) else None
