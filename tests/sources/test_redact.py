"""Secrets do not get into what is kept; what helps to find a fault stays."""

from __future__ import annotations

import pytest

from kiriwake.sources.redact import GONE, Fingerprints, redacted, redacted_words

SECRET = "hUnt3r2-S3cr3t"


@pytest.mark.parametrize(
    "words",
    [
        f"connecting to postgres://app:{SECRET}@db.local:5432/shop",
        f"password={SECRET}",
        f"DB_PASSWORD: {SECRET}",
        f'{{"apiKey": "{SECRET}", "user": "x"}}',
        f"Authorization: Bearer {SECRET}",
        f"AWS_SECRET_ACCESS_KEY={SECRET}",
        f"Server=tcp:x;Database=y;User ID=z;Password={SECRET};Encrypt=True",
        f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={SECRET};",
        f"https://b.s3.amazonaws.com/k?X-Amz-Signature={SECRET}&X-Amz-Expires=60",
        f"https://a.blob.core.windows.net/c?sv=1&sig={SECRET}",
        f"redis://:{SECRET}@cache:6379/0",
        f"running /app --token {SECRET} --port 80",
        f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----",
        f"CLIENT_SECRET='{SECRET} with spaces'",
    ],
)
def test_a_secret_is_taken_out(words: str) -> None:
    assert SECRET not in redacted(words)
    assert GONE in redacted(words)


@pytest.mark.parametrize(
    "token",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4",
        "ghp_0123456789abcdefghij0123",
        "xoxb-1234567890-abcdefghij",
    ],
)
def test_a_known_shape_of_token_is_taken_out_wherever_it_stands(token: str) -> None:
    assert token not in redacted(f"got {token}, and went on")


@pytest.mark.parametrize(
    "words",
    [
        "(service web) has reached a steady state.",
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: execution"
            " resource retrieval failed: unable to retrieve secret from asm: call was retried 1"
            " time(s): AccessDeniedException: User: arn:aws:sts::1:assumed-role/web/abc is not"
            " authorized to perform: secretsmanager:GetSecretValue on resource: db"
        ),
        (
            "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to"
            " resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v9: not found"
        ),
        "OutOfMemoryError: Container killed due to memory usage",
        (
            "(service web) (port 8080) is unhealthy in (target-group arn:aws:elb:x)"
            " due to (reason Health checks failed with these codes: [404])."
        ),
        "listening on http://0.0.0.0:8080",
        "GET /health?verbose=1 404 in 3 ms",
        "failed to authorize: rpc error: code = Unknown desc = no basic auth credentials",
        "unexpected key: value at line 3",
        "unable to fetch secret: ResourceNotFoundException: Secrets Manager can't find the secret",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-password-AbCdEf",
        "valueFrom arn:aws:ssm:eu-west-1:111122223333:parameter/shop/token",
        "KeyError: 'DATABASE_URL'",
        "ExpiredTokenException: The security token included in the request is expired",
    ],
)
def test_what_aws_and_applications_say_of_a_fault_stays(words: str) -> None:
    assert redacted(words) == words


def test_redacting_twice_changes_nothing_more() -> None:
    once = redacted(f"password={SECRET} token: abcdef Authorization: Bearer {SECRET}")

    assert redacted(once) == once


def test_a_command_line_hides_the_word_after_a_secret_flag() -> None:
    words = ("serve", "--db-password", SECRET, "--port", "80", f"--api-key={SECRET}")

    assert redacted_words(words) == (
        "serve", "--db-password", GONE, "--port", "80", f"--api-key={GONE}",
    )  # fmt: skip


def test_fingerprints_differ_by_session() -> None:
    assert Fingerprints(b"one").of("x") != Fingerprints(b"two").of("x")
    assert Fingerprints(b"one").of_fields({}) == ""


def test_a_long_line_is_read_in_no_time() -> None:
    for line in ("A" * 100_000, "-" * 100_000, "a.b-c_" * 30_000, "pass" * 50_000, "://" * 60_000):
        assert redacted(line) == line
