"""Takes secrets out of what is kept: values become fingerprints, texts lose what looks secret."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

GONE = "[redacted]"

_PASSWORD = r"(?:password|passwd|passphrase|pwd)"  # noqa: S105 - what passwords are called
_SECRET = (
    rf"(?:{_PASSWORD}|secret|token|api[_-]?key|(?:secret[_-]?)?access[_-]?key|account[_-]?key"
    r"|shared[_-]?access[_-]?(?:key|signature)|private[_-]?key|client[_-]?key|credentials?)\d*"
)
# The look-behind lets a long run of letters be tried once and not at every letter.
_NAME = rf"(?<![\w.-])[\w.-]*{_SECRET}"
_NAMED = re.compile(rf"(?i)^{_NAME}$")
_VALUE = r"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|(?!\[redacted\])[^\s,;&\"'}]+)"
_PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_PEM, GONE),
    # user:password@host in any URL or connection string
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/@]+@"), rf"\1:{GONE}@"),
    # signed URLs: AWS, Azure, Google
    (
        re.compile(
            r"(?i)([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|X-Goog-(?:Signature"
            r"|Credential)|Signature|AWSAccessKeyId|sig|se?kn|access_token|token|key)=)[^&\s\"'<>]+"
        ),
        rf"\1{GONE}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/_.~=-]{8,}"), rf"\1 {GONE}"),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)*"), GONE),
    (re.compile(r"\b(?:AKIA|ASIA|AIDA|AROA|AGPA|ANPA)[A-Z0-9]{16}\b"), GONE),
    (
        re.compile(
            r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abposr]-[\w-]{10,}"
            r"|sk-[\w-]{16,}|[sr]k_(?:live|test)_\w{10,}|npm_\w{20,}|pypi-[\w-]{20,}"
            r"|AIza[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|dop_v1_\w{20,}|hvs\.[\w-]{20,})"
        ),
        GONE,
    ),
    # a variable and its value
    (re.compile(rf"(?i)({_NAME}[\"']?\s*(?:=>|=)\s*){_VALUE}"), rf"\1{GONE}"),
    # a member of a JSON object
    (re.compile(rf"(?i)([\"']{_NAME}[\"']\s*:\s*){_VALUE}"), rf"\1{GONE}"),
    # A bare colon only after a password or an upper-case variable: ARNs, IAM actions and
    # AWS's own "unable to retrieve secret: …" are what a fault is found by.
    (re.compile(rf"((?<![\w.-])(?i:[\w.-]*{_PASSWORD}):\s*){_VALUE}"), rf"\1{GONE}"),
    (
        re.compile(rf"(\b[A-Z0-9_]*_(?:SECRET|TOKEN|KEY|CREDENTIALS?):\s+){_VALUE}"),
        rf"\1{GONE}",
    ),
    # a flag and the word after it
    (
        re.compile(rf"(?i)((?<!\S)--?(?=[a-z])[\w.-]*{_SECRET}\s+)(?!\[redacted\])[^\s-]\S*"),
        rf"\1{GONE}",
    ),
)
_HINT = re.compile(
    r"(?i)://|-----BEGIN|pass|pwd|secret|token|key|credential|authorization|bearer|basic|eyJ"
    r"|A[KSIRGN][A-Z]A|gh[pousr]_|github_pat|glpat|xox|sk[-_]|rk_|npm_|pypi-|AIza|SG\.|dop_|hvs\."
    r"|[?&]s"
)


def redacted(words: str) -> str:
    """A text without what looks like a password, token, key, signature or connection secret."""
    if not _HINT.search(words):
        return words
    for pattern, instead in _PATTERNS:
        words = pattern.sub(instead, words)
    return words


def redacted_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """A command line, its words redacted; `--password` hides the word after it too."""
    kept: list[str] = []
    for before, word in zip(("", *words), words, strict=False):
        hides = before.startswith("-") and "=" not in before and is_secret_name(before.lstrip("-"))
        kept.append(GONE if hides else redacted(word))
    return tuple(kept)


def is_secret_name(name: str) -> bool:
    """Whether a name says that its value is a secret."""
    return _NAMED.match(name) is not None


class Fingerprints:
    """Tells values apart without keeping them: HMAC-SHA-256 with the session's salt, cut short."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def of(self, value: str) -> str:
        """The fingerprint of one value, 16 hexadecimal digits."""
        return hmac.new(self._salt, value.encode(), hashlib.sha256).hexdigest()[:16]

    def of_fields(self, fields: Mapping[str, Any]) -> str:
        """The fingerprint of whatever JSON can hold; nothing for nothing."""
        if not fields:
            return ""
        return self.of(json.dumps(fields, sort_keys=True, default=str))
