"""Deployments, StatefulSets, DaemonSets, Pods, Jobs and CronJobs."""

from __future__ import annotations

from collections.abc import Mapping

from kiriwake.core.text import Text
from kiriwake.migrate.kubernetes.pod import Surroundings, read_container
from kiriwake.migrate.kubernetes.volumes import read_volumes
from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import Amount, Kind, Rollout, Source, Workload
from kiriwake.migrate.tree import (
    Malformed,
    Map,
    Tree,
    as_flag,
    as_map,
    as_maps,
    as_table,
    as_text,
    as_whole,
    at,
)

KINDS = {
    "Deployment": Kind.SERVICE,
    "ReplicaSet": Kind.SERVICE,
    "ReplicationController": Kind.SERVICE,
    "Pod": Kind.SERVICE,
    "StatefulSet": Kind.STATEFUL,
    "DaemonSet": Kind.DAEMON,
    "Job": Kind.TASK,
    "CronJob": Kind.SCHEDULED,
}
_SPOT = "kubernetes.azure.com/scalesetpriority"


def name_of(tree: Map) -> str:
    """The object's name; a generateName counts."""
    found = as_text(at(tree, "metadata", "name")) or as_text(at(tree, "metadata", "generateName"))
    if not found:
        raise Malformed(
            tree.place,
            Text(
                en=f"{as_text(tree.get('kind'))} without metadata.name",
                ja=f"{as_text(tree.get('kind'))} に metadata.name がない",
            ),
            "no-name",
        )
    return found.rstrip("-")


def namespace_of(tree: Map) -> str:
    """The object's namespace."""
    return as_text(at(tree, "metadata", "namespace")) or "default"


def read_workload(
    tree: Map, kind: str, around: Surroundings, claims: Mapping[tuple[str, str], Map]
) -> Workload:
    """One workload with its containers and volumes."""
    namespace = namespace_of(tree)
    template, job = _template(tree, kind)
    pod = as_map(at(template, "spec"))
    if pod is None or not as_maps(pod.get("containers")):
        raise Malformed(
            tree.place,
            Text(
                en=f"{kind} {name_of(tree)} has no containers",
                ja=f"{kind} {name_of(tree)} に containers がない",
            ),
            "no-containers",
        )
    spec = as_map(tree.get("spec"))
    init = tuple(
        read_container(
            item,
            pod,
            namespace,
            around,
            sidecar=as_text(item.get("restartPolicy")) == "Always",
        )
        for item in as_maps(pod.get("initContainers"))
    )
    containers = tuple(
        read_container(item, pod, namespace, around) for item in as_maps(pod.get("containers"))
    )
    selector = as_table(pod.get("nodeSelector"))
    os_name = as_text(at(pod, "os", "name")) or _first(
        selector, "kubernetes.io/os", "beta.kubernetes.io/os"
    )
    arch = _first(selector, "kubernetes.io/arch", "beta.kubernetes.io/arch")
    own = {key: item for (space, key), item in claims.items() if space == namespace}
    replicas = as_whole(at(spec, "replicas"))
    if kind in {"Job", "CronJob"}:
        replicas = as_whole(at(job, "parallelism"))
    grace = as_whole(pod.get("terminationGracePeriodSeconds"))
    return Workload(
        name=name_of(tree),
        kind=KINDS[kind],
        source=Source.KUBERNETES,
        namespace=namespace,
        replicas=1 if replicas is None else replicas,
        containers=containers,
        init=init,
        volumes=tuple(read_volumes(pod, own, as_maps(at(spec, "volumeClaimTemplates")))),
        labels=as_table(at(template, "metadata", "labels")),
        rollout=_rollout(spec, kind),
        service_account=as_text(pod.get("serviceAccountName")) or "",
        windows=os_name == "windows",
        arm=arch == "arm64",
        spot=_is_spot(pod, selector),
        stop_s=30 if grace is None else grace,
        schedule=as_text(at(spec, "schedule")) or "",
        timezone=as_text(at(spec, "timeZone")) or "",
        suspended=bool(as_flag(at(spec, "suspend"))),
        host=tuple(key for key in ("hostNetwork", "hostPID", "hostIPC") if as_flag(pod.get(key))),
        fs_group=as_whole(at(pod, "securityContext", "fsGroup")),
        place=tree.place,
        tree=tree,
        trace=trace(
            name=at(tree, "metadata", "name") or at(tree, "metadata", "generateName"),
            namespace=at(tree, "metadata", "namespace"),
            annotations=at(tree, "metadata", "annotations"),
            own_labels=at(tree, "metadata", "labels"),
            labels=at(template, "metadata", "labels"),
            selector=at(spec, "selector"),
            replicas=at(spec, "replicas"),
            rollout=at(spec, "strategy") or at(spec, "updateStrategy"),
            service_account=pod.get("serviceAccountName"),
            platform=pod.get("nodeSelector") or pod.get("os"),
            stop=pod.get("terminationGracePeriodSeconds"),
            schedule=at(spec, "schedule"),
            timezone=at(spec, "timeZone"),
            suspended=at(spec, "suspend"),
            parallelism=at(job, "parallelism"),
            restart=pod.get("restartPolicy"),
            fs_group=at(pod, "securityContext", "fsGroup"),
            user=at(pod, "securityContext", "runAsUser"),
            group=at(pod, "securityContext", "runAsGroup"),
            volumes=pod.get("volumes"),
            claims=at(spec, "volumeClaimTemplates"),
            pod=pod,
            api=tree.get("apiVersion"),
            kind=tree.get("kind"),
        ),
    )


def _template(tree: Map, kind: str) -> tuple[Tree | None, Tree | None]:
    if kind == "Pod":
        return tree, None
    if kind == "CronJob":
        job = at(tree, "spec", "jobTemplate", "spec")
        return at(job, "template"), job
    return at(tree, "spec", "template"), at(tree, "spec")


def _first(table: Mapping[str, str], *keys: str) -> str:
    return next((table[key] for key in keys if key in table), "")


def _is_spot(pod: Map, selector: Mapping[str, str]) -> bool:
    if selector.get(_SPOT) == "spot":
        return True
    return any(
        as_text(item.get("key")) == _SPOT and as_text(item.get("value")) == "spot"
        for item in as_maps(pod.get("tolerations"))
    )


def _rollout(spec: Map | None, kind: str) -> Rollout:
    strategy = as_map(at(spec, "strategy")) or as_map(at(spec, "updateStrategy"))
    if kind in {"StatefulSet", "DaemonSet"}:
        # both replace a pod in place: the old one stops before the new one starts
        step = _amount(at(strategy, "rollingUpdate", "maxUnavailable"), Amount(1, percent=False))
        place = strategy.place if strategy else None
        none = Amount(0, percent=False)
        return Rollout(none, step, stated=strategy is not None, place=place)
    if strategy is None:
        return Rollout()
    surge = _amount(at(strategy, "rollingUpdate", "maxSurge"), Amount(25, percent=True))
    unavailable = _amount(at(strategy, "rollingUpdate", "maxUnavailable"), Amount(25, percent=True))
    return Rollout(
        surge,
        unavailable,
        recreate=as_text(strategy.get("type")) == "Recreate",
        stated=True,
        place=strategy.place,
        trace=trace(whole=strategy),
    )


def _amount(tree: Tree | None, default: Amount) -> Amount:
    written = as_text(tree)
    if written is None or tree is None:
        return default
    number = written.removesuffix("%")
    if not number.isdigit():
        raise Malformed(
            tree.place,
            Text(
                en=f'"{written}" is neither a number nor a percentage',
                ja=f'"{written}" は数値でも百分率でもない',
            ),
            "no-amount",
        )
    return Amount(int(number), percent=written.endswith("%"))
