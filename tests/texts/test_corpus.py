"""Real texts with confirmed causes: the figures of the issue, printed."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kiriwake.app.explain import explain
from kiriwake.texts.ids import meanings

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("KIRIWAKE_CORPUS") or ROOT.parent / "shared" / "corpus")
MARK = 0.97


def slugs() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((ROOT / "docs" / "corpus-slugs.json").read_text())
    return found


def test_slugs_lead_to_ids_that_exist() -> None:
    assert {id_ for ids in slugs().values() for id_ in ids} <= set(meanings())


def cases() -> list[dict[str, Any]]:
    path = CORPUS / "dev.jsonl"
    if not path.is_file():
        pytest.skip(f"no corpus at {CORPUS} (KIRIWAKE_CORPUS): all of its cases are skipped")
    every = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        case
        for case in every
        if case["cause"] != "component-bug" and case["text_kind"] != "description"
    ]


def kind_of(case: dict[str, Any]) -> str:
    return "none" if case["cause"] == "none" else str(case["difficulty"])


def is_met(case: dict[str, Any], ids: list[str]) -> bool:
    found = explain(case["text"])
    offered = [candidate.id for candidate in found.candidates]
    match kind_of(case):
        case "none":
            return found.fault is False
        case "easy":
            return any(id_ in ids for id_ in offered[:1])
        case _:
            return any(id_ in ids for id_ in offered[:3])


def test_the_corpus_is_read_right(capsys: pytest.CaptureFixture[str]) -> None:
    lead = slugs()
    asked, met = Counter[str](), Counter[str]()
    missed = []
    for case in cases():
        asked[kind_of(case)] += 1
        if is_met(case, lead[case["cause"]]):
            met[kind_of(case)] += 1
        else:
            missed.append(case["id"])
    with capsys.disabled():
        figures = ", ".join(f"{kind} {met[kind]}/{asked[kind]}" for kind in sorted(asked))
        sys.stdout.write(f"\ncorpus: {figures}; missed: {missed or 'none'}\n")

    assert met["easy"] >= MARK * asked["easy"]
    assert met["ambiguous"] >= MARK * asked["ambiguous"]
    assert met["none"] == asked["none"]


def test_every_slug_of_the_taxonomy_is_mapped() -> None:
    path = CORPUS / "taxonomy.md"
    if not path.is_file():
        pytest.skip(f"no taxonomy at {CORPUS} (KIRIWAKE_CORPUS)")
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    named = {row.split("|")[1].strip() for row in rows} - {"slug"}

    assert named == set(slugs())
