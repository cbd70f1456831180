"""Everything that the lab changes in moto, put in and taken out together."""

from __future__ import annotations

from kiriwake.lab.aws import addresses, images
from kiriwake.lab.aws.health import Prober
from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.aws.times import MotoTime
from kiriwake.lab.world import World


class Overlay:
    """The lab's changes to moto for as long as a lab runs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._patches = Patches()
        self._time: MotoTime | None = None
        self.prober = Prober(world)

    @property
    def installed(self) -> bool:
        """Whether moto is changed at the moment."""
        return self._time is not None

    def install(self) -> None:
        """Changes moto; fails if moto has lost what is to be changed."""
        self._time = MotoTime(self._patches, self._world.clock.now)
        self._time.cover()
        addresses.keep_addresses(self._patches)
        images.keep_digests(self._patches)

    def undo(self) -> None:
        """Moto is as it was."""
        self._patches.undo()
        self._time = None

    def after_write(self, account: str, region: str, action: str) -> None:  # noqa: ARG002
        """What follows a call that moto answered."""
        if self._time is not None:
            self._time.cover()
