"""How many requests evidence takes, before it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from kiriwake.core.observed import Call
from kiriwake.evidence import ecs, elb, iam, net
from kiriwake.evidence.reading import Reading

_PER_REQUEST: dict[Reading[Any], int] = {
    ecs.SERVICE: 10,
    ecs.CLUSTER: 100,
    ecs.TASK: 100,
    net.SUBNET: 200,
    net.SUBNETS_OF_VPC: 200,
    net.INTERFACES: 200,
    net.ROUTE_TABLE: 200,
    net.SECURITY_GROUP: 200,
    net.NETWORK_ACL: 200,
    net.ENDPOINTS: 200,
    net.NAT_GATEWAY: 200,
    elb.TARGET_GROUP: 20,
    elb.LOAD_BALANCER: 20,
}
_REQUESTS: dict[Reading[Any], int] = {
    ecs.RUNNING_TASKS: 2,
    ecs.STOPPED_TASKS: 1,  # the description is shared with the running ones
    ecs.SERVICE_DEPLOYMENTS: 3,
    ecs.SERVICES_USING: 6,
    ecs.CONTAINER_INSTANCES: 2,
    net.ROUTE_TABLE: 2,
    net.VPC: 3,
    elb.LISTENERS: 3,
    iam.ROLE: 7,
}
"""What one usually takes; a listing may take more, by a page for every hundred items."""

_BULK = (ecs.SERVICE, ecs.CLUSTER, ecs.REVISIONS, net.SUBNET)


def _key(reading: Reading[Any]) -> tuple[str, str]:
    return reading.action, reading.part


_SIZES = {_key(reading): size for reading, size in _PER_REQUEST.items()}
_EACH = {_key(reading): times for reading, times in _REQUESTS.items()}
_IN_BULK = frozenset(_key(reading) for reading in _BULK)


def requests_for(calls: Iterable[Call]) -> int:
    """About how many requests these calls take together."""
    kinds = Counter((call.action, call.part) for call in calls)
    return sum(
        _EACH.get(kind, 1) * -(-count // _SIZES.get(kind, 1)) for kind, count in kinds.items()
    )


def is_bulk(call: Call) -> bool:
    """Whether AWS answers this for so many targets at once that a sweep can afford it."""
    return (call.action, call.part) in _IN_BULK
