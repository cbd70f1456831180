"""Subnet sizing: addresses at steady state, while deploying, and with one zone lost."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kiriwake.core.errors import UsageError
from kiriwake.core.text import Lang, Text
from kiriwake.migrate.addresses import (
    HEADROOM,
    LARGEST,
    SMALLEST,
    Load,
    Need,
    need,
    smallest_prefix,
    usable,
)
from kiriwake.migrate.columns import lines
from kiriwake.migrate.ecs.targets import RUNS
from kiriwake.migrate.eks.cluster import CONTROL_PLANE, NODE, demand
from kiriwake.migrate.model import Estate
from kiriwake.migrate.rollout import most_tasks

INTERFACES = {
    "t3.micro": (2, 2), "t3.small": (3, 4), "t3.medium": (3, 6), "t3.large": (3, 12),
    "m5.large": (3, 10), "m5.xlarge": (4, 15), "m5.2xlarge": (4, 15), "m5.4xlarge": (8, 30),
    "m5.8xlarge": (8, 30), "m6i.large": (3, 10), "m6i.xlarge": (4, 15), "m6i.2xlarge": (4, 15),
    "c5.large": (3, 10), "m6g.medium": (2, 4),
}  # fmt: skip
"""Network interfaces and IPv4 addresses of each, by instance type (EC2 user guide)."""
BLOCK = 16
"""Addresses of one delegated prefix (/28)."""
POD_MODES = ("addresses", "prefixes")


@dataclass(frozen=True, slots=True)
class SizeOptions:
    """What stands in the subnets, from files or from flags."""

    paths: tuple[str, ...] = ()
    to: str = "ecs"
    services: int = 1
    tasks: int = 0
    maximum_percent: int = 200
    zones: int = 2
    prefix: int | None = None
    """The subnets that exist, to be judged."""
    balancers: int = 0
    network_balancers: int = 0
    endpoints: int = 0
    nat: int = 0
    others: int = 0
    pods: int = 0
    nodes: int = 0
    node_type: str = NODE
    pod_mode: str = "addresses"
    warm_interfaces: int = 1


@dataclass(frozen=True, slots=True)
class Sized:
    """The answer for subnets of one kind, one a zone."""

    options: SizeOptions
    load: Load
    need: Need
    prefix: int | None

    @property
    def judged(self) -> int | None:
        """The prefix whose addresses are counted: the one that exists, else the one advised."""
        return self.options.prefix or self.prefix

    @property
    def fits(self) -> bool:
        """Whether the subnets that exist hold the worst of the three."""
        return self.judged is not None and usable(self.judged) >= self.need.worst


def held_by_node(pods: int, node_type: str, mode: str, warm: int) -> int:
    """Addresses one node holds for so many pods, the warm pool included."""
    interfaces, each = INTERFACES[node_type]
    if mode == "prefixes":
        blocks = math.ceil(pods / BLOCK) + 1
        return blocks * BLOCK + min(interfaces, math.ceil(blocks / max(1, each - 1)))
    used = max(1, math.ceil(pods / max(1, each - 1)))
    return min(interfaces, used + warm) * each


def size(options: SizeOptions, estate: Estate | None) -> Sized:
    """The need of each subnet and the smallest prefix that holds it with headroom."""
    _check(options)
    load = _pods(options, estate) if options.to == "eks" else _tasks(options, estate)
    found = need(load, options.zones)
    return Sized(options, load, found, smallest_prefix(found.worst))


def _tasks(options: SizeOptions, estate: Estate | None) -> Load:
    steady = options.services * options.tasks
    surge = options.services * (options.tasks * options.maximum_percent // 100)
    if estate is not None:
        for workload in estate.workloads:
            tasks = workload.scaling.most if workload.scaling else workload.replicas
            steady += tasks
            surge += max(tasks, most_tasks(workload)) if workload.kind in RUNS else tasks
    return Load(
        steady,
        surge,
        options.balancers,
        options.network_balancers,
        options.endpoints,
        options.nat,
        options.others,
    )


def _pods(options: SizeOptions, estate: Estate | None) -> Load:
    pods = most = options.pods
    nodes = options.nodes
    if options.pods:
        most = options.pods * options.maximum_percent // 100
    if estate is not None:
        wanted = demand(estate)
        pods, most = pods + wanted.pods, most + wanted.most_pods
        nodes = nodes or wanted.nodes
    nodes = nodes or 2

    def held(count: int, over: int) -> int:
        each = math.ceil(count / over)
        return over * held_by_node(
            each, options.node_type, options.pod_mode, options.warm_interfaces
        )

    # a node group upgrade starts one more node before it drains an old one
    return Load(
        max(pods, held(pods, nodes)),
        max(most, held(most, nodes + 1)),
        options.balancers,
        options.network_balancers,
        options.endpoints,
        options.nat,
        options.others + CONTROL_PLANE,
    )


def _check(options: SizeOptions) -> None:
    if options.prefix is not None and not LARGEST <= options.prefix <= SMALLEST:
        raise UsageError(
            "no-such-prefix",
            Text(
                en=f"a subnet is a /{LARGEST} to a /{SMALLEST}, not a /{options.prefix}",
                ja=f"サブネットは /{LARGEST} から /{SMALLEST} まで。/{options.prefix} は作れない",
            ),
        )
    if options.zones < 1:
        raise UsageError(
            "no-zones", Text(en="there is at least one zone", ja="ゾーンは 1 つ以上必要")
        )
    if options.node_type not in INTERFACES:
        raise UsageError(
            "unknown-node-type",
            Text(
                en=f'"{options.node_type}" is not in the table',
                ja=f"「{options.node_type}」は表にない",
            ),
            hints=(Text(en=", ".join(INTERFACES), ja=", ".join(INTERFACES)),),
        )


def document(found: Sized) -> dict[str, object]:
    """The answer as JSON data (`kiriwake-size/1`)."""
    judged = found.judged
    one = {
        "need": {
            "steady": found.need.steady,
            "surge": found.need.surge,
            "zone_lost": found.need.zone_lost,
        },
        "usable": usable(judged) if judged is not None else 0,
        "prefix": found.prefix,
        "given_prefix": found.options.prefix,
        "fits": found.fits,
        "fixed": found.load.fixed,
    }
    return {
        "schema": "kiriwake-size/1",
        "subnets": [dict(one) for _ in range(found.options.zones)],
        "zones": found.options.zones,
        "total": {"steady": found.load.steady, "surge": found.load.surge},
        "headroom": HEADROOM,
    }


def text(found: Sized, lang: Lang) -> str:
    """The answer for a terminal of 80 columns."""
    o, n = found.options, found.need
    said = [
        Text(
            en=f"addresses in each of {o.zones} subnets",
            ja=f"{o.zones} つのサブネットそれぞれに必要なアドレス数",
        ).in_(lang),
    ]
    for en, ja, number in (
        ("steady       ", "定常時       ", n.steady),
        ("deploying    ", "デプロイ中   ", n.surge),
        ("one zone lost", "ゾーン喪失時 ", n.zone_lost),
    ):
        said.append(f"  {Text(en=en, ja=ja).in_(lang)} {number:>8,}")
    if found.load.fixed:
        said += lines(
            Text(
                en=f"  = note: {found.load.fixed} of them are load balancers, endpoints and others,"
                " not tasks",
                ja=f"  = 補足: うち {found.load.fixed}"
                " 個はロードバランサーやエンドポイントなどの分",
            ).in_(lang)
        )
    if found.load.balancers:
        grows = Text(
            en="  = note: an Application Load Balancer may grow to 100 addresses in all under load",
            ja="  = 補足: Application Load Balancer は負荷に応じて合計 100 個まで使うことがある",
        )
        said += lines(grows.in_(lang))
    if o.prefix is not None:
        room = usable(o.prefix) - n.worst
        verdict = (
            Text(
                en=f"a /{o.prefix} has {usable(o.prefix):,} usable addresses: {room:,} to spare",
                ja=f"/{o.prefix} で使えるのは {usable(o.prefix):,} 個: {room:,} 個の余裕がある",
            )
            if room >= 0
            else Text(
                en=f"a /{o.prefix} has {usable(o.prefix):,} usable addresses: {-room:,} too few at"
                " the worst moment",
                ja=f"/{o.prefix} で使えるのは {usable(o.prefix):,} 個: "
                f"最も混む時に {-room:,} 個足りない",
            )
        )
        said += lines(verdict.in_(lang))
    if found.prefix is None:
        advice = Text(
            en=f"no subnet is large enough: spread over more zones than {o.zones}",
            ja=f"収まるサブネットがない。ゾーンを {o.zones} より増やすこと",
        )
    else:
        left = usable(found.prefix) - n.worst
        advice = Text(
            en=f"take a /{found.prefix}: {usable(found.prefix):,} usable (5 are AWS's), {left:,}"
            f" left at the worst moment, {HEADROOM:.0%} headroom kept",
            ja=f"/{found.prefix} にすること: 使えるのは {usable(found.prefix):,} 個 (5 個は"
            " AWS が使用)、"
            f"最も混む時でも {left:,} 個残る (余裕率 {HEADROOM:.0%})",
        )
    said += lines(advice.in_(lang))
    note = Text(
        en="  = note: Fargate does not try another subnet when one is full, so each one has to"
        " hold its share",
        ja="  = 補足: Fargate は 1 つのサブネットが満杯でも別のサブネットを試さない。"
        "それぞれが受け持ち分を収める必要がある",
    )
    if o.to == "eks":
        note = Text(
            en="  = note: pods take addresses of the VPC on EKS; with prefix delegation they come"
            " in blocks of 16 that must be contiguous",
            ja="  = 補足: EKS の Pod は VPC のアドレスを使う。プレフィックス委任では連続した"
            " 16 個単位で確保される",
        )
    said += lines(note.in_(lang))
    return "\n".join(said) + "\n"
