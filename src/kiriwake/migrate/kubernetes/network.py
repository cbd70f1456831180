"""Services, Ingresses and Gateway API routes."""

from __future__ import annotations

from collections.abc import Mapping

from kiriwake.migrate.kubernetes.pod import app_protocol
from kiriwake.migrate.kubernetes.workloads import name_of, namespace_of
from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import Endpoint, EndpointPort, Path, Route
from kiriwake.migrate.tree import (
    Map,
    Tree,
    as_map,
    as_maps,
    as_table,
    as_text,
    as_texts,
    as_whole,
    at,
)

AZURE_BALANCER = "service.beta.kubernetes.io/azure-load-balancer-"
AGIC = "appgw.ingress.kubernetes.io/"
NGINX = "nginx.ingress.kubernetes.io/"
_AGIC_PROBE = {
    "health-probe-path": "HealthCheckPath",
    "health-probe-port": "HealthCheckPort",
    "health-probe-status-codes": "Matcher",
    "health-probe-interval": "HealthCheckIntervalSeconds",
    "health-probe-timeout": "HealthCheckTimeoutSeconds",
    "health-probe-unhealthy-threshold": "UnhealthyThresholdCount",
}


def read_endpoint(tree: Map) -> Endpoint:
    """A Service."""
    spec = as_map(tree.get("spec"))
    notes = as_table(at(tree, "metadata", "annotations"))
    how = as_text(at(spec, "type")) or "ClusterIP"
    return Endpoint(
        name=name_of(tree),
        namespace=namespace_of(tree),
        selector=as_table(at(spec, "selector")),
        ports=tuple(_endpoint_port(port) for port in as_maps(at(spec, "ports"))),
        public=how == "LoadBalancer",
        internal_balancer=notes.get(f"{AZURE_BALANCER}internal", "").lower() == "true",
        headless=as_text(at(spec, "clusterIP")) == "None",
        external_name=as_text(at(spec, "externalName")) or "",
        sticky=as_text(at(spec, "sessionAffinity")) == "ClientIP",
        ranges=as_texts(at(spec, "loadBalancerSourceRanges")),
        probe_path=notes.get(f"{AZURE_BALANCER}health-probe-request-path", ""),
        place=tree.place,
        tree=tree,
        trace=trace(
            whole=tree,
            name=at(tree, "metadata", "name"),
            namespace=at(tree, "metadata", "namespace"),
            selector=at(spec, "selector"),
            ports=at(spec, "ports"),
            type=at(spec, "type"),
            ranges=at(spec, "loadBalancerSourceRanges"),
            sticky=at(spec, "sessionAffinity"),
            headless=at(spec, "clusterIP"),
            external_name=at(spec, "externalName"),
            internal=at(tree, "metadata", "annotations", f"{AZURE_BALANCER}internal"),
            probe_path=at(
                tree, "metadata", "annotations", f"{AZURE_BALANCER}health-probe-request-path"
            ),
            annotations=at(tree, "metadata", "annotations"),
        ),
    )


def _endpoint_port(tree: Map) -> EndpointPort:
    target = as_text(tree.get("targetPort"))
    name = as_text(tree.get("name")) or ""
    return EndpointPort(
        port=as_whole(tree.get("port")) or 0,
        target=None if target is None else int(target) if target.isdigit() else target,
        protocol=(as_text(tree.get("protocol")) or "TCP").upper(),
        name=name,
        app=app_protocol(name, as_text(tree.get("appProtocol"))),
    )


def read_ingress(tree: Map) -> tuple[Route, ...]:
    """An Ingress as one route a host; the default backend is the host-less path `/`."""
    notes = as_table(at(tree, "metadata", "annotations"))
    spec = as_map(tree.get("spec"))
    tls = as_maps(at(spec, "tls"))
    found = []
    for rule in as_maps(at(spec, "rules")):
        paths = tuple(_ingress_path(path) for path in as_maps(at(rule, "http", "paths")))
        found.append(_route(tree, notes, rule.get("host"), paths, tls=bool(tls), at_rule=rule))
    backend = as_map(at(spec, "defaultBackend")) or as_map(at(spec, "backend"))
    if backend is not None:
        service, port = _backend(backend)
        path = Path("/", "prefix", service, port, place=backend.place, trace=trace(whole=backend))
        found.append(_route(tree, notes, None, (path,), tls=bool(tls), at_rule=backend))
    return tuple(found)


def _route(
    tree: Map,
    notes: Mapping[str, str],
    host: Tree | None,
    paths: tuple[Path, ...],
    *,
    tls: bool,
    at_rule: Map,
) -> Route:
    def flag(name: str) -> bool:
        return notes.get(AGIC + name, "").lower() == "true"

    probe = {to: notes[AGIC + key] for key, to in _AGIC_PROBE.items() if AGIC + key in notes}
    drain = notes.get(f"{AGIC}connection-draining-timeout", "")
    return Route(
        name=name_of(tree),
        namespace=namespace_of(tree),
        host=as_text(host) or "",
        paths=paths,
        tls=tls or f"{AGIC}appgw-ssl-certificate" in notes,
        redirect=flag("ssl-redirect") or (tls and notes.get(f"{NGINX}ssl-redirect") != "false"),
        internal=flag("use-private-ip"),
        probe_path=probe.get("HealthCheckPath", ""),
        probe=probe,
        drain_s=int(drain) if drain.isdigit() else None,
        sticky=flag("cookie-based-affinity"),
        place=at_rule.place,
        trace=trace(
            whole=tree,
            host=host,
            rule=at_rule,
            tls=at(tree, "spec", "tls"),
            annotations=at(tree, "metadata", "annotations"),
            ssl_redirect=at(tree, "metadata", "annotations", f"{AGIC}ssl-redirect"),
            **{
                f"note:{key}": at(tree, "metadata", "annotations", AGIC + key)
                for key in (*_AGIC_PROBE, "connection-draining-timeout", "use-private-ip",
                            "cookie-based-affinity", "connection-draining")
            },
        ),
    )  # fmt: skip


def _ingress_path(tree: Map) -> Path:
    how = {"Exact": "exact", "Prefix": "prefix"}.get(as_text(tree.get("pathType")) or "", "other")
    service, port = _backend(as_map(tree.get("backend")))
    return Path(
        path=as_text(tree.get("path")) or "/",
        how=how,
        service=service,
        port=port,
        place=tree.place,
        trace=trace(whole=tree, path=tree.get("path"), how=tree.get("pathType")),
    )


def _backend(backend: Map | None) -> tuple[str, int | str | None]:
    modern = as_map(at(backend, "service"))
    if modern is not None:
        number = as_whole(at(modern, "port", "number"))
        return as_text(modern.get("name")) or "", number or as_text(at(modern, "port", "name"))
    written = as_text(at(backend, "servicePort"))
    port: int | str | None = int(written) if written and written.isdigit() else written
    return as_text(at(backend, "serviceName")) or "", port


def read_http_route(tree: Map) -> tuple[Route, ...]:
    """A Gateway API HTTPRoute or GRPCRoute, one route a host name."""
    spec = as_map(tree.get("spec"))
    paths: list[Path] = []
    for rule in as_maps(at(spec, "rules")):
        matches: tuple[Map | None, ...] = as_maps(rule.get("matches")) or (None,)
        for match in matches:
            value = as_text(at(match, "path", "value")) or "/"
            kind = as_text(at(match, "path", "type")) or "PathPrefix"
            how = {"Exact": "exact", "PathPrefix": "prefix"}.get(kind, "other")
            paths += [
                Path(
                    value,
                    how,
                    as_text(backend.get("name")) or "",
                    as_whole(backend.get("port")),
                    1 if as_whole(backend.get("weight")) is None
                    else as_whole(backend.get("weight")) or 0,
                    place=rule.place,
                    trace=trace(whole=backend, match=match),
                )
                for backend in as_maps(rule.get("backendRefs"))
            ]  # fmt: skip
    hosts = as_texts(at(spec, "hostnames")) or ("",)
    return tuple(
        Route(
            name=name_of(tree),
            namespace=namespace_of(tree),
            host=host,
            paths=tuple(paths),
            place=tree.place,
            trace=trace(whole=tree, host=at(spec, "hostnames")),
        )
        for host in hosts
    )
