"""Load balancers, their security groups, listeners and target groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.ecs.network import Network
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ecs.targets import (
    Target,
    health_check,
    health_question,
)
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import Endpoint, Route, Workload
from kiriwake.migrate.names import container_name
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.stack import Json, get, ref

_TLS = "ELBSecurityPolicy-TLS13-1-2-2021-06"


@dataclass(slots=True)
class Attached:
    """A workload's place behind load balancers."""

    balancers: list[Json] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Front:
    """What the load balancers of a stack are made of."""

    setting: Setting
    network: Network
    attached: dict[tuple[str, str], Attached] = field(default_factory=dict)
    ports: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    """The balancer and protocol by security group and port that reach the tasks."""
    counted: int = 0
    internal: int = 0


def attached(front: Front, workload: Workload) -> Attached:
    """A workload's place behind balancers."""
    return front.attached.setdefault((workload.namespace, workload.name), Attached())


def target_group(
    front: Front, balancer: str, target: Target, listener: str, source: Route | Endpoint
) -> str:
    """The target group of a target behind a balancer, made once; its health check is the probe."""
    setting = front.setting
    prefix = setting.id_of(target.workload)
    name = f"{prefix}{target.port}{balancer}Targets"
    if name in setting.stack.resources:
        return name
    probe = health_question(target.container, target.port)
    said: Mapping[str, str] = source.probe if isinstance(source, Route) else {}
    protocol = "HTTP" if target.protocol == "GRPC" else target.protocol
    check = health_check(target.protocol, target.port, probe, said, source.probe_path)
    asked_by = "a probe" if probe else ""
    if not probe and not source.probe_path and target.protocol in {"HTTP", "HTTPS"}:
        setting.note(
            "health-path-unknown",
            Weight.DECIDE,
            Text(
                en=f"{target.workload.name} has no probe for port {target.port}: the load balancer"
                ' asks for "/" and takes 200 to 399; say a path that proves it works',
                ja=f"{target.workload.name} のポート {target.port} にはプローブがない。"
                "ロードバランサーは「/」を確認し 200〜399 を正常とする。適切なパスを指定すること",
            ),
            target.container.place,
        )
    drain = source.drain_s if isinstance(source, Route) and source.drain_s else 30
    sleep = target.container.pre_stop
    if len(sleep) > 1 and sleep[-1].isdigit() and "sleep" in sleep[0]:
        drain = max(drain, int(sleep[-1]))
    attributes: list[Json] = [
        {"Key": "deregistration_delay.timeout_seconds", "Value": str(min(3600, drain))}
    ]
    if source.sticky:
        kind = "lb_cookie" if protocol in {"HTTP", "HTTPS"} else "source_ip"
        attributes += [
            {"Key": "stickiness.enabled", "Value": "true"},
            {"Key": "stickiness.type", "Value": kind},
        ]
    setting.stack.add(
        name,
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        {
            "VpcId": front.network.vpc,
            "TargetType": "ip",
            "Protocol": protocol,
            "ProtocolVersion": "GRPC" if target.protocol == "GRPC" else None,
            "Port": target.port,
            **check,
            "TargetGroupAttributes": attributes,
            "Tags": [{"Key": "kiriwake:health-path-from", "Value": asked_by or "default"}],
        },
    )
    _claim_probe(setting, target, name)
    place = attached(front, target.workload)
    place.balancers.append(
        {
            "ContainerName": container_name(target.container.name),
            "ContainerPort": target.port,
            "TargetGroupArn": ref(name),
        }
    )
    place.after.append(listener)
    protocol_below = "udp" if target.protocol == "UDP" else "tcp"
    front.ports[f"{balancer}SecurityGroup", target.port] = (balancer, protocol_below)
    if probe is not None and probe.port and probe.port != target.port:
        front.ports[f"{balancer}SecurityGroup", probe.port] = (balancer, "tcp")
    return name


def _claim_probe(setting: Setting, target: Target, name: str) -> None:
    """The probe that became the health check, and what became of the container's others."""
    ledger = setting.ledger
    container = target.container
    chosen = health_question(container, target.port)
    for probe in (container.readiness, container.liveness, container.startup):
        if probe is None or probe.how == "exec":
            continue
        ledger.claim(traced(probe.trace, "headers"), Fate.DROPPED, "", reasons.HEALTH_HEADERS)
        ledger.claim(traced(probe.trace, "delay"), Fate.ADAPTED, "Service", reasons.HEALTH_GRACE)
        if probe is chosen:
            ledger.claim(traced(probe.trace, "whole"), Fate.ADAPTED, name, reasons.HEALTH_TARGET)
        elif probe is container.startup:
            ledger.claim(
                traced(probe.trace, "whole"), Fate.ADAPTED, "Service", reasons.HEALTH_GRACE
            )
        else:
            ledger.claim(traced(probe.trace, "whole"), Fate.DROPPED, name, reasons.HEALTH_OTHER)


def security_group(
    front: Front,
    name: str,
    ports: tuple[int, ...],
    ranges: tuple[str, ...],
    *,
    internal: bool,
    udp: bool = False,
) -> str:
    """The security group of a balancer."""
    allowed: list[Json] = list(ranges) or ([front.network.cidr] if internal else ["0.0.0.0/0"])
    group = f"{name}SecurityGroup"
    front.setting.stack.add(
        group,
        "AWS::EC2::SecurityGroup",
        {
            "GroupDescription": f"What may reach {name}",
            "VpcId": front.network.vpc,
            "SecurityGroupIngress": [
                {
                    "IpProtocol": "udp" if udp else "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "CidrIp": cidr,
                    "Description": f"Callers on port {port}",
                }
                for port in ports
                for cidr in allowed
            ],
        },
    )
    return group


def alb(front: Front, name: str, group: str, *, internal: bool) -> None:
    """An Application Load Balancer."""
    _balancer(front, name, group, "application", internal=internal)


def nlb(front: Front, name: str, group: str, *, internal: bool) -> None:
    """A Network Load Balancer."""
    _balancer(front, name, group, "network", internal=internal)


def _balancer(front: Front, name: str, group: str, kind: str, *, internal: bool) -> None:
    front.counted += 1
    front.internal += internal
    stack = front.setting.stack
    stack.add(
        name,
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        {
            "Type": kind,
            "Scheme": "internal" if internal else "internet-facing",
            "Subnets": front.network.private if internal else front.network.public,
            "SecurityGroups": [get(group, "GroupId")],
        },
        depends_on=[] if front.network.ready == () else ["PublicDefaultRoute"],
    )
    stack.outputs[f"{name}DnsName"] = {"Value": get(name, "DNSName")}


def listener(  # noqa: PLR0917
    front: Front,
    balancer: str,
    name: str,
    port: int,
    protocol: str,
    action: Json,
    certificates: Json,
) -> None:
    """A listener."""
    front.setting.stack.add(
        name,
        "AWS::ElasticLoadBalancingV2::Listener",
        {
            "LoadBalancerArn": ref(balancer),
            "Port": port,
            "Protocol": protocol,
            "Certificates": certificates,
            "SslPolicy": _TLS if protocol in {"HTTPS", "TLS"} else None,
            "DefaultActions": [action],
        },
    )
