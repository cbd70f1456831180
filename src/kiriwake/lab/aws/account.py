"""The emulated AWS of one account and region, as the engines see it."""

from __future__ import annotations

from datetime import datetime

from kiriwake.lab.world import World


class MotoGround:
    """A `Ground` that stands on moto."""

    def __init__(self, account: str, region: str, world: World) -> None:
        self.account = account
        self.region = region
        self._world = world

    def now(self) -> datetime:
        """The lab's time."""
        return self._world.clock.now()
