"""Service Connect: the names services call each other by."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.calls import called_as
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ecs.targets import RUNS, container_port
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import Endpoint, Workload
from kiriwake.migrate.names import dashed
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.stack import Json, get


@dataclass(slots=True)
class Names:
    """The Service Connect services of each workload."""

    services: dict[tuple[str, str], list[Json]] = field(default_factory=dict)

    def configuration(self, workload: Workload, enabled: bool) -> Json:
        """The block of one service."""
        if not enabled:
            return None
        found: dict[str, Json] = {"Enabled": True, "Namespace": get("Namespace", "Arn")}
        services = self.services.get((workload.namespace, workload.name))
        if services:
            found["Services"] = services
        return found


def connect(  # noqa: C901
    setting: Setting, port_names: dict[tuple[str, str], dict[tuple[str, int], str]]
) -> Names:
    """A client alias for every port of every endpoint inside the cluster."""
    names = Names()
    used = called_as(setting.estate)
    given: set[tuple[tuple[str, str], str]] = set()
    discovered: set[str] = set()
    in_cluster_first = sorted(setting.estate.endpoints, key=lambda e: e.public)
    for endpoint in in_cluster_first:
        _claim(setting, endpoint)
        if endpoint.external_name:
            _external(setting, endpoint)
            continue
        called = used.get((endpoint.namespace, endpoint.name), ())
        dns = called[0] if called else endpoint.name
        if len(called) > 1:
            _several(setting, endpoint, called)
        behind = [w for w in setting.estate.targets(endpoint) if w.kind in RUNS]
        behind = [w for w in behind if (w.namespace, w.name) in port_names]
        for number, workload in enumerate(behind):
            key = (workload.namespace, workload.name)
            if number:
                _shared(setting, endpoint, workload)
                continue
            for port in endpoint.ports:
                spot = container_port(workload, port.target, port.port)
                name = port_names[key].get(("tcp", spot[1])) if spot else None
                if port.protocol != "TCP":
                    _udp(setting, endpoint)
                if name is None or port.protocol != "TCP":
                    continue
                if (key, name) in given:
                    if called:
                        _second_name(setting, endpoint, workload)
                    continue
                given.add((key, name))
                discovery = dashed(f"{endpoint.name}-{port.port}", 60)
                while discovery in discovered:
                    discovery = dashed(f"{endpoint.namespace}-{discovery}", 60)
                discovered.add(discovery)
                alias: Json = {"Port": port.port, "DnsName": dns.lower()}
                names.services.setdefault(key, []).append(
                    {"PortName": name, "DiscoveryName": discovery, "ClientAliases": [alias]}
                )
    return names


def _claim(setting: Setting, endpoint: Endpoint) -> None:
    where, ledger = endpoint.trace, setting.ledger
    to = "Namespace/ServiceConnect"
    ledger.claim(traced(where, "name"), Fate.CARRIED, to, reasons.ENDPOINT)
    ledger.claim(traced(where, "ports", "headless", "expose"), Fate.ADAPTED, to, reasons.ENDPOINT)
    ledger.claim(traced(where, "selector"), Fate.REPLACED, to, reasons.SELECTOR)
    ledger.claim(traced(where, "namespace"), Fate.ADAPTED, to, reasons.NAMESPACE)
    ledger.claim(traced(where, "type"), Fate.ADAPTED, to, reasons.ENDPOINT)


def _external(setting: Setting, endpoint: Endpoint) -> None:
    setting.note(
        "external-name",
        Weight.DECIDE,
        Text(
            en=f'"{endpoint.name}" stands for {endpoint.external_name}; callers need that name'
            " itself, or a CNAME in a private hosted zone",
            ja=f"「{endpoint.name}」は {endpoint.external_name} の別名。"
            "呼び出し側をその名前に変えるか、"
            "プライベートホストゾーンに CNAME を作ること",
        ),
        endpoint.place,
    )


def _several(setting: Setting, endpoint: Endpoint, called: tuple[str, ...]) -> None:
    setting.note(
        "called-by-several-names",
        Weight.DECIDE,
        Text(
            en=f'"{endpoint.name}" is called as {", ".join(called)}; Service Connect gives it one'
            f" name, {called[0]}: change the other callers",
            ja=f"「{endpoint.name}」は {', '.join(called)} の名で呼ばれている。Service"
            " Connect で付けられる"
            f"名前は 1 つ ({called[0]}) なので、他の呼び出し側を直すこと",
        ),
        endpoint.place,
    )


def _shared(setting: Setting, endpoint: Endpoint, workload: Workload) -> None:
    setting.note(
        "one-name-several-services",
        Weight.DECIDE,
        Text(
            en=f'"{endpoint.name}" stands before several workloads; inside the cluster it leads to'
            f" the first one only, not to {workload.name}",
            ja=f"「{endpoint.name}」の背後に複数のワークロードがある。クラスター内部からは先頭のものだけに"
            f"届き、{workload.name} には届かない",
        ),
        endpoint.place,
    )


def _second_name(setting: Setting, endpoint: Endpoint, workload: Workload) -> None:
    setting.note(
        "second-name-of-a-port",
        Weight.DECIDE,
        Text(
            en=f'"{endpoint.name}" is a second name for a port of {workload.name}; Service Connect'
            " takes one name a port: change its callers",
            ja=f"「{endpoint.name}」は {workload.name} の同じポートの 2 つ目の名前。Service"
            " Connect では"
            " 1 ポート 1 名なので、呼び出し側を直すこと",
        ),
        endpoint.place,
    )


def _udp(setting: Setting, endpoint: Endpoint) -> None:
    setting.note(
        "service-connect-is-tcp",
        Weight.DECIDE,
        Text(
            en=f'"{endpoint.name}" has a UDP port; Service Connect carries TCP only',
            ja=f"「{endpoint.name}」に UDP ポートがある。Service Connect は TCP のみ",
        ),
        endpoint.place,
    )
