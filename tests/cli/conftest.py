"""Recordings of a healthy and of a broken service, as `--save` would have made them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.sources.fake import source_of
from tests.sources.payloads import healthy, service

from kiriwake.app.diagnose import diagnose
from kiriwake.core.target import parse
from kiriwake.evidence.bundle import encode
from kiriwake.sources.bundle import RecordingSource

FULL = (
    "(service web) was unable to place a task. Reason: Unexpected EC2 error:"
    " InsufficientFreeAddressesInSubnet"
)


def recorded(answers: Mapping[str, Any], path: Path) -> str:
    source = RecordingSource(source_of(answers))
    report = diagnose(source, parse("shop/web"))
    path.write_bytes(encode(source.recording(report.taken_at)))
    return str(path)


@pytest.fixture
def well(tmp_path: Path) -> str:
    return recorded(healthy(), tmp_path / "well.json")


@pytest.fixture
def ill(tmp_path: Path) -> str:
    answers = healthy(3)
    short = service(desiredCount=9, runningCount=3)
    short["events"] = [
        {"id": "1", "createdAt": short["deployments"][0]["createdAt"], "message": FULL}
    ]
    answers["ecs:DescribeServices"] = {"services": [short], "failures": []}
    return recorded(answers, tmp_path / "ill.json")


@pytest.fixture
def blind(tmp_path: Path) -> str:
    answers = {**healthy(), "ecs:ListTasks": PermissionError}
    del answers["ecs:ListTasks"]
    return recorded(answers, tmp_path / "blind.json")
