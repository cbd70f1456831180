"""``ecs/eni-not-provisioned``: an interface that was awaited in vain, with addresses to spare."""

from __future__ import annotations

from tests.causes.start_up import failing

from kiriwake.causes.ecs.eni_not_provisioned import CAUSE
from kiriwake.core.verdict import Holds, RuledOut, Unknown
from kiriwake.evidence import net
from kiriwake.evidence.net import Subnet

SUBNET = net.SUBNET.of("subnet-0abc")
WAITED = "Timeout waiting for network interface provisioning to complete."


def subnet(free: int) -> Subnet:
    return Subnet("subnet-0abc", "10.0.1.0/24", "us-east-1a", "vpc-0abc", free)


WITNESS = failing(WAITED, also={SUBNET: subnet(free=120)})

NEAR_MISS = failing(WAITED, also={SUBNET: subnet(free=0)})
"""The same words, and the subnet is full: then that is the cause."""


def test_it_holds_where_addresses_are_free() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert found.because[-1].says.en == "subnet-0abc has 120 addresses free"


def test_a_full_subnet_is_another_cause() -> None:
    assert isinstance(CAUSE.decide(NEAR_MISS), RuledOut)


def test_a_subnet_that_was_not_read_leaves_it_open() -> None:
    assert isinstance(CAUSE.decide(failing(WAITED)), Unknown)
