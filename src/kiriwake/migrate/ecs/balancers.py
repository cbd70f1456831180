"""What stands in front of the workloads: routes and public endpoints as load balancers."""

from __future__ import annotations

from collections.abc import Iterable

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.ecs.groups import (
    Front,
    alb,
    attached,
    listener,
    nlb,
    security_group,
    target_group,
)
from kiriwake.migrate.ecs.network import Network
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ecs.targets import (
    RUNS,
    Target,
    container_port,
    speaks,
)
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import Endpoint, EndpointPort, Path, Route, Source, Workload
from kiriwake.migrate.names import pascal
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.stack import Json, ref


def balance(setting: Setting, network: Network, fit: Iterable[Workload]) -> Front:
    """Everything in front of the workloads that are converted."""
    front = Front(setting, network)
    known = {(w.namespace, w.name) for w in fit}
    for internal in (False, True):
        routes = [r for r in setting.estate.routes if r.internal is internal and _leads(r, setting)]
        if routes:
            _for_routes(front, routes, known, internal=internal)
    for endpoint in setting.estate.endpoints:
        if endpoint.public:
            _for_endpoint(front, endpoint, known)
    return front


def _leads(route: Route, setting: Setting) -> bool:
    return any(_endpoint(setting, route, path) is not None for path in route.paths)


def _endpoint(setting: Setting, route: Route, path: Path) -> Endpoint | None:
    return next(
        (
            e
            for e in setting.estate.endpoints
            if e.namespace == route.namespace and e.name == path.service
        ),
        None,
    )


def _port_of(endpoint: Endpoint, asked: int | str | None) -> EndpointPort | None:
    for port in endpoint.ports:
        if asked in {port.port, port.name} or asked is None:
            return port
    return None


def _for_routes(  # noqa: C901, PLR0912
    front: Front, routes: list[Route], known: set[tuple[str, str]], *, internal: bool
) -> None:
    setting = front.setting
    name = "InternalAlb" if internal else "PublicAlb"
    tls = any(route.tls for route in routes)
    redirect = tls and all(route.redirect or not route.tls for route in routes)
    ports = (80, 443) if tls else (80,)
    group = security_group(front, name, ports, (), internal=internal)
    alb(front, name, group, internal=internal)
    main = f"{name}Https" if tls else f"{name}Http"
    groups: dict[tuple[str, str, str], list[tuple[Path, Route]]] = {}
    for route in routes:
        for path in route.paths:
            groups.setdefault((route.host, path.path, path.how), []).append((path, route))
    ordered = sorted(groups, key=lambda k: (not k[0], k[2] != "exact", -len(k[1]), k[0], k[1]))
    default: Json = {
        "Type": "fixed-response",
        "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"},
    }
    rules: list[tuple[tuple[str, str, str], Json, list[Target]]] = []
    for key in ordered:
        targets: list[tuple[str, int]] = []
        used: list[Target] = []
        for path, route in groups[key]:
            for target in _targets(front, route, path, known):
                weight = path.weight * max(1, target.workload.replicas)
                targets.append((target_group(front, name, target, main, route), weight))
                used.append(target)
        if not targets:
            continue
        action = _forward(targets)
        if key[0] == "" and key[1] == "/" and key[2] != "exact":
            default = action
        else:
            rules.append((key, action, used))
    certificate: Json = None
    if tls:
        setting.stack.parameters["CertificateArn"] = {
            "Type": "String",
            "Description": "The ACM certificate of the HTTPS listener",
            "AllowedPattern": "arn:aws[a-z-]*:acm:.*",
        }
        certificate = [{"CertificateArn": ref("CertificateArn")}]
    listener(
        front, name, main, 443 if tls else 80, "HTTPS" if tls else "HTTP", default, certificate
    )
    if tls:
        onward: Json = (
            {
                "Type": "redirect",
                "RedirectConfig": {
                    "Protocol": "HTTPS",
                    "Port": "443",
                    "StatusCode": "HTTP_301",
                },
            }
            if redirect
            else default
        )
        listener(front, name, f"{name}Http", 80, "HTTP", onward, None)
    for number, (key, action, used) in enumerate(rules, start=1):
        rule = f"{name}Rule{number}"
        setting.stack.add(
            rule,
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            {
                "ListenerArn": ref(main),
                "Priority": number,
                "Conditions": _conditions(setting, *key),
                "Actions": [action],
            },
        )
        for target in used:
            attached(front, target.workload).after.append(rule)
    if tls and not redirect:
        setting.note(
            "http-beside-https",
            Weight.NOTE,
            Text(
                en="plain HTTP is answered too, as the input did not ask for a redirect",
                ja="入力にリダイレクトの指定がないため、HTTP にも応答する",
            ),
            routes[0].place,
        )
    for route in routes:
        _claim_route(setting, route, main)


def _claim_route(setting: Setting, route: Route, listener: str) -> None:
    ledger = setting.ledger
    probe_notes = [name for name in route.trace if name.startswith("note:health-probe")]
    ledger.claim(
        traced(route.trace, *probe_notes),
        Fate.ADAPTED,
        f"{listener}/TargetGroups",
        reasons.HEALTH_TARGET,
    )
    ledger.claim(
        traced(route.trace, "note:use-private-ip"),
        Fate.ADAPTED,
        "InternalAlb/Scheme",
        reasons.BALANCER,
    )
    ledger.claim(
        traced(route.trace, "note:cookie-based-affinity", "note:connection-draining",
               "note:connection-draining-timeout"),
        Fate.ADAPTED, f"{listener}/TargetGroupAttributes", reasons.BALANCER,
    )  # fmt: skip
    ledger.claim(traced(route.trace, "ssl_redirect", "tls"), Fate.REPLACED, listener, reasons.TLS)
    ledger.claim(traced(route.trace, "host"), Fate.CARRIED, f"{listener}/Rules", reasons.RULE)
    for path in route.paths:
        ledger.claim(traced(path.trace, "path"), Fate.CARRIED, f"{listener}/Rules", reasons.RULE)
        ledger.claim(
            traced(path.trace, "how", "match", "whole"), Fate.ADAPTED, f"{listener}/Rules",
            reasons.RULE,
        )  # fmt: skip
    ledger.claim(traced(route.trace, "rule"), Fate.ADAPTED, f"{listener}/Rules", reasons.RULE)


def _conditions(setting: Setting, host: str, path: str, how: str) -> list[Json]:
    found: list[Json] = []
    if host:
        found.append({"Field": "host-header", "HostHeaderConfig": {"Values": [host]}})
    plain = path.replace("*", "").rstrip("/") if how != "exact" else path
    if how == "exact":
        values: list[Json] = [path]
    elif plain:
        values = [plain, f"{plain}/*"]
    else:
        values = []
    if values:
        found.append({"Field": "path-pattern", "PathPatternConfig": {"Values": values}})
    if not found:
        found.append({"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}})
    if how == "other" and any(c in path for c in "()[]^$|\\"):
        setting.note(
            "path-is-a-regex",
            Weight.DECIDE,
            Text(
                en=f'the path "{path}" is a regular expression; listener rules take none',
                ja=f"パス「{path}」は正規表現だが、リスナールールでは使えない",
            ),
        )
    return found


def _targets(front: Front, route: Route, path: Path, known: set[tuple[str, str]]) -> list[Target]:
    endpoint = _endpoint(front.setting, route, path)
    if endpoint is None:
        front.setting.note(
            "route-without-service",
            Weight.WARNING,
            Text(
                en=f'the route to "{path.service}" leads nowhere: that Service is not in the files',
                ja=f"「{path.service}」への経路の先がない。その Service が入力ファイルにない",
            ),
            path.place,
        )
        return []
    port = _port_of(endpoint, path.port)
    return [] if port is None else _behind(front, endpoint, port, known)


def _behind(
    front: Front, endpoint: Endpoint, port: EndpointPort, known: set[tuple[str, str]]
) -> list[Target]:
    found = []
    for workload in front.setting.estate.targets(endpoint):
        if workload.kind not in RUNS or (workload.namespace, workload.name) not in known:
            continue
        spot = container_port(workload, port.target, port.port)
        if spot is not None:
            container, number = spot
            found.append(Target(workload, container, number, speaks(container, number, port)))
    return found


def _for_endpoint(front: Front, endpoint: Endpoint, known: set[tuple[str, str]]) -> None:
    setting = front.setting
    found = [(port, _behind(front, endpoint, port, known)) for port in endpoint.ports]
    found = [(port, targets) for port, targets in found if targets]
    if all(t.workload.source is Source.COMPOSE for _, targets in found for t in targets):
        # only what speaks HTTP was meant for a browser
        found = [(port, targets) for port, targets in found if port.app]
    if not found:
        return
    protocols = {target.protocol for _, targets in found for target in targets}
    http = protocols <= {"HTTP", "GRPC", "HTTPS"} and not _wants_tls_itself(found)
    internal = endpoint.internal_balancer
    name = f"{pascal(endpoint.name)}{'Alb' if http else 'Nlb'}"
    while name in setting.stack.resources:
        name += "X"
    ports = tuple(port.port for port, _ in found)
    udp = all(port.protocol == "UDP" for port, _ in found)
    group = security_group(front, name, ports, endpoint.ranges, internal=internal, udp=udp)
    if http:
        alb(front, name, group, internal=internal)
    else:
        nlb(front, name, group, internal=internal)
    for port, targets in found:
        door = f"{name}Port{port.port}"
        protocol = "HTTP" if http else port.protocol
        groups = [
            (
                target_group(
                    front, name, _as(target, http=http, protocol=port.protocol), door, endpoint
                ),
                max(1, target.workload.replicas),
            )
            for target in targets
        ]
        # a network load balancer's listener forwards to one group
        action = _forward(groups if http else groups[:1])
        listener(front, name, door, port.port, protocol, action, None)
    ledger = setting.ledger
    where = endpoint.trace
    ledger.claim(traced(where, "probe_path"), Fate.ADAPTED, name, reasons.HEALTH_TARGET)
    ledger.claim(traced(where, "internal", "type", "dns"), Fate.ADAPTED, name, reasons.BALANCER)
    ledger.claim(traced(where, "ranges"), Fate.CARRIED, f"{name}SecurityGroup", reasons.RANGES)
    ledger.claim(traced(where, "ports", "sticky"), Fate.ADAPTED, name, reasons.BALANCER)


def _wants_tls_itself(found: list[tuple[EndpointPort, list[Target]]]) -> bool:
    return any(target.protocol == "HTTPS" for _, targets in found for target in targets)


def _as(target: Target, *, http: bool, protocol: str) -> Target:
    kept = target.protocol if http else protocol
    return Target(target.workload, target.container, target.port, kept)


def _forward(targets: list[tuple[str, int]]) -> Json:
    if len(targets) == 1:
        return {"Type": "forward", "TargetGroupArn": ref(targets[0][0])}
    return {
        "Type": "forward",
        "ForwardConfig": {
            "TargetGroups": [
                {"TargetGroupArn": ref(name), "Weight": min(999, weight)}
                for name, weight in targets
            ]
        },
    }
