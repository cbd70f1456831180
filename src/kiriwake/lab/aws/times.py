"""moto's clock is the lab's: wherever a moto module reads the time, it reads the lab's time."""

from __future__ import annotations

import datetime as dt
import sys
import time as real_time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from kiriwake.lab.aws.patches import Patches

_REAL = dt.datetime


def _lab_datetime(now: Callable[[], _REAL]) -> type:
    class Meta(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, _REAL)

    class LabDatetime(_REAL, metaclass=Meta):
        """`datetime` whose present is the lab's."""

        def __new__(cls, *args: Any, **kwargs: Any) -> _REAL:  # type: ignore[misc]
            return _REAL(*args, **kwargs)

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> _REAL:  # type: ignore[override]
            moment = now()
            return moment.astimezone(tz) if tz else moment.astimezone().replace(tzinfo=None)

        @classmethod
        def utcnow(cls) -> _REAL:  # type: ignore[override]
            return now().astimezone(dt.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> _REAL:  # type: ignore[override]
            return cls.now()

    return LabDatetime


class _Stand(ModuleType):
    """A module with some names of its own; everything else is the real one's."""

    def __init__(self, real: ModuleType, **own: Any) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(own)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class MotoTime:
    """Keeps every loaded moto module on the lab's time."""

    def __init__(self, patches: Patches, now: Callable[[], _REAL]) -> None:
        self._patches = patches
        lab_datetime = _lab_datetime(now)
        self._stands: dict[int, Any] = {
            id(_REAL): lab_datetime,
            id(dt): _Stand(dt, datetime=lab_datetime),
            id(real_time): _Stand(real_time, time=lambda: now().timestamp()),
        }
        self._covered: set[str] = set()
        self._loaded = 0

    def cover(self) -> None:
        """Covers the modules that were loaded since the last call."""
        if len(sys.modules) == self._loaded:
            return
        self._loaded = len(sys.modules)
        for name, module in list(sys.modules.items()):
            if name.startswith("moto.") and name not in self._covered:
                self._covered.add(name)
                for attribute, value in list(vars(module).items()):
                    if (stand := self._stands.get(id(value))) is not None:
                        self._patches.put(module, attribute, stand)
