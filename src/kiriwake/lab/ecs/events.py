"""Service events: newest first, a hundred at most, no trouble told twice in six hours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from kiriwake.lab.ecs.model import Service, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says

_MOST = 100
_QUIET = timedelta(hours=6)
_PASSING = re.compile(r"[0-9a-f]{32}")
"""Task ids inside a reason do not make it a new one."""
_NAMED = 10
"""Tasks named in one sentence."""


def tell(region: Region, service: Service, says: Says, **words: object) -> None:
    """Adds an event for something that happened once."""
    _add(region, service, says(s=service.name, **words))


def complain(region: Region, service: Service, says: Says, **words: object) -> None:
    """Adds an event for a state that lasts, unless the same was said in the last six hours."""
    text = says(s=service.name, **words)
    key = f"{says.name} {_PASSING.sub('*', text)}"
    before = service.said.get(key)
    if before is None or region.now() - before >= _QUIET:
        service.said[key] = region.now()
        _add(region, service, text)


def cleared(service: Service, *kinds: Says) -> None:
    """Lets kinds of trouble be told again: their cause is gone."""
    names = {says.name for says in kinds}
    for key in [k for k in service.said if k.partition(" ")[0] in names]:
        del service.said[key]


def tell_tasks(region: Region, service: Service, says: Says, tasks: Sequence[Task]) -> None:
    """Names the tasks, a handful in each event."""
    for begin in range(0, len(tasks), _NAMED):
        some = tasks[begin : begin + _NAMED]
        names = " ".join(f"(task {task.id})" for task in some)
        tell(region, service, says, n=len(some), tasks=names)


def _add(region: Region, service: Service, text: str) -> None:
    service.events.insert(0, {"id": region.ids.uuid(), "createdAt": region.now(), "message": text})
    del service.events[_MOST:]
