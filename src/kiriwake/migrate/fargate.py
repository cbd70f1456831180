"""The task sizes Fargate sells, and the one a workload needs.

Source: ECS developer guide, task definition parameters; the 32 vCPU sizes are Linux only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiriwake.migrate.model import Container, Workload

SIZES: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
    8192: tuple(range(16384, 61441, 4096)),
    16384: tuple(range(32768, 122881, 8192)),
    32768: (61440, 122880, 249856),
}
"""CPU units to the memory sizes in MiB."""
UNSTATED_CPU = 250
UNSTATED_MEMORY = 256
"""What a container without any resources is taken to need, in thousandths and MiB."""


class SizeBy(StrEnum):
    """Whether a task is as large as its limits (safe) or its requests (cheap)."""

    LIMITS = "limits"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True)
class Size:
    """A task size in CPU units (1024 a vCPU) and MiB, and the need it was chosen for."""

    cpu: int
    memory: int
    needs_cpu: int
    needs_memory: int


def cpu_units(millicores: int) -> int:
    """Thousandths of a core as CPU units, rounded up."""
    return -(-millicores * 1024 // 1000)


def need(container: Container, by: SizeBy) -> tuple[int, int]:
    """CPU units and MiB of one container."""
    r = container.resources
    if by is SizeBy.LIMITS:
        cpu, memory = r.cpu_limit or r.cpu_request, r.memory_limit or r.memory_request
    else:
        cpu, memory = r.cpu_request or r.cpu_limit, r.memory_request or r.memory_limit
    return (
        cpu_units(UNSTATED_CPU if cpu is None else cpu),
        UNSTATED_MEMORY if memory is None else memory,
    )


def size_of(workload: Workload, by: SizeBy) -> Size | None:
    """The smallest size that holds all containers at once, or None if Fargate has none.

    Init containers run one after another before the others, so only the largest one counts.
    """
    running = [c for c in workload.every_container if c in workload.containers or c.sidecar]
    needs = [need(container, by) for container in running]
    cpu, memory = sum(n[0] for n in needs), sum(n[1] for n in needs)
    for container in workload.init:
        init_cpu, init_memory = need(container, by)
        cpu, memory = max(cpu, init_cpu), max(memory, init_memory)
    for units, sizes in SIZES.items():
        too_small = units < cpu or (workload.windows and units < 1024)  # noqa: PLR2004
        fitting = next((mib for mib in sizes if mib >= memory), None)
        if not too_small and fitting is not None:
            return Size(units, fitting, cpu, memory)
    return None
