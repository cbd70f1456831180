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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from kiriwake.core.text import Text, verbatim

if TYPE_CHECKING:
    from kiriwake.lab.server import Lab

PORT = 4599
READY_S = 30.0
SCHEMA = "kiriwake-lab/1"


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
        print(_ready(lab.endpoint, os.getpid(), lab.environment(), options), file=io.out)
        io.out.flush()
        try:
            while not stopping.wait(0.5):
                pass
        except KeyboardInterrupt:
            pass
    return 0


def _ready(endpoint: str, pid: int, environment: Mapping[str, str], options: Options) -> str:
    """What a shell, or with JSON a program, needs in order to talk to the lab."""
    if options.common.format == "json":
        told = {"endpoint": endpoint, "pid": pid, "environment": dict(environment)}
        return json.dumps({"schema": SCHEMA, **told})
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment.items())


@contextmanager
def _lab(options: Options) -> Iterator[Lab]:
    """A lab that runs; raises `NoAccess` `port-taken`."""
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
    try:
        yield lab
    finally:
        lab.stop()


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


def _notes(io: IO) -> list[Path]:
    """The notes of the labs that were started with --detach."""
    return sorted(state_directory(io).glob("lab-*.json"))


def _detached(options: Options, io: IO) -> int:
    folder = state_directory(io)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    words = [sys.executable, "-m", "kiriwake", "--format", "json", "lab", "start"]
    words += ["--port", str(options.port), "--rate", str(options.rate), "--lang", io.lang.value]
    words += ["--story", options.story] if options.story else []
    with (folder / "lab.log").open("w") as log:
        child = subprocess.Popen(  # noqa: S603 - this very program
            words, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    told: dict[str, Any] = json.loads((child.stdout and child.stdout.readline()) or "{}")
    if told.get("schema") != SCHEMA:
        child.wait(timeout=READY_S)
        raise _not_started(told, folder / "lab.log")
    port = told["endpoint"].rpartition(":")[2]
    note = folder / f"lab-{port}.json"
    note.write_text(json.dumps({"pid": told["pid"], "endpoint": told["endpoint"]}), "utf-8")
    print(_ready(told["endpoint"], told["pid"], told["environment"], options), file=io.out)
    return 0


def _not_started(told: Mapping[str, Any], log: Path) -> NoAccess:
    says = told.get("says") or "the lab did not start"
    return NoAccess(
        told.get("error") or "lab-not-started",
        Text(en=says, ja=told.get("says") or "ラボを起動できなかった"),
        hints=(verbatim(told["hint"]),) if told.get("hint") else (verbatim(f"less {log}"),),
    )


@command.command("stop")
@common
def stop(common: Common) -> int:
    """Stop the labs that were started with --detach."""
    io = io_of(common)
    stopped = []
    for note in _notes(io):
        told = _told(note)
        # A number that another program has by now must not be ended.
        if _health(told.get("endpoint", "")) is not None:
            os.kill(told["pid"], signal.SIGTERM)
            _await_end(told["endpoint"])
            stopped.append(told["endpoint"])
        note.unlink(missing_ok=True)
    if common.format == "json":
        deliver(json.dumps({"schema": SCHEMA, "stopped": stopped}), common, io)
    elif stopped:
        io.say(Text(en="the lab is stopped", ja="ラボを停止した"))
    else:
        io.say(Text(en="no lab that was detached runs", ja="--detach で動いているラボはない"))
    return 0


def _await_end(endpoint: str) -> None:
    until = time.monotonic() + READY_S
    while _health(endpoint) is not None and time.monotonic() < until:
        time.sleep(0.1)


def _health(endpoint: str) -> dict[str, Any] | None:
    if not endpoint.startswith("http://127.0.0.1:"):
        return None
    try:
        with urlopen(f"{endpoint}/_lab/health", timeout=5) as answer:  # noqa: S310 - loopback
            health: dict[str, Any] = json.load(answer)
    except (URLError, OSError, ValueError):
        return None
    return health


@command.command("status")
@common
def status(common: Common) -> int:
    """Say whether a lab runs, and what time it is there."""
    io = io_of(common)
    known = [_told(note).get("endpoint", "") for note in _notes(io)]
    here = io.env.get("AWS_ENDPOINT_URL", "")
    asked = dict.fromkeys([here, *known, f"http://127.0.0.1:{PORT}"])
    labs = [
        {"endpoint": endpoint, **health}
        for endpoint in asked
        if (health := _health(endpoint)) is not None
    ]
    if not labs:
        raise NoAccess(
            "no-lab",
            Text(en="no lab answers", ja="応答するラボはない"),
            hints=(verbatim("kiriwake lab start --detach"),),
        )
    if common.format == "json":
        deliver(json.dumps({"schema": SCHEMA, "labs": labs}), common, io)
        return 0
    for lab in labs:
        deliver(f"{lab['endpoint']}  {lab['now']}", common, io)
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
