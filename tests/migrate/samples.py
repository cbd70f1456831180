"""The inputs every test of the wing converts: public ones (see INDEX.md) and our own."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from kiriwake.migrate.inputs import read_paths
from kiriwake.migrate.migration import MigrateOptions, Migration, migrate
from kiriwake.migrate.model import Estate

FOLDER = Path(__file__).parent / "inputs"
INPUTS = tuple(
    sorted(
        path
        for path in FOLDER.rglob("*")
        if path.is_file()
        and path.name != "INDEX.md"
        and (path.suffix != ".bicep" or find_spec("pycep") is not None)
    )
)
NAMES = tuple(path.name for path in INPUTS)
TARGETS = ("ecs", "eks")


@cache
def estate(name: str) -> Estate:
    """One input, read once."""
    (path,) = [path for path in INPUTS if path.name == name]
    return read_paths([str(path)])


@cache
def migrated(name: str, to: str) -> Migration:
    """One input, converted once."""
    return migrate(MigrateOptions((name,), to, "out"), estate(name))


def read_text(folder: Path, text: str, name: str = "input.yaml") -> Estate:
    """The estate of a text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_paths([str(path)])
