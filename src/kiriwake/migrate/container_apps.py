"""Container Apps and their jobs into the model."""

from __future__ import annotations

from kiriwake.core.text import Text
from kiriwake.migrate.aci import decimal, text_or_parameter
from kiriwake.migrate.azure import az, rows, unresolved
from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import (
    Container,
    Endpoint,
    EndpointPort,
    Estate,
    Kind,
    Metric,
    Mount,
    Path,
    Port,
    Probe,
    Resources,
    Route,
    Scaling,
    Secret,
    SecretKey,
    Source,
    Variable,
    Volume,
    Workload,
)
from kiriwake.migrate.notice import Notice, Weight
from kiriwake.migrate.quantity import mebibytes
from kiriwake.migrate.tree import Malformed, Map, Tree, as_flag, as_text, as_texts, as_whole

TYPES = ("microsoft.app/containerapps", "microsoft.app/jobs")
NAMESPACE = "default"
_MOST = 10
_HTTP_AT_ONCE = 10


def is_container_app(tree: Tree) -> bool:
    """Whether a document or ARM resource is a Container App or a job."""
    if not isinstance(tree, Map):
        return False
    kind = (as_text(az(tree, "type")) or "").casefold()
    inner = az(tree, "properties", "template", "containers")
    return kind in TYPES or (not kind and inner is not None)


def read_container_app(tree: Map, open_values: dict[str, str]) -> Estate:
    """One Container App or job."""
    properties = az(tree, "properties")
    settings, template = az(properties, "configuration"), az(properties, "template")
    name = text_or_parameter(az(tree, "name"), "name", open_values) or "container-app"
    ingress = az(settings, "ingress")
    port = as_whole(az(ingress, "targetPort"))
    containers = tuple(
        _container(item, name, port if number == 0 else None, open_values)
        for number, item in enumerate(rows(az(template, "containers")))
    )
    if not containers:
        raise Malformed(
            tree.place,
            Text(
                en=f'the Container App "{name}" has no containers',
                ja=f"Container App「{name}」に containers がない",
            ),
            "no-containers",
        )
    is_job = (as_text(az(tree, "type")) or "").casefold() == TYPES[1]
    schedule = as_text(az(settings, "scheduleTriggerConfig", "cronExpression")) or ""
    scaling = None if is_job else _scaling(az(template, "scale"))
    workload = Workload(
        name=name,
        kind=Kind.SCHEDULED if schedule else Kind.TASK if is_job else Kind.SERVICE,
        source=Source.CONTAINER_APPS,
        replicas=max(1, scaling.least) if scaling else 1,
        containers=containers,
        init=tuple(
            _container(item, name, None, open_values)
            for item in rows(az(template, "initContainers"))
        ),
        volumes=tuple(_volume(item, name) for item in rows(az(template, "volumes"))),
        labels={"app": name},
        scaling=scaling,
        service_account=name if az(tree, "identity") is not None else "",
        stop_s=as_whole(az(template, "terminationGracePeriodSeconds")) or 30,
        schedule=schedule,
        place=tree.place,
        tree=tree,
        trace=trace(
            name=az(tree, "name"),
            schedule=az(settings, "scheduleTriggerConfig"),
            volumes=az(template, "volumes"),
            service_account=az(tree, "identity"),
            stop=az(template, "terminationGracePeriodSeconds"),
            api=az(tree, "apiVersion"),
            kind=az(tree, "type"),
            location=az(tree, "location"),
            tags=az(tree, "tags"),
            registry=az(settings, "registries"),
            scale=az(template, "scale"),
            subnets=az(properties, "managedEnvironmentId") or az(properties, "environmentId"),
        ),
    )
    endpoints, routes = _ingress(name, ingress, port)
    return Estate(
        workloads=(workload,),
        endpoints=endpoints,
        routes=routes,
        secrets=_secrets(name, az(settings, "secrets")),
        notices=tuple(_notices(settings, template)),
    )


def _secrets(name: str, tree: Tree | None) -> tuple[Secret, ...]:
    keys = tuple(as_text(az(item, "name")) or "" for item in rows(tree))
    if not keys or tree is None:
        return ()
    return (Secret(name, NAMESPACE, keys, place=tree.place, trace=trace(whole=tree)),)


def _ingress(
    name: str, tree: Tree | None, port: int | None
) -> tuple[tuple[Endpoint, ...], tuple[Route, ...]]:
    if tree is None or isinstance(tree, Map) is False or port is None:
        return (), ()
    public = bool(as_flag(az(tree, "external")))
    transport = (as_text(az(tree, "transport")) or "auto").lower()
    tcp = transport == "tcp"
    outer = (as_whole(az(tree, "exposedPort")) or port) if tcp else 80
    app = {"http2": "http2", "tcp": ""}.get(transport, "http")
    endpoint = Endpoint(
        name,
        NAMESPACE,
        {"app": name},
        (EndpointPort(outer, port, app=app),),
        public=public and tcp,
        sticky=as_text(az(tree, "stickySessions", "affinity")) == "sticky",
        ranges=tuple(
            as_text(az(item, "ipAddressRange")) or ""
            for item in rows(az(tree, "ipSecurityRestrictions"))
            if (as_text(az(item, "action")) or "").casefold() == "allow"
        ),
        place=tree.place,
        trace=trace(
            whole=tree,
            ports=az(tree, "targetPort"),
            type=az(tree, "external"),
            ranges=az(tree, "ipSecurityRestrictions"),
            sticky=az(tree, "stickySessions"),
        ),
    )
    if tcp or not public:
        return (endpoint,), ()
    hosts = [as_text(az(item, "name")) or "" for item in rows(az(tree, "customDomains"))] or [""]
    routes = tuple(
        Route(
            name,
            NAMESPACE,
            host,
            (Path("/", "prefix", name, outer, place=tree.place),),
            tls=not as_flag(az(tree, "allowInsecure")),
            redirect=not as_flag(az(tree, "allowInsecure")),
            sticky=endpoint.sticky,
            place=tree.place,
            trace=trace(whole=tree, host=az(tree, "customDomains")),
        )
        for host in hosts
    )
    return (endpoint,), routes


def _container(tree: Map, app: str, port: int | None, open_values: dict[str, str]) -> Container:
    variables = []
    for item in rows(az(tree, "env")):
        name, where = as_text(az(item, "name")) or "", trace(whole=item)
        reference = as_text(az(item, "secretRef"))
        value = az(item, "value")
        if reference is not None:
            variables.append(Variable(name, secret=SecretKey(app, reference), trace=where))
        elif unresolved(value):
            variables.append(Variable(name, unknown=unresolved(value), trace=where))
        else:
            variables.append(Variable(name, value=as_text(value) or "", trace=where))
    cpu = decimal(az(tree, "resources", "cpu"))
    memory = mebibytes(az(tree, "resources", "memory"))
    millis = None if cpu is None else int(cpu * 1000)
    entry = as_texts(az(tree, "command")) if az(tree, "command") is not None else None
    command = as_texts(az(tree, "args")) if az(tree, "args") is not None else None
    probes = {
        (as_text(az(item, "type")) or "").casefold(): _probe(item)
        for item in rows(az(tree, "probes"))
    }
    return Container(
        name=text_or_parameter(az(tree, "name"), "name", open_values) or app,
        image=text_or_parameter(az(tree, "image"), "image", open_values),
        entry=entry or None,
        command=command or None,
        ports=(Port(port, app="http"),) if port else (),
        variables=tuple(variables),
        mounts=tuple(
            Mount(
                as_text(az(item, "volumeName")) or "",
                as_text(az(item, "mountPath")) or "",
                sub_path=as_text(az(item, "subPath")) or "",
                trace=trace(whole=item, sub_path=az(item, "subPath")),
            )
            for item in rows(az(tree, "volumeMounts"))
        ),
        # the amount asked for is also the cap
        resources=Resources(millis, millis, memory, memory),
        liveness=probes.get("liveness"),
        readiness=probes.get("readiness"),
        startup=probes.get("startup"),
        place=tree.place,
        trace=trace(
            name=az(tree, "name"),
            image=az(tree, "image"),
            entry=az(tree, "command"),
            command=az(tree, "args"),
            resources=az(tree, "resources"),
            cpu_limit=az(tree, "resources", "cpu"),
            memory_limit=az(tree, "resources", "memory"),
            whole=tree,
        ),
    )


def _probe(tree: Map) -> Probe:
    http, tcp = az(tree, "httpGet"), az(tree, "tcpSocket")
    return Probe(
        how="http" if http is not None else "tcp",
        path=as_text(az(http, "path")) or "/",
        port=as_whole(az(http if http is not None else tcp, "port")),
        scheme=(as_text(az(http, "scheme")) or "HTTP").upper(),
        headers=len(rows(az(http, "httpHeaders"))),
        delay_s=as_whole(az(tree, "initialDelaySeconds")) or 0,
        period_s=as_whole(az(tree, "periodSeconds")) or 10,
        timeout_s=as_whole(az(tree, "timeoutSeconds")) or 1,
        failures=as_whole(az(tree, "failureThreshold")) or 3,
        successes=as_whole(az(tree, "successThreshold")) or 1,
        place=tree.place,
        trace=trace(
            whole=tree, path=az(http, "path"), port=az(http, "port"),
            headers=az(http, "httpHeaders"), delay=az(tree, "initialDelaySeconds"),
            period=az(tree, "periodSeconds"), timeout=az(tree, "timeoutSeconds"),
            failures=az(tree, "failureThreshold"), successes=az(tree, "successThreshold"),
        ),
    )  # fmt: skip


def _volume(tree: Map, app: str) -> Volume:
    name = as_text(az(tree, "name")) or ""
    how = (as_text(az(tree, "storageType")) or "EmptyDir").casefold()
    kind = {"emptydir": "scratch", "secret": "secret"}.get(how, "share")
    source = app if kind == "secret" else as_text(az(tree, "storageName")) or ""
    files = tuple(
        (as_text(az(item, "path")) or "", as_text(az(item, "secretRef")) or "")
        for item in rows(az(tree, "secrets"))
    )
    return Volume(name, kind, source, files, place=tree.place, trace=trace(whole=tree))


def _scaling(tree: Tree | None) -> Scaling | None:
    if not isinstance(tree, Map):
        return None
    metrics = []
    for rule in rows(az(tree, "rules")):
        where = trace(whole=rule)
        custom = az(rule, "custom")
        kind = as_text(az(custom, "type")) or ""
        if az(rule, "http") is not None:
            at_once = as_whole(az(rule, "http", "metadata", "concurrentRequests"))
            wanted = float(at_once or _HTTP_AT_ONCE)
            metrics.append(Metric("requests", wanted, "concurrentRequests", rule.place, where))
        elif kind in {"cpu", "memory"}:
            share = as_whole(az(custom, "metadata", "value"))
            target = None if share is None else float(share)
            metrics.append(Metric(kind, target, kind, rule.place, where))
        else:
            what = (
                "queue" if az(rule, "azureQueue") or "queue" in kind or "bus" in kind else "other"
            )
            metrics.append(Metric(what, None, kind or "azure-queue", rule.place, where))
    least, most = as_whole(az(tree, "minReplicas")), as_whole(az(tree, "maxReplicas"))
    return Scaling(
        least or 0, _MOST if most is None else most, tuple(metrics), tree.place, trace(whole=tree)
    )


def _notices(settings: Tree | None, template: Tree | None) -> list[Notice]:
    found = []
    scale = az(template, "scale")
    least = az(scale, "minReplicas")
    if scale is not None and not as_whole(least):
        found.append(
            Notice(
                "scale-to-zero",
                Weight.DECIDE,
                Text(
                    en="minReplicas 0: ECS cannot start a task when a request arrives, so one"
                    " task stays up and is paid for",
                    ja="minReplicas 0: ECS はリクエスト到着でタスクを起動できないため、"
                    "常時 1 タスクが動き、課金される",
                ),
                (least or scale).place,
            )
        )
    dapr = az(settings, "dapr")
    if dapr is not None and as_flag(az(dapr, "enabled")) is not False:
        found.append(
            Notice(
                "dapr",
                Weight.DECIDE,
                Text(
                    en="Dapr's sidecar and its Azure components have no AWS counterpart;"
                    " run daprd as a container yourself or call AWS directly",
                    ja="Dapr のサイドカーと Azure 用コンポーネントに対応する AWS の機能はない。"
                    "daprd を自分でコンテナーとして動かすか、AWS を直接呼ぶこと",
                ),
                dapr.place,
            )
        )
    return found
