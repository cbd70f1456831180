"""Applies a plan step by step and takes one back; journals around every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kiriwake.core.errors import ApplyFailed
from kiriwake.core.plan import ApiCall, Plan
from kiriwake.core.text import Text
from kiriwake.remedy.filling import with_outputs, with_slots
from kiriwake.remedy.journal import Change, Journal, State
from kiriwake.remedy.writer import Writer, WriteRefused


@dataclass(frozen=True, slots=True)
class Where:
    """Where a plan is carried out, for the journal."""

    account: str
    region: str
    target: str
    cause: str


def apply(
    plan: Plan,
    given: Mapping[str, str],
    where: Where,
    *,
    writer: Writer,
    journal: Journal,
    at: datetime,
    told: Callable[[int, ApiCall], None],
) -> int:
    """Carries out the plan and answers the change's id in the journal.

    Raises `ApplyFailed` if a step is refused; what was done before stands and is journaled.
    """
    applies = [with_slots(call, given) for call in plan.apply]
    undos = [with_slots(call, given) for call in plan.undo]
    change = journal.begin(
        at=at,
        account=where.account,
        region=where.region,
        target=where.target,
        cause=where.cause,
        plan=plan.id,
        title=plan.title,
        steps=list(zip(applies, undos, strict=True)),
    )
    answers: list[Mapping[str, Any] | None] = []
    for n, call in enumerate(applies):
        ready = _ready(call, answers)
        told(n, ready)
        journal.step(change, n, State.BEGUN)
        try:
            answer = writer.send(ready)
        except WriteRefused as refused:
            journal.step(change, n, State.FAILED)
            journal.finish(change, State.FAILED)
            raise _failed(change, n, len(applies), refused) from refused
        answers.append(answer)
        journal.step(change, n, State.DONE, answer)
    journal.finish(change, State.DONE)
    return change


def undo(
    change: Change,
    *,
    writer: Writer,
    journal: Journal,
    told: Callable[[int, ApiCall], None],
) -> None:
    """Takes back whatever of a change stands or may stand, the last step first.

    A step that was sent without a recorded answer is taken back as well: setting the old
    values again changes nothing where they still are. Raises `ApplyFailed`.
    """
    answers = [step.answer for step in change.steps]
    for step in reversed(change.steps):
        if step.state not in {State.BEGUN, State.DONE}:
            continue
        try:
            ready = _ready(step.undo, answers)
        except LookupError as error:
            raise ApplyFailed(
                "undo-unknown",
                Text(
                    en=(
                        f"step {step.n + 1} ({step.apply.action}) was sent, and what it made"
                        " was never recorded"
                    ),
                    ja=f"手順 {step.n + 1} ({step.apply.action}) は送信済みだが、結果の記録がない",
                ),
            ) from error
        told(step.n, ready)
        try:
            writer.send(ready)
        except WriteRefused as refused:
            raise _failed(change.id, step.n, len(change.steps), refused) from refused
        journal.step(change.id, step.n, State.UNDONE)
    journal.finish(change.id, State.UNDONE)


def _ready(call: ApiCall, answers: Sequence[Mapping[str, Any] | None]) -> ApiCall:
    return ApiCall(call.action, with_outputs(call.parameters, answers))


def _failed(change: int, n: int, of: int, refused: WriteRefused) -> ApplyFailed:
    denied = "denied" in refused.code.lower() or "unauthorized" in refused.code.lower()
    hints = [
        Text(
            en=f"kiriwake undo {change}   takes back what was done before",
            ja=f"kiriwake undo {change}   ここまでに行った変更を元に戻す",
        )
    ]
    if denied:
        hints.insert(
            0,
            Text(
                en=f"grant {refused.call.action} to whoever applies fixes",
                ja=f"修正を行うプリンシパルに {refused.call.action} を許可する",
            ),
        )
    return ApplyFailed(
        "step-refused",
        Text(
            en=f"step {n + 1} of {of} was refused: {refused.call.action}: {refused.code}",
            ja=f"手順 {n + 1}/{of} が拒否された: {refused.call.action}: {refused.code}",
        ),
        note=Text(en=refused.says or "-", ja=refused.says or "-"),
        hints=tuple(hints),
    )
