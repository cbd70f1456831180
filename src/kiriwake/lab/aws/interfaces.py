"""EC2 as AWS has it: pages of interfaces, dead routes, a default VPC with a way out."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend, amis
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.route_tables import Route
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces

from kiriwake.lab import wire
from kiriwake.lab.aws.network import live_route_state
from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.ground import AwsError

_KEPT_AMIS = 40
_PAGE_MIN, _PAGE_MAX = 5, 1000


def keep_network(patches: Patches) -> None:
    """Pages interfaces, lets routes die with what they lead to, opens the default VPC."""
    patches.put(ElasticNetworkInterfaces, "describe_network_interfaces", _describe)
    patches.put(Route, "state", property(live_route_state))
    patches.around(EC2Backend, "__init__", _with_gateway)
    patches.around(NetworkInterface, "__init__", _of_its_account)
    patches.around(amis, "load_resource", _newest)


def _describe(self: Any) -> tuple[int, dict[str, str], str]:
    ids = self._get_param("NetworkInterfaceIds", [])
    size, token = self._get_int_param("MaxResults"), self._get_param("NextToken")
    self.error_on_dryrun()
    if size is not None and ids:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameter NetworkInterfaceIds cannot be used with the parameter MaxResults",
        )
    if size is not None and not _PAGE_MIN <= size <= _PAGE_MAX:
        raise AwsError(
            "InvalidParameterValue",
            f"Value ( {size} ) for parameter maxResults is invalid. "
            f"Expecting a value between {_PAGE_MIN} and {_PAGE_MAX}.",
        )
    found = self.ec2_backend.get_all_network_interfaces(ids, self._filters_from_querystring())
    if size is None:
        return _answer({"NetworkInterfaces": [_row(eni) for eni in found]})
    start = _start(token)
    shown = [_row(eni) for eni in found[start : start + size]]
    page: dict[str, Any] = {"NetworkInterfaces": shown}
    if start + size < len(found):
        page["NextToken"] = urlsafe_b64encode(str(start + size).encode()).decode()
    return _answer(page)


def _answer(page: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    known = wire.model("ec2")
    if known is None:
        raise AwsError("InternalError", "botocore has no model of EC2", 500)
    operation = known.operation_model("DescribeNetworkInterfaces")
    body = wire.xml(operation.output_shape, page, "Root")[len("<Root>") : -len("</Root>")]
    namespace = f"http://ec2.amazonaws.com/doc/{known.api_version}/"
    text = (
        f'<DescribeNetworkInterfacesResponse xmlns="{namespace}"><requestId>lab</requestId>'
        f"{body}</DescribeNetworkInterfacesResponse>"
    )
    return 200, {"Content-Type": "text/xml;charset=UTF-8"}, text


def _row(eni: Any) -> dict[str, Any]:
    association = eni.association
    public = None
    if association:
        public = {
            "AllocationId": association.get("allocationId"),
            "AssociationId": association.get("associationId"),
            "IpOwnerId": association.get("ipOwnerId"),
            "PublicDnsName": association.get("publicDnsName"),
            "PublicIp": association.get("publicIp"),
        }
    attachment = eni.attachment
    dns = getattr(eni, "private_dns_name", None)
    return {
        "Association": public,
        "Attachment": None
        if attachment is None
        else {
            "AttachTime": attachment.attach_time,
            "AttachmentId": attachment.attachment_id,
            "DeleteOnTermination": bool(attachment.delete_on_termination),
            "DeviceIndex": attachment.device_index,
            "NetworkCardIndex": attachment.network_card_index,
            "InstanceId": attachment.instance_id,
            "InstanceOwnerId": attachment.instance_owner_id,
            "Status": attachment.status,
        },
        "AvailabilityZone": eni.availability_zone,
        "AvailabilityZoneId": eni.subnet.availability_zone_id,
        "Description": eni.description,
        "Groups": [{"GroupId": g.id, "GroupName": g.name} for g in eni.group_set],
        "InterfaceType": eni.interface_type,
        "Ipv6Addresses": [{"Ipv6Address": ip} for ip in eni.ipv6_addresses if ip],
        "MacAddress": eni.mac_address,
        "NetworkInterfaceId": eni.id,
        "OwnerId": eni.owner_id,
        "PrivateDnsName": dns,
        "PrivateIpAddress": eni.private_ip_address,
        "PrivateIpAddresses": [
            {
                "Primary": bool(held.get("Primary")),
                "PrivateDnsName": held.get("PrivateDnsName"),
                "PrivateIpAddress": held["PrivateIpAddress"],
                "Association": public if held.get("Primary") else None,
            }
            for held in eni.private_ip_addresses
        ],
        "RequesterId": eni.requester_id,
        "RequesterManaged": bool(eni.requester_managed),
        "SourceDestCheck": str(eni.source_dest_check).lower() == "true",
        "Status": eni.status,
        "SubnetId": eni.subnet.id,
        "TagSet": [{"Key": t["key"], "Value": t["value"]} for t in eni.get_tags()],
        "VpcId": eni.vpc_id,
    }


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(urlsafe_b64decode(token.encode()))
    except ValueError as error:
        raise AwsError("InvalidParameterValue", "Invalid value for parameter NextToken") from error


def _with_gateway(init: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, region_name: str, account_id: str) -> None:  # noqa: N807
        init(self, region_name, account_id)
        vpc = self.get_default_vpc()
        if vpc is None:
            return
        # AWS gives the default VPC an internet gateway; moto does not.
        gateway = self.create_internet_gateway()
        self.attach_internet_gateway(gateway.id, vpc.id)
        main = next(
            t for t in self.route_tables.values() if t.vpc_id == vpc.id and t.main_association_id
        )
        self.create_route(main.id, "0.0.0.0/0", gateway_id=gateway.id)

    return __init__


def _of_its_account(init: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, ec2_backend: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        init(self, ec2_backend, *args, **kwargs)
        self.requester_id = ec2_backend.account_id

    return __init__


def _newest(load: Callable[[str], Any]) -> Callable[[str], Any]:
    def load_resource(path: str) -> Any:
        # Over a thousand machine images a region would cost a second of every start.
        found = load(path)
        if isinstance(found, list) and len(found) > _KEPT_AMIS:
            found = sorted(found, key=lambda ami: str(ami.get("creation_date")))[-_KEPT_AMIS:]
        return found

    return load_resource
