"""`kiriwake undo`: what was changed, and back again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of, source_of, state_directory
from kiriwake.core.errors import UsageError
from kiriwake.core.text import Text

if TYPE_CHECKING:
    from kiriwake.remedy.journal import Change


@dataclass(frozen=True)
class Options:
    """What was typed."""

    common: Common
    change: int | None = None
    yes: bool = False


@click.command("undo")
@click.argument("change", type=int, required=False)
@click.option("-y", "--yes", is_flag=True, help="Undo without asking.")
@common
def command(common: Common, *, change: int | None, yes: bool) -> int:
    """List what was changed, or take CHANGE back."""
    return run(Options(common, change, yes), io_of(common))


def run(options: Options, io: IO) -> int:
    """Undoes one change from the journal, or lists them all."""
    from kiriwake.app.clock import WallClock  # noqa: PLC0415 - --help must not wait for it
    from kiriwake.app.fix import Tools, undo  # noqa: PLC0415
    from kiriwake.cli.teller import TerminalTeller  # noqa: PLC0415
    from kiriwake.remedy.aws import writer_of  # noqa: PLC0415
    from kiriwake.remedy.journal import Journal  # noqa: PLC0415

    told = options.common
    journal = Journal(state_directory(io))
    changes = journal.changes()
    if options.change is None and told.format == "json":
        deliver(_listed(changes, io), told, io)
        return 0
    if options.change is None:
        lines = [
            f"{c.id:>4}  {c.at:%Y-%m-%d %H:%M}  {c.state:<12}  {c.target}  {c.title.in_(io.lang)}"
            for c in changes
        ]
        nothing = Text(en="nothing was ever changed", ja="変更の記録はない")
        deliver("\n".join(lines) or nothing.in_(io.lang), told, io)
        return 0
    change = next((c for c in changes if c.id == options.change), None)
    if change is None:
        raise UsageError(
            "unknown-change",
            Text(
                en=f"the journal has no change {options.change}",
                ja=f"ジャーナルに変更 {options.change} はない",
            ),
            hints=(Text(en="kiriwake undo   lists them", ja="kiriwake undo   で一覧を表示"),),
        )
    teller = TerminalTeller(io)
    tools = Tools(
        source=lambda: source_of(told, io),
        writer=writer_of(told.region or change.region, told.profile),
        journal=journal,
        clock=WallClock(),
        teller=teller,
    )
    for step in reversed(change.steps):
        print(f"  {step.undo.action}", file=io.err)
    if not options.yes and not _confirmed(io):
        io.say(Text(en="nothing was changed", ja="何も変更していない"))
        _tell_json("declined", change.id, told, io)
        return 0
    undo(change, tools)
    _tell_json("undone", change.id, told, io)
    io.say(Text(en=f"change {change.id} is undone", ja=f"変更 {change.id} を元に戻した"))
    return 0


def _listed(changes: Sequence[Change], io: IO) -> str:
    """The journal as `kiriwake-journal/1`."""
    listed = [
        {
            "id": change.id,
            "at": f"{change.at:%Y-%m-%dT%H:%M:%SZ}",
            "state": change.state,
            "account": change.account,
            "region": change.region,
            "target": change.target,
            "cause": change.cause,
            "plan": change.plan,
            "title": change.title.in_(io.lang),
        }
        for change in changes
    ]
    document = {"schema": "kiriwake-journal/1", "changes": listed}
    return json.dumps(document, ensure_ascii=False, indent=1)


def _tell_json(ended: str, change: int, told: Common, io: IO) -> None:
    if told.format == "json":
        document = {"schema": "kiriwake-undo/1", "ended": ended, "change": change}
        deliver(json.dumps(document), told, io)


def _confirmed(io: IO) -> bool:
    if not io.can_ask:
        return False
    question = Text(en="take it back? [y/N] ", ja="元に戻すか? [y/N] ")
    print(question.in_(io.lang), end="", file=io.err, flush=True)
    return io.inp.readline().strip().lower() in {"y", "yes", "はい"}
