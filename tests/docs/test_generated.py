"""The generated pages and the catalogue of facts agree with the code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from kiriwake.causes.registry import all_causes

ROOT = Path(__file__).parents[2]
FACTS = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")
CITED = re.compile(r"\bF\d{1,2}\.\d{2}b?\b")


def test_the_pages_of_the_causes_are_up_to_date() -> None:
    script = [sys.executable, str(ROOT / "scripts" / "docs.py"), "--check"]

    done = subprocess.run(  # noqa: S603
        script,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )

    assert done.stderr == ""
    assert done.returncode == 0


def test_every_fact_that_the_code_cites_is_told_with_its_source() -> None:
    told = set(
        re.findall(
            r'^\| <a id="[^"]+"></a>(F[\d.]+b?) \| .+ \| [A-D] \| .+ \|$', FACTS, re.MULTILINE
        )
    )
    code = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    cited = {id_ for text in code for id_ in CITED.findall(text)}

    assert cited <= told


def test_every_cause_has_a_page_in_both_languages() -> None:
    for id_ in all_causes():
        for lang in ("en", "ja"):
            assert (ROOT / "docs" / "causes" / f"{id_}.{lang}.md").is_file()
