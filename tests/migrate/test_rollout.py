"""ECS keeps the surge that Kubernetes had."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiriwake.migrate.model import Amount, Kind, Rollout, Source, Workload
from kiriwake.migrate.rollout import percentages, surge_and_missing

AMOUNTS = st.builds(Amount, st.integers(0, 100), percent=st.booleans())


def workload(replicas: int, rollout: Rollout, kind: Kind = Kind.SERVICE) -> Workload:
    return Workload("w", kind, Source.KUBERNETES, replicas=replicas, rollout=rollout)


@given(st.integers(1, 100), AMOUNTS, AMOUNTS)
def test_the_bounds_ecs_computes_are_those_of_kubernetes(
    tasks: int, surge: Amount, missing: Amount
) -> None:
    found = workload(tasks, Rollout(surge, missing))
    share = percentages(found)
    extra, fewer = surge_and_missing(found, tasks)
    if extra == 0 and fewer == 0:
        extra = 1

    assert tasks * share.most // 100 == tasks + extra
    assert math.ceil(tasks * share.least / 100) == tasks - min(fewer, tasks)


@given(st.integers(1, 10_000), AMOUNTS, AMOUNTS, st.booleans())
def test_no_deployment_can_deadlock(
    tasks: int, surge: Amount, missing: Amount, recreate: bool
) -> None:
    share = percentages(workload(tasks, Rollout(surge, missing, recreate=recreate)))

    can_start = tasks * share.most // 100 > tasks
    can_stop = math.ceil(tasks * share.least / 100) < tasks
    assert can_start or can_stop


@pytest.mark.parametrize(
    ("tasks", "rollout", "kind", "least", "most"),
    [
        (1, Rollout(), Kind.SERVICE, 100, 200),
        (1, Rollout(Amount(1, percent=False), Amount(1, percent=False)), Kind.SERVICE, 0, 200),
        (4, Rollout(), Kind.SERVICE, 75, 125),
        (3, Rollout(recreate=True), Kind.SERVICE, 0, 100),
        (1, Rollout(Amount(0, percent=False), Amount(1, percent=False)), Kind.STATEFUL, 0, 100),
    ],
)
def test_known_rollouts(tasks: int, rollout: Rollout, kind: Kind, least: int, most: int) -> None:
    share = percentages(workload(tasks, rollout, kind))

    assert (share.least, share.most) == (least, most)
