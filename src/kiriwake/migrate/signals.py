"""Counted signals: what the files say in favour of one service or another."""

from __future__ import annotations

from dataclasses import dataclass

from kiriwake.core.text import Text
from kiriwake.migrate.ecs.targets import RUNS
from kiriwake.migrate.model import Estate, Workload
from kiriwake.migrate.tree import Place

_GITOPS = ("argoproj.io", "fluxcd.io", "kustomize.toolkit", "helm.toolkit")
_SMALL_CPU = 100


@dataclass(frozen=True, slots=True)
class Signal:
    """One observation, what it favours, and where it was made."""

    id: str
    favours: str
    says: Text
    places: tuple[Place, ...] = ()


def signals(estate: Estate) -> tuple[Signal, ...]:
    """Every signal found, in a fixed order."""
    found: list[Signal] = []

    def add(reference: str, favours: str, en: str, ja: str, places: list[Place | None]) -> None:
        known = tuple(place for place in places if place is not None)
        if known:
            found.append(Signal(reference, favours, Text(en=en, ja=ja), known))

    workloads = estate.workloads
    running = [w for w in workloads if w.kind in RUNS]
    spaces = {w.namespace for w in workloads}
    kinds: dict[str, list[Place | None]] = {}
    for thing in estate.things:
        kinds.setdefault(thing.kind, []).append(thing.tree.place)
    gitops = [t.tree.place for t in estate.things if any(g in t.api for g in _GITOPS)]
    add("gitops", "eks", "GitOps objects", "GitOps のオブジェクトがある", list(gitops))
    policies = kinds.get("NetworkPolicy", [])
    add("network-policies", "eks", f"{len(policies)} NetworkPolicies",
        f"NetworkPolicy が {len(policies)} 個ある", policies)  # fmt: skip
    if len(spaces) > 1:
        add("namespaces", "eks", f"{len(spaces)} namespaces", f"名前空間が {len(spaces)} 個ある",
            [w.place for w in workloads][:1])  # fmt: skip
    custom = [w.scaling.place for w in running if w.scaling and any(
        m.what not in {"cpu", "memory"} for m in w.scaling.metrics)]  # fmt: skip
    add("custom-metrics", "eks", "scaling by metrics that ECS does not have",
        "ECS にないメトリクスでスケールしている", list(custom))  # fmt: skip
    tiny = [w.place for w in running if _is_tiny(w)]
    add("tiny-pods", "eks",
        f"{len(tiny)} of {len(running)} workloads ask for less than 0.1 vCPU; Fargate sells 0.25",
        f"{len(running)} 個中 {len(tiny)} 個の要求が 0.1 vCPU 未満。Fargate の最小は 0.25",
        list(tiny))  # fmt: skip
    stores = [v.place for w in workloads for v in w.volumes if v.how == "disk"]
    add("disks", "eks", f"{len(stores)} persistent disks", f"永続ディスクが {len(stores)} 個ある",
        list(stores))  # fmt: skip
    files = [v.place for w in workloads for v in w.volumes if v.how in {"config", "secret"}]
    add("file-mounts", "eks", f"{len(files)} config or secret files are mounted",
        f"設定やシークレットのファイルマウントが {len(files)} 個ある", list(files))  # fmt: skip
    if running and len(running) <= 12 and not stores:  # noqa: PLR2004
        add("few-services", "ecs-fargate", f"{len(running)} stateless services",
            f"ステートレスなサービスが {len(running)} 個", [running[0].place])  # fmt: skip
    plain = [w.place for w in workloads if w.source.value != "kubernetes"]
    add("no-kubernetes", "ecs-fargate", f"{len(plain)} workloads come without Kubernetes",
        f"Kubernetes を使わないワークロードが {len(plain)} 個", list(plain))  # fmt: skip
    return tuple(found)


def _is_tiny(workload: Workload) -> bool:
    asked = [c.resources.cpu_request for c in workload.containers]
    return all(a is not None for a in asked) and sum(a or 0 for a in asked) < _SMALL_CPU


def express_obstacles(estate: Estate) -> tuple[Text, ...]:
    """Why ECS Express Mode does not do: it takes one public HTTP container and little else."""
    found: list[Text] = []

    def no(en: str, ja: str) -> None:
        found.append(Text(en=f"Express Mode {en}", ja=f"Express Mode は {ja}"))

    running = [w for w in estate.workloads if w.kind in RUNS]
    if len(estate.workloads) != 1 or not running:
        no("takes one service, here are several or none that serves",
           "1 サービス用。ここには複数あるか、公開するものがない")  # fmt: skip
        return tuple(found)
    workload = running[0]
    if len(workload.containers) != 1 or workload.init:
        no("takes one container", "1 コンテナー用")
    if workload.volumes:
        no("mounts no volumes", "ボリュームをマウントできない")
    ports = {p.number for c in workload.containers for p in c.ports}
    if len(ports) != 1:
        no("takes one port", "1 ポート用")
    if any(p.protocol != "TCP" for c in workload.containers for p in c.ports):
        no("takes HTTP only", "HTTP 専用")
    public = any(e.public and not e.internal_balancer for e in estate.endpoints) or any(
        not r.internal for r in estate.routes
    )
    if not public:
        no("is public by default; nothing here is", "既定で公開される。ここに公開するものはない")
    if any(len(route.paths) > 1 for route in estate.routes):
        no("knows no path rules", "パスによる振り分けができない")
    return tuple(found)
