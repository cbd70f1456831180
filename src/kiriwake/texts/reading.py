"""Reading a text: every known meaning in it, the one nearest to the root first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from kiriwake.texts import (
    applications,
    command_errors,
    eks,
    healthy,
    iam_denied,
    kubernetes,
    log_shipping,
    network,
    placement,
    pull,
    resource_initialization,
    runtime,
    service_events,
    stops,
    target_health,
)
from kiriwake.texts.meaning import Meaning, Weight
from kiriwake.texts.normalise import Normal, normalise
from kiriwake.texts.pattern import Pattern

TABLES: tuple[tuple[Pattern, ...], ...] = (
    pull.PATTERNS,
    resource_initialization.PATTERNS,
    stops.PATTERNS,
    runtime.PATTERNS,
    placement.PATTERNS,
    service_events.PATTERNS,
    target_health.PATTERNS,
    kubernetes.PATTERNS,
    eks.PATTERNS,
    log_shipping.PATTERNS,
    applications.PATTERNS,
    command_errors.PATTERNS,
    healthy.PATTERNS,
)
EXCUSED = {row.id: row.excused_by for table in TABLES for row in table if row.excused_by}

ON_KUBERNETES = {
    "ecs/app-exits": "k8s/app-exits",
    "ecs/app-environment-missing": "k8s/app-environment-missing",
    "ecs/app-dependency-unreachable": "k8s/app-dependency-unreachable",
    "ecs/out-of-memory": "k8s/out-of-memory",
    "ecs/container-command-invalid": "k8s/container-command-invalid",
    "ecs/container-cannot-start": "k8s/container-cannot-start",
    "ecs/container-health-check-fails": "k8s/probe-fails",
    "ecs/disk-full": "k8s/disk-full",
    "ecs/stop-timeout-exceeded": "k8s/probe-fails",
    "ecs/execution-role-cannot-pull": "eks/node-cannot-pull",
    "ecs/subnet-ip-exhausted": "eks/cni-ip-exhausted",
    "ecs/spot-interrupted": "k8s/node-terminated",
    "ecs/volume-not-mounted": "k8s/volume-not-attached",
}
"""The same state under the name that it has where Kubernetes runs the container."""

_KUBERNETES = (
    "kubelet",
    "kubectl",
    "kube-system",
    "imagepullbackoff",
    "errimagepull",
    "crashloopbackoff",
    "nodes are available",
    "last state:",
    "restart count",
    "pod sandbox",
    "containers{",
    "runcontainererror",
    "createcontainer",
    "oomkilled",
    " pods ",
    "ipamd",
    "restarts",
)
_ECS = (
    "ecs",
    "fargate",
    "cannotpullcontainer",
    "cannotcreatecontainer",
    "api error (500)",
    "resourceinitialization",
    "stoppedreason",
)


@lru_cache(maxsize=16_384)
def read(message: str) -> tuple[Meaning, ...]:
    """What a message says, best first; empty when nothing in it is known."""
    text = normalise(message)
    found = list(_found(text))
    ids = {meaning.id for meaning in found}
    kept = (m for m in found if not (EXCUSED.get(m.id, frozenset()) & ids))
    if _tells_of_kubernetes(text.lower):
        kept = (_on_kubernetes(meaning) for meaning in kept)
    return tuple(sorted(kept, key=lambda meaning: (-meaning.weight, meaning.position)))


def _found(text: Normal) -> Iterator[Meaning]:
    structured = (*iam_denied.read(text), *network.read(text))
    told = {(m.dependency, m.failure) for m in structured if m.dependency is not None}
    yield from structured
    for table in TABLES:
        for row in table:
            if (row.dependency, row.failure) in told and row.weight is Weight.DIRECT:
                continue
            if meaning := row.read(text):
                yield meaning


def _tells_of_kubernetes(lower: str) -> bool:
    return any(word in lower for word in _KUBERNETES) and not any(word in lower for word in _ECS)


def _on_kubernetes(meaning: Meaning) -> Meaning:
    causes = tuple(dict.fromkeys(ON_KUBERNETES.get(cause, cause) for cause in meaning.causes))
    return replace(meaning, causes=causes)
