"""`kiriwake fix`: preview, apply after a yes, verify, journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of, source_of, state_directory
from kiriwake.core.errors import UsageError
from kiriwake.core.target import Target, parse
from kiriwake.core.text import Text

NOTHING_TO_FIX = 3


@dataclass(frozen=True)
class Options:
    """What was typed."""

    common: Common
    cause: str
    target: Target
    plan: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    yes: bool = False
    dry_run: bool = False


@click.command("fix")
@click.argument("cause")
@click.argument("target")
@click.option("--plan", default="", help="Which of the cause's plans; else the first.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A value of the plan.")
@click.option("-y", "--yes", is_flag=True, help="Apply without asking.")
@click.option("--dry-run", is_flag=True, help="Print the equivalent commands, change nothing.")
@common
def command(
    common: Common,
    *,
    cause: str,
    target: str,
    plan: str,
    given: tuple[str, ...],
    yes: bool,
    dry_run: bool,
) -> int:
    """Apply one plan of CAUSE on TARGET, and prove that it worked."""
    options = Options(common, cause, parse(target), plan, dict(map(_pair, given)), yes, dry_run)
    return run(options, io_of(common))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(
            "bad-value",
            Text(en=f'--set takes NAME=VALUE, not "{text}"', ja=f"--set は NAME=VALUE: 「{text}」"),
        )
    return name, value


def run(options: Options, io: IO) -> int:
    """Fixes, and answers 0 verified or declined, 3 nothing to fix."""
    from kiriwake.app.clock import WallClock  # noqa: PLC0415 - --help must not wait for it
    from kiriwake.app.fix import Tools, Wish, fix  # noqa: PLC0415
    from kiriwake.cli.teller import TerminalTeller  # noqa: PLC0415
    from kiriwake.remedy.aws import writer_of  # noqa: PLC0415
    from kiriwake.remedy.journal import Journal  # noqa: PLC0415

    told = options.common
    json_wanted = told.format == "json"
    tools = Tools(
        source=lambda: source_of(told, io),
        writer=writer_of(told.region, told.profile),
        journal=Journal(state_directory(io)),
        clock=WallClock(),
        teller=TerminalTeller(_quiet(io) if json_wanted else io, dry_run=options.dry_run),
    )
    wish = Wish(
        options.cause,
        options.target,
        options.plan,
        options.given,
        options.dry_run,
        options.yes,
    )
    outcome = fix(wish, tools)
    if json_wanted:
        deliver(
            json.dumps(
                {
                    "schema": "kiriwake-fix/1",
                    "ended": outcome.ended,
                    "change": outcome.change,
                    "seconds": outcome.seconds,
                    "before": outcome.before.status,
                    "after": outcome.after.status if outcome.after else None,
                }
            ),
            told,
            io,
        )
    if outcome.ended == "nothing-to-fix":
        io.say(
            Text(
                en=f"{options.cause} does not hold on {options.target}: nothing to fix",
                ja=f"{options.target} では {options.cause} に該当しない。修正するものはない",
            )
        )
        return NOTHING_TO_FIX
    if outcome.ended == "declined":
        io.say(Text(en="nothing was changed", ja="何も変更していない"))
    return 0


def _quiet(io: IO) -> IO:
    """With JSON nothing but the document belongs on stdout."""
    return IO(io.err, io.err, io.inp, io.lang, io.colour, io.width, io.verbose, io.env)
