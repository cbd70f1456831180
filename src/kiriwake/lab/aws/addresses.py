"""Network interfaces take addresses of their subnet and give them back.

moto invents addresses outside the subnet and never runs out of them; here a subnet has
2^(32-prefix)-5 addresses (F4.01) and says InsufficientFreeAddressesInSubnet when they are gone.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from moto.ec2.models import elastic_network_interfaces, instances, nat_gateways, vpcs
from moto.ec2.models.elastic_network_interfaces import NetworkInterface, NetworkInterfaceBackend
from moto.ec2.models.instances import Instance, InstanceBackend
from moto.ec2.models.subnets import Subnet
from moto.ec2.utils import generic_filter

from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.ground import AwsError

_RESERVED_AT_START = 4
_IN_USE = "in-use"


class Interfaces(dict[str, NetworkInterface]):
    """moto's table of interfaces, with an index of the addresses that each subnet has given."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: dict[str, dict[str, str]] = defaultdict(dict)
        """Subnet to address to interface."""
        self._next: dict[str, int] = {}

    def __setitem__(self, eni_id: str, eni: NetworkInterface) -> None:
        super().__setitem__(eni_id, eni)
        self.index(eni)

    def __delitem__(self, eni_id: str) -> None:
        self._forget(self[eni_id])
        super().__delitem__(eni_id)

    def pop(self, eni_id: str, *default: Any) -> Any:
        """As a dict's, and the addresses are free again."""
        if eni_id in self:
            self._forget(self[eni_id])
        return super().pop(eni_id, *default)

    def index(self, eni: NetworkInterface) -> None:
        """Takes note of all addresses that an interface holds."""
        for address in eni.private_ip_addresses:
            self.taken[eni.subnet.id][address["PrivateIpAddress"]] = eni.id

    def _forget(self, eni: NetworkInterface) -> None:
        taken = self.taken[eni.subnet.id]
        for address in [a for a, holder in taken.items() if holder == eni.id]:
            del taken[address]

    def free_count(self, subnet: Any) -> int:
        """Addresses that are left, never negative."""
        free: int = max(0, subnet._available_ip_addresses - len(self.taken[subnet.id]))
        return free

    def pick(self, subnet: Any, count: int, reserved: Sequence[str] = ()) -> list[str]:
        """The next free addresses, in turn; raises InsufficientFreeAddressesInSubnet."""
        if self.free_count(subnet) < count:
            raise insufficient()
        network = subnet.cidr
        taken = self.taken[subnet.id]
        first, size = _RESERVED_AT_START, network.num_addresses - _RESERVED_AT_START - 1
        start = self._next.get(subnet.id, 0)
        held = {str(address) for address in subnet._reserved_ips}
        found: list[str] = []
        for step in range(size):
            offset = (start + step) % size
            address = str(network.network_address + first + offset)
            if address not in taken and address not in held and address not in reserved:
                found.append(address)
                if len(found) == count:
                    self._next[subnet.id] = offset + 1
                    return found
        raise insufficient()


def insufficient() -> AwsError:
    """EC2's words for an empty subnet."""
    return AwsError(
        "InsufficientFreeAddressesInSubnet",
        "The specified subnet does not have enough free addresses to satisfy the request.",
    )


def keep_addresses(patches: Patches) -> None:
    """Makes moto's EC2 keep books of its addresses."""
    patches.around(NetworkInterfaceBackend, "__init__", _with_index)
    patches.around(NetworkInterfaceBackend, "create_network_interface", _create)
    patches.put(NetworkInterfaceBackend, "get_all_network_interfaces", _all_interfaces)
    patches.put(NetworkInterfaceBackend, "assign_private_ip_addresses", _assign)
    patches.around(NetworkInterfaceBackend, "unassign_private_ip_addresses", _unassign)
    patches.put(
        Subnet,
        "available_ip_address_count",
        property(lambda subnet: subnet.ec2_backend.enis.free_count(subnet)),
    )
    patches.put(Subnet, "get_available_subnet_ip", _instance_address)
    patches.around(InstanceBackend, "run_instances", _run_instances)
    patches.around(Instance, "terminate", _terminate)
    # NAT gateways, interface endpoints and instances bring a random address of 10/8 along.
    for module in (nat_gateways, vpcs, instances):
        patches.put(module, "random_private_ip", lambda *_, **__: None)
    patches.put(elastic_network_interfaces, "random_private_ip", _no_random_address)


def _no_random_address(*_: Any, **__: Any) -> str:
    raise AssertionError("every address is picked before the interface is made")


def _with_index(init: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any) -> None:  # noqa: N807 - stands in for moto's
        init(self)
        self.enis = Interfaces()

    return __init__


def _create(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_network_interface(
        self: Any,
        subnet: Any,
        private_ip_address: str | list[str] | None = None,
        private_ip_addresses: list[Any] | None = None,
        group_ids: list[str] | None = None,
        *args: Any,
        secondary_ips_count: int | str | None = None,
        **kwargs: Any,
    ) -> Any:
        place = self.get_subnet(subnet) if isinstance(subnet, str) else subnet
        for group_id in group_ids or []:
            group = self.get_security_group_from_id(group_id)
            if group is None:
                raise AwsError(
                    "InvalidGroup.NotFound", f"The security group '{group_id}' does not exist"
                )
            if group.vpc_id != place.vpc_id:
                raise AwsError(
                    "InvalidGroup.NotFound",
                    f"You have specified two resources that belong to different networks: "
                    f"{group_id} and {place.id}",
                )
        addresses = _addresses(self.enis, place, private_ip_address, private_ip_addresses)
        more = int(secondary_ips_count or 0)
        wanted = more if addresses else more + 1
        addresses += self.enis.pick(place, wanted, addresses) if wanted else []
        return create(
            self,
            place,
            addresses[0],
            [
                {"Primary": n == 0, "PrivateIpAddress": address}
                for n, address in enumerate(addresses)
            ],
            group_ids,
            *args,
            **kwargs,
        )

    return create_network_interface


def _addresses(
    interfaces: Interfaces,
    subnet: Any,
    primary: str | list[str] | None,
    given: Sequence[Any] | None,
) -> list[str]:
    first = primary[0] if isinstance(primary, list) and primary else primary
    named = [
        (a, False) if isinstance(a, str) else (a["PrivateIpAddress"], a.get("Primary", False))
        for a in given or ()
    ]
    named.sort(key=lambda one: str(one[1]).lower() != "true")
    addresses = list(dict.fromkeys([*([str(first)] if first else []), *(a for a, _ in named)]))
    for address in addresses:
        if ipaddress.ip_address(address) not in subnet.cidr:
            raise AwsError(
                "InvalidParameterValue",
                f"Address {address} does not fall within the subnet's address range",
            )
        if address in interfaces.taken[subnet.id]:
            raise AwsError("InvalidIPAddress.InUse", f"Address {address} is in use.")
    if interfaces.free_count(subnet) < len(addresses):
        raise insufficient()
    return addresses


def _all_interfaces(
    self: Any,
    eni_ids: Sequence[str] | None = None,
    filters: Any = None,
) -> Any:
    """Interfaces by id, by subnet or by address without a look at all the others."""
    filters = dict(filters or {})
    if eni_ids:
        missing = [eni_id for eni_id in eni_ids if eni_id not in self.enis]
        if missing:
            raise AwsError(
                "InvalidNetworkInterfaceID.NotFound",
                f"The network interface '{missing[0]}' does not exist",
            )
        found = [self.enis[eni_id] for eni_id in eni_ids]
    elif subnets := filters.get("subnet-id"):
        if any("*" in subnet or "?" in subnet for subnet in subnets):
            found = list(self.enis.values())
        else:
            ids = {eni for s in subnets for eni in self.enis.taken.get(s, {}).values()}
            found = [eni for eni_id, eni in self.enis.items() if eni_id in ids]
    else:
        found = list(self.enis.values())
    for name, read in _OWN_FILTERS.items():
        if name in filters:
            wanted = [str(value).lower() for value in filters.pop(name)]
            found = [eni for eni in found if any(str(v).lower() in wanted for v in read(eni))]
    return generic_filter(filters, found)


_OWN_FILTERS: dict[str, Callable[[Any], list[Any]]] = {
    "addresses.private-ip-address": lambda eni: [
        a["PrivateIpAddress"] for a in eni.private_ip_addresses
    ],
    "private-ip-address": lambda eni: [eni.private_ip_address],
    "status": lambda eni: [eni.status],
    "interface-type": lambda eni: [eni.interface_type],
    "requester-id": lambda eni: [eni.requester_id or ""],
    "requester-managed": lambda eni: [eni.requester_managed],
    "attachment.status": lambda eni: ["attached"] if eni.attachment else [],
    "association.public-ip": lambda eni: [eni.public_ip] if eni.public_ip else [],
    "mac-address": lambda eni: [eni.mac_address],
    "owner-id": lambda eni: [eni.owner_id],
}


def _assign(
    self: Any,
    eni_id: str,
    private_ip_addresses: Sequence[str] | None = None,
    secondary_ips_count: int | None = None,
) -> Any:
    eni = self.get_network_interface(eni_id)
    held = {a["PrivateIpAddress"] for a in eni.private_ip_addresses}
    new = [a for a in private_ip_addresses or () if a not in held]
    new = _addresses(self.enis, eni.subnet, None, new) if new else []
    if count := int(secondary_ips_count or 0):
        new += self.enis.pick(eni.subnet, count, new)
    eni.private_ip_addresses.extend({"Primary": False, "PrivateIpAddress": a} for a in new)
    self.enis.index(eni)
    return eni


def _unassign(unassign: Callable[..., Any]) -> Callable[..., Any]:
    def unassign_private_ip_addresses(
        self: Any,
        eni_id: str,
        private_ip_address: Sequence[str] | None = None,
    ) -> Any:
        eni = unassign(self, eni_id, private_ip_address)
        for address in private_ip_address or ():
            if self.enis.taken[eni.subnet.id].get(address) == eni_id:
                del self.enis.taken[eni.subnet.id][address]
        return eni

    return unassign_private_ip_addresses


def _instance_address(self: Any, instance: Any) -> str:
    address: str = self.ec2_backend.enis.pick(self, 1)[0]
    self._subnet_ips[address] = instance
    return address


def _run_instances(run: Callable[..., Any]) -> Callable[..., Any]:
    def run_instances(self: Any, image_id: str, count: int, *args: Any, **kwargs: Any) -> Any:
        before = set(self.reservations)
        subnet_id = kwargs.get("subnet_id") or next(
            (nic["SubnetId"] for nic in kwargs.get("nics") or () if nic.get("SubnetId")), None
        )
        if subnet_id and self.enis.free_count(self.get_subnet(subnet_id)) < int(count):
            raise insufficient()
        try:
            return run(self, image_id, count, *args, **kwargs)
        except AwsError:
            for reservation in set(self.reservations) - before:
                del self.reservations[reservation]
            raise

    return run_instances


def _terminate(terminate: Callable[..., Any]) -> Callable[..., Any]:
    def end(self: Any, *args: Any, **kwargs: Any) -> Any:
        interfaces = list(self.nics.items())
        result = terminate(self, *args, **kwargs)
        for index, eni in interfaces:
            if index == 0 or eni.delete_on_termination:
                self.ec2_backend.enis.pop(eni.id, None)
            else:
                eni.instance, eni.attachment_id, eni.status = None, None, "available"
        return result

    return end
