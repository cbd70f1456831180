"""A recording as a source, and a source that records."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kiriwake.core.errors import EvidenceUnreadable, TargetNotFound
from kiriwake.core.observed import Call, Missing, Observed, Why
from kiriwake.core.target import Kind, Target
from kiriwake.core.text import Text
from kiriwake.evidence.bundle import Asked, Recording, decode, encode
from kiriwake.sources.names import nearest
from kiriwake.sources.source import Identity, Request, SeesRegions, Source


class BundleSource:
    """Answers from a recording; what was not recorded was not asked."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    @property
    def facts(self) -> Mapping[Call, Observed[Any]]:
        """Everything that was recorded."""
        return self._recording.facts

    def read(self, calls: Collection[Call]) -> Mapping[Call, Observed[Any]]:
        """What was recorded of the calls."""
        facts = self._recording.facts
        return {call: facts.get(call) or Missing(call, Why.NOT_ASKED) for call in calls}

    def identity(self) -> Identity:
        """Who recorded, and where."""
        told = self._recording
        return Identity(told.account, told.principal, told.region, told.partition)

    def targets(self, wanted: Target | None) -> tuple[Target, ...]:
        """The recorded targets; raises `TargetNotFound` for one that was not recorded."""
        recorded = self._recording.targets
        if wanted is None:
            return recorded
        found = tuple(target for target in recorded if _stands_for(wanted, target))
        if not found:
            near = nearest(str(wanted), (str(target) for target in recorded))
            raise TargetNotFound(
                "not-recorded",
                Text(
                    en=f"the recording does not hold {wanted}",
                    ja=f"記録に {wanted} は含まれていない",
                ),
                hints=(
                    Text(en=f"it holds: {', '.join(near)}", ja=f"含まれるもの: {', '.join(near)}"),
                )
                if near
                else (),
            )
        return found

    def now(self) -> datetime:
        """The moment of the recording."""
        return self._recording.taken_at

    def requests(self) -> tuple[Request, ...]:
        """What was asked when it was recorded."""
        return tuple(Request(a.call, a.times, a.ms) for a in self._recording.asked)


def _stands_for(wanted: Target, recorded: Target) -> bool:
    if wanted.kind is Kind.ECS_CLUSTER:
        ecs = {Kind.ECS_CLUSTER, Kind.ECS_SERVICE, Kind.ECS_TASK}
        return recorded.kind in ecs and recorded.place == wanted.place
    return str(wanted) == str(recorded)


class RecordingSource:
    """Passes everything on, and keeps what came of it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._facts: dict[Call, Observed[Any]] = {}
        self._targets: dict[Target, None] = {}

    def read(self, calls: Collection[Call]) -> Mapping[Call, Observed[Any]]:
        """What the source says; the latest observation of a call is kept."""
        answers = self._source.read(calls)
        self._facts |= {call: seen for call, seen in answers.items() if _was_asked(seen)}
        return answers

    def identity(self) -> Identity:
        """Who asks."""
        return self._source.identity()

    def targets(self, wanted: Target | None) -> tuple[Target, ...]:
        """The source's targets."""
        found = self._source.targets(wanted)
        self._targets |= dict.fromkeys(found)
        return found

    def regions_in_use(self) -> tuple[str, ...]:
        """The other regions that the source sees."""
        source = self._source
        return source.regions_in_use() if isinstance(source, SeesRegions) else ()

    def now(self) -> datetime:
        """The source's time."""
        return self._source.now()

    def requests(self) -> tuple[Request, ...]:
        """What the source was asked."""
        return self._source.requests()

    def recording(self, taken_at: datetime) -> Recording:
        """Everything so far, as it can be written down."""
        who = self._source.identity()
        return Recording(
            taken_at=taken_at,
            account=who.account,
            principal=who.principal,
            region=who.region,
            partition=who.partition,
            targets=tuple(self._targets),
            facts=dict(self._facts),
            asked=tuple(Asked(r.call, r.times, r.ms) for r in self._source.requests()),
        )


def load(path: Path) -> BundleSource:
    """The recording in a file; raises `EvidenceUnreadable`."""
    try:
        return BundleSource(decode(path.read_bytes()))
    except OSError as error:
        raise EvidenceUnreadable(
            "no-such-recording",
            Text(en=f"{path} cannot be read", ja=f"{path} を読み取れない"),
            note=Text(en=error.strerror or "-", ja=error.strerror or "-"),
            hints=(
                Text(
                    en="kiriwake diagnose --save FILE writes a recording",
                    ja="記録は kiriwake diagnose --save FILE で作る",
                ),
            ),
        ) from error


def save(recording: Recording, path: Path) -> None:
    """Writes a recording, whole or not at all, for the user's own eyes; raises OSError."""
    data = encode(recording)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _was_asked(seen: Observed[Any]) -> bool:
    return not (isinstance(seen, Missing) and seen.why is Why.NOT_ASKED)
