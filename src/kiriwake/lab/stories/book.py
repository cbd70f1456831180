"""The stories by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping

from kiriwake.lab import stories
from kiriwake.lab.stories.stage import Stage

_TOOLS = {"book", "stage"}


def names() -> tuple[str, ...]:
    """Every story there is."""
    found = (module.name for module in pkgutil.iter_modules(stories.__path__))
    return tuple(sorted(name.replace("_", "-") for name in found if name not in _TOOLS))


def story(name: str) -> Callable[[Stage], None]:
    """What happens in a story; raises KeyError for one that is not in the book."""
    if name not in names():
        raise KeyError(name)
    module = importlib.import_module(f"{stories.__name__}.{name.replace('-', '_')}")
    happen: Callable[[Stage], None] = module.happen
    return happen


def summaries() -> Mapping[str, str]:
    """The first sentence of every story."""
    return {
        name: (
            importlib.import_module(f"{stories.__name__}.{name.replace('-', '_')}").__doc__ or ""
        ).strip()
        for name in names()
    }
