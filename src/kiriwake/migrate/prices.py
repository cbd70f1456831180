"""List prices in US dollars, us-east-1, on demand, with their date.

Sources: published list prices as collected on 2026-07-19; a user's own file replaces any of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiriwake.core.errors import EvidenceUnreadable
from kiriwake.core.text import Text

HOURS = 730
DATE = "2026-07-19"
DEFAULTS: dict[str, float] = {
    "fargate_vcpu_hour": 0.04048,
    "fargate_gb_hour": 0.004445,
    "fargate_arm_vcpu_hour": 0.03238,
    "fargate_arm_gb_hour": 0.003556,
    "fargate_windows_vcpu_hour": 0.13748,
    "fargate_windows_gb_hour": 0.01005,
    "load_balancer_month": 16.43,
    "nat_gateway_month": 32.85,
    "eks_cluster_month": 73.0,
    "node_m6i_large_month": 70.08,
    "secret_month": 0.40,
}


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by name and where they are from."""

    date: str = DATE
    source: str = "list price, us-east-1, on demand"
    values: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULTS))

    def __getitem__(self, name: str) -> float:
        return self.values[name]


def read_prices(path: str | None) -> Prices:
    """The default prices, with those of a JSON file on top (`date` and any known name)."""
    if path is None:
        return Prices()
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(data, dict):
        raise _unreadable(path, "not a JSON object")
    given = {k: v for k, v in data.items() if k not in {"date", "source"}}
    unknown = sorted(set(given) - set(DEFAULTS))
    if unknown:
        raise _unreadable(path, f"unknown price {unknown[0]}; known: {', '.join(DEFAULTS)}")
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in given.values()):
        raise _unreadable(path, "a price is a number of US dollars")
    values = DEFAULTS | {k: float(v) for k, v in given.items()}
    return Prices(str(data.get("date", DATE)), str(data.get("source", path)), values)


def _unreadable(path: str, why: str) -> EvidenceUnreadable:
    return EvidenceUnreadable(
        "prices-unreadable",
        Text(en=f'the price file "{path}" cannot be used', ja=f"価格ファイル「{path}」が使えない"),
        note=Text(en=why, ja=why),
    )


def fargate_month(
    prices: Prices, cpu: int, memory: int, *, arm: bool = False, windows: bool = False
) -> float:
    """A task of so many CPU units and MiB for a month."""
    kind = "windows_" if windows else "arm_" if arm else ""
    hour = (cpu / 1024) * prices[f"fargate_{kind}vcpu_hour"]
    hour += (memory / 1024) * prices[f"fargate_{kind}gb_hour"]
    return hour * HOURS
