"""`choose`: which service suits the files of a user."""

from __future__ import annotations

from kiriwake.migrate import choose as wing
from kiriwake.migrate.choose import Choice, ChooseOptions
from kiriwake.migrate.inputs import read_paths
from kiriwake.migrate.prices import read_prices

document = wing.document
text = wing.text


def choose(options: ChooseOptions) -> Choice:
    """Reads the files and weighs every target."""
    prices = read_prices(options.prices)
    return wing.choose(options, read_paths(options.paths), prices)
