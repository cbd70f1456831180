"""The `aws` lines that a report shows send what the API call would have sent."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import boto3
import botocore
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from kiriwake.core.plan import ApiCall
from kiriwake.report.command import line
from kiriwake.report.shell import shell_lines

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / ".venv-clients" / "bin"

pytestmark = pytest.mark.conformance

CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "ecs",
        "ecs:UpdateService",
        {
            "cluster": "c",
            "service": "s",
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
                    "securityGroups": ["sg-1"],
                    "assignPublicIp": "DISABLED",
                }
            },
            "forceNewDeployment": True,
            "enableExecuteCommand": False,
            "desiredCount": 0,
        },
    ),
    (
        "elbv2",
        "elasticloadbalancing:ModifyTargetGroup",
        {
            "TargetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/"
            "my-tg/0123456789abcdef",
            "HealthCheckPath": '/it\'s a "path"?a=b&c=$HOME',
            "Matcher": {"HttpCode": "200-299,404"},
            "HealthCheckEnabled": True,
        },
    ),
    (
        "ec2",
        "ec2:AuthorizeSecurityGroupIngress",
        {
            "GroupId": "sg-1",
            "IpPermissions": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "from the tasks"}],
                }
            ],
        },
    ),
    (
        "ec2",
        "ec2:CreateVpcEndpoint",
        {
            "VpcId": "vpc-1",
            "ServiceName": "com.amazonaws.us-east-1.ecr.dkr",
            "VpcEndpointType": "Interface",
            "SubnetIds": ["subnet-1", "subnet-2"],
            "PrivateDnsEnabled": False,
        },
    ),
    ("ec2", "ec2:ModifySubnetAttribute", {"SubnetId": "s", "MapPublicIpOnLaunch": {"Value": True}}),
    ("iam", "iam:AttachRolePolicy", {"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/X"}),
    (
        "iam",
        "iam:PutRolePolicy",
        {
            "RoleName": "r",
            "PolicyName": "p",
            "PolicyDocument": json.dumps({"Statement": [{"Sid": "a, [{b", "Effect": "Allow"}]}),
        },
    ),
    ("logs", "logs:CreateLogGroup", {"logGroupName": "/ecs/日本語", "tags": {"a b": "-c"}}),
    ("logs", "logs:PutRetentionPolicy", {"logGroupName": "https://x", "retentionInDays": 7}),
    ("eks", "eks:UpdateClusterVersion", {"name": "c", "version": "1.33"}),
    (
        "ecr",
        "ecr:PutImageScanningConfiguration",
        {
            "repositoryName": "repo",
            "imageScanningConfiguration": {"scanOnPush": True},
        },
    ),
)


class Heard:
    """A server that answers no and remembers what it was asked."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, Any]] = []
        heard = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                heard.bodies.append((self.path, _read(self.rfile.read(size).decode())))
                self.send_response(400)
                self.end_headers()
                self.wfile.write(b"<R><Errors><Error><Code>No</Code></Error></Errors></R>")

            do_PUT = do_POST  # noqa: N815 - http.server's names

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"


def _read(body: str) -> Any:
    try:
        told = json.loads(body)
    except ValueError:
        return parse_qs(body)
    # A token that the client makes up is another one every time.
    return {k: v for k, v in told.items() if k != "clientRequestToken"}


@pytest.fixture(scope="module")
def heard() -> Iterator[Heard]:
    made = Heard()
    thread = Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize(("client", "action", "parameters"), CALLS, ids=lambda v: str(v)[:40])
def test_the_line_sends_what_the_call_sends(
    client: str, action: str, parameters: Mapping[str, Any], heard: Heard, tmp_path: Path
) -> None:
    by_api = _by_api(client, action.partition(":")[2], parameters, heard)
    shown = line(ApiCall(action, parameters), region="us-east-1")
    by_line = _by_line(shown, heard, tmp_path)
    broken = "\n".join(shell_lines(shown, indent="    ", to=80))

    assert by_line == by_api
    assert _by_line(broken, heard, tmp_path) == by_api


def _by_api(client: str, operation: str, parameters: Mapping[str, Any], heard: Heard) -> Any:
    made: Any = boto3.Session("lab", "lab", region_name="us-east-1").client(
        client,  # type: ignore[call-overload]
        endpoint_url=heard.endpoint,
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises((ClientError, BotoCoreError)):
        getattr(made, botocore.xform_name(operation))(**parameters)
    return heard.bodies[-1]


def _by_line(shown: str, heard: Heard, folder: Path) -> Any:
    before = len(heard.bodies)
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
        "PATH": f"{CLIENTS}{os.pathsep}{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": heard.endpoint,
        "AWS_ACCESS_KEY_ID": "lab",
        "AWS_SECRET_ACCESS_KEY": "lab",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_CONFIG_FILE": str(folder / "none"),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", shown], env=env, capture_output=True, text=True, check=False
    )
    assert len(heard.bodies) == before + 1, done.stderr
    return heard.bodies[-1]
