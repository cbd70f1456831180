"""The wrapper around AWS: reads only, counted, and every failure has its reason."""

from __future__ import annotations

from datetime import UTC, datetime

import botocore.session
import pytest
from botocore import exceptions as boto
from tests.sources.fake import NOW, FakeAws, denied, error, source_of
from tests.sources.payloads import healthy
from tests.sources.shapes import model_of

from kiriwake.core.errors import InternalError
from kiriwake.core.observed import Call, Missing, Why
from kiriwake.evidence import ecs, elb, net
from kiriwake.evidence.readings import ALL
from kiriwake.sources.aws.api import Api
from kiriwake.sources.aws.failures import known_code, why_of_code
from kiriwake.sources.aws.ledger import Ledger
from kiriwake.sources.aws.pace import Pace
from kiriwake.sources.aws.reads import ALLOWED, NEVER, client_and_operation, is_read
from kiriwake.sources.aws.source import READERS
from kiriwake.sources.redact import Fingerprints
from kiriwake.sources.source import Request

ABOUT = Call("ecs:DescribeServices", "shop/web")


def api_of(aws: FakeAws) -> Api:
    return Api(
        aws,
        region="eu-west-1",
        ledger=Ledger(lambda: NOW),
        pace=Pace(lambda: 0.0, lambda _: None),
        fingerprints=Fingerprints(b"salt"),
    )


def test_every_kind_of_evidence_has_its_collector() -> None:
    of_aws = {r for r in ALL if not r.action.startswith("k8s:")}

    assert of_aws <= READERS.keys()


def test_every_operation_of_aws_but_the_listed_reads_is_refused() -> None:
    session = botocore.session.get_session()
    aws = FakeAws({})
    for client in ("ecs", "ec2", "ecr", "elbv2", "iam", "logs", "sts", "secretsmanager", "ssm"):
        prefix = {"elbv2": "elasticloadbalancing"}.get(client, client)
        for operation in session.get_service_model(client).operation_names:
            action = f"{prefix}:{operation}"
            if action in ALLOWED:
                continue
            with pytest.raises(InternalError):
                api_of(aws).call(action, {}, ABOUT)
    assert aws.calls == []


def test_what_hands_out_secrets_is_refused_whatever_evidence_says() -> None:
    assert not ALLOWED & NEVER
    assert not any(is_read(action) for action in NEVER)
    assert not is_read("ecs:UpdateService")
    assert not is_read("ecs:DescribeServices; rm")


@pytest.mark.parametrize("action", sorted(ALLOWED))
def test_every_listed_read_is_an_operation_that_botocore_knows(action: str) -> None:
    client, operation = client_and_operation(action)

    assert is_read(action)
    assert operation in model_of(client).operation_names


MET = (
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestExpired",
    "OptInRequired",
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "ServiceUnavailable",
    "Unavailable",
    "InvalidSubnetID.NotFound",
    "InvalidSubnetID.Malformed",
    "InvalidGroup.NotFound",
    "InvalidVpcID.NotFound",
    "NatGatewayNotFound",
    "InvalidNetworkAclID.NotFound",
    "InvalidPrefixListID.NotFound",
    "NoSuchEntity",
    "LoadBalancerNotFound",
    "TargetGroupNotFound",
    "UnknownOperationException",
    "InvalidAction",
    "InvalidParameterValue",
    "ValidationError",
)


def test_every_error_that_the_reads_can_meet_has_its_reason() -> None:
    codes = set(MET)
    for action in ALLOWED:
        client, operation = client_and_operation(action)
        shapes = model_of(client).operation_model(operation).error_shapes
        codes |= {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}
        codes |= {shape.name for shape in shapes}

    assert [code for code in sorted(codes) if known_code(code) is None] == []


@pytest.mark.parametrize(
    ("code", "status", "why"),
    [
        ("AccessDeniedException", 400, Why.DENIED),
        ("UnauthorizedOperation", 403, Why.DENIED),
        ("ThrottlingException", 400, Why.THROTTLED),
        ("RequestLimitExceeded", 503, Why.THROTTLED),
        ("NoSuchEntity", 404, Why.NOT_FOUND),
        ("ServerException", 500, Why.UNREACHABLE),
        ("BrandNewDenial", 403, Why.DENIED),
        ("BrandNewHaste", 429, Why.THROTTLED),
        ("BrandNewTrouble", 503, Why.UNREACHABLE),
        ("BrandNewOddity", 400, Why.UNREACHABLE),
        # Not every 404 is an absence: a proxy's is none.
        ("404", 404, Why.UNREACHABLE),
    ],
)
def test_an_error_code_stands_for_its_reason(code: str, status: int, why: Why) -> None:
    assert why_of_code(code, status) is why


@pytest.mark.parametrize(
    ("raised", "why"),
    [
        (boto.EndpointConnectionError(endpoint_url="https://x"), Why.UNREACHABLE),
        (boto.ConnectTimeoutError(endpoint_url="https://x"), Why.UNREACHABLE),
        (boto.ReadTimeoutError(endpoint_url="https://x"), Why.UNREACHABLE),
        (boto.ConnectionClosedError(endpoint_url="https://x"), Why.UNREACHABLE),
        (boto.SSLError(endpoint_url="https://x", error=OSError("x")), Why.UNREACHABLE),
        (boto.ProxyConnectionError(proxy_url="http://x"), Why.UNREACHABLE),
        (boto.ResponseStreamingError(error="cut"), Why.UNREACHABLE),
        (boto.IncompleteReadError(actual_bytes=1, expected_bytes=2), Why.UNREACHABLE),
        (boto.NoCredentialsError(), Why.DENIED),
        (boto.TokenRetrievalError(provider="sso", error_msg="expired"), Why.DENIED),
        (error("InternalFailure", status=500), Why.UNREACHABLE),
        (error("ThrottlingException", "Rate exceeded"), Why.THROTTLED),
        (error("ExpiredTokenException", "The security token is expired"), Why.DENIED),
    ],
)
def test_a_call_that_fails_is_missing_with_its_reason(raised: Exception, why: Why) -> None:
    seen = source_of({"ec2:DescribeSubnets": raised}).read([net.SUBNET.of("subnet-1")])

    missing = seen[net.SUBNET.of("subnet-1")]
    assert isinstance(missing, Missing)
    assert missing.why is why
    assert missing.says


def test_one_failure_leaves_the_rest_of_a_round_alone() -> None:
    answers = {**healthy(), "elbv2:DescribeTargetHealth": denied("x")}
    calls = [ecs.SERVICE.of("shop/web"), elb.TARGET_HEALTH.of("tg"), ecs.SERVICES.of("shop")]

    seen = source_of(answers).read(calls)

    assert [isinstance(seen[call], Missing) for call in calls] == [False, True, False]


def test_requests_are_counted_once_however_many_calls_they_answer() -> None:
    source = source_of(
        {"ec2:DescribeSubnets": {"Subnets": []}},
    )
    calls = [net.SUBNET.of(f"subnet-{n}") for n in range(3)]

    source.read(calls)

    assert [(r.call, r.times) for r in source.requests()] == [
        (calls[0], 1),
        (calls[1], 0),
        (calls[2], 0),
    ]


def test_retries_are_counted_as_the_requests_that_they_are() -> None:
    source = source_of({"ec2:DescribeSubnets": error("RequestLimitExceeded", retries=3)})

    source.read([net.SUBNET.of("subnet-1")])

    assert sum(request.times for request in source.requests()) == 4


def test_requests_stand_in_the_order_in_which_they_were_asked_for() -> None:
    orders = set()
    for _ in range(5):
        source = source_of(healthy(tasks=30, stopped=3))
        source.identity()
        source.read([ecs.SERVICE.of("shop/web")])
        source.read(
            [
                ecs.STOPPED_TASKS.of("shop/web"),
                ecs.RUNNING_TASKS.of("shop/web"),
                ecs.SERVICES.of("shop"),
            ]
        )
        orders.add(tuple(request.call for request in source.requests()))

    assert len(orders) == 1


def test_each_request_is_told_as_it_is_made() -> None:
    told: list[Request] = []
    ledger = Ledger(lambda: NOW, told.append)

    ledger.book(ABOUT, 2, 40)

    assert told == [Request(ABOUT, 2, 40)]


def test_now_is_what_the_answers_say() -> None:
    later = datetime(2030, 1, 1, tzinfo=UTC)
    source = source_of(healthy())

    source.read([ecs.SERVICES.of("shop")])

    assert source.now() == NOW < later


def test_too_many_requests_at_once_have_to_wait() -> None:
    slept: list[float] = []
    pace = Pace(lambda: 0.0, slept.append)

    for _ in range(60):
        pace.take("ec2:DescribeSubnets")
    pace.take("ec2:DescribeVpcs")

    assert len(slept) == 10
    assert slept[-1] == pytest.approx(0.5)
