"""The choice is a table of evidence, and its reasons hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.migrate.samples import NAMES, estate, read_text

from kiriwake.core.errors import EvidenceUnreadable
from kiriwake.core.text import Lang
from kiriwake.migrate.choose import TARGETS, ChooseOptions, choose, document, text
from kiriwake.migrate.columns import width
from kiriwake.migrate.prices import Prices, fargate_month, read_prices

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "nginx:1", ports: [{containerPort: 80}], EXTRA}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
"""


def picked(folder: Path, extra: str, team: str = "unknown") -> tuple[str, list[str]]:
    found = choose(
        ChooseOptions((), team), read_text(folder, WEB.replace("EXTRA", extra)), Prices()
    )
    return found.pick, [gate.id for gate in found.gates]


@pytest.mark.parametrize("name", NAMES)
def test_every_input_gets_the_whole_table(name: str) -> None:
    found = choose(ChooseOptions((name,)), estate(name), Prices())
    data = document(found, Lang.EN)

    assert [t["id"] for t in data["targets"]] == list(TARGETS)  # type: ignore[attr-defined]
    struck = {t.id: t.struck_out for t in found.targets}
    assert struck[found.pick] is None
    assert struck["app-runner"] is not None
    assert "2026-04-30" in struck["app-runner"].en
    for lang in Lang:
        lines = [x for x in text(found, lang).splitlines() if "-->" not in x]
        assert max(width(line) for line in lines) <= 80


def test_one_http_container_goes_to_express_mode(tmp_path: Path) -> None:
    assert picked(tmp_path, "") == ("ecs-express", [])


def test_a_team_that_runs_kubernetes_keeps_it(tmp_path: Path) -> None:
    assert picked(tmp_path, "", team="yes")[0] == "eks"


@pytest.mark.parametrize(
    ("extra", "gate"),
    [
        ("securityContext: {privileged: true}", "privileged"),
        ("securityContext: {capabilities: {add: [NET_ADMIN]}}", "capability"),
        ("resources: {limits: {nvidia.com/gpu: 1}}", "gpu"),
        ('resources: {limits: {cpu: "64"}}', "too-large"),
    ],
)
def test_what_fargate_cannot_run_closes_it(tmp_path: Path, extra: str, gate: str) -> None:
    assert picked(tmp_path, extra) == ("eks", [gate])
    assert picked(tmp_path, extra, team="no") == ("ecs-managed-instances", [gate])


def test_the_full_estate_needs_kubernetes() -> None:
    found = choose(ChooseOptions(()), estate("full-kubernetes.yaml"), Prices())

    assert found.pick == "eks"
    assert {"host-namespace", "stateful-set"} <= {gate.id for gate in found.gates}
    assert all(gate.place is not None for gate in found.gates)


def test_a_smallest_fargate_task_costs_nine_dollars_and_24_make_a_cluster() -> None:
    assert fargate_month(Prices(), 256, 512) == pytest.approx(9.01, abs=0.01)
    found = choose(ChooseOptions(()), estate("01-aks-store-quickstart.yaml"), Prices())
    assert found.break_even == 24


def test_own_prices_replace_the_list(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"date": "2030-01-01", "nat_gateway_month": 0}))

    prices = read_prices(str(file))

    assert (prices.date, prices["nat_gateway_month"]) == ("2030-01-01", 0.0)
    assert prices["eks_cluster_month"] == 73.0


@pytest.mark.parametrize("content", ["[]", "{", '{"nat": 1}', '{"secret_month": "1"}'])
def test_a_price_file_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "prices.json"
    file.write_text(content)

    with pytest.raises(EvidenceUnreadable):
        read_prices(str(file))
