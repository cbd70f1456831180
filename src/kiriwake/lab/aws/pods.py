"""What EKS asks of moto beyond the ground: secondary addresses, OIDC providers, trust policies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from kiriwake.lab.aws import roles
from kiriwake.lab.aws.addresses import insufficient
from kiriwake.lab.aws.store import store


def assign(account: str, region: str, eni_id: str, count: int) -> Sequence[str]:
    """Up to `count` more addresses for an interface; raises AwsError if there is not one."""
    ec2 = store("ec2", account, region)
    eni = ec2.get_network_interface(eni_id)
    free = ec2.enis.free_count(eni.subnet)
    if free < 1:
        raise insufficient()
    before = {one["PrivateIpAddress"] for one in eni.private_ip_addresses}
    ec2.assign_private_ip_addresses(eni_id, secondary_ips_count=min(count, free))
    return [
        str(one["PrivateIpAddress"])
        for one in eni.private_ip_addresses
        if one["PrivateIpAddress"] not in before
    ]


def attach(account: str, region: str, eni_id: str, instance_id: str, device_index: int) -> None:
    """Shows an interface as attached to a node's instance."""
    eni = store("ec2", account, region).get_network_interface(eni_id)
    eni.instance = SimpleNamespace(id=instance_id, owner_id=account, security_groups=[])
    eni.attachment_id = f"eni-attach-{eni_id[4:]}"
    eni.device_index = device_index
    eni.status = "in-use"


def audiences(account: str, issuer: str) -> frozenset[str] | None:
    """The client ids of the OIDC provider of an issuer, None without one."""
    for provider in store("iam", account, "").open_id_providers.values():
        if provider.url == issuer:
            return frozenset(str(one) for one in provider.client_id_list)
    return None


def trust_policy(role_arn: str) -> Mapping[str, Any] | None:
    """A role's trust policy document, None if there is no such role."""
    role = roles.find_role(role_arn)
    if role is None:
        return None
    document = role.assume_role_policy_document
    return dict(json.loads(document)) if isinstance(document, str) else dict(document)
