"""Kubernetes and compose quantities."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal

from kiriwake.core.text import Text
from kiriwake.migrate.tree import Malformed, Tree, as_text

_QUANTITY = re.compile(r"([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))([a-zA-Z]*[-+]?[0-9]*)\Z")
_UNITS = {
    "": Decimal(1), "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"),
    "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12),
    "P": Decimal(10**15), "E": Decimal(10**18), "Ki": Decimal(2**10), "Mi": Decimal(2**20),
    "Gi": Decimal(2**30), "Ti": Decimal(2**40), "Pi": Decimal(2**50), "Ei": Decimal(2**60),
}  # fmt: skip
_EXPONENT = re.compile(r"[eE]([-+]?[0-9]{1,3})\Z")
MIB = 2**20
GIB = 2**30


def quantity(tree: Tree | None) -> Decimal | None:
    """A quantity such as `250m`, `1.5Gi` or `2e3`."""
    raw = as_text(tree)
    if raw is None or tree is None:
        return None
    found = _QUANTITY.match(raw.strip())
    if found is not None:
        number, unit = found.groups()
        if unit in _UNITS:
            return Decimal(number) * _UNITS[unit]
        exponent = _EXPONENT.match(unit)
        if exponent is not None:
            return Decimal(number).scaleb(int(exponent.group(1)))
    raise Malformed(
        tree.place,
        Text(
            en=f'{tree.pointer} "{raw}" is no quantity such as 250m or 512Mi',
            ja=f'{tree.pointer} の "{raw}" は 250m や 512Mi のような数量ではない',
        ),
        "no-quantity",
    )


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def millicores(tree: Tree | None) -> int | None:
    """CPU in thousandths of a core, rounded up."""
    found = quantity(tree)
    return None if found is None else _up(found * 1000)


def mebibytes(tree: Tree | None) -> int | None:
    """Memory in MiB, rounded up."""
    found = quantity(tree)
    return None if found is None else _up(found / MIB)


def gibibytes(tree: Tree | None) -> int | None:
    """Storage in GiB, rounded up."""
    found = quantity(tree)
    return None if found is None else _up(found / GIB)
