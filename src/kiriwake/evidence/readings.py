"""Every kind of evidence there is."""

from __future__ import annotations

from typing import Any

from kiriwake.core.observed import Call
from kiriwake.evidence import ecr, ecs, elb, iam, logs, net
from kiriwake.evidence.reading import Reading

ALL: tuple[Reading[Any], ...] = (
    *ecs.READINGS,
    *net.READINGS,
    *elb.READINGS,
    *ecr.READINGS,
    *iam.READINGS,
    *logs.READINGS,
)

_BY_KEY = {(r.action, r.part): r for r in ALL}


def reading_of(call: Call) -> Reading[Any]:
    """The kind of evidence that a call asks for; raises KeyError for a call of no kind."""
    return _BY_KEY[(call.action, call.part)]
