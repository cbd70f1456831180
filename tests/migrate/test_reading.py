"""What cannot be read is said with file and line, and the rest goes on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.migrate.samples import FOLDER, estate, read_text

from kiriwake.core.errors import EvidenceUnreadable, TargetNotFound
from kiriwake.migrate.inputs import read_paths
from kiriwake.migrate.tree import Leaf, Malformed, at, plain
from kiriwake.migrate.yaml_text import chunks, read_yaml

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n"


def notices(folder: Path, text: str, name: str = "input.yaml") -> dict[str, str]:
    found = read_text(folder, text, name)
    return {n.id: str(n.place) for n in found.notices}


def test_a_broken_document_is_named_and_the_others_are_converted(tmp_path: Path) -> None:
    found = read_text(tmp_path, f"{POD}---\na: [1,\n---\n{POD.replace('name: p', 'name: q')}")

    assert [w.name for w in found.workloads] == ["p", "q"]
    (told,) = found.notices
    assert (told.id, told.place.line if told.place else 0) == ("no-yaml", 7)


def test_a_helm_template_is_sent_back_to_helm(tmp_path: Path) -> None:
    raw = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n"

    assert notices(tmp_path, f"{POD}---\n{raw}")["render-first"].endswith("input.yaml:9:1")


def test_a_go_template_inside_a_config_file_is_an_application_s_own(tmp_path: Path) -> None:
    config = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
        "  alert: '{{ range .Alerts }}x{{ end }}'\n"
    )

    assert notices(tmp_path, f"{POD}---\n{config}") == {}


def test_a_kustomization_and_a_chart_are_to_be_rendered(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: []\n")
    (tmp_path / "Chart.yaml").write_text("name: x\n")
    (tmp_path / "pod.yaml").write_text(POD)

    told = [n.says.en for n in read_paths([str(tmp_path)]).notices]

    assert any("helm template" in each for each in told)
    assert any("kubectl kustomize" in each for each in told)


def test_a_removed_api_version_is_told_with_its_successor(tmp_path: Path) -> None:
    old = (
        "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: i}\n"
        "spec: {backend: {serviceName: a, servicePort: 80}}\n"
    )
    found = read_text(tmp_path, old)

    assert "networking.k8s.io/v1" in found.notices[0].says.en
    assert found.routes[0].paths[0].service == "a"


def test_a_placeholder_in_an_image_is_told(tmp_path: Path) -> None:
    told = notices(tmp_path, POD.replace("image: i", "image: '<acr-name>.azurecr.io/a:1'"))

    assert told["placeholder"].endswith(":4:38")


@pytest.mark.parametrize(
    ("content", "reference"),
    [
        (b"\xff\xfe\x00\xd8", "no-utf-8"),
        (b"a: caf\xe9\n", "no-utf-8"),
        (b"- just\n- a list\n", "not-understood"),
        (b"kind: [", "no-yaml"),
        (b"a: *nowhere\n", "no-anchor"),
        (b"? [complex]\n: key\n", "no-key"),
        (b"\x00\x01", "no-yaml"),
    ],
)
def test_hostile_bytes_get_a_clear_error(tmp_path: Path, content: bytes, reference: str) -> None:
    (tmp_path / "bad.yaml").write_bytes(content)
    (tmp_path / "good.yaml").write_text(POD)

    (told,) = read_paths([str(tmp_path)]).notices

    assert told.id == reference
    assert str(tmp_path / "bad.yaml") in str(told.place)


@pytest.mark.slow
def test_a_yaml_bomb_stops_early(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    started = time.process_time()

    with pytest.raises(EvidenceUnreadable) as caught:
        read_text(tmp_path, bomb)

    assert caught.value.note is not None
    assert "aliases" in caught.value.note.en
    assert time.process_time() - started < 10


def test_deep_nesting_stops_early() -> None:
    (chunk,) = chunks("[" * 5000 + "]" * 5000)

    with pytest.raises(Malformed, match="100 levels"):
        read_yaml(chunk, "x")


def test_a_file_of_100_mb_is_not_even_opened(tmp_path: Path) -> None:
    with (tmp_path / "big.yaml").open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)

    with pytest.raises(EvidenceUnreadable) as caught:
        read_paths([str(tmp_path / "big.yaml")])

    assert caught.value.note is not None
    assert "104,857,600 bytes" in caught.value.note.en


def test_a_path_that_does_not_exist_is_named() -> None:
    with pytest.raises(TargetNotFound, match="nowhere"):
        read_paths(["nowhere"])


def test_aliases_and_merge_keys_stand_where_they_are_used() -> None:
    (chunk,) = chunks("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n")
    (tree,) = read_yaml(chunk, "x")

    assert plain(tree) == {"a": {"x": 1, "y": 2}, "b": {"y": 3, "x": 1}, "c": {"x": 1, "y": 2}}
    leaf = at(tree, "c", "x")
    assert isinstance(leaf, Leaf)
    assert (leaf.pointer, leaf.place.line) == ("/c/x", 1)


def test_arm_expressions_are_resolved_or_left_open() -> None:
    found = estate("aci-arm.json")
    (workload,) = found.workloads
    (container,) = workload.containers

    assert (workload.name, container.name) == ("jobs", "jobs-main")
    assert container.image == "${image}"
    assert found.parameters["image"] == "[parameters('image')]"
    assert container.resources.cpu_request == 500
    assert [p.number for p in container.ports] == [8080]
    by_name = {v.name: v for v in container.variables}
    assert (by_name["A"].value, by_name["TAG"].value) == ("B", "v1")
    assert "listKeys" in by_name["KEY"].unknown
    assert by_name["PW"].secret is not None


def test_bicep_tells_a_text_from_a_name_and_keeps_lines() -> None:
    pytest.importorskip("pycep")
    (workload,) = estate("container-app.bicep").workloads
    (container,) = workload.containers

    assert container.image == "shop.azurecr.io/orders:1.2"
    assert container.resources.cpu_request == 250
    assert {v.name: v.value for v in container.variables}["NAME"] == "name"
    assert container.place is not None
    assert container.place.line == 25


def test_compose_interpolates_and_merges() -> None:
    found = estate("shop.compose.yaml")
    web, api, once = found.workloads

    assert web.containers[0].image == "ghcr.io/shop/web:1.0"
    assert api.containers[0].image == "${REGISTRY}/api:2"
    assert web.stop_s == 90
    assert {v.name: v.value for v in web.containers[0].variables}["PRICE"] == "$5"
    assert once.kind.value == "task"
    assert "compose-profile" in {n.id for n in found.notices}


def test_every_public_input_is_read_without_a_refusal() -> None:
    found = read_paths([str(FOLDER / "public")])

    assert len(found.workloads) == 36
    assert not [n for n in found.notices if n.weight.value == "refused"]
