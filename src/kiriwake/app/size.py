"""`size`: how large the subnets must be."""

from __future__ import annotations

from kiriwake.migrate import size as wing
from kiriwake.migrate.inputs import read_paths
from kiriwake.migrate.size import Sized, SizeOptions

document = wing.document
text = wing.text


def size(options: SizeOptions) -> Sized:
    """Reads the files, if any are named, and adds what the flags say."""
    estate = read_paths(options.paths) if options.paths else None
    return wing.size(options, estate)
