"""Tells a story in a lab so that it ends at the present."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kiriwake.lab.clock import wall_now
from kiriwake.lab.stories.stage import LabLike, Stage
from kiriwake.lab.world import World

_LONGEST_S = 14 * 24 * 3600.0
"""CloudWatch Logs takes nothing older."""


class _Anything:
    """Stands for every answer while a story is rehearsed."""

    def __getattr__(self, name: str) -> _Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, _key: object) -> _Anything:
        return self

    def __call__(self, *_: object, **__: object) -> _Anything:
        return self

    def __iter__(self) -> Iterator[_Anything]:
        return iter((self,))

    def __len__(self) -> int:
        return 1


@dataclass
class _Rehearsal(Stage):
    """A stage without a lab that only counts the time."""

    seconds: float = 0

    def aws(self, service: str, region: str = "") -> Any:  # noqa: ANN401, ARG002 - as Stage
        """Nobody answers."""
        return _Anything()

    def control(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401, ARG002 - as Stage
        """Nobody answers."""
        return _Anything()

    def advance(self, seconds: float) -> None:
        """Counts."""
        self.seconds += seconds
        if self.seconds > _LONGEST_S:
            raise ValueError("a story takes less than two weeks")


def lasts(happen: Callable[[Stage], None], lab: LabLike) -> float:
    """How many seconds of lab time a story takes, by a rehearsal on an empty stage."""
    rehearsal = _Rehearsal(lab)
    happen(rehearsal)
    return rehearsal.seconds


def tell(happen: Callable[[Stage], None], lab: LabLike, world: World) -> None:
    """Lets a story happen in the past of a lab in which nothing has happened, up to now."""
    seconds = lasts(happen, lab)
    with world.lock:
        rate = world.clock.rate
        world.clock.run_at(0)
        world.clock.start_at(wall_now() - timedelta(seconds=seconds))
    happen(Stage(lab))
    with world.lock:
        world.clock.settle(wall_now())
        world.clock.run_at(rate)
