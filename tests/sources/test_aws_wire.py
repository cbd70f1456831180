"""botocore itself against a server on loopback: credentials, endpoints, faults, refusals."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest

from kiriwake.core.errors import InternalError, NoAccess
from kiriwake.core.observed import Known, Missing, Why
from kiriwake.evidence import ecs
from kiriwake.sources.aws.clients import Clients, connect
from kiriwake.sources.source import Request

DATE = "Tue, 05 Jan 2027 10:00:00 GMT"
CLUSTERS = ecs.CLUSTERS.of("us-east-1")


class Wire(ThreadingHTTPServer):
    """Answers ECS and STS; `script` holds what goes wrong first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: list[tuple[int, str]] = []
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Wire

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        return DATE

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        credential = self.headers.get("Authorization", "").partition("Credential=")[2]
        target = self.headers.get("X-Amz-Target", "")
        operation = target.partition(".")[2] or body.partition("&")[0].removeprefix("Action=")
        self.server.asked.append((operation, credential.partition(",")[0]))
        if target and self.server.script:
            status, code = self.server.script.pop(0)
            if status == 0:
                self.connection.close()
                return
            self._send(status, json.dumps({"__type": code, "message": f"{code} it is"}))
        elif target:
            arns = {"clusterArns": ["arn:aws:ecs:us-east-1:123456789012:cluster/shop"]}
            self._send(200, json.dumps(arns if operation == "ListClusters" else {}))
        else:
            self._send(200, _STS.get(operation, _STS["GetCallerIdentity"]))

    def _send(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


_STS = {
    "GetCallerIdentity": (
        "<GetCallerIdentityResponse><GetCallerIdentityResult>"
        "<Arn>arn:aws:sts::123456789012:assumed-role/reader/me</Arn>"
        "<UserId>A</UserId><Account>123456789012</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    ),
    "AssumeRole": (
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASSUMED</AccessKeyId>"
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
        "</AssumeRoleResult></AssumeRoleResponse>"
    ),
}


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Wire]:
    server = Wire()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    (tmp_path / "config").write_text("[profile other]\nregion = eu-north-1\n")
    (tmp_path / "credentials").write_text(
        "[other]\naws_access_key_id = OTHER\naws_secret_access_key = s\n"
    )
    for name, value in {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "MINE",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        # One attempt and no waiting, unless a test says otherwise.
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_ECS"):
        monkeypatch.delenv(name, raising=False)
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def why(seen: Any) -> Why:
    assert isinstance(seen, Missing), seen
    assert seen.says
    return seen.why


def test_the_environment_says_where_and_as_whom(wire: Wire) -> None:
    source = connect()

    identity = source.identity()
    seen = source.read([CLUSTERS])[CLUSTERS]

    assert (identity.account, identity.region, identity.partition) == (
        "123456789012",
        "us-east-1",
        "aws",
    )
    assert isinstance(seen, Known)
    assert seen.value.names == ("shop",)
    assert seen.principal == identity.principal


def test_now_comes_from_the_date_header(wire: Wire) -> None:
    source = connect()
    source.identity()

    assert source.now().isoformat() == "2027-01-05T10:00:00+00:00"


def test_region_and_profile_are_taken_from_the_flags(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    source = connect(profile="other")
    assert source.identity().region == "eu-north-1"

    connect(profile="other", region="cn-north-1").identity()

    keys = [credential.split("/")[0:1] + credential.split("/")[2:3] for _, credential in wire.asked]
    assert keys == [["OTHER", "eu-north-1"], ["OTHER", "cn-north-1"]]
    assert connect(region="us-gov-west-1").identity().partition == "aws-us-gov"


def test_aws_region_wins_over_the_default_region(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-northeast-1")

    assert connect().identity().region == "ap-northeast-1"
    assert connect(region="eu-west-3").identity().region == "eu-west-3"


def test_a_role_is_assumed_when_it_is_first_needed(wire: Wire) -> None:
    source = connect(role_arn="arn:aws:iam::123456789012:role/auditor")
    assert wire.asked == []

    source.identity()

    assert [operation for operation, _ in wire.asked] == ["AssumeRole", "GetCallerIdentity"]
    assert wire.asked[1][1].startswith("ASSUMED/")


def test_an_unknown_profile_is_refused_before_anything_is_asked(wire: Wire) -> None:
    with pytest.raises(NoAccess) as refused:
        connect(profile="nobody")

    assert refused.value.reference == "no-such-profile"


def test_without_a_region_nothing_is_asked(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    with pytest.raises(NoAccess) as refused:
        connect()

    assert refused.value.reference == "no-region"


def test_without_credentials_nothing_is_asked(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(NoAccess) as refused:
        connect().identity()

    assert refused.value.reference == "no-credentials"
    assert wire.asked == []


def test_a_dead_endpoint_is_unreachable(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")

    with pytest.raises(NoAccess) as refused:
        connect().identity()

    assert refused.value.reference == "endpoint-unreachable"


@pytest.mark.parametrize("endpoint", ["nonsense", "http://", "http://[::1"])
def test_an_endpoint_that_is_no_url_is_unreachable(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    with pytest.raises(NoAccess) as refused:
        connect().identity()

    assert refused.value.reference == "endpoint-unreachable"


def test_a_region_that_cannot_exist_is_unreachable(wire: Wire) -> None:
    with pytest.raises(NoAccess):
        connect(region="us east 1").identity()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ((400, "ThrottlingException"), Why.THROTTLED),
        ((400, "AccessDeniedException"), Why.DENIED),
        ((400, "ExpiredTokenException"), Why.DENIED),
        ((500, "ServerException"), Why.UNREACHABLE),
        ((503, "SomethingNobodyKnows"), Why.UNREACHABLE),
        ((0, ""), Why.UNREACHABLE),
    ],
)
def test_what_goes_wrong_on_the_wire_has_its_reason(
    wire: Wire, fault: tuple[int, str], expected: Why
) -> None:
    source = connect()
    wire.script = [fault]

    assert why(source.read([CLUSTERS])[CLUSTERS]) is expected


@pytest.mark.slow
def test_a_short_fault_is_got_over_and_its_retries_are_counted(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_MAX_ATTEMPTS")
    source = connect()
    wire.script = [(400, "ThrottlingException"), (0, "")]

    seen = source.read([CLUSTERS])[CLUSTERS]

    assert isinstance(seen, Known)
    assert sum(request.times for request in source.requests()) == len(wire.asked) == 3


def test_each_request_is_heard(wire: Wire) -> None:
    heard: list[Request] = []

    connect(on_call=heard.append).read([CLUSTERS])

    assert [request.call for request in heard] == [CLUSTERS]


def test_not_even_the_client_behind_the_wrapper_writes(wire: Wire) -> None:
    invoke = Clients(boto3.Session()).invoke("us-east-1")

    for service, operation, parameters in (
        ("ecs", "DeleteService", {"service": "web"}),
        ("ecs", "UpdateService", {"service": "web"}),
        ("secretsmanager", "GetSecretValue", {"SecretId": "db"}),
        ("ssm", "GetParameter", {"Name": "db"}),
        ("kms", "Decrypt", {"CiphertextBlob": b"x"}),
    ):
        with pytest.raises(InternalError):
            invoke(service, operation, parameters)

    assert wire.asked == []


def test_one_client_serves_all_threads(wire: Wire) -> None:
    source = connect()

    seen = source.read([ecs.SERVICES.of(f"c{n}") for n in range(20)])

    assert all(isinstance(each, Known) for each in seen.values())
    assert len(wire.asked) == 20
