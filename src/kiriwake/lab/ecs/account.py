"""Account settings and capacity providers."""

from __future__ import annotations

import re

from kiriwake.lab.ecs import arns, clusters, tagging
from kiriwake.lab.ecs.model import Shape
from kiriwake.lab.ecs.paging import page
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ground import AwsError, Caller

_DEFAULTS = {
    "serviceLongArnFormat": "enabled",
    "taskLongArnFormat": "enabled",
    "containerInstanceLongArnFormat": "enabled",
    "awsvpcTrunking": "disabled",
    "containerInsights": "disabled",
    "fargateFIPSMode": "disabled",
    "tagResourceAuthorization": "on",
    "fargateTaskRetirementWaitPeriod": "7",
    "guardDutyActivate": "off",
    "defaultLogDriverMode": "non-blocking",
    "fargateEventWindows": "disabled",
}
_PROVIDER = re.compile(r"(?!aws|ecs|fargate)[A-Za-z0-9_-]{1,255}", re.IGNORECASE)
_MOST_NAMED = 100
_DESCRIBED_DEFAULT = 10


# --- settings ----------------------------------------------------------------------------
def put_setting(region: Region, caller: Caller, given: Shape) -> Shape:
    """PutAccountSetting for a principal."""
    principal = str(given.get("principalArn") or caller.principal)
    return {"setting": _put(region, principal, given)}


def put_default(region: Region, caller: Caller, given: Shape) -> Shape:
    """PutAccountSettingDefault for all others."""
    _put(region, "", given)
    return {"setting": _setting(str(given["name"]), str(given["value"]), _root(region))}


def _put(region: Region, principal: str, given: Shape) -> Shape:
    name, value = str(given.get("name") or ""), str(given.get("value") or "")
    if name not in _DEFAULTS:
        raise AwsError("InvalidParameterException", f"Invalid setting name: {name}")
    region.settings[(principal, name)] = value
    return _setting(name, value, principal)


def _setting(name: str, value: str, principal: str) -> Shape:
    return {"name": name, "value": value, "principalArn": principal, "type": "user"}


def _root(region: Region) -> str:
    return f"arn:{arns.partition(region.name)}:iam::{region.account}:root"


def list_settings(region: Region, caller: Caller, given: Shape) -> Shape:
    """ListAccountSettings; with `effectiveSettings` also those that nobody set."""
    principal = str(given.get("principalArn") or caller.principal)
    effective = bool(given.get("effectiveSettings"))
    found: dict[str, Shape] = {}
    for name, default in _DEFAULTS.items():
        own = region.settings.get((principal, name))
        value = own if own is not None else region.settings.get(("", name))
        who = principal if own is not None or effective else _root(region)
        if value is None and not effective:
            continue
        if given.get("name") in {None, name} and given.get("value") in {None, value or default}:
            found[name] = _setting(name, value or default, who)
    chosen, more = page("ListAccountSettings", given, list(found), default=10, most=10)
    return {"settings": [found[name] for name in chosen], **more}


def delete_setting(region: Region, caller: Caller, given: Shape) -> Shape:
    """DeleteAccountSetting."""
    principal = str(given.get("principalArn") or caller.principal)
    name = str(given.get("name") or "")
    value = region.settings.pop((principal, name), _DEFAULTS.get(name))
    if value is None:
        raise AwsError("InvalidParameterException", f"Invalid setting name: {name}")
    return {"setting": _setting(name, value, principal)}


# --- capacity providers --------------------------------------------------------------------
def create_provider(region: Region, given: Shape) -> Shape:
    """CreateCapacityProvider over an Auto Scaling group."""
    name = str(given.get("name") or "")
    if not _PROVIDER.fullmatch(name):
        raise AwsError("ClientException", "The specified capacity provider name is not valid.")
    if name in region.providers:
        raise AwsError(
            "ClientException", "A capacity provider with the specified name already exists."
        )
    if not given.get("autoScalingGroupProvider"):
        raise AwsError("ClientException", "Specify an Auto Scaling group provider.")
    tagging.check(given.get("tags", ()))
    region.providers[name] = {
        "capacityProviderArn": region.arn("capacity-provider", name),
        "name": name,
        "status": "ACTIVE",
        "type": "EC2_AUTOSCALING",
        "autoScalingGroupProvider": dict(given["autoScalingGroupProvider"]),
        "tags": list(given.get("tags", ())),
    }
    return {"capacityProvider": region.providers[name]}


def _known(region: Region) -> dict[str, Shape]:
    own = {
        name: {
            "capacityProviderArn": region.arn("capacity-provider", name),
            "name": name,
            "status": "ACTIVE",
            "type": name,
            "tags": [],
        }
        for name in clusters.FARGATE_PROVIDERS
    }
    return {**own, **region.providers}


def _provider(region: Region, given: Shape, key: str) -> Shape:
    found = region.providers.get(arns.last(str(given.get(key) or "")))
    if found is None:
        raise AwsError("ClientException", "The specified capacity provider does not exist.")
    return found


def update_provider(region: Region, given: Shape) -> Shape:
    """UpdateCapacityProvider."""
    found = _provider(region, given, "name")
    found["autoScalingGroupProvider"] |= given.get("autoScalingGroupProvider") or {}
    found["updateStatus"] = "UPDATE_COMPLETE"
    return {"capacityProvider": found}


def delete_provider(region: Region, given: Shape) -> Shape:
    """DeleteCapacityProvider."""
    found = _provider(region, given, "capacityProvider")
    if any(found["name"] in cluster.providers for cluster in region.clusters.values()):
        raise AwsError(
            "ClientException",
            "The specified capacity provider is associated with a cluster. Remove it from the "
            "cluster and try again.",
        )
    del region.providers[found["name"]]
    return {"capacityProvider": {**found, "status": "INACTIVE", "updateStatus": "DELETE_COMPLETE"}}


def describe_providers(region: Region, given: Shape) -> Shape:
    """DescribeCapacityProviders."""
    known = _known(region)
    wanted = [str(name) for name in given.get("capacityProviders") or ()]
    if len(wanted) > _MOST_NAMED:
        raise AwsError(
            "InvalidParameterException",
            f"capacityProviders cannot have more than {_MOST_NAMED} elements.",
        )
    failures = [
        {"arn": region.arn("capacity-provider", arns.last(name)), "reason": "MISSING"}
        for name in wanted
        if arns.last(name) not in known
    ]
    names = [n for n in map(arns.last, wanted) if n in known] if wanted else list(known)
    chosen, more = page(
        "DescribeCapacityProviders", given, names, default=_DESCRIBED_DEFAULT, most=10
    )
    return {"capacityProviders": [known[name] for name in chosen], "failures": failures, **more}
