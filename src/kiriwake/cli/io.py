"""The streams of a run, and what is known of the terminal behind them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TextIO

from kiriwake.core.text import Lang, Text

WIDTH = 80


@dataclass(frozen=True)
class IO:
    """Results go to `out`, progress and our own errors to `err`."""

    out: TextIO
    err: TextIO
    inp: TextIO
    lang: Lang = Lang.EN
    colour: bool = False
    width: int = WIDTH
    verbose: bool = False
    env: Mapping[str, str] = field(default_factory=dict)

    def say(self, text: Text) -> None:
        """One line of progress."""
        print(text.in_(self.lang), file=self.err, flush=True)

    @property
    def can_ask(self) -> bool:
        """Whether a person can be asked."""
        return self.inp.isatty() and self.err.isatty()


def open_io(*, lang: str | None, color: str | None, verbose: bool) -> IO:
    """The process's own streams; a name that the terminal cannot show becomes `?`."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    env = dict(os.environ)
    return IO(
        out=sys.stdout,
        err=sys.stderr,
        inp=sys.stdin,
        lang=language(lang, env),
        colour=_colour(color, env),
        width=WIDTH,
        verbose=verbose,
        env=env,
    )


def language(asked: str | None, env: Mapping[str, str]) -> Lang:
    """The language that was asked for, or the locale's."""
    if asked:
        return Lang(asked)
    if chosen := env.get("KIRIWAKE_LANG"):
        return Lang.JA if chosen.startswith("ja") else Lang.EN
    spoken = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    return Lang.JA if spoken.startswith("ja") else Lang.EN


def _colour(asked: str | None, env: Mapping[str, str]) -> bool:
    if asked in {"always", "never"}:
        return asked == "always"
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and env.get("TERM") != "dumb"
