"""The verbs, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from tests.migrate.samples import FOLDER

from kiriwake.cli.main import run

STORE = str(FOLDER / "public/01-aks-store-quickstart.yaml")


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run([*words, "--lang", "en"])
    return code, capsys.readouterr().out


def test_migrate_writes_its_files_and_tells_what_changes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, said = typed(capsys, "migrate", STORE, "--to", "ecs", "-o", str(out))

    assert code == 0
    assert said.startswith("Behaves differently without a word")
    assert sorted(p.name for p in out.iterdir()) == [
        "README.md", "ledger.json", "template.yaml", "terraform",
    ]  # fmt: skip
    ledger = json.loads((out / "ledger.json").read_text())
    assert ledger["schema"] == "kiriwake-ledger/1"
    assert set(ledger["entries"][0]) >= {"file", "doc", "pointer", "fate", "to", "why"}


def test_migrate_again_into_its_own_directory_leaves_nothing_stale(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = str(tmp_path / "out")
    typed(capsys, "migrate", STORE, "--to", "eks", "-o", out)
    other = str(FOLDER / "public/04-agic-aspnetapp-pod.yaml")
    code, _ = typed(capsys, "migrate", other, "--to", "eks", "-o", out)

    assert code == 0
    assert not list((tmp_path / "out").glob("manifests/*rabbitmq*"))


def test_a_directory_of_somebody_else_is_left_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "template.yaml").write_text("mine")
    code, _ = typed(capsys, "migrate", STORE, "--to", "ecs", "-o", str(tmp_path))

    assert code == 2
    assert (tmp_path / "template.yaml").read_text() == "mine"


def test_a_part_that_was_refused_is_not_success(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    full = str(FOLDER / "own/full-kubernetes.yaml")
    code, said = typed(
        capsys, "migrate", full, "--to", "ecs", "-o", str(tmp_path / "o"), "--format", "json"
    )
    found = json.loads(said)

    assert code == 3
    assert found["schema"] == "kiriwake-migrate/1"
    assert found["notices"][0]["weight"] == "behaviour"
    assert all(n["where"] for n in found["notices"] if n["weight"] == "refused")


@pytest.mark.parametrize(
    "words",
    [
        ("migrate", STORE, "--to", "ecs"),
        ("migrate", STORE, "--to", "aks", "-o", "x"),
        ("size",),
        ("new", "ecs-service", "No_Such_Name"),
        ("choose",),
    ],
)
def test_what_cannot_be_meant_is_usage(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert typed(capsys, *words)[0] == 2


def test_a_missing_file_is_one_json_document(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = typed(capsys, "choose", "/nowhere.yaml", "--format", "json")

    assert code == 4
    assert json.loads(said)["error"] == "no-such-path"


def test_choose_and_size_answer_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = typed(capsys, "choose", STORE, "--format", "json")
    choice = json.loads(said)
    assert (code, choice["schema"], choice["pick"]) == (0, "kiriwake-choose/1", "ecs-fargate")
    assert {"id", "loss", "monthly_usd", "struck_out"} <= set(choice["targets"][0])

    words = ("--services", "2", "--tasks", "50", "--zones", "1", "--prefix", "24")
    code, said = typed(capsys, "size", *words, "--other-ips", "52", "--format", "json")
    (subnet,) = json.loads(said)["subnets"]
    assert (code, subnet["usable"]) == (1, 251)
    assert subnet["need"] == {"steady": 152, "surge": 252, "zone_lost": 252}


@pytest.mark.parametrize("what", ["ecs-service", "eks-cluster", "repository", "subnets"])
def test_new_prints_a_template_or_writes_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, what: str
) -> None:
    code, said = typed(capsys, "new", what, "shop")
    assert code == 0
    assert yaml.safe_load(said)["Resources"]

    code, _ = typed(capsys, "new", what, "shop", "-o", str(tmp_path / "out"))
    assert code == 0
    assert (tmp_path / "out/terraform/main.tf").exists()
    assert typed(capsys, "new", what, "shop", "-o", str(tmp_path / "out"))[0] == 0


def test_a_new_service_has_every_checklist_item(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, said = typed(capsys, "new", "ecs-service", "shop", "--health-path", "/up")
    found = {r["Type"]: r.get("Properties", {}) for r in yaml.safe_load(said)["Resources"].values()}

    assert found["AWS::ElasticLoadBalancingV2::TargetGroup"]["HealthCheckPath"] == "/up"
    breaker = found["AWS::ECS::Service"]["DeploymentConfiguration"]["DeploymentCircuitBreaker"]
    assert breaker == {"Enable": True, "Rollback": True}
    assert found["AWS::Logs::LogGroup"]["RetentionInDays"] == 30
    assert found["AWS::ApplicationAutoScaling::ScalingPolicy"]


def test_a_new_cluster_sends_its_logs(capsys: pytest.CaptureFixture[str]) -> None:
    _, said = typed(capsys, "new", "eks-cluster", "prod")
    found = yaml.safe_load(said)["Resources"]

    types = found["Cluster"]["Properties"]["Logging"]["ClusterLogging"]["EnabledTypes"]
    assert len(types) == 5
    assert found["Cluster"]["Properties"]["UpgradePolicy"] == {"SupportType": "STANDARD"}
    addons = {
        r["Properties"]["AddonName"] for r in found.values() if r["Type"] == "AWS::EKS::Addon"
    }
    assert {"amazon-cloudwatch-observability", "eks-pod-identity-agent"} <= addons
    identity = found["Observability"]["Properties"]["PodIdentityAssociations"]
    assert identity[0]["ServiceAccount"] == "cloudwatch-agent"
