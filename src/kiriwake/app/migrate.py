"""`migrate`: Azure files to AWS files, field by field."""

from __future__ import annotations

from kiriwake.migrate import migration as wing
from kiriwake.migrate.inputs import read_paths
from kiriwake.migrate.migration import MigrateOptions, Migration

document = wing.document
text = wing.text


def migrate(options: MigrateOptions) -> Migration:
    """Reads, converts and writes; nothing is written if anything fails before."""
    found = wing.migrate(options, read_paths(options.paths))
    wing.save(found.files, options.directory)
    return found
