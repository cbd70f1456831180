"""``net/registry-unreachable``."""

from __future__ import annotations

import pytest
from tests.causes.builders import SUBNET, failing, refused, snapshot, subnet

from kiriwake.causes.net.registry_unreachable import CAUSE
from kiriwake.core.observed import Call
from kiriwake.core.verdict import Holds, RuledOut
from kiriwake.evidence import net
from kiriwake.evidence.net import (
    AclEntry,
    Endpoint,
    NatGateway,
    NetworkAcl,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
)

TIMED_OUT = (
    "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull"
    " registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR."
    ' RequestError: send request failed caused by: Post "https://api.ecr.us-east-1.amazonaws.com/"'
    ": dial tcp 44.213.79.10:443: i/o timeout"
)
DENIED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource"
    " retrieval failed: unable to retrieve ecr registry auth: AccessDeniedException: User:"
    " arn:aws:sts::123456789012:assumed-role/my-execution-role/1 is not authorized to perform:"
    " ecr:GetAuthorizationToken on resource: *"
)
TABLE = net.ROUTE_TABLE.of("subnet-abc123")


def table(target: str, state: str = "active") -> RouteTable:
    local = Route("10.0.0.0/16", "local")
    return RouteTable("rtb-1", main=False, routes=(local, Route("0.0.0.0/0", target, state)))


NETWORK = {SUBNET: subnet(free=200), TABLE: table("nat-1", "blackhole")}
WITNESS = snapshot(failing(), stopped=(refused(7, TIMED_OUT),), more=NETWORK)

NEAR_MISS = snapshot(failing(), stopped=(refused(7, DENIED),), more=NETWORK)
"""A denial is an answer: the network works."""


def test_it_names_the_hop() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    told = [fact.says.en for fact in found.because]
    assert "the default route of rtb-1 is a blackhole (nat-1)" in told


def test_a_full_subnet_with_a_whole_path_is_another_matter() -> None:
    seen = snapshot(
        failing(),
        stopped=(refused(7, TIMED_OUT),),
        more={SUBNET: subnet(free=0), TABLE: table("nat-1")},
    )

    assert isinstance(CAUSE.decide(seen), RuledOut)


def test_a_path_that_looks_whole_does_not_unsay_what_aws_says() -> None:
    seen = snapshot(
        failing(),
        stopped=(refused(7, TIMED_OUT),),
        more={SUBNET: subnet(free=200), TABLE: table("nat-1")},
    )

    assert isinstance(CAUSE.decide(seen), Holds)


def group(*egress: Rule) -> SecurityGroup:
    return SecurityGroup("sg-abc123", "vpc-xyz789", (), egress)


EVERYWHERE = Rule("-1", None, None, cidrs=("0.0.0.0/0",))


@pytest.mark.parametrize(
    ("call", "value", "told"),
    [
        (
            net.SECURITY_GROUP.of("sg-abc123"),
            group(Rule("tcp", 80, 80, cidrs=("0.0.0.0/0",))),
            "no rule of sg-abc123 lets port 443 out",
        ),
        (
            net.NETWORK_ACL.of("subnet-abc123"),
            NetworkAcl(
                "acl-1",
                (
                    AclEntry(100, True, True, "-1", "0.0.0.0/0"),
                    AclEntry(100, True, False, "6", "0.0.0.0/0", 80, 5000),
                ),
            ),
            None,
        ),
        (
            net.NETWORK_ACL.of("subnet-abc123"),
            NetworkAcl("acl-1", (AclEntry(100, True, True, "-1", "0.0.0.0/0"),)),
            "acl-1 of subnet-abc123 lets no port 443 out, or no answers in",
        ),
        (net.NAT_GATEWAY.of("nat-1"), NatGateway("nat-1", "failed"), "nat-1 is failed"),
        (net.NAT_GATEWAY.of("nat-1"), NatGateway("nat-1", "available"), None),
        (net.SECURITY_GROUP.of("sg-abc123"), group(EVERYWHERE), None),
        (
            net.ENDPOINTS.of("vpc-xyz789"),
            (
                Endpoint(
                    "vpce-1",
                    "com.amazonaws.us-east-1.ecr.api",
                    "Interface",
                    "available",
                    private_dns=False,
                ),
            ),
            "vpce-1 (com.amazonaws.us-east-1.ecr.api) has no private DNS, so nobody is led to it",
        ),
    ],
)
def test_each_hop_that_is_seen_to_be_closed_is_named(
    call: Call, value: object, told: str | None
) -> None:
    network = {SUBNET: subnet(free=200), TABLE: table("nat-1"), call: value}

    found = CAUSE.decide(snapshot(failing(), stopped=(refused(7, TIMED_OUT),), more=network))

    assert isinstance(found, Holds)
    hops = [fact.says.en for fact in found.because if fact.call == call]
    assert hops == ([told] if told else [])
