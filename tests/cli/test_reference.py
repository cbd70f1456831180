"""The reference of the command line is complete and up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts.cli_docs import EXITS, PAGE, VARIABLES, pages

import kiriwake
from kiriwake.core import errors

SRC = Path(kiriwake.__file__).parent


@pytest.mark.parametrize("path", list(pages()), ids=lambda path: str(path.name))
def test_a_generated_page_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path]


def test_every_exit_code_is_told() -> None:
    own = {
        error.exit
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.KiriwakeError)
    }

    assert own | {0, 1, 3, 130} == set(EXITS)


def test_every_environment_variable_that_the_code_reads_is_told() -> None:
    faces = (SRC / "cli").rglob("*.py")
    read = {
        name
        for path in faces
        for name in re.findall(r'"((?:KIRIWAKE|XDG|NO|FORCE)_[A-Z_]+)"', path.read_text("utf-8"))
    }
    told = set(re.findall(r"[A-Z][A-Z_]+", " ".join(VARIABLES)))

    assert read <= told
    assert all(f"`{name}`" in PAGE.read_text("utf-8") for name in read)
