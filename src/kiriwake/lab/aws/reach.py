"""Whether a task's packets get to what it needs: registries, secrets, logs, the internet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiriwake.lab.aws import policies
from kiriwake.lab.aws.network import Network, Place
from kiriwake.lab.ground import Eni, Reach

_PUBLIC = "52.95.100.20"
"""An address outside every VPC, standing for AWS's and Docker Hub's public endpoints."""
_HTTPS, _NFS = 443, 2049
_SERVICES: Mapping[str, str] = {
    "ecr": "ecr.api",
    "ecr-dkr": "ecr.dkr",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "ssm": "ssm",
    "kms": "kms",
    "logs": "logs",
    "sts": "sts",
}
_OVERRIDES: Mapping[str, str] = {"ecr-dkr": "ecr"}
_USES: Mapping[str, tuple[str, ...]] = {
    "ecr": ("ecr:GetAuthorizationToken",),
    "ecr-dkr": ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
    "s3": ("s3:GetObject",),
    "secretsmanager": ("secretsmanager:GetSecretValue",),
    "ssm": ("ssm:GetParameters",),
    "kms": ("kms:Decrypt",),
    "logs": ("logs:CreateLogStream", "logs:PutLogEvents"),
    "sts": ("sts:AssumeRoleWithWebIdentity",),
}
_OPEN = Reach(True)


class Reachability:
    """Answers for one account and region."""

    def __init__(self, ec2: Any, region: str, overrides: Mapping[str, Mapping[str, bool]]) -> None:
        self._ec2 = ec2
        self._net = Network(ec2)
        self._region = region
        self._overrides = overrides

    def reach(self, eni: Eni, dependency: str) -> Reach:
        """The walk from an interface to one dependency."""
        told = self._overrides.get(eni.subnet_id, {})
        if told.get(_OVERRIDES.get(dependency, dependency)) is False:
            return Reach(False, "timeout", "override")
        subnet = self._net.subnet(eni.subnet_id)
        if subnet is None:
            return Reach(False, "timeout", "subnet")
        source = Place(eni.private_ip, eni.group_ids, eni.subnet_id)
        vpc = self._ec2.get_vpc(eni.vpc_id)
        if not _true(vpc.enable_dns_support):
            return Reach(False, "dns", "vpc-dns-support")
        if dependency == "efs":
            return self._file_system(source, vpc)
        service = _SERVICES.get(dependency)
        if service:
            private = self._through_endpoint(source, subnet, vpc, dependency, service)
            if private is not None:
                return private
        name = f"com.amazonaws.{self._region}.{service}" if service else ""
        return self._public(source, subnet, eni.public_ip, name)

    # --- endpoints ---------------------------------------------------------------------
    def _through_endpoint(
        self, source: Place, subnet: Any, vpc: Any, dependency: str, service: str
    ) -> Reach | None:
        name = f"com.amazonaws.{self._region}.{service}"
        endpoints = [
            endpoint
            for endpoint in self._ec2.vpc_end_points.values()
            if endpoint.vpc_id == vpc.id
            and endpoint.service_name == name
            and endpoint.state == "available"
        ]
        named = _true(vpc.enable_dns_hostnames)
        for endpoint in endpoints:
            kind = (endpoint.vpc_endpoint_type or "Gateway").lower()
            if kind == "interface" and named and _true(endpoint.private_dns_enabled):
                return self._interface_endpoint(source, subnet, endpoint, dependency)
        table = self._net.route_table(subnet)
        for endpoint in endpoints:
            kind = (endpoint.vpc_endpoint_type or "Gateway").lower()
            if kind == "gateway" and table is not None and table.id in endpoint.route_table_ids:
                return self._gateway_endpoint(source, endpoint, dependency, name)
        return None

    def _interface_endpoint(
        self, source: Place, subnet: Any, endpoint: Any, dependency: str
    ) -> Reach:
        held = [self._ec2.enis.get(eni_id) for eni_id in endpoint.network_interface_ids]
        interfaces = [eni for eni in held if eni is not None]
        # The name resolves to the zone's own address where there is one.
        interfaces.sort(key=lambda eni: eni.availability_zone != subnet.availability_zone)
        if not interfaces:
            return Reach(False, "timeout", "vpc-endpoint")
        stop = self._net.connects(source, self._net.place(interfaces[0]), _HTTPS)
        if stop:
            return Reach(False, "timeout", stop)
        return self._endpoint_policy(endpoint, dependency)

    def _gateway_endpoint(self, source: Place, endpoint: Any, dependency: str, name: str) -> Reach:
        service = Place(_PUBLIC, service=name)
        if not self._net.lets_out(source, service, _HTTPS):
            return Reach(False, "timeout", "security-group-egress")
        if not self._net.passes_acls(source, Place(_PUBLIC), _HTTPS):
            return Reach(False, "timeout", "network-acl")
        return self._endpoint_policy(endpoint, dependency)

    def _endpoint_policy(self, endpoint: Any, dependency: str) -> Reach:
        document = policies.parse(endpoint.policy_document)
        resource = "*"
        if dependency == "s3":
            resource = f"arn:aws:s3:::prod-{self._region}-starport-layer-bucket/layer"
        for action in _USES[dependency]:
            decision = policies.decide(
                [document], action, resource, {}, any_resource=resource == "*"
            )
            if decision is not policies.Decision.ALLOWED:
                return Reach(False, "forbidden", "vpc-endpoint-policy")
        return _OPEN

    # --- the way out -------------------------------------------------------------------
    def _public(self, source: Place, subnet: Any, public_ip: str | None, service: str) -> Reach:
        outside = Place(_PUBLIC, service=service)
        if not self._net.lets_out(source, outside, _HTTPS):
            return Reach(False, "timeout", "security-group-egress")
        if not self._net.passes_acls(source, outside, _HTTPS):
            return Reach(False, "timeout", "network-acl")
        route = self._net.route(subnet, _PUBLIC)
        if route is None or route.state != "active":
            return Reach(False, "timeout", "route")
        return self._by_route(route, public_ip)

    def _by_route(self, route: Any, public_ip: str | None) -> Reach:
        if route.nat_gateway is not None:
            return self._by_nat(route.nat_gateway)
        if route.gateway_id and route.gateway_id.startswith("igw-"):
            # F4.43: an internet gateway is no way out without a public address.
            return _OPEN if public_ip else Reach(False, "timeout", "public-ip")
        if route.local or route.vpc_pcx is not None or route.egress_only_igw is not None:
            return Reach(False, "timeout", "route")
        # Transit gateways, firewalls and NAT instances: the lab knows nothing against them.
        return _OPEN

    def _by_nat(self, nat: Any) -> Reach:
        if nat.connectivity_type == "private" or nat.state != "available":
            return Reach(False, "timeout", "nat-gateway")
        subnet = self._net.subnet(nat.subnet_id)
        route = self._net.route(subnet, _PUBLIC) if subnet is not None else None
        if (
            route is None
            or route.state != "active"
            or not (route.gateway_id or "").startswith("igw-")
        ):
            return Reach(False, "timeout", "nat-gateway-route")
        inside = Place(str(nat._eni.private_ip_address), (), nat.subnet_id)
        if not self._net.passes_acls(inside, Place(_PUBLIC), _HTTPS):
            return Reach(False, "timeout", "network-acl")
        return _OPEN

    # --- file systems --------------------------------------------------------------------
    def _file_system(self, source: Place, vpc: Any) -> Reach:
        if not _true(vpc.enable_dns_hostnames):
            return Reach(False, "dns", "vpc-dns-hostnames")
        targets = [
            eni
            for eni in self._ec2.enis.values()
            if eni.vpc_id == vpc.id and eni.description.startswith("EFS mount target")
        ]
        if not targets:
            return Reach(False, "dns", "mount-target")
        stops = [self._net.connects(source, self._net.place(eni), _NFS) for eni in targets]
        return _OPEN if not all(stops) else Reach(False, "timeout", stops[0])


def _true(value: object) -> bool:
    return str(value).lower() == "true"
