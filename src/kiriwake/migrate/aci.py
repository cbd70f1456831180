"""ACI container groups into the model."""

from __future__ import annotations

from decimal import Decimal

from kiriwake.core.text import Text
from kiriwake.migrate.azure import az, rows, unresolved
from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import (
    Container,
    Endpoint,
    EndpointPort,
    Estate,
    Kind,
    Mount,
    Port,
    Probe,
    Resources,
    Secret,
    SecretKey,
    Source,
    Variable,
    Volume,
    Workload,
)
from kiriwake.migrate.notice import Notice, Weight
from kiriwake.migrate.tree import (
    Malformed,
    Map,
    Tree,
    as_flag,
    as_text,
    as_texts,
    as_whole,
)

TYPE = "microsoft.containerinstance/containergroups"
NAMESPACE = "default"


def is_container_group(tree: Tree) -> bool:
    """Whether a document or ARM resource is a container group."""
    if not isinstance(tree, Map):
        return False
    kind = (as_text(az(tree, "type")) or "").casefold()
    properties = az(tree, "properties")
    return kind == TYPE or (
        not kind and az(properties, "containers") is not None and az(tree, "kind") is None
    )


def read_container_group(tree: Map, open_values: dict[str, str]) -> Estate:
    """One container group; expressions left open are listed as parameters."""
    properties = az(tree, "properties")
    name = text_or_parameter(az(tree, "name"), "name", open_values) or "container-group"
    secrets: dict[str, Tree] = {}
    containers = tuple(
        read_container(item, name, secrets, open_values)
        for item in rows(az(properties, "containers"))
    )
    if not containers:
        raise Malformed(
            tree.place,
            Text(
                en=f'the container group "{name}" has no containers',
                ja=f"コンテナーグループ「{name}」に containers がない",
            ),
            "no-containers",
        )
    init = tuple(
        read_container(item, name, secrets, open_values)
        for item in rows(az(properties, "initContainers"))
    )
    restart = as_text(az(properties, "restartPolicy")) or "Always"
    address = az(properties, "ipAddress")
    workload = Workload(
        name=name,
        kind=Kind.SERVICE if restart == "Always" else Kind.TASK,
        source=Source.ACI,
        containers=containers,
        init=init,
        volumes=tuple(_volume(item) for item in rows(az(properties, "volumes"))),
        labels={"app": name},
        service_account=name if az(tree, "identity") is not None else "",
        windows=(as_text(az(properties, "osType")) or "Linux").casefold() == "windows",
        spot=(as_text(az(properties, "priority")) or "").casefold() == "spot",
        place=tree.place,
        tree=tree,
        trace=trace(
            name=az(tree, "name"),
            restart=az(properties, "restartPolicy"),
            platform=az(properties, "osType"),
            volumes=az(properties, "volumes"),
            service_account=az(tree, "identity"),
            address=address,
            api=az(tree, "apiVersion"),
            kind=az(tree, "type"),
            location=az(tree, "location"),
            tags=az(tree, "tags"),
            registry=az(properties, "imageRegistryCredentials"),
            diagnostics=az(properties, "diagnostics"),
            subnets=az(properties, "subnetIds"),
            dns=az(properties, "dnsConfig"),
        ),
    )
    return Estate(
        workloads=(workload,),
        endpoints=_endpoints(name, address, containers),
        secrets=_secrets(name, secrets, tree),
        notices=tuple(_notices(tree, properties, restart)),
    )


def _secrets(name: str, found: dict[str, Tree], tree: Map) -> tuple[Secret, ...]:
    if not found:
        return ()
    where = {"whole": tuple(found.values())}
    return (Secret(name, NAMESPACE, tuple(found), place=tree.place, trace=where),)


def _endpoints(
    name: str, address: Tree | None, containers: tuple[Container, ...]
) -> tuple[Endpoint, ...]:
    ports = []
    for item in rows(az(address, "ports")):
        number = as_whole(az(item, "port"))
        if number is not None:
            protocol = (as_text(az(item, "protocol")) or "TCP").upper()
            ports.append(EndpointPort(number, number, protocol))
    if not ports:
        return ()
    public = (as_text(az(address, "type")) or "Public").casefold() == "public"
    return (
        Endpoint(
            name,
            NAMESPACE,
            {"app": name},
            tuple(ports),
            public=public,
            place=address.place if address else None,
            trace=trace(
                whole=address,
                ports=az(address, "ports"),
                type=az(address, "type"),
                dns=az(address, "dnsNameLabel"),
            ),
        ),
    )


def read_container(
    tree: Map, group: str, secrets: dict[str, Tree], open_values: dict[str, str]
) -> Container:
    """A container of a group; secure values become keys of one secret named as the group."""
    properties = az(tree, "properties") or tree
    argv = as_texts(az(properties, "command"))
    ports = []
    for item in rows(az(properties, "ports")):
        number = as_whole(az(item, "port"))
        if number is None and unresolved(az(item, "port")):
            number = 80
        if number is not None:
            protocol = (as_text(az(item, "protocol")) or "TCP").upper()
            ports.append(Port(number, protocol=protocol, trace=trace(whole=item)))
    name = text_or_parameter(az(tree, "name"), "name", open_values) or "container"
    mounts = tuple(
        Mount(
            as_text(az(item, "name")) or "",
            as_text(az(item, "mountPath")) or "",
            bool(as_flag(az(item, "readOnly"))),
            trace=trace(whole=item),
        )
        for item in rows(az(properties, "volumeMounts"))
    )
    variables = tuple(
        _variable(item, group, name, secrets, open_values)
        for item in rows(az(properties, "environmentVariables"))
    )
    return Container(
        name=name,
        image=text_or_parameter(az(properties, "image"), "image", open_values),
        # ACI's command replaces the ENTRYPOINT and drops the image's CMD
        entry=argv[:1] or None,
        command=argv[1:] or None,
        ports=tuple(ports),
        variables=variables,
        mounts=mounts,
        resources=_resources(az(properties, "resources")),
        liveness=_probe(az(properties, "livenessProbe")),
        readiness=_probe(az(properties, "readinessProbe")),
        privileged=bool(as_flag(az(properties, "securityContext", "privileged"))),
        place=tree.place,
        trace=trace(
            name=az(tree, "name"),
            image=az(properties, "image"),
            entry=az(properties, "command"),
            ports=az(properties, "ports"),
            resources=az(properties, "resources"),
            cpu_request=az(properties, "resources", "requests", "cpu"),
            memory_request=az(properties, "resources", "requests", "memoryInGB"),
            cpu_limit=az(properties, "resources", "limits", "cpu"),
            memory_limit=az(properties, "resources", "limits", "memoryInGB"),
            liveness=az(properties, "livenessProbe"),
            readiness=az(properties, "readinessProbe"),
            whole=tree,
        ),
    )


def text_or_parameter(tree: Tree | None, what: str, open_values: dict[str, str]) -> str:
    """A text, or the name of the parameter that stands for an open expression."""
    expression = unresolved(tree)
    if not expression:
        return as_text(tree) or ""
    inner = expression.strip("[]")
    if inner.startswith("parameters('") and inner.endswith("')") and inner.count("'") == 2:  # noqa: PLR2004
        name = inner.split("'")[1]
    else:
        name = f"{what}{len(open_values) + 1}"
    open_values.setdefault(name, expression)
    # a resource's own name cannot wait for a parameter; the parameter's name stands in for it
    return name if what == "name" else f"${{{name}}}"


def _variable(
    item: Map, group: str, container: str, secrets: dict[str, Tree], open_values: dict[str, str]
) -> Variable:
    name = as_text(az(item, "name")) or ""
    secure = az(item, "secureValue")
    where = trace(whole=item)
    if secure is not None:
        key = name if name not in secrets else f"{container}_{name}"
        secrets[key] = secure
        return Variable(name, secret=SecretKey(group, key), trace=where)
    value = az(item, "value")
    if unresolved(value):
        return Variable(name, unknown=unresolved(value), trace=where)
    return Variable(name, value=as_text(value) or "", trace=where)


def _resources(tree: Tree | None) -> Resources:
    def cpu(part: str) -> int | None:
        found = decimal(az(tree, part, "cpu"))
        return None if found is None else int(found * 1000)

    def memory(part: str) -> int | None:
        found = decimal(az(tree, part, "memoryInGB"))
        return None if found is None else int(found * 1024)

    gpu = as_whole(az(tree, "requests", "gpu", "count")) or 0
    return Resources(cpu("requests"), cpu("limits"), memory("requests"), memory("limits"), gpu=gpu)


def decimal(tree: Tree | None) -> Decimal | None:
    """A decimal number, written as a number or as a text."""
    written = as_text(tree)
    if written is None:
        return None
    try:
        return Decimal(written)
    except ArithmeticError:
        return None


def _probe(tree: Tree | None) -> Probe | None:
    if not isinstance(tree, Map):
        return None
    http, run = az(tree, "httpGet"), az(tree, "exec")
    return Probe(
        how="http" if http else "exec",
        command=as_texts(az(run, "command")),
        path=as_text(az(http, "path")) or "/",
        port=as_whole(az(http, "port")),
        scheme=(as_text(az(http, "scheme")) or "HTTP").upper(),
        headers=len(rows(az(http, "httpHeaders"))),
        delay_s=as_whole(az(tree, "initialDelaySeconds")) or 0,
        period_s=as_whole(az(tree, "periodSeconds")) or 10,
        timeout_s=as_whole(az(tree, "timeoutSeconds")) or 1,
        failures=as_whole(az(tree, "failureThreshold")) or 3,
        successes=as_whole(az(tree, "successThreshold")) or 1,
        place=tree.place,
        trace=trace(
            whole=tree,
            path=az(http, "path"),
            port=az(http, "port"),
            headers=az(http, "httpHeaders"),
            command=az(run, "command"),
            delay=az(tree, "initialDelaySeconds"),
            period=az(tree, "periodSeconds"),
            timeout=az(tree, "timeoutSeconds"),
            failures=az(tree, "failureThreshold"),
            successes=az(tree, "successThreshold"),
        ),
    )


def _volume(tree: Map) -> Volume:
    name = as_text(az(tree, "name")) or ""
    where = trace(whole=tree)
    if az(tree, "azureFile") is not None:
        share = as_text(az(tree, "azureFile", "shareName")) or ""
        return Volume(name, "share", share, place=tree.place, trace=where)
    if az(tree, "secret") is not None:
        keys = az(tree, "secret")
        names = tuple(keys.items) if isinstance(keys, Map) else ()
        files = tuple((key, key) for key in names)
        return Volume(name, "secret", name, files, place=tree.place, trace=where)
    how = "git" if az(tree, "gitRepo") is not None else "scratch"
    source = as_text(az(tree, "gitRepo", "repository")) or ""
    return Volume(name, how, source, place=tree.place, trace=where)


def _notices(tree: Map, properties: Tree | None, restart: str) -> list[Notice]:
    found = []
    if restart != "Always":
        found.append(
            Notice(
                "aci-runs-once",
                Weight.NOTE,
                Text(
                    en=f"restartPolicy {restart}: this becomes a task to run, not a service",
                    ja=f"restartPolicy {restart}: サービスではなく、都度実行するタスクになる",
                ),
                (az(properties, "restartPolicy") or tree).place,
            )
        )
    label = az(properties, "ipAddress", "dnsNameLabel")
    if label is not None:
        found.append(
            Notice(
                "aci-dns-name",
                Weight.DECIDE,
                Text(
                    en="the name under azurecontainer.io does not move; callers need a new name",
                    ja="azurecontainer.io の名前は移行できない。呼び出し側に新しい名前が必要",
                ),
                label.place,
            )
        )
    for key in ("encryptionProperties", "confidentialComputeProperties", "extensions"):
        spot = az(properties, key)
        if spot is not None:
            found.append(
                Notice(
                    "aci-only-on-azure",
                    Weight.WARNING,
                    Text(
                        en=f"{key} has no equivalent on AWS",
                        ja=f"{key} は AWS に相当するものがない",
                    ),
                    spot.place,
                )
            )
    return found
