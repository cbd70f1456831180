"""Puts the real output of scenario D into both READMEs; `--check` only compares.

The lab gives its resources new ids and the present time in every run, so the comparison
leaves ids, digests and clock times out.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from kiriwake.app.diagnose import diagnose
from kiriwake.core.target import parse
from kiriwake.core.text import Lang
from kiriwake.lab.server import Lab
from kiriwake.report.story import Style
from kiriwake.report.terminal import render
from kiriwake.sources.aws.clients import connect

ROOT = Path(__file__).parents[1]
TARGET = "my-cluster/my-service"
BLOCK = re.compile(r"(<!-- output:scenario-d -->\n).*?(<!-- /output -->)", re.DOTALL)
VARIES = re.compile(r"[0-9a-f]{13,}|\d\d:\d\d:\d\d|\d+\.\d s|\d+\.\d 秒|[0-9a-f\\\n]{14,}")


def pages() -> dict[Path, str]:
    """Both READMEs as they should be."""
    with Lab(story="second-release") as lab:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(lab.environment())
        report = diagnose(connect(), parse(TARGET))
    return {
        ROOT / "README.md": _page("README.md", render(report, Style(Lang.EN)), ""),
        ROOT / "README.ja.md": _page("README.ja.md", render(report, Style(Lang.JA)), " --lang ja"),
    }


def _page(name: str, output: str, flags: str) -> str:
    shown = f"```text\n$ kiriwake diagnose {TARGET}{flags}\n\n{output.rstrip()}\n```\n"
    text = (ROOT / name).read_text(encoding="utf-8")
    return BLOCK.sub(lambda match: match[1] + shown + match[2], text)


def fixed(text: str) -> str:
    """The text without what varies from run to run."""
    return VARIES.sub("*", text)


def main() -> int:
    """Writes the READMEs, or says which of them would change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = 0
    for path, text in pages().items():
        if check and fixed(path.read_text(encoding="utf-8")) != fixed(text):
            sys.stderr.write(f"{path.name} is out of date: make docs\n")
            stale = 1
        elif not check:
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
