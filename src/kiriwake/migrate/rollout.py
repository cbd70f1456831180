"""The percentages that give ECS the same number of extra and missing tasks."""

from __future__ import annotations

from dataclasses import dataclass

from kiriwake.migrate.model import Amount, Kind, Workload


@dataclass(frozen=True, slots=True)
class Percentages:
    """`minimumHealthyPercent` and `maximumPercent`."""

    least: int
    most: int


def surge_and_missing(workload: Workload, tasks: int) -> tuple[int, int]:
    """How many tasks may be extra (rounded up) and missing (rounded down) of so many."""
    if workload.rollout.recreate:
        return 0, tasks
    return (
        _share(workload.rollout.surge, tasks, up=True),
        _share(workload.rollout.unavailable, tasks, up=False),
    )


def percentages(workload: Workload) -> Percentages:
    """The percentages of a workload's ECS service.

    ECS rounds the upper bound down and the lower bound up, so both are rounded the other way here.
    Neither extra nor missing is what Kubernetes refuses and ECS would wait on for ever; then one
    extra task is allowed.
    """
    tasks = max(1, workload.scaling.least if workload.scaling else workload.replicas)
    extra, missing = surge_and_missing(workload, tasks)
    missing = min(missing, tasks)
    if extra == 0 and missing == 0:
        extra = 1
    if workload.kind is Kind.STATEFUL and not extra:
        missing = max(1, missing)
    return Percentages(100 * (tasks - missing) // tasks, -(-100 * (tasks + extra) // tasks))


def most_tasks(workload: Workload) -> int:
    """How many tasks run at the height of a deployment, the autoscaler at its limit."""
    tasks = workload.scaling.most if workload.scaling else workload.replicas
    if workload.kind in {Kind.TASK, Kind.SCHEDULED}:
        return tasks
    # autoscaled or not, the service's percentage applies to the desired count of the moment
    return tasks * percentages(workload).most // 100


def _share(amount: Amount, tasks: int, *, up: bool) -> int:
    if not amount.percent:
        return amount.number
    return -(-tasks * amount.number // 100) if up else tasks * amount.number // 100
