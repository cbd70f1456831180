"""The laws of the ledger: nothing is lost silently, nothing counted twice."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.migrate.samples import NAMES, TARGETS, estate, migrated

from kiriwake.migrate.ecs.convert import EcsOptions, to_ecs
from kiriwake.migrate.eks.convert import EksOptions, to_eks
from kiriwake.migrate.kubernetes.objects import read_objects
from kiriwake.migrate.migration import MigrateOptions, migrate
from kiriwake.migrate.model import Estate
from kiriwake.migrate.tree import Map, leaves
from kiriwake.migrate.yaml_text import chunks, read_yaml


def identities(found: Estate) -> Counter[tuple[str, int, str]]:
    return Counter(
        (leaf.place.file, leaf.place.doc, leaf.pointer)
        for document in found.documents
        for leaf in leaves(document)
    )


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_an_input_is_in_the_ledger_exactly_once(name: str, to: str) -> None:
    entries = json.loads(migrated(name, to).files["ledger.json"])["entries"]
    told = Counter((e["file"], e["doc"], e["pointer"]) for e in entries)

    assert told == identities(estate(name))
    assert set(told.values()) == {1}
    assert {e["fate"] for e in entries} <= {"carried", "adapted", "replaced", "dropped"}
    assert all(e["why"] and e["line"] > 0 for e in entries)


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize("name", NAMES)
def test_converting_twice_gives_the_same_bytes(name: str, to: str) -> None:
    again = migrate(MigrateOptions((name,), to, "out"), estate(name))

    assert dict(again.files) == dict(migrated(name, to).files)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_kubernetes_input_keeps_nearly_everything_on_eks(name: str) -> None:
    if not name[:2].isdigit() or estate(name).workloads[0].source.value != "kubernetes":
        return
    entries = json.loads(migrated(name, "eks").files["ledger.json"])["entries"]

    lost = [e["pointer"] for e in entries if e["fate"] == "dropped"]
    assert len(lost) <= 1 + len(entries) // 50, lost


_NAMES = st.text("abcdefghij-", min_size=1, max_size=8).map(lambda t: "x" + t.strip("-"))
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(0, 9999), st.text("ab1.:/{}$() %", max_size=8)
)
_ANYTHING: st.SearchStrategy[Any] = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3)
)
_PROBES = st.fixed_dictionaries(
    {},
    optional={
        "httpGet": st.fixed_dictionaries({"path": st.just("/x"), "port": st.integers(1, 65535)}),
        "exec": st.fixed_dictionaries({"command": st.lists(_NAMES, min_size=1, max_size=3)}),
        "periodSeconds": st.integers(1, 600),
        "unknownField": _ANYTHING,
    },
)
_CONTAINERS = st.fixed_dictionaries(
    {"name": _NAMES, "image": st.sampled_from(["nginx:1", "x.azurecr.io/a:1", "a/b@sha256:00"])},
    optional={
        "ports": st.lists(
            st.fixed_dictionaries({"containerPort": st.integers(1, 65535)}), max_size=2
        ),
        "env": st.lists(st.fixed_dictionaries({"name": _NAMES, "value": st.text(max_size=5)})),
        "resources": st.fixed_dictionaries({"limits": st.just({"cpu": "100m", "memory": "64Mi"})}),
        "readinessProbe": _PROBES,
        "livenessProbe": _PROBES,
        "securityContext": st.dictionaries(_NAMES, _ANYTHING, max_size=2),
        "surprise": _ANYTHING,
    },
)  # fmt: skip


@st.composite
def _objects(draw: st.DrawFn) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 3))):
        name = f"w{number}"
        template = {
            "metadata": {"labels": {"app": name}},
            "spec": {
                "containers": draw(st.lists(_CONTAINERS, min_size=1, max_size=2)),
                **draw(st.dictionaries(_NAMES, _ANYTHING, max_size=2)),
            },
        }
        kind = draw(st.sampled_from(["Deployment", "StatefulSet", "DaemonSet"]))
        spec = {"replicas": draw(st.integers(0, 5)), "template": template}
        found.append(
            {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        )
        ports = [{"port": draw(st.integers(1, 65535))}]
        service = {"selector": {"app": name}, "ports": ports, "type": "LoadBalancer"}
        found.append(
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": service}
        )
    found.append(
        {
            "apiVersion": "example.com/v1",
            "kind": "Surprise",
            "metadata": {"name": "s"},
            "spec": draw(_ANYTHING),
        }
    )
    return found


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(_objects())
def test_any_object_is_accounted_for_on_both_targets(objects: list[dict[str, Any]]) -> None:
    text = "\n---\n".join(yaml.safe_dump(item, sort_keys=False) for item in objects)
    trees = [tree for chunk in chunks(text) for tree in read_yaml(chunk, "x.yaml")]
    found = read_objects([tree for tree in trees if isinstance(tree, Map)])

    for entries in (to_ecs(found, EcsOptions()).entries, to_eks(found, EksOptions()).entries):
        told = Counter((e.place.file, e.place.doc, e.pointer) for e in entries)
        assert told == identities(found)
        assert set(told.values()) <= {1}
