"""Reading a text: every known meaning in it, the one nearest to the root first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

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
from kiriwake.texts.meaning import Dependency, Failure, Meaning, Weight
from kiriwake.texts.normalise import Normal, masked, normalise
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
_ROWS = tuple(row for table in TABLES for row in table)
GRAM = 3
REMEMBERED = 4_096
"""Characters up to which a text is kept in memory; a log is read anew."""
ONE_MESSAGE = 1_500
"""Characters within which two findings are of one message (AWS cuts reasons at 1,024)."""
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


@dataclass(frozen=True, slots=True)
class Shape:
    """What texts that differ only in ids and addresses have in common."""

    rows: tuple[Pattern, ...]
    refused: bool
    unreached: bool
    kubernetes: bool


def read(message: str) -> tuple[Meaning, ...]:
    """What a message says, best first; empty when nothing in it is known."""
    return _remembered(message) if len(message) <= REMEMBERED else _read(message)


def _read(message: str) -> tuple[Meaning, ...]:
    text = normalise(message)
    flat = masked(text.flat)
    shape = _shape(flat) if len(flat) <= REMEMBERED else _shape_of(flat)
    found = list(_found(text, shape))
    ids = {meaning.id for meaning in found}
    kept = (m for m in found if not (EXCUSED.get(m.id, frozenset()) & ids))
    if shape.kubernetes:
        kept = (_on_kubernetes(meaning) for meaning in kept)
    best_first = sorted(kept, key=lambda meaning: (-meaning.weight, meaning.position))
    return tuple(_settled(best_first))


def _settled(best_first: Iterable[Meaning]) -> Iterator[Meaning]:
    """The meanings, of which only the first decides what one message is about."""
    decided: list[int] = []
    for meaning in best_first:
        if not meaning.decided_by_text:
            yield meaning
        elif any(abs(meaning.position - other) < ONE_MESSAGE for other in decided):
            yield replace(meaning, decided_by_text=False)
        else:
            decided.append(meaning.position)
            yield meaning


def _shape_of(flat: str) -> Shape:
    text = Normal(flat, flat.lower())
    rows = tuple(row for row in rows_for(text.lower) if row.read(text) is not None)
    return Shape(
        rows=rows,
        refused=any(True for _ in iam_denied.read(text)),
        unreached=any(True for _ in network.read(text)),
        kubernetes=_tells_of_kubernetes(text.lower),
    )


_remembered = lru_cache(maxsize=4_096)(_read)
_shape = lru_cache(maxsize=4_096)(_shape_of)


def _found(text: Normal, shape: Shape) -> Iterator[Meaning]:
    structured = (
        *(iam_denied.read(text) if shape.refused else ()),
        *(network.read(text) if shape.unreached else ()),
    )
    told = {(m.dependency, m.failure) for m in structured if m.dependency is not None}
    if any(failure is Failure.DENIED for _, failure in told):
        # Who was refused what is known; rows that guess it from words nearby would add noise.
        told |= {(dependency, Failure.DENIED) for dependency in Dependency}
    yield from structured
    for row in shape.rows:
        if (row.dependency, row.failure) in told and row.weight is Weight.DIRECT:
            continue
        if meaning := row.read(text):
            yield meaning


def rows_for(lower: str) -> Iterator[Pattern]:
    """The rows that have an anchor in the text, and a few more, in the order of the tables.

    Each anchor is known by its rarest three letters, so that one pass over the text
    leaves a handful of rows to try.
    """
    index = _index()
    here = {lower[i : i + GRAM] for i in range(len(lower) - GRAM + 1)}
    numbers = {number for gram in here & index.keys() for number in index[gram]}
    for number in sorted(numbers):
        yield _ROWS[number]


@cache
def _index() -> Mapping[str, tuple[int, ...]]:
    anchors = {anchor for row in _ROWS for anchor in row.anchors}
    common = Counter(gram for anchor in anchors for gram in _grams(anchor))
    rarest = {anchor: min(_grams(anchor), key=common.__getitem__) for anchor in anchors}
    index: dict[str, list[int]] = {}
    for number, row in enumerate(_ROWS):
        for gram in {rarest[anchor] for anchor in row.anchors}:
            index.setdefault(gram, []).append(number)
    return {gram: tuple(numbers) for gram, numbers in index.items()}


def _grams(anchor: str) -> list[str]:
    return [anchor[i : i + GRAM] for i in range(len(anchor) - GRAM + 1)]


def _tells_of_kubernetes(lower: str) -> bool:
    return any(word in lower for word in _KUBERNETES) and not any(word in lower for word in _ECS)


def _on_kubernetes(meaning: Meaning) -> Meaning:
    causes = tuple(dict.fromkeys(ON_KUBERNETES.get(cause, cause) for cause in meaning.causes))
    return replace(meaning, causes=causes)
