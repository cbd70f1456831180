"""Reads Elastic Load Balancing: target groups by twenty, health one group at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kiriwake.core.observed import Call, Why
from kiriwake.evidence import elb as evidence
from kiriwake.evidence.elb import Listener, LoadBalancer, TargetGroup, TargetHealth
from kiriwake.evidence.reading import Absent, Reading
from kiriwake.sources.aws.api import Api, Job, Outcome, Reader, Seen, batches, one_by_one, parsed
from kiriwake.sources.aws.failures import ReadFailed
from kiriwake.sources.aws.fields import (
    Fields,
    block,
    blocks,
    flag,
    number,
    text,
    texts,
    the_number,
    the_text,
)

BATCH = 20
_ACTION = "elasticloadbalancing:"


def read_target_health(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The health of every target of a group."""

    def read(api: Api, call: Call) -> Outcome:
        try:
            answer = api.call(call.action, {"TargetGroupArn": call.argument}, call)
        except ReadFailed as failure:
            return _absent(api, failure)
        return parsed(_healths, answer.body, answer.at, call.action)

    return one_by_one(api, calls, read)


def _absent(api: Api, failure: ReadFailed) -> Outcome:
    if failure.failed.why is not Why.NOT_FOUND:
        return failure.failed
    return Seen(Absent(failure.failed.code, failure.failed.says), api.ledger.now())


def _healths(fields: Fields) -> tuple[TargetHealth, ...]:
    return tuple(_health(item) for item in blocks(fields, "TargetHealthDescriptions"))


def _health(fields: Fields) -> TargetHealth:
    target, health = block(fields, "Target"), block(fields, "TargetHealth")
    return TargetHealth(
        target=the_text(target, "Id"),
        port=number(target, "Port") or 0,
        state=the_text(health, "State"),
        reason=text(health, "Reason"),
        description=text(health, "Description"),
        availability_zone=text(target, "AvailabilityZone"),
    )


def read_target_groups(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Target groups by ARN."""
    return _by_arn(api, calls, "TargetGroupArns", "TargetGroups", "TargetGroupArn", _target_group)


def read_load_balancers(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Load balancers by ARN."""
    return _by_arn(
        api, calls, "LoadBalancerArns", "LoadBalancers", "LoadBalancerArn", _load_balancer
    )


def _by_arn(  # noqa: PLR0917 - the names that one API gives to one question
    api: Api,
    calls: Sequence[Call],
    parameter: str,
    key: str,
    arn: str,
    shape: Callable[[Fields], object],
) -> list[Job]:
    def read(some: Sequence[Call]) -> Mapping[Call, Outcome]:
        wanted = {parameter: [call.argument for call in some]}
        try:
            answer = api.call(some[0].action, wanted, some[0])
        except ReadFailed as failure:
            if len(some) == 1 or failure.failed.why is not Why.NOT_FOUND:
                outcome = _absent(api, failure)
                return dict.fromkeys(some, outcome)
            # One that does not exist fails the whole batch.
            return {call: outcome for one in some for call, outcome in read((one,)).items()}
        found = {
            text(item, arn): parsed(shape, item, answer.at, some[0].action)
            for item in blocks(answer.body, key)
        }
        absent = Seen(Absent("NotFound"), answer.at)
        return {call: found.get(call.argument, absent) for call in some}

    def job(some: Sequence[Call]) -> Job:
        return Job(tuple(some), lambda: read(some))

    return [job(some) for some in batches(calls, BATCH)]


def _target_group(fields: Fields) -> TargetGroup:
    matcher = block(fields, "Matcher")
    return TargetGroup(
        arn=the_text(fields, "TargetGroupArn"),
        name=text(fields, "TargetGroupName"),
        protocol=text(fields, "Protocol"),
        port=number(fields, "Port") or 0,
        target_type=text(fields, "TargetType"),
        vpc_id=text(fields, "VpcId"),
        load_balancer_arns=texts(fields, "LoadBalancerArns"),
        check_enabled=flag(fields, "HealthCheckEnabled") is not False,
        check_protocol=text(fields, "HealthCheckProtocol"),
        check_port=text(fields, "HealthCheckPort"),
        check_path=text(fields, "HealthCheckPath"),
        check_interval_s=number(fields, "HealthCheckIntervalSeconds"),
        check_timeout_s=number(fields, "HealthCheckTimeoutSeconds"),
        healthy_threshold=number(fields, "HealthyThresholdCount"),
        unhealthy_threshold=number(fields, "UnhealthyThresholdCount"),
        matcher=text(matcher, "HttpCode") or text(matcher, "GrpcCode"),
    )


def _load_balancer(fields: Fields) -> LoadBalancer:
    zones = blocks(fields, "AvailabilityZones")
    return LoadBalancer(
        arn=the_text(fields, "LoadBalancerArn"),
        name=text(fields, "LoadBalancerName"),
        type=text(fields, "Type"),
        scheme=text(fields, "Scheme"),
        state=text(block(fields, "State"), "Code"),
        vpc_id=text(fields, "VpcId"),
        zones=tuple(text(zone, "ZoneName") for zone in zones),
        subnet_ids=tuple(text(zone, "SubnetId") for zone in zones),
        group_ids=texts(fields, "SecurityGroups"),
    )


def read_attributes(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The attributes of a target group, by name."""

    def read(api: Api, call: Call) -> Outcome:
        answer = api.call(call.action, {"TargetGroupArn": call.argument}, call)
        pairs = ((text(a, "Key"), text(a, "Value")) for a in blocks(answer.body, "Attributes"))
        return Seen(tuple(sorted(pairs)), answer.at)

    return one_by_one(api, calls, read)


def read_listeners(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The listeners of a load balancer, with every target group that their rules reach."""

    def read(api: Api, call: Call) -> Outcome:
        wanted = {"LoadBalancerArn": call.argument}
        listed = api.listed(call.action, wanted, "Listeners", call)
        listeners = []
        for item in listed.items:
            about = Call(f"{_ACTION}DescribeRules", text(item, "ListenerArn"))
            rules = api.listed(about.action, {"ListenerArn": about.argument}, "Rules", about)
            listeners.append({**item, "Rules": rules.items})
        return parsed(_listeners, {"Listeners": listeners}, listed.at, call.action)

    return one_by_one(api, calls, read)


def _listeners(fields: Fields) -> tuple[Listener, ...]:
    return tuple(_listener(item) for item in blocks(fields, "Listeners"))


def _listener(fields: Fields) -> Listener:
    actions = [
        *blocks(fields, "DefaultActions"),
        *(action for rule in blocks(fields, "Rules") for action in blocks(rule, "Actions")),
    ]
    reached = (arn for action in actions for arn in _forwarded(action))
    return Listener(
        arn=the_text(fields, "ListenerArn"),
        port=the_number(fields, "Port"),
        protocol=text(fields, "Protocol"),
        target_group_arns=tuple(dict.fromkeys(filter(None, reached))),
        certificate_arns=tuple(
            text(certificate, "CertificateArn") for certificate in blocks(fields, "Certificates")
        ),
    )


def _forwarded(action: Fields) -> tuple[str, ...]:
    groups = blocks(block(action, "ForwardConfig"), "TargetGroups")
    return (text(action, "TargetGroupArn"), *(text(g, "TargetGroupArn") for g in groups))


READERS: Mapping[Reading[Any], Reader] = {
    evidence.TARGET_HEALTH: read_target_health,
    evidence.TARGET_GROUP: read_target_groups,
    evidence.TARGET_GROUP_ATTRIBUTES: read_attributes,
    evidence.LOAD_BALANCER: read_load_balancers,
    evidence.LISTENERS: read_listeners,
}
