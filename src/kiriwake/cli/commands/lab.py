"""`kiriwake lab`: an emulated AWS on loopback."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of, state_directory
from kiriwake.core.errors import NoAccess, UsageError
from kiriwake.core.text import Text

if TYPE_CHECKING:
    from kiriwake.lab.server import Lab

PORT = 4599
READY_S = 30.0


@dataclass(frozen=True)
class Options:
    """What was typed."""

    common: Common
    port: int = PORT
    story: str = ""
    rate: float = 1.0
    detach: bool = False


@click.group("lab")
def command() -> None:
    """Practise on an emulated AWS, without an account."""


def _started(function: Any) -> Any:  # noqa: ANN401 - a click decorator
    for option in (
        click.option("--rate", type=float, default=1.0, help="Lab seconds per second."),
        click.option("--story", default="", help="What shall have happened when it is ready."),
        click.option("--port", type=int, default=PORT, help="0 picks a free one."),
    ):
        function = option(function)
    return common(function)


@command.command("start")
@click.option("--detach", is_flag=True, help="Run in the background; `lab stop` ends it.")
@_started
def start(common: Common, *, port: int, story: str, rate: float, detach: bool) -> int:
    """Start the lab, and print the `export` lines when it is ready."""
    return run(Options(common, port, story, rate, detach), io_of(common))


def run(options: Options, io: IO) -> int:
    """Runs a lab until it is interrupted."""
    _check_story(options.story)
    if options.detach:
        return _detached(options, io)
    with _lab(options) as lab:
        stopping = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stopping.set())
        for name, value in lab.environment().items():
            print(f"export {name}={shlex.quote(value)}", file=io.out)
        io.out.flush()
        try:
            while not stopping.wait(0.5):
                pass
        except KeyboardInterrupt:
            pass
    return 0


def _lab(options: Options) -> Lab:
    from kiriwake.lab.server import Lab  # noqa: PLC0415 - moto costs two seconds

    lab = Lab(port=options.port, rate=options.rate, story=options.story or None)
    try:
        lab.start()
    except OSError as error:
        raise NoAccess(
            "port-taken",
            Text(
                en=f"port {options.port} cannot be had: {error.strerror}",
                ja=f"ポート {options.port} を使えない: {error.strerror}",
            ),
            hints=(
                Text(
                    en="kiriwake lab start --port 0   picks a free one",
                    ja="kiriwake lab start --port 0   で空きポートを使う",
                ),
            ),
        ) from error
    return lab


def _check_story(name: str) -> None:
    if not name:
        return
    from kiriwake.lab.stories.book import names  # noqa: PLC0415

    if name not in names():
        raise UsageError(
            "unknown-story",
            Text(en=f'there is no story "{name}"', ja=f"「{name}」というストーリーはない"),
            hints=(Text(en=f"there are: {', '.join(names())}", ja=f"一覧: {', '.join(names())}"),),
        )


def _note(io: IO) -> Path:
    return state_directory(io) / "lab.json"


def _detached(options: Options, io: IO) -> int:
    note = _note(io)
    note.parent.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "kiriwake", "lab", "start"]
    words += ["--port", str(options.port), "--rate", str(options.rate)]
    words += ["--story", options.story] if options.story else []
    with note.with_suffix(".log").open("w") as log:
        child = subprocess.Popen(  # noqa: S603 - this very program
            words, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    lines = []
    assert child.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
    for line in child.stdout:
        lines.append(line)
        if line.startswith(("export http_proxy", "export no_proxy")) and "no_proxy" in line:
            break
    if not lines:
        child.wait(timeout=READY_S)
        io.err.write(note.with_suffix(".log").read_text(encoding="utf-8"))
        return child.returncode
    endpoint = next(
        (shlex.split(x)[1].partition("=")[2] for x in lines if "AWS_ENDPOINT_URL=" in x), ""
    )
    note.write_text(json.dumps({"pid": child.pid, "endpoint": endpoint}), encoding="utf-8")
    io.out.write("".join(lines))
    return 0


@command.command("stop")
@common
def stop(common: Common) -> int:
    """Stop a lab that was started with --detach."""
    io = io_of(common)
    note = _note(io)
    told = _told(note)
    if not told:
        io.say(Text(en="no lab was started with --detach", ja="--detach で起動したラボはない"))
        return 0
    try:
        os.kill(told["pid"], signal.SIGTERM)
        while _alive(told["pid"]):
            time.sleep(0.1)
    except ProcessLookupError:
        pass
    note.unlink(missing_ok=True)
    io.say(Text(en="the lab is stopped", ja="ラボを停止した"))
    return 0


@command.command("status")
@common
def status(common: Common) -> int:
    """Say whether a lab runs, and what time it is there."""
    io = io_of(common)
    told = _told(_note(io))
    endpoint = told.get("endpoint") or f"http://127.0.0.1:{PORT}"
    try:
        with urlopen(f"{endpoint}/_lab/health", timeout=5) as answer:  # noqa: S310 - loopback
            health = json.load(answer)
    except (URLError, OSError, ValueError) as error:
        raise NoAccess(
            "no-lab",
            Text(en=f"no lab answers at {endpoint}", ja=f"{endpoint} にラボはいない"),
            hints=(Text(en="kiriwake lab start", ja="kiriwake lab start"),),
        ) from error
    deliver(json.dumps({"endpoint": endpoint, **health}), common, io)
    return 0


@command.command("shell")
@_started
def shell(common: Common, *, port: int, story: str, rate: float) -> int:
    """Open a shell in which every AWS client talks to a lab; the lab ends with it."""
    io = io_of(common)
    _check_story(story)
    with _lab(Options(common, 0 if port == PORT else port, story, rate)) as lab:
        io.say(
            Text(
                en=f"a lab at {lab.endpoint}; `exit` ends it",
                ja=f"ラボ: {lab.endpoint} (`exit` で終了)",
            )
        )
        words = [io.env.get("SHELL") or "/bin/sh"]
        done = subprocess.run(  # noqa: S603 - the user's own shell
            words, env={**io.env, **lab.environment()}, check=False
        )
    return done.returncode


def _told(note: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return told


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
