"""Which service for these files: gates, signals, what would be lost, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from kiriwake.core.text import Lang, Text
from kiriwake.migrate.columns import lines
from kiriwake.migrate.ecs.convert import EcsOptions, to_ecs
from kiriwake.migrate.ecs.targets import RUNS
from kiriwake.migrate.eks.cluster import demand
from kiriwake.migrate.eks.convert import EksOptions, to_eks
from kiriwake.migrate.fargate import SizeBy, size_of
from kiriwake.migrate.gates import Gate, estate_gates
from kiriwake.migrate.ledger import loss
from kiriwake.migrate.model import Estate, Kind, Source, Workload
from kiriwake.migrate.notice import Notice
from kiriwake.migrate.prices import Prices, fargate_month
from kiriwake.migrate.signals import Signal, express_obstacles, signals
from kiriwake.migrate.stack import Resource

TARGETS = ("ecs-express", "ecs-fargate", "ecs-managed-instances", "eks", "app-runner")
CLOSED = Text(
    en="App Runner takes no new customers since 2026-04-30; AWS names ECS Express Mode instead",
    ja="App Runner は 2026-04-30 以降、新規の顧客を受け付けない。後継は ECS Express Mode",
)
GONE = (
    Text(
        en="AWS Copilot lost support on 2026-06-12 and App Mesh on 2026-09-30: neither is advised;"
        " use CloudFormation or Terraform, and Service Connect or VPC Lattice",
        ja="AWS Copilot は 2026-06-12、App Mesh は 2026-09-30 にサポートが終わったため勧めない。"
        "CloudFormation か Terraform、Service Connect か VPC Lattice を使うこと",
    ),
)
_ZONES = 2
_HIGH_LOSS = 0.35
_MANY_SIGNALS = 3


@dataclass(frozen=True, slots=True)
class ChooseOptions:
    """The files, and what they cannot say."""

    paths: tuple[str, ...]
    team_kubernetes: str = "unknown"
    """Whether the team runs Kubernetes and wants to: yes, no or unknown."""
    prices: str | None = None
    azure_monthly: float | None = None
    size_by: SizeBy = SizeBy.LIMITS


@dataclass(frozen=True, slots=True)
class Target:
    """One service: what it would lose and cost, and why it is out, if it is."""

    id: str
    loss: float | None
    monthly: float | None
    struck_out: Text | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The evidence table and what follows from it."""

    options: ChooseOptions
    gates: tuple[Gate, ...]
    signals: tuple[Signal, ...]
    targets: tuple[Target, ...]
    pick: str
    because: Text
    prices: Prices
    break_even: int
    """Smallest Fargate tasks that cost as much as the smallest EKS cluster."""
    tasks: int
    notices: tuple[Notice, ...] = ()


def choose(options: ChooseOptions, estate: Estate, prices: Prices) -> Choice:
    """Weighs every target; deterministic, and the reason is part of the answer."""
    gates = estate_gates(estate)
    found = signals(estate)
    ecs = to_ecs(estate, EcsOptions(options.size_by))
    eks = to_eks(estate, EksOptions())
    obstacles = express_obstacles(estate)
    ecs_loss, eks_loss = loss(ecs.entries), loss(eks.entries)
    around = _around(ecs.stack.resources, prices)
    fargate = _fargate(estate, options.size_by, prices) + around
    nodes = demand(estate).nodes
    instances = nodes * prices["node_m6i_large_month"] + around
    eks_cost = prices["eks_cluster_month"] + nodes * prices["node_m6i_large_month"]
    eks_cost += _around(eks.stack.resources, prices) + _eks_balancers(estate, prices)

    def out(target: str) -> Text | None:
        closing = [gate for gate in gates if target in gate.closes]
        return closing[0].says if closing else None

    express_out = out("ecs-express") or (obstacles[0] if obstacles else None)
    targets = (
        Target("ecs-express", ecs_loss, fargate, express_out),
        Target("ecs-fargate", ecs_loss, fargate, out("ecs-fargate")),
        Target("ecs-managed-instances", ecs_loss, instances, out("ecs-managed-instances")),
        Target("eks", eks_loss, eks_cost),
        Target("app-runner", None, None, CLOSED),
    )
    pick, because = _pick(options, estate, {t.id: t for t in targets}, found)
    smallest = fargate_month(prices, 256, 512)
    floor = prices["eks_cluster_month"] + 2 * prices["node_m6i_large_month"]
    running = sum(w.replicas for w in estate.workloads if w.kind in RUNS)
    return Choice(options, gates, found, targets, pick, because, prices,
                  math.ceil(floor / smallest), running, estate.notices)  # fmt: skip


def _fargate(estate: Estate, by: SizeBy, prices: Prices) -> float:
    total = 0.0
    for workload in estate.workloads:
        size = size_of(workload, by)
        if size is not None and workload.kind in RUNS:
            tasks = max(1, workload.scaling.least) if workload.scaling else workload.replicas
            total += tasks * fargate_month(
                prices, size.cpu, size.memory, arm=workload.arm, windows=workload.windows
            )
    return total


def _around(resources: Mapping[str, Resource], prices: Prices) -> float:
    kinds = [resource.type for resource in resources.values()]
    return (
        kinds.count("AWS::ElasticLoadBalancingV2::LoadBalancer") * prices["load_balancer_month"]
        + kinds.count("AWS::EC2::NatGateway") * prices["nat_gateway_month"]
        + kinds.count("AWS::SecretsManager::Secret") * prices["secret_month"]
    )


def _eks_balancers(estate: Estate, prices: Prices) -> float:
    number = sum(endpoint.public for endpoint in estate.endpoints) + bool(estate.routes)
    return number * prices["load_balancer_month"]


def _is_kubernetes(estate: Estate) -> bool:
    return any(workload.source is Source.KUBERNETES for workload in estate.workloads)


def _only_runs_once(workloads: tuple[Workload, ...]) -> bool:
    return bool(workloads) and all(w.kind in {Kind.TASK, Kind.SCHEDULED} for w in workloads)


def _pick(
    options: ChooseOptions, estate: Estate, targets: Mapping[str, Target], found: tuple[Signal, ...]
) -> tuple[str, Text]:
    def open_(name: str) -> bool:
        return targets[name].struck_out is None

    fargate = targets["ecs-fargate"]
    if not open_("ecs-fargate"):
        reason = fargate.struck_out
        assert reason is not None  # noqa: S101 - it is struck out
        kubernetes = options.team_kubernetes != "no" and _is_kubernetes(estate)
        if kubernetes or not open_("ecs-managed-instances"):
            return "eks", Text(en=f"Fargate is out: {reason.en}", ja=f"Fargate は不可: {reason.ja}")
        return "ecs-managed-instances", Text(
            en=f"Fargate is out ({reason.en}), instances under ECS are not",
            ja=f"Fargate は不可 ({reason.ja}) だが、ECS のインスタンスなら動く",
        )
    if options.team_kubernetes == "yes" and _is_kubernetes(estate):
        return "eks", Text(
            en="the team runs Kubernetes and the manifests keep their meaning on EKS",
            ja="チームが Kubernetes を運用しており、マニフェストは EKS でそのまま通用する",
        )
    if options.team_kubernetes == "unknown" and _is_kubernetes(estate):
        weighty = [s for s in found if s.favours == "eks"]
        if (fargate.loss or 0) >= _HIGH_LOSS and len(weighty) >= _MANY_SIGNALS:
            return "eks", Text(
                en=f"{fargate.loss or 0:.0%} would be lost on ECS and {len(weighty)} signals point"
                " to Kubernetes",
                ja=f"ECS では {fargate.loss or 0:.0%} が失われ、{len(weighty)} 個の兆候が"
                " Kubernetes を示す",
            )
    if open_("ecs-express") and not _only_runs_once(estate.workloads):
        return "ecs-express", Text(
            en="one container behind HTTP: Express Mode makes and keeps everything around it",
            ja="HTTP の背後のコンテナー 1 つだけなので、周辺はすべて Express Mode に任せられる",
        )
    return "ecs-fargate", Text(
        en="nothing in the files needs Kubernetes or a machine of its own",
        ja="ファイルの中に Kubernetes や専用マシンを必要とするものがない",
    )


def document(found: Choice, lang: Lang) -> dict[str, object]:
    """The choice as JSON data (`kiriwake-choose/1`)."""

    def dollars(value: float | None) -> float | None:
        return None if value is None else round(value, 2)

    return {
        "schema": "kiriwake-choose/1",
        "gates": [
            {
                "id": gate.id,
                "closes": list(gate.closes),
                "says": gate.says.in_(lang),
                "where": str(gate.place) if gate.place else None,
            }
            for gate in found.gates
        ],
        "signals": [
            {
                "id": signal.id,
                "favours": signal.favours,
                "count": len(signal.places) or 1,
                "says": signal.says.in_(lang),
                "where": [str(place) for place in signal.places],
            }
            for signal in found.signals
        ],
        "targets": [
            {
                "id": target.id,
                "loss": target.loss,
                "monthly_usd": dollars(target.monthly),
                "struck_out": target.struck_out.in_(lang) if target.struck_out else None,
            }
            for target in found.targets
        ],
        "pick": found.pick,
        "because": found.because.in_(lang),
        "team_kubernetes": found.options.team_kubernetes,
        "break_even": {"smallest_fargate_tasks": found.break_even, "tasks": found.tasks},
        "azure_monthly_usd": found.options.azure_monthly,
        "prices": {"date": found.prices.date, "source": found.prices.source},
        "not_advised": [text.in_(lang) for text in GONE],
    }


def text(found: Choice, lang: Lang) -> str:
    """The choice for a terminal of 80 columns."""
    said = [
        f"{Text(en='pick', ja='結論').in_(lang)}: {found.pick}",
        *lines(f"  = {Text(en='note', ja='補足').in_(lang)}: {found.because.in_(lang)}"),
        "",
        f"{'':<24}{'loss':>7}{'USD/month':>12}",
    ]
    for target in found.targets:
        lost = "-" if target.loss is None else f"{target.loss:.1%}"
        cost = "-" if target.monthly is None else f"{target.monthly:,.2f}"
        name = f"  {target.id}" if target.struck_out is None else f"x {target.id}"
        said.append(f"{name:<24}{lost:>7}{cost:>12}")
        if target.struck_out is not None:
            said += lines(f"      {target.struck_out.in_(lang)}")
    said += ["", *_evidence(found, lang)]
    price = Text(
        en=f"prices: {found.prices.source}, {found.prices.date}; load balancer and NAT hours"
        " included, traffic and logs not",
        ja=f"価格: {found.prices.source}, {found.prices.date}。ロードバランサーと NAT の時間料金を"
        "含み、通信量とログは含まない",
    )
    even = Text(
        en=f"break-even: {found.break_even} smallest Fargate tasks cost as much as the smallest EKS"
        f" cluster; these files run {found.tasks}",
        ja=f"損益分岐: 最小の Fargate タスク {found.break_even} 個で最小の EKS クラスターと同額。"
        f"このファイルでは {found.tasks} 個",
    )
    said += [*lines(price.in_(lang)), *lines(even.in_(lang))]
    if found.options.azure_monthly is not None:
        monthly = next((t.monthly for t in found.targets if t.id == found.pick), None)
        if monthly is not None:
            gap = monthly - found.options.azure_monthly
            own = Text(
                en=f"your Azure bill {found.options.azure_monthly:,.2f}: {gap:+,.2f} a month",
                ja=f"Azure の請求額 {found.options.azure_monthly:,.2f} との差: 月 {gap:+,.2f}",
            )
            said += lines(own.in_(lang))
    for gone in GONE:
        said += lines(gone.in_(lang))
    if found.options.team_kubernetes == "unknown":
        ask = Text(
            en="the files cannot tell whether your team wants to run Kubernetes: say"
            " --team-kubernetes yes or no",
            ja="チームが Kubernetes を運用したいかはファイルから分からない。"
            " --team-kubernetes yes か no を指定すること",
        )
        said += lines(ask.in_(lang))
    return "\n".join(said) + "\n"


def _evidence(found: Choice, lang: Lang) -> list[str]:
    said: list[str] = []
    if found.gates:
        said.append(Text(en="hard gates", ja="必須条件").in_(lang))
        for gate in found.gates:
            said += lines(f"  - {gate.says.in_(lang)}: {', '.join(gate.closes)}")
            if gate.place is not None:
                said.append(f"    --> {gate.place}")
    if found.signals:
        said.append(Text(en="signals", ja="兆候").in_(lang))
        for signal in found.signals:
            mark = f"[{signal.favours}]"
            said += lines(f"  - {signal.says.in_(lang)} {mark}")
            for place in signal.places[:3]:
                said.append(f"    --> {place}")
            if len(signal.places) > 3:  # noqa: PLR2004
                said.append(f"    ... +{len(signal.places) - 3}")
    return [*said, ""] if said else []
