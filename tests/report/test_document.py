"""`kiriwake-report/1` keeps its contract, and its published schema is the one it keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.report.samples import SAMPLES, scenario_a, scenario_d

from kiriwake.core.target import parse
from kiriwake.core.text import Lang
from kiriwake.report import document

ROOT = Path(__file__).parent.parent.parent
every_sample = pytest.mark.parametrize("name", SAMPLES)


def told(name: str, lang: Lang = Lang.EN) -> Any:
    return json.loads(document.render(SAMPLES[name](), lang))


@every_sample
@pytest.mark.parametrize("lang", Lang)
def test_every_report_fits_the_types_that_the_schema_is_made_from(name: str, lang: Lang) -> None:
    text = document.render(SAMPLES[name](), lang).encode()

    assert msgspec.json.decode(text, type=document.Document, strict=True).schema == document.SCHEMA


def test_the_published_schema_is_up_to_date() -> None:
    published = json.loads((ROOT / "docs/reference/report-schema.json").read_text("utf-8"))

    assert published == document.schema()


@every_sample
def test_facts_refer_to_calls_that_are_listed_in_the_order_asked(name: str) -> None:
    seen = told(name)
    numbers = [call["n"] for call in seen["calls"]]
    facts = [
        fact
        for target in seen["targets"]
        for part in (*target["causes"], *target["ruled_out"], *target["evidence"])
        for fact in part["because"]
    ]

    assert numbers == list(range(1, len(numbers) + 1))
    assert {fact["call"] for fact in facts} <= set(numbers)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "hostile"])
def test_every_target_is_accepted_back(name: str) -> None:
    for target in told(name)["targets"]:
        assert str(parse(target["target"])) == target["target"]


def test_the_contract_of_the_design_holds() -> None:
    seen = told("scenario-d")
    (target,) = seen["targets"]
    cause = target["causes"][0]
    plan = cause["plans"][0]

    assert {"schema", "taken_at", "account", "region", "principal", "seconds"} <= seen.keys()
    assert seen["taken_at"] == "2026-01-20T06:52:10Z"
    assert target["target"] == "ecs:my-cluster/my-service"
    assert target["status"] == "cause-found"
    assert target["symptoms"] == ["targets-unhealthy", "deployment-stalled"]
    assert (cause["level"], cause["root"]) == ("cause", True)
    assert cause["because"][1]["direct"] is True
    assert plan["risk"] == "ask"
    assert plan["apply"][0].startswith("aws elbv2 modify-target-group ")
    assert plan["undo"][0].endswith("--health-check-path /health --region us-east-1")
    assert target["causes"][-1]["level"] == "warning"
    assert target["unknown"][0]["missing"][0] == {
        "action": "logs:FilterLogEvents",
        "argument": "/ecs/my-app",
        "why": "denied",
        "says": "AccessDeniedException",
    }
    assert target["depth"] == "full"


def test_what_was_done_last_is_undone_first() -> None:
    report = scenario_a()
    finding = report.diagnoses[0].findings[0]
    first, second = finding.plans[0].undo[0], scenario_d().diagnoses[0].findings[0].plans[0].undo[0]
    both = replace(finding.plans[0], undo=(first, second))
    diagnosis = replace(report.diagnoses[0], findings=(replace(finding, plans=(both,)),))
    seen = document.document(replace(report, diagnoses=(diagnosis,)), Lang.EN)

    assert seen.targets[0].causes[0].plans[0].undo[0].startswith("aws elbv2")
