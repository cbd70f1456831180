"""Addresses, counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.migrate.samples import estate

from kiriwake.core.errors import UsageError
from kiriwake.core.text import Lang
from kiriwake.migrate.addresses import HEADROOM, smallest_prefix, usable
from kiriwake.migrate.columns import width
from kiriwake.migrate.size import SizeOptions, document, held_by_node, size, text


def test_two_services_of_fifty_look_fine_in_a_24_until_they_deploy() -> None:
    one = SizeOptions(services=2, tasks=50, zones=1, prefix=24, balancers=1)

    calm = size(one, None)
    crowded = size(
        SizeOptions(services=2, tasks=50, zones=1, prefix=24, balancers=1, others=60), None
    )

    assert (calm.need.steady, calm.need.surge, calm.fits) == (108, 208, True)
    assert (crowded.need.surge, crowded.fits) == (268, False)
    assert crowded.prefix == 23


def test_a_maximum_of_125_percent_needs_far_less() -> None:
    found = size(SizeOptions(services=2, tasks=50, maximum_percent=125, zones=1, prefix=24), None)

    assert found.need.surge == 124


def test_a_20_with_fifty_tasks_has_4041_left_not_4046() -> None:
    assert usable(20) - 50 == 4041


def test_a_node_s_warm_pool_counts() -> None:
    assert held_by_node(1, "m5.large", "addresses", 1) == 20
    assert held_by_node(10, "m5.8xlarge", "addresses", 1) == 60
    assert held_by_node(10, "m5.large", "prefixes", 1) == 33


def test_files_are_counted_with_their_own_surge() -> None:
    found = size(SizeOptions(), estate("01-aks-store-quickstart.yaml"))

    # the StatefulSet stops before it starts, the three Deployments of one start first
    assert (found.load.steady, found.load.surge) == (4, 7)


def test_a_lost_zone_leaves_its_tasks_to_the_others() -> None:
    found = size(SizeOptions(tasks=90, zones=3), None)

    assert (found.need.steady, found.need.surge, found.need.zone_lost) == (30, 60, 90)
    assert len(document(found)["subnets"]) == 3  # type: ignore[arg-type]


@given(st.integers(0, 40_000))
def test_the_prefix_advised_holds_with_headroom_and_no_smaller_one_does(need: int) -> None:
    prefix = smallest_prefix(need)

    assert prefix is not None
    assert usable(prefix) >= need * (1 + HEADROOM)
    assert prefix == 28 or usable(prefix + 1) < need * (1 + HEADROOM)


def test_nothing_holds_what_no_subnet_has() -> None:
    assert smallest_prefix(65_000) is None


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("to", ["ecs", "eks"])
def test_the_answer_keeps_to_80_columns(lang: Lang, to: str) -> None:
    options = SizeOptions(to=to, tasks=9000, pods=9000, balancers=2, prefix=20)
    shown = text(size(options, None), lang)

    assert max(width(line) for line in shown.splitlines()) <= 80


def test_a_prefix_that_no_subnet_has_is_refused() -> None:
    with pytest.raises(UsageError):
        size(SizeOptions(tasks=1, prefix=12), None)
