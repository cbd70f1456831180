"""The streams of a run, and what is known of the terminal behind them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TextIO

from kiriwake.core.text import Lang, Text

WIDTH = 80
NARROWEST = 20


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
    zone: tzinfo | None = None
    """Whose hours are told; None is this machine's."""

    def say(self, text: Text) -> None:
        """One line of progress."""
        print(text.in_(self.lang), file=self.err, flush=True)

    def says(self, text: Text) -> str:
        """A text in the reader's language."""
        return text.in_(self.lang)

    @property
    def err_is_terminal(self) -> bool:
        """Whether a person looks on."""
        return _is_terminal(self.err)

    @property
    def can_ask(self) -> bool:
        """Whether a person can be asked."""
        return _is_terminal(self.inp) and _is_terminal(self.err)


def open_io(*, lang: str | None, color: str | None, verbose: bool) -> IO:
    """The process's own streams; what a terminal cannot show becomes its escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    env = dict(os.environ)
    return IO(
        out=sys.stdout,
        err=sys.stderr,
        inp=sys.stdin,
        lang=language(lang, env),
        colour=_colour(color, env),
        width=_width(env),
        verbose=verbose,
        env=env,
    )


def _width(env: Mapping[str, str]) -> int:
    """As wide as the terminal, and 80 columns at most; 80 where there is none."""
    told = env.get("COLUMNS", "")
    try:
        wide = int(told) if told.isdigit() else os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        wide = WIDTH
    return min(max(wide or WIDTH, NARROWEST), WIDTH)


def language(asked: str | None, env: Mapping[str, str]) -> Lang:
    """The language that was asked for, or the locale's."""
    if asked:
        return Lang(asked)
    if chosen := env.get("KIRIWAKE_LANG"):
        return Lang.JA if chosen.startswith("ja") else Lang.EN
    spoken = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    return Lang.JA if spoken.startswith("ja") else Lang.EN


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed before we came
        return False


def _colour(asked: str | None, env: Mapping[str, str]) -> bool:
    asked = asked or env.get("KIRIWAKE_COLOR")
    if asked in {"always", "never"}:
        return asked == "always"
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR"):
        return True
    return _is_terminal(sys.stdout) and env.get("TERM") != "dumb"
