"""How many addresses tasks or pods take, and the smallest subnet that holds them."""

from __future__ import annotations

import math
from dataclasses import dataclass

RESERVED = 5
"""Addresses that AWS keeps of every subnet."""
LARGEST, SMALLEST = 16, 28
"""The prefixes a subnet may have."""
BALANCER = 8
"""Addresses that must be free in each subnet of an Application Load Balancer."""
HEADROOM = 0.30


def usable(prefix: int) -> int:
    """Addresses of a subnet that can be given out: 2^(32-prefix) - 5."""
    return int(2 ** (32 - prefix)) - RESERVED


@dataclass(frozen=True, slots=True)
class Load:
    """What stands in the subnets: tasks that run, at the height of a deployment, and fixtures.

    The fixtures count in every subnet; balancers are Application Load Balancers.
    """

    steady: int
    surge: int
    balancers: int = 0
    network_balancers: int = 0
    endpoints: int = 0
    nat: int = 0
    others: int = 0

    @property
    def fixed(self) -> int:
        """Addresses in each subnet that no task has."""
        return (
            self.balancers * BALANCER
            + self.network_balancers
            + self.endpoints
            + self.nat
            + self.others
        )


@dataclass(frozen=True, slots=True)
class Need:
    """Addresses of one subnet, fixtures included."""

    steady: int
    surge: int
    zone_lost: int

    @property
    def worst(self) -> int:
        """The largest of the three."""
        return max(self.steady, self.surge, self.zone_lost)


def need(load: Load, zones: int) -> Need:
    """What each of so many subnets, one a zone, has to hold.

    With one zone lost the others carry its tasks and go on deploying.
    """
    left = max(1, zones - 1)
    return Need(
        steady=math.ceil(load.steady / zones) + load.fixed,
        surge=math.ceil(load.surge / zones) + load.fixed,
        zone_lost=math.ceil(load.surge / left) + load.fixed,
    )


def smallest_prefix(addresses: int, headroom: float = HEADROOM) -> int | None:
    """The smallest subnet that holds so many addresses with headroom; None if none does."""
    wanted = math.ceil(addresses * (1 + headroom))
    fitting = [p for p in range(SMALLEST, LARGEST - 1, -1) if usable(p) >= wanted]
    return fitting[0] if fitting else None
