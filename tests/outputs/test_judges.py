"""What migrate and new write, judged by the tools that will read it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.migrate.samples import NAMES, TARGETS, migrated

from kiriwake.migrate.migration import save
from kiriwake.migrate.scaffold import WHAT, NewOptions, new

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-outputs/bin/python"
JUDGE = ROOT / "tests/outputs/judge.py"


def judged(folders: list[Path]) -> dict[str, list[str]]:
    if not PYTHON.exists():
        pytest.fail("the judges are not installed: make setup-outputs")
    done = subprocess.run(  # noqa: S603
        [str(PYTHON), str(JUDGE), *map(str, folders)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.conformance
def test_every_conversion_passes_every_judge(tmp_path: Path) -> None:
    folders = []
    for name in NAMES:
        for to in TARGETS:
            folder = tmp_path / f"{to}-{name}"
            save(migrated(name, to).files, str(folder))
            folders.append(folder)

    found = judged(folders)

    assert len(found) == len(NAMES) * len(TARGETS)
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.conformance
def test_every_scaffold_passes_every_judge(tmp_path: Path) -> None:
    for what in WHAT:
        save(new(NewOptions(what, "shop")), str(tmp_path / what))

    found = judged([tmp_path / what for what in WHAT])

    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.conformance
def test_the_judges_see_faults(tmp_path: Path) -> None:
    save(migrated("04-agic-aspnetapp-pod.yaml", "eks").files, str(tmp_path / "out"))
    for file, old, wrong in (
        ("template.yaml", "EnableDnsSupport", "EnableDnsSuport"),
        ("terraform/main.tf", "  vpc_id =", "  vpc_id  ="),
        ("manifests/14-pod-aspnetapp.yaml", "containerPort", "containerPorts"),
    ):
        path = tmp_path / "out" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, wrong, 1))

    (found,) = judged([tmp_path / "out"]).values()

    assert any("EnableDnsSuport" in said for said in found)
    assert any("terraform fmt" in said for said in found)
    assert any("'containerPort' is a required property" in said for said in found)
