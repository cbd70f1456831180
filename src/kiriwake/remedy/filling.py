"""Puts the values that a person gave, and that earlier steps answered, into a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kiriwake.core.errors import UsageError
from kiriwake.core.plan import ApiCall, Output, Plan, Slot, Value
from kiriwake.core.text import Text


def missing_slots(plan: Plan, given: Mapping[str, str]) -> tuple[Slot, ...]:
    """The slots that nobody has given a value for."""
    return tuple(slot for slot in plan.slots if slot.name not in given)


def check_names(plan: Plan, given: Mapping[str, str]) -> None:
    """Raises `UsageError` for a value that the plan has no slot for."""
    known = {slot.name for slot in plan.slots}
    for name in given:
        if name not in known:
            takes = ", ".join(sorted(known)) or "-"
            raise UsageError(
                "unknown-slot",
                Text(
                    en=f'plan "{plan.id}" takes no value named "{name}" (it takes: {takes})',
                    ja=f"プラン「{plan.id}」に「{name}」という値はない (指定できる値: {takes})",
                ),
            )


def with_slots(call: ApiCall, given: Mapping[str, str]) -> ApiCall:
    """The call with every slot filled; raises KeyError for one that is not given."""
    return ApiCall(call.action, _filled(call.parameters, given))


def _filled(value: Value, given: Mapping[str, str]) -> Value:
    match value:
        case Slot(name=name):
            return given[name]
        case Mapping():
            return {key: _filled(item, given) for key, item in value.items()}
        case list() | tuple():
            return [_filled(item, given) for item in value]
        case _:
            return value


def with_outputs(value: Value, answers: Sequence[Mapping[str, Any] | None]) -> Value:
    """The value with every `Output` replaced by what that step answered.

    Raises LookupError if the step has no answer or the answer no such path.
    """
    match value:
        case Output(step=step, path=path):
            answer = answers[step]
            if answer is None:
                raise LookupError(f"step {step} has no recorded answer")
            return _at(answer, path)
        case Mapping():
            return {key: with_outputs(item, answers) for key, item in value.items()}
        case list() | tuple():
            return [with_outputs(item, answers) for item in value]
        case _:
            return value


def _at(answer: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    for key in path.split("."):
        answer = answer[int(key)] if isinstance(answer, list) else answer[key]
    return answer
