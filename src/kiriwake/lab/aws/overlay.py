"""Everything that the lab changes in moto, put in and taken out together."""

from __future__ import annotations

from moto.iam import models as iam_models

from kiriwake.lab.aws import (
    addresses,
    health,
    holders,
    images,
    interfaces,
    scaling,
    scanning,
    simulate,
)
from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.aws.times import MotoTime
from kiriwake.lab.world import World


class Overlay:
    """The lab's changes to moto for as long as a lab runs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._patches = Patches()
        self._time: MotoTime | None = None
        self._holders = holders.Holders()
        self.prober = health.Prober(world)

    @property
    def installed(self) -> bool:
        """Whether moto is changed at the moment."""
        return self._time is not None

    def install(self) -> None:
        """Changes moto; fails if moto has lost what is to be changed."""
        now = self._world.clock.now
        self._time = MotoTime(self._patches, now)
        self._time.cover()
        self._patches.put(iam_models, "load_iam_aws_managed_policies", lambda: True)
        addresses.keep_addresses(self._patches)
        interfaces.keep_network(self._patches)
        holders.keep_holders(self._patches)
        health.keep_health(self._patches, self.prober)
        images.keep_digests(self._patches)
        scanning.keep_scans(self._patches, now)
        scaling.keep_scaling(self._patches, self._world)
        simulate.keep_identity(self._patches)

    def cover(self) -> None:
        """Puts modules that moto has loaded meanwhile on the lab's time."""
        if self._time is not None:
            self._time.cover()

    def undo(self) -> None:
        """Moto is as it was."""
        self._patches.undo()
        self._time = None

    def reset(self) -> None:
        """Forgets what the lab keeps beside moto."""
        self._holders.reset()

    def after_write(self, account: str, region: str, action: str) -> None:
        """What follows a call that moto answered: owners hold the addresses they need."""
        service, _, name = action.partition(":")
        if not name.startswith(("Describe", "List", "Get")):
            self._holders.settle(account, region, service)
            self._world.writes += 1
