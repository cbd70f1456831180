"""Which capacity a task goes to: a launch type, or a capacity provider of the strategy."""

from __future__ import annotations

from collections.abc import Sequence

from kiriwake.lab.ecs.clusters import FARGATE_PROVIDERS
from kiriwake.lab.ecs.model import Shape


def choose(launch_type: str, strategy: Sequence[Shape], running: dict[str, int]) -> tuple[str, str]:
    """Launch type and capacity provider of the next task; bases first, then by weight."""
    if not strategy:
        return launch_type or "EC2", ""
    name = _provider(strategy, running)
    return ("FARGATE" if name in FARGATE_PROVIDERS else "EC2"), name


def _provider(strategy: Sequence[Shape], running: dict[str, int]) -> str:
    for item in strategy:
        if running.get(item["capacityProvider"], 0) < int(item.get("base") or 0):
            return str(item["capacityProvider"])
    weighted = [item for item in strategy if int(item.get("weight") or 0) > 0] or list(strategy)[:1]

    def share(item: Shape) -> float:
        over = running.get(item["capacityProvider"], 0) - int(item.get("base") or 0)
        return over / max(1, int(item.get("weight") or 0))

    return str(min(weighted, key=share)["capacityProvider"])
