"""`kiriwake demo`: incidents happen, are diagnosed, fixed and proved."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of
from kiriwake.core.errors import UsageError
from kiriwake.core.text import Text

if TYPE_CHECKING:
    from kiriwake.app.demo import Act, Show
    from kiriwake.app.fix import Tools
    from kiriwake.lab.server import Lab


@dataclass(frozen=True)
class Options:
    """What was typed."""

    common: Common
    act: str = "all"


@click.command("demo")
@click.argument("act", default="all")
@common
def command(common: Common, *, act: str) -> int:
    """Play ACT: A, B, D, pull or all. No AWS account is needed or touched."""
    return run(Options(common, act), io_of(common))


def run(options: Options, io: IO) -> int:
    """Plays the acts, and answers 0 only if all went as told."""
    from kiriwake.app.demo import ACTS, acts, play  # noqa: PLC0415 - --help must not wait

    chosen = acts(options.act)
    if not chosen:
        letters = ", ".join(act.letter for act in ACTS)
        raise UsageError(
            "unknown-act",
            Text(
                en=f'there is no act "{options.act}"; there are {letters} and all',
                ja=f"「{options.act}」というデモはない。選べるもの: {letters}, all",
            ),
        )
    json_wanted = options.common.format == "json"
    reports, as_told = [], True
    with tempfile.TemporaryDirectory(prefix="kiriwake-demo-") as folder:
        for act in chosen:
            played = play(
                act,
                lambda lab: _tools(lab, io, Path(folder), json_wanted=json_wanted),
                _show(io, json_wanted=json_wanted),
            )
            as_told = as_told and played.as_told
            reports.append(played.before)
    if json_wanted:
        from kiriwake.report.document import document, json_lines  # noqa: PLC0415

        documents = [document(report, io.lang) for report in reports]
        deliver(json_lines(documents), options.common, io)
    return 0 if as_told else 1


def _tools(lab: Lab, io: IO, folder: Path, *, json_wanted: bool) -> Tools:
    from kiriwake.app.demo import LabClock  # noqa: PLC0415
    from kiriwake.app.fix import Tools  # noqa: PLC0415
    from kiriwake.cli.teller import TerminalTeller  # noqa: PLC0415
    from kiriwake.remedy.aws import writer_of  # noqa: PLC0415
    from kiriwake.remedy.journal import Journal  # noqa: PLC0415
    from kiriwake.sources.aws.clients import connect  # noqa: PLC0415

    # The demo must not touch a real account, whatever the environment says.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(lab.environment())
    quiet = IO(io.err, io.err, io.inp, io.lang, io.colour, io.width, io.verbose, io.env)
    return Tools(
        source=connect,
        writer=writer_of(None, None),
        journal=Journal(folder),
        clock=LabClock(lab),
        teller=TerminalTeller(quiet if json_wanted else io),
    )


def _show(io: IO, *, json_wanted: bool) -> Show:
    from kiriwake.app.demo import Show  # noqa: PLC0415
    from kiriwake.report import terminal, words  # noqa: PLC0415
    from kiriwake.report.report import Report  # noqa: PLC0415
    from kiriwake.report.story import Style  # noqa: PLC0415
    from kiriwake.report.width import wrap  # noqa: PLC0415

    stream = io.err if json_wanted else io.out
    style = Style(io.lang, io.width, io.colour)

    def out(text: str = "") -> None:
        print(text, file=stream, flush=True)

    def opens(act: Act) -> None:
        out("=" * io.width)
        out(f"{act.letter}: {act.title.in_(io.lang)}")
        out("=" * io.width)
        for line in wrap(act.told.in_(io.lang), io.width):
            out(line)
        out()
        io.say(Text(en="(the lab lets it happen ...)", ja="(ラボで障害を再現中 ...)"))

    def diagnosed(act: Act, report: Report) -> None:
        out(f"$ kiriwake diagnose {act.target}")
        out()
        out(terminal.render(report, style))

    def fixing(act: Act) -> None:
        given = "".join(f" --set {name}={value}" for name, value in act.given.items())
        out(
            f"$ kiriwake fix {act.cause} {act.target}{given} --yes".replace(
                " --set", " \\\n    --set"
            )
        )
        out()

    def closes(act: Act, report: Report, as_told: bool) -> None:
        out()
        status = report.diagnoses[0].status if report.diagnoses else None
        told = words.STATUS[status].in_(io.lang) if status else "-"
        verdict = Text(
            en="as told" if as_told else "NOT as told",
            ja="筋書きどおり" if as_told else "筋書きと違う",
        )
        out(f"$ kiriwake diagnose {act.target}")
        out(f"{told} ({verdict.in_(io.lang)})")
        out()

    return Show(opens, diagnosed, fixing, closes)
