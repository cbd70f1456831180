"""`new`: a fresh scaffold."""

from __future__ import annotations

from collections.abc import Mapping

from kiriwake.migrate import scaffold as wing
from kiriwake.migrate.migration import save
from kiriwake.migrate.scaffold import NewOptions

document = wing.document
text = wing.text


def new(options: NewOptions, directory: str) -> Mapping[str, str]:
    """Makes the files and writes them, unless no directory is named."""
    files = wing.new(options)
    if directory:
        save(files, directory)
    return files
