"""The addresses of a node's pods, as the VPC CNI's ipamd keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from kiriwake.lab.ground import AwsError, Eni, Ground
from kiriwake.lab.kube.node.machines import InstanceType

COOLDOWN = timedelta(seconds=30)
"""IP_COOLDOWN_PERIOD: how long a freed address rests."""
WARM_INTERFACES = 1
"""WARM_ENI_TARGET: so many whole interfaces of free addresses are kept ready."""


@runtime_checkable
class SecondaryAddresses(Protocol):
    """A ground that gives an interface more addresses."""

    def assign_addresses(self, eni_id: str, count: int) -> Sequence[str]:
        """Up to that many secondary addresses; raises AwsError if there is not one."""

    def attach(self, eni_id: str, instance_id: str, device_index: int) -> None:
        """Attaches an interface to an instance."""


@dataclass
class Pool:
    """The interfaces of one node and who has which of their addresses."""

    ground: Ground
    instance_id: str
    type: InstanceType
    primary: Eni
    groups: tuple[str, ...]
    interfaces: list[Eni] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)
    """Address by pod uid."""
    resting: dict[str, datetime] = field(default_factory=dict)
    """Address to the moment from which it may be used again."""
    last_error: str = ""
    """The code of EC2's last refusal, for ipamd's log."""

    def start(self) -> None:
        """Fills the primary interface, as ipamd does when it starts."""
        if self.interfaces:
            return
        self.interfaces.append(self.primary)
        if isinstance(self.ground, SecondaryAddresses):
            self.ground.attach(self.primary.id, self.instance_id, 0)
        self._fill(self.primary)
        self.keep_warm()

    def take(self, pod_uid: str) -> str | None:
        """An address for a pod, or None if the node has none and EC2 gives none."""
        self._wake()
        if not self.free:
            self.keep_warm()
        if not self.free:
            return None
        address = self.free.pop(0)
        self.used[pod_uid] = address
        self.keep_warm()
        return address

    def give_back(self, pod_uid: str) -> None:
        """Lets a pod's address rest."""
        address = self.used.pop(pod_uid, None)
        if address is not None:
            self.resting[address] = self.ground.now() + COOLDOWN

    def keep_warm(self) -> None:
        """Attaches interfaces until a whole one's worth of addresses is free."""
        per_interface = self.type.addresses - 1
        while len(self.free) < WARM_INTERFACES * per_interface:
            if not self._top_up() and not self._attach():
                return

    def close(self) -> None:
        """Gives every interface back to the subnet."""
        for eni in self.interfaces or [self.primary]:
            self.ground.delete_interface(eni.id)
        self.interfaces.clear()

    def _wake(self) -> None:
        now = self.ground.now()
        for address in [a for a, until in self.resting.items() if until <= now]:
            del self.resting[address]
            self.free.append(address)

    def _count(self) -> int:
        return len(self.free) + len(self.used) + len(self.resting)

    def _top_up(self) -> bool:
        """Fills up interfaces that once got fewer addresses than they can hold."""
        if not isinstance(self.ground, SecondaryAddresses):
            return False
        room = len(self.interfaces) * (self.type.addresses - 1) - self._count()
        return room > 0 and self._fill(self.interfaces[-1], room)

    def _attach(self) -> bool:
        secondary = isinstance(self.ground, SecondaryAddresses)
        most = self.type.interfaces if secondary else self.type.interfaces * self.type.addresses
        whole = self._count() >= self.type.interfaces * (self.type.addresses - 1)
        if len(self.interfaces) >= most or whole:
            return False
        try:
            eni = self.ground.create_interface(
                self.primary.subnet_id, self.groups, f"aws-K8S-{self.instance_id}"
            )
        except AwsError as refused:
            self.last_error = refused.code
            return False
        self.interfaces.append(eni)
        if not isinstance(self.ground, SecondaryAddresses):
            self.free.append(eni.private_ip)
            return True
        self.ground.attach(eni.id, self.instance_id, len(self.interfaces) - 1)
        return self._fill(eni)

    def _fill(self, eni: Eni, count: int = 0) -> bool:
        if not isinstance(self.ground, SecondaryAddresses):
            return False
        try:
            more = self.ground.assign_addresses(eni.id, count or self.type.addresses - 1)
        except AwsError as refused:
            self.last_error = refused.code
            return False
        self.free.extend(more)
        return bool(more)
