"""What AWS's own words about the present trouble say of a cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from kiriwake.core.observed import Known
from kiriwake.core.target import Kind
from kiriwake.core.text import Text
from kiriwake.core.verdict import Verdict, any_of, given, holds, ruled_out
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.failures import Failures, failures, present_events
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.texts.meaning import Meaning
from kiriwake.texts.reading import read

_Fits: TypeAlias = Callable[[Sequence[Meaning]], bool]
"""Whether the meanings of one text make it speak for a cause."""

QUOTED = 160
"""So much of a text is quoted; the rest is where AWS shows it."""


def named(snapshot: Snapshot, cause: str) -> Verdict:
    """Holds when a text of the present trouble settles that it is this cause."""
    return _said(snapshot, lambda text: _settled(text) == {cause}, direct=True)


def suggested(snapshot: Snapshot, cause: str) -> Verdict:
    """Holds when a text of the present trouble is compatible with this cause.

    A text that settles another cause is left to that one.
    """
    return _said(
        snapshot,
        lambda text: any(cause in m.causes for m in text) and _settled(text) <= {cause},
        direct=False,
    )


def _settled(text: Sequence[Meaning]) -> set[str]:
    """The causes that a text settles by itself."""
    return {m.causes[0] for m in text if m.decided_by_text and m.causes}


def meanings(snapshot: Snapshot, cause: str) -> tuple[Meaning, ...]:
    """What the visible texts say of a cause, for its remedies."""
    texts: list[str] = []
    if isinstance(seen := failures(snapshot), Known):
        texts += [text for task in seen.value.tasks for text in task.reasons]
    if isinstance(service := ecs.service(snapshot), Known):
        texts += [event.message for event in present_events(service.value)]
    return tuple(m for text in texts for m in read(text) if cause in m.causes)


def field(snapshot: Snapshot, cause: str, name: str) -> str:
    """One thing that was read off the texts (`role`, `image`, ...), or nothing."""
    return next((m.fields[name] for m in meanings(snapshot, cause) if name in m.fields), "")


def _said(snapshot: Snapshot, fits: _Fits, *, direct: bool) -> Verdict:
    def in_tasks(seen: Known[Failures]) -> Verdict:
        texts = [text for task in seen.value.tasks for text in task.reasons]
        who = Text(en="a stopped task says", ja="停止したタスクの記録")
        return _verdict(texts, fits, seen, who, direct=direct)

    def in_events(seen: Known[Service]) -> Verdict:
        texts = [event.message for event in present_events(seen.value)]
        who = Text(en="an event says", ja="サービスイベント")
        return _verdict(texts, fits, seen, who, direct=direct)

    return any_of(
        [
            given(failures(snapshot), in_tasks),
            *([given(ecs.service(snapshot), in_events)] if not _is_task(snapshot) else []),
        ]
    )


def _is_task(snapshot: Snapshot) -> bool:
    return snapshot.target.kind is Kind.ECS_TASK


def _verdict(
    texts: Iterable[str], fits: _Fits, seen: Known[Any], who: Text, *, direct: bool
) -> Verdict:
    for text in texts:
        if fits([m for m in read(text) if m.fault]):
            words = text if len(text) <= QUOTED else f"{text[:QUOTED]}..."
            return holds(
                Text(en=f'{who.en} "{words}"', ja=f"{who.ja}: 「{words}」"), seen, direct=direct
            )
    return ruled_out(
        Text(
            en=f"nothing that {who.en.removesuffix(' says')} says names it",
            ja=f"{who.ja}に該当する文言はない",
        ),
        seen,
    )
