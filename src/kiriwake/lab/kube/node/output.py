"""What containers write: computed when somebody reads it, so that a quiet hour costs nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kiriwake.lab.ground import ImageBehaviour
from kiriwake.lab.kube.world import LogLine

EVERY = timedelta(seconds=30)
"""How often an application repeats its lines while it runs."""
APART = timedelta(milliseconds=10)
KEPT = 2000
"""The kubelet rotates logs at 10 MiB; the lab keeps so many lines."""
VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Output:
    """One run of a container: its lines, from its start to its end."""

    begins: datetime
    first: tuple[str, ...]
    """Written once, at the start."""
    again: tuple[str, ...]
    """Written every half minute."""
    ends: datetime | None = None
    last: tuple[str, ...] = ()
    """Written at the end."""
    written: list[LogLine] = field(default_factory=list)
    """What was said on the way, by agents."""

    def lines(self, now: datetime, since: datetime | None = None) -> list[LogLine]:
        """All lines up to now, or only those after a moment."""
        until = min(now, self.ends) if self.ends else now
        found = [LogLine(self.begins + APART * n, t) for n, t in enumerate(self.first)]
        found += self._repeated(until, since)
        found += self.written
        if self.ends is not None:
            found += [LogLine(self.ends, text) for text in self.last]
        return [line for line in found if line.at <= until and (since is None or line.at > since)]

    def _repeated(self, until: datetime, since: datetime | None) -> list[LogLine]:
        if not self.again:
            return []
        rounds = (until - self.begins) // EVERY
        first = 1
        if since is not None and since > self.begins:
            first = max(1, (since - self.begins) // EVERY)
        first = max(first, rounds - KEPT // len(self.again))
        return [
            LogLine(self.begins + EVERY * turn + APART * at, text)
            for turn in range(first, rounds + 1)
            for at, text in enumerate(self.again)
        ]

    def next_line(self, now: datetime) -> datetime | None:
        """When it writes the next line after now."""
        if self.ends is not None or not self.again:
            return None
        return self.begins + EVERY * ((now - self.begins) // EVERY + 1)


def output_of(
    behaviour: ImageBehaviour, ports: Sequence[int], env: Mapping[str, str], begins: datetime
) -> Output:
    """What a container of an image writes; `${NAME}` stands for a variable's value."""
    said = tuple(VARIABLE.sub(lambda m: env.get(m[1], ""), text) for text in behaviour.logs)
    if said:
        return Output(begins, said, said)
    if behaviour != ImageBehaviour() or not ports:
        return Output(begins, (), ())
    port = ports[0]
    return Output(begins, (f"listening on 0.0.0.0:{port}",), ('"GET / HTTP/1.1" 200',))
