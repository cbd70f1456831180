"""Finds the cause files; nothing else knows the list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from kiriwake import causes
from kiriwake.causes.cause import Cause


@cache
def all_causes() -> Mapping[str, Cause]:
    """Every cause by id, in the order of the ids."""
    found = {}
    for module in pkgutil.walk_packages(causes.__path__, "kiriwake.causes."):
        room_and_name = module.name.removeprefix("kiriwake.causes.").split(".")
        if module.ispkg or len(room_and_name) != 2:  # noqa: PLR2004 - a room and a name
            continue
        room, name = room_and_name
        cause: Cause = importlib.import_module(module.name).CAUSE
        found[f"{room}/{name.replace('_', '-')}"] = cause
    return MappingProxyType(dict(sorted(found.items())))
