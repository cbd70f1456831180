"""Applying, journaling and taking back, against a writer that remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kiriwake.core.errors import ApplyFailed, PlanRefused
from kiriwake.core.plan import ApiCall, Output, Plan, Risk, Slot
from kiriwake.core.text import Text
from kiriwake.remedy.journal import Journal, State
from kiriwake.remedy.run import Where, apply, undo
from kiriwake.remedy.writer import WriteRefused

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HERE = Where("123456789012", "us-east-1", "ecs:my-cluster/my-service", "ecs/some-cause")
PATH = Slot("path", Text(en="the health path", ja="ヘルスチェックのパス"), "/")


class Killed(BaseException):
    """The process dies here."""


@dataclass
class World:
    """A writer on a dict; it can refuse a step, or die before or after one happened."""

    state: dict[str, Any] = field(default_factory=lambda: {"path": "/health", "subnet": "old"})
    refuse: str = ""
    die_before: int = -1
    die_after: int = -1
    sent: int = 0

    def send(self, call: ApiCall) -> Mapping[str, Any]:
        if call.action == self.refuse:
            raise WriteRefused(call, "AccessDeniedException", "not authorized")
        if self.sent == self.die_before:
            raise Killed
        self.state.update(call.parameters)
        self.sent += 1
        if self.sent - 1 == self.die_after:
            raise Killed
        return {"Made": [{"Id": f"thing-{self.sent}"}]}


PLAN = Plan(
    id="two-steps",
    title=Text(en="do two things", ja="二つのことを行う"),
    risk=Risk.ASK,
    apply=(
        ApiCall("x:First", {"path": PATH}),
        ApiCall("x:Second", {"subnet": Output(0, "Made.0.Id")}),
    ),
    undo=(ApiCall("x:First", {"path": "/health"}), ApiCall("x:Second", {"subnet": "old"})),
    slots=(PATH,),
)


def nothing(n: int, call: ApiCall) -> None:
    """Nobody is told."""


def run(world: World, journal: Journal) -> int:
    return apply(PLAN, {"path": "/"}, HERE, writer=world, journal=journal, at=AT, told=nothing)


def test_slots_and_earlier_answers_are_filled_in(tmp_path: Path) -> None:
    world = World()

    run(world, Journal(tmp_path))

    assert world.state == {"path": "/", "subnet": "thing-1"}


def test_undo_restores_the_first_state_and_can_be_done_once(tmp_path: Path) -> None:
    world, journal = World(), Journal(tmp_path)
    before = dict(world.state)
    run(world, journal)

    undo(journal.changes()[0], writer=world, journal=journal, told=nothing)

    assert world.state == before
    assert journal.changes()[0].state is State.UNDONE
    assert not journal.changes()[0].can_be_undone


@pytest.mark.parametrize("moment", ["die_before", "die_after"])
@pytest.mark.parametrize("step", [0, 1])
def test_death_at_any_moment_leaves_a_journal_that_restores_the_first_state(
    tmp_path: Path, moment: str, step: int
) -> None:
    world = World()
    setattr(world, moment, step)
    before = dict(world.state)
    with pytest.raises(Killed):
        run(world, Journal(tmp_path))

    world.die_before = world.die_after = -1
    journal = Journal(tmp_path)
    (change,) = journal.changes()
    assert change.can_be_undone
    undo(change, writer=world, journal=journal, told=nothing)

    assert world.state == before


def test_a_refused_step_says_what_stands_and_how_to_take_it_back(tmp_path: Path) -> None:
    world, journal = World(refuse="x:Second"), Journal(tmp_path)

    with pytest.raises(ApplyFailed) as failed:
        run(world, journal)

    assert failed.value.message.en == "step 2 of 2 was refused: x:Second: AccessDeniedException"
    assert [hint.en.split("   ")[0] for hint in failed.value.hints] == [
        "grant x:Second to whoever applies fixes",
        "kiriwake undo 1",
    ]
    assert [s.state for s in journal.changes()[0].steps] == [State.DONE, State.FAILED]


def test_a_second_fix_of_the_same_target_is_refused_at_once(tmp_path: Path) -> None:
    first, second = Journal(tmp_path), Journal(tmp_path)

    with (
        first.locked("ecs:a/b"),
        pytest.raises(PlanRefused, match="another kiriwake"),
        second.locked("ecs:a/b"),
    ):
        pass


def test_a_state_directory_that_cannot_be_written_is_told_before_anything_changes(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ApplyFailed, match="cannot be written"):
        Journal(tmp_path / "file" / "state")
