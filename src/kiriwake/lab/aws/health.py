"""Target health by the lab's own prober."""

from __future__ import annotations

from datetime import datetime

from kiriwake.lab.world import World


class Prober:
    """Probes the targets of every target group, by the lab's clock."""

    def __init__(self, world: World) -> None:
        self._world = world

    def next_due(self) -> datetime | None:
        """The next probe."""
        return None

    def step(self) -> None:
        """Does the probes that are due."""

    def reset(self) -> None:
        """Forgets all targets."""
