"""Authentication: tokens of `aws eks get-token`, of service accounts, and certificates."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from kiriwake.lab.kube.status import unauthorized
from kiriwake.lab.kube.world import User

AWS_PREFIX = "k8s-aws-v1."
AWS_LIFETIME = timedelta(minutes=15)
"""aws-iam-authenticator takes a presigned URL for 15 minutes from its X-Amz-Date."""
EVERYBODY = "system:authenticated"


class Tokens:
    """Tells who sends a request, by its bearer token or client certificate.

    AWS tokens are judged by wall time (`wall`), service account tokens likewise.
    """

    def __init__(
        self,
        wall: Callable[[], datetime],
        principal_of: Callable[[str], str],
        who: Callable[[str], User | None],
        seed: str,
    ) -> None:
        self._wall = wall
        self._principal_of = principal_of
        self._who = who
        self._secret = hashlib.sha256(seed.encode()).digest()

    def user(self, authorization: str, certificate: tuple[str, tuple[str, ...]] | None) -> User:
        """The user; raises Unauthorized."""
        scheme, _, word = authorization.partition(" ")
        if scheme.lower() == "bearer" and word:
            user = self._aws(word) if word.startswith(AWS_PREFIX) else self._account(word.strip())
        elif certificate is not None:
            user = User(certificate[0], certificate[1])
        else:
            user = None
        if user is None:
            raise unauthorized()
        groups = user.groups if EVERYBODY in user.groups else (*user.groups, EVERYBODY)
        return User(user.name, groups, user.grants, user.principal)

    def _aws(self, word: str) -> User | None:
        access_key = self.access_key(word)
        return self._who(self._principal_of(access_key)) if access_key else None

    def access_key(self, word: str) -> str:
        """The access key that presigned an AWS token, empty if it is not a valid one now."""
        raw = word.removeprefix(AWS_PREFIX)
        try:
            url = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode()
        except ValueError:
            return ""
        query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        signed = query.get("X-Amz-SignedHeaders", "").split(";")
        if query.get("Action") != "GetCallerIdentity" or "x-k8s-aws-id" not in signed:
            return ""
        try:
            date = query["X-Amz-Date"]
            made = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except (KeyError, ValueError):
            return ""
        if not -AWS_LIFETIME <= self._wall() - made <= AWS_LIFETIME:
            return ""
        return query.get("X-Amz-Credential", "").partition("/")[0]

    def for_account(
        self, issuer: str, namespace: str, name: str, audiences: Sequence[str], seconds: int
    ) -> str:
        """A token for a service account, in the form of a JWT."""
        now = int(self._wall().timestamp())
        claims = {
            "iss": f"https://{issuer}",
            "sub": f"system:serviceaccount:{namespace}:{name}",
            "aud": list(audiences),
            "iat": now,
            "exp": now + seconds,
            "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name}},
        }
        head = _part({"alg": "HS256", "kid": "lab"})
        body = _part(claims)
        return f"{head}.{body}.{self._sign(f'{head}.{body}')}"

    def _account(self, word: str) -> User | None:
        head, _, rest = word.partition(".")
        body, _, signature = rest.partition(".")
        if not hmac.compare_digest(self._sign(f"{head}.{body}"), signature):
            return None
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        if claims["exp"] < self._wall().timestamp():
            return None
        namespace = claims["kubernetes.io"]["namespace"]
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
        return User(claims["sub"], groups)

    def _sign(self, text: str) -> str:
        digest = hmac.new(self._secret, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _part(value: object) -> str:
    words = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(words).rstrip(b"=").decode()
