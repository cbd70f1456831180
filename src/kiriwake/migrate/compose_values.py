"""Durations, amounts and orders as compose writes them."""

from __future__ import annotations

import re

from kiriwake.core.text import Text
from kiriwake.migrate.ledger import trace
from kiriwake.migrate.model import Amount, Rollout
from kiriwake.migrate.quantity import MIB, quantity
from kiriwake.migrate.tree import Malformed, Map, Tree, as_text, as_texts, as_whole, at

_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"([0-9.]+)(h|ms|us|ns|m|s)")


def after(tree: Tree | None) -> tuple[str, ...]:
    """The services that must run first."""
    return tuple(tree.items) if isinstance(tree, Map) else as_texts(tree)


def rollout(tree: Tree | None) -> Rollout:
    """How `update_config` replaces containers."""
    if tree is None:
        # compose itself stops the old container before it starts the new one; one task at a time
        # in both directions keeps the service up
        return Rollout(Amount(100, percent=True), Amount(0, percent=True))
    step = as_whole(at(tree, "parallelism")) or 1
    first = as_text(at(tree, "order")) == "start-first"
    none = Amount(0, percent=False)
    some = Amount(step, percent=False)
    return Rollout(
        some if first else none, none if first else some, stated=True, trace=trace(whole=tree)
    )


def seconds(tree: Tree | None) -> int | None:
    """A duration such as `1m30s` in seconds."""
    written = as_text(tree)
    if written is None:
        return None
    if written.isdigit():
        return int(written)
    return round(sum(float(n) * _SECONDS[unit] for n, unit in _DURATION.findall(written)))


def cpus(tree: Tree | None) -> int | None:
    """A number of CPUs in thousandths."""
    found = quantity(tree)
    return None if found is None else int(found * 1000)


def memory(tree: Tree | None) -> int | None:
    """An amount such as `512m` in MiB."""
    written = as_text(tree)
    if written is None or tree is None:
        return None
    found = re.fullmatch(r"([0-9.]+)\s*([kmgt]?)i?b?", written.strip().lower())
    if found is None:
        raise Malformed(
            tree.place,
            Text(en=f'"{written}" is no amount of memory', ja=f"「{written}」はメモリ量ではない"),
            "no-quantity",
        )
    power = " kmgt".index(found.group(2) or " ")
    size: float = float(found.group(1)) * float(1024**power)
    return max(1, round(size / MIB))
