"""Who calls whom: service names found in environment values, arguments and config files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kiriwake.migrate.model import Endpoint, Estate, Workload

_HOST = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?")
_SUFFIXES = ("", ".{ns}", ".{ns}.svc", ".{ns}.svc.cluster.local")


def words_of(workload: Workload, estate: Estate) -> set[str]:
    """Every text of a workload that could be a host name."""
    texts: list[str] = []
    configs = {(c.namespace, c.name): c.data for c in estate.configs}
    for container in workload.every_container:
        texts += [v.value for v in container.variables if v.value]
        texts += [*(container.entry or ()), *(container.command or ())]
    for volume in workload.volumes:
        if volume.how == "config":
            texts += configs.get((workload.namespace, volume.source), {}).values()
    return {word for text in texts for word in _HOST.findall(text)}


def forms(endpoint: Endpoint) -> tuple[str, ...]:
    """The names an endpoint answers to inside a cluster, the shortest first."""
    return tuple(endpoint.name + suffix.format(ns=endpoint.namespace) for suffix in _SUFFIXES)


def called_as(estate: Estate) -> dict[tuple[str, str], tuple[str, ...]]:
    """The forms of its name under which each endpoint is really called."""
    return _Graph(estate).forms


def start_order(estate: Estate) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    """What each workload should start after, without circles (the later edge gives way)."""
    graph = _Graph(estate).edges
    kept: dict[tuple[str, str], list[tuple[str, str]]] = {key: [] for key in graph}
    for caller, callees in graph.items():
        for callee in sorted(callees):
            if callee != caller and not _reaches(kept, callee, caller):
                kept[caller].append(callee)
    return {key: tuple(value) for key, value in kept.items()}


class _Graph:
    def __init__(self, estate: Estate) -> None:
        self.forms: dict[tuple[str, str], tuple[str, ...]] = {}
        self.edges: dict[tuple[str, str], set[tuple[str, str]]] = {}
        by_form: dict[str, list[tuple[Endpoint, str]]] = {}
        behind: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for endpoint in estate.endpoints:
            for form in forms(endpoint):
                by_form.setdefault(form, []).append((endpoint, form))
            key = (endpoint.namespace, endpoint.name)
            behind[key] = {(w.namespace, w.name) for w in estate.targets(endpoint)}
        used: dict[tuple[str, str], set[str]] = {}
        named = {w.name: (w.namespace, w.name) for w in estate.workloads}
        for workload in estate.workloads:
            caller = (workload.namespace, workload.name)
            edges = self.edges.setdefault(caller, set())
            edges |= {named[name] for name in workload.after if name in named}
            for word in words_of(workload, estate):
                for endpoint, form in by_form.get(word, ()):
                    key = (endpoint.namespace, endpoint.name)
                    if form == endpoint.name and endpoint.namespace != workload.namespace:
                        continue
                    used.setdefault(key, set()).add(form)
                    edges |= behind[key]
        self.forms = {key: tuple(sorted(found)) for key, found in used.items()}


def _reaches(
    graph: Mapping[tuple[str, str], list[tuple[str, str]]],
    start: tuple[str, str],
    goal: tuple[str, str],
) -> bool:
    seen: set[tuple[str, str]] = set()
    waiting = [start]
    while waiting:
        spot = waiting.pop()
        if spot == goal:
            return True
        if spot not in seen:
            seen.add(spot)
            waiting += graph.get(spot, ())
    return False
