"""Who else holds addresses: load balancers, NAT gateways, endpoints, functions, databases.

Each has interfaces with the fingerprints of F4.2. They are read off moto's records after
every write, so that whatever makes, moves or deletes an owner moves its addresses too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.efs.models import MountTarget
from moto.elbv2.models import ELBv2Backend

from kiriwake.lab.aws.network import Network
from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.aws.store import store
from kiriwake.lab.ground import AwsError

_ALB_FREE = 8
_MANAGED = "amazon-aws"


@dataclass(frozen=True, slots=True)
class Holding:
    """An interface that some owner ought to have."""

    owner: str
    subnet_id: str
    description: str
    interface_type: str = "interface"
    requester: str = _MANAGED
    group_ids: tuple[str, ...] = ()


@dataclass
class Holders:
    """The interfaces of owners that are not ECS, by account and region."""

    _held: dict[tuple[str, str], dict[Holding, str]] = field(default_factory=dict)

    def reset(self) -> None:
        """Forgets all of them."""
        self._held.clear()

    def settle(self, account: str, region: str, service: str) -> None:
        """Makes and deletes interfaces until a service's owners have what they ought to."""
        reader = _READERS.get(service)
        if reader is None:
            return
        held = self._held.setdefault((account, region), {})
        ec2 = store("ec2", account, region)
        wanted = set(reader(account, region))
        for holding in [h for h in held if h.owner.startswith(service) and h not in wanted]:
            ec2.enis.pop(held.pop(holding), None)
        for holding in sorted(wanted - set(held), key=lambda h: (h.owner, h.subnet_id)):
            eni = ec2.create_network_interface(
                holding.subnet_id,
                group_ids=list(holding.group_ids),
                description=holding.description,
            )
            own(eni, holding.requester, holding.interface_type)
            held[holding] = eni.id


def own(eni: Any, requester: str, interface_type: str = "interface") -> None:
    """Marks an interface as one that AWS manages."""
    eni.requester_id = requester
    eni.requester_managed = True
    eni.interface_type = interface_type
    eni.status = "in-use"


def _balancers(account: str, region: str) -> Iterator[Holding]:
    for lb in store("elbv2", account, region).load_balancers.values():
        network = lb.type in {"network", "gateway"}
        kind = {"network": "net", "gateway": "gwy"}.get(lb.type, "app")
        for subnet in lb.subnets:
            yield Holding(
                owner=f"elasticloadbalancing {lb.arn}",
                subnet_id=subnet.id,
                description=f"ELB {kind}/{lb.name}/{lb.arn.rpartition('/')[2]}",
                interface_type={
                    "network": "network_load_balancer",
                    "gateway": "gateway_load_balancer",
                }.get(lb.type, "interface"),
                requester="amazon-elb",
                group_ids=() if network and not lb.security_groups else tuple(lb.security_groups),
            )


def _functions(account: str, region: str) -> Iterator[Holding]:
    seen = set()
    for function in store("lambda", account, region).list_functions(None):
        config = function.vpc_config or {}
        groups = tuple(sorted(config.get("SecurityGroupIds") or ()))
        for subnet_id in config.get("SubnetIds") or ():
            # Functions with the same subnet and groups share an interface.
            if (subnet_id, groups) not in seen:
                seen.add((subnet_id, groups))
                yield Holding(
                    owner=f"lambda {groups}",
                    subnet_id=subnet_id,
                    description=f"AWS Lambda VPC ENI-{function.function_name}",
                    interface_type="lambda",
                    group_ids=groups,
                )


def _databases(account: str, region: str) -> Iterator[Holding]:
    rds = store("rds", account, region)
    for name, database in rds.databases.items():
        group = rds.subnet_groups.get(database._db_subnet_group_name or "")
        if group is not None:
            yield Holding(
                owner=f"rds {name}",
                subnet_id=group._subnets[0].id,
                description="RDSNetworkInterface",
                requester="amazon-rds",
            )


_READERS: dict[str, Callable[[str, str], Iterator[Holding]]] = {
    "elasticloadbalancing": _balancers,
    "lambda": _functions,
    "rds": _databases,
}


# --- owners inside moto's EC2 and ELB -------------------------------------------------
def keep_holders(patches: Patches) -> None:
    """NAT gateways and endpoints name their interfaces; load balancers need room."""
    patches.around(NatGatewayBackend, "create_nat_gateway", _create_nat)
    patches.around(NatGatewayBackend, "delete_nat_gateway", _delete_nat)
    patches.around(VPCBackend, "create_vpc_endpoint", _create_endpoint)
    patches.around(VPCBackend, "modify_vpc_endpoint", _modify_endpoint)
    patches.around(ELBv2Backend, "create_load_balancer", _create_balancer)
    patches.around(MountTarget, "set_network_interface", _name_mount_target)


def _create_nat(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_nat_gateway(self: Any, *args: Any, **kwargs: Any) -> Any:
        nat = create(self, *args, **kwargs)
        nat._eni.description = f"Interface for NAT Gateway {nat.id}"
        nat.private_ip = nat._eni.private_ip_address
        own(nat._eni, _MANAGED, "nat_gateway")
        return nat

    return create_nat_gateway


def _delete_nat(delete: Callable[..., Any]) -> Callable[..., Any]:
    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> Any:
        if nat_gateway_id not in self.nat_gateways:
            raise AwsError("NatGatewayNotFound", f"The Nat Gateway {nat_gateway_id} was not found")
        nat = delete(self, nat_gateway_id)
        self.enis.pop(nat._eni.id, None)
        return nat

    return delete_nat_gateway


def _name_mount_target(named: Callable[..., Any]) -> Callable[..., Any]:
    def set_network_interface(self: Any, eni: Any) -> None:
        named(self, eni)
        eni.description = f"EFS mount target for {self.file_system_id} ({self.mount_target_id})"
        own(eni, _MANAGED, "efs")

    return set_network_interface


def _endpoint_interface(ec2: Any, endpoint: Any, subnet_id: str) -> str:
    eni = ec2.create_network_interface(
        subnet_id,
        group_ids=list(endpoint.security_group_ids),
        description=f"VPC Endpoint Interface {endpoint.id}",
    )
    own(eni, _MANAGED, "vpc_endpoint")
    return str(eni.id)


def _create_endpoint(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_vpc_endpoint(
        self: Any, vpc_id: str, service_name: str, endpoint_type: str | None, *args: Any, **kw: Any
    ) -> Any:
        subnet_ids = kw.get("subnet_ids") or []
        if (endpoint_type or "").lower() != "interface":
            return create(self, vpc_id, service_name, endpoint_type, *args, **kw)
        for subnet_id in subnet_ids:
            if self.enis.free_count(self.get_subnet(subnet_id)) < 1:
                raise AwsError(
                    "InsufficientFreeAddressesInSubnet",
                    f"The subnet {subnet_id} does not have enough free addresses",
                )
        kw["subnet_ids"] = []
        endpoint = create(self, vpc_id, service_name, endpoint_type, *args, **kw)
        if not endpoint.security_group_ids:
            endpoint.security_group_ids = [self.get_default_security_group(vpc_id).id]
        if endpoint.private_dns_enabled is None:
            endpoint.private_dns_enabled = True
        endpoint.subnet_ids = list(subnet_ids)
        endpoint.network_interface_ids = [
            _endpoint_interface(self, endpoint, subnet_id) for subnet_id in subnet_ids
        ]
        return endpoint

    return create_vpc_endpoint


def _modify_endpoint(modify: Callable[..., Any]) -> Callable[..., Any]:
    def modify_vpc_endpoint(self: Any, endpoint_id: str, *args: Any, **kwargs: Any) -> Any:
        result = modify(self, endpoint_id, *args, **kwargs)
        endpoint = self.vpc_end_points[endpoint_id]
        if (endpoint.vpc_endpoint_type or "").lower() == "interface":
            held = {
                self.enis[eni_id].subnet.id: eni_id
                for eni_id in endpoint.network_interface_ids
                if eni_id in self.enis
            }
            for subnet_id in set(held) - set(endpoint.subnet_ids):
                self.enis.pop(held.pop(subnet_id), None)
            for subnet_id in [s for s in endpoint.subnet_ids if s not in held]:
                held[subnet_id] = _endpoint_interface(self, endpoint, subnet_id)
            endpoint.network_interface_ids = list(held.values())
            for eni_id in held.values():
                self.enis[eni_id]._group_set = [
                    self.get_security_group_from_id(group) for group in endpoint.security_group_ids
                ]
        return result

    return modify_vpc_endpoint


def _create_balancer(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_load_balancer(
        self: Any,
        name: str,
        security_groups: list[str],
        subnet_ids: list[str],
        subnet_mappings: list[dict[str, str]] | None = None,
        **kwargs: Any,
    ) -> Any:
        kind = kwargs.get("loadbalancer_type") or "application"
        network = Network(self.ec2_backend)
        places = [*(subnet_ids or ()), *(m["SubnetId"] for m in subnet_mappings or ())]
        for subnet_id in places:
            subnet = network.subnet(subnet_id)
            needed = _ALB_FREE if kind == "application" else 1
            if subnet is not None and self.ec2_backend.enis.free_count(subnet) < needed:
                raise AwsError(
                    "InvalidSubnet",
                    f"Not enough IP space available in {subnet_id}. "
                    f"ELB requires at least {needed} free IP addresses in each subnet.",
                )
        groups = list(security_groups or ())
        if not groups and kind == "application" and places:
            first = network.subnet(places[0])
            if first is not None:
                groups = [self.ec2_backend.get_default_security_group(first.vpc_id).id]
        return create(self, name, groups, subnet_ids, subnet_mappings, **kwargs)

    return create_load_balancer
