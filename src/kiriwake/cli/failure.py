"""Our own failures as a person reads them, and as a program does."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence

import click

from kiriwake import __version__
from kiriwake.cli.io import open_io
from kiriwake.cli.usage import usage_error
from kiriwake.core.errors import InternalError, KiriwakeError, UsageError
from kiriwake.core.text import Lang, Text, verbatim
from kiriwake.report.neutralise import json_text, plain
from kiriwake.report.width import folded


def show(error: Exception, arguments: Sequence[str]) -> int:
    """Prints a failure and answers its exit code."""
    if isinstance(error, KiriwakeError):
        _print(error, arguments)
        return error.exit
    if isinstance(error, OSError) and error.filename:
        told = UsageError(
            "file-unusable",
            Text(
                en=f"{error.filename}: {error.strerror}",
                ja=f"{error.filename}: {error.strerror}",
            ),
        )
        _print(told, arguments)
        return told.exit
    where = traceback.extract_tb(error.__traceback__)[-1]
    told_bug = InternalError(
        "internal-error",
        Text(
            en=f"a bug of kiriwake {__version__}: {type(error).__name__}: {error}",
            ja=f"kiriwake {__version__} の不具合: {type(error).__name__}: {error}",
        ),
        note=verbatim(f"{where.name}, line {where.lineno}"),
        hints=(
            Text(
                en="please report it with this text; -v shows where it happened",
                ja="この内容を添えて報告してほしい (-v で発生箇所を表示)",
            ),
        ),
    )
    _print(told_bug, arguments)
    if "-v" in arguments or "--verbose" in arguments:
        traceback.print_exception(error, file=sys.stderr)
    return told_bug.exit


def show_usage(error: click.ClickException, arguments: Sequence[str]) -> None:
    """Prints that the command line cannot be understood."""
    _print(usage_error(error), arguments)


def _print(error: KiriwakeError, arguments: Sequence[str]) -> None:
    lang = _flag(arguments, "--lang")
    io = open_io(lang=lang if lang in {"en", "ja"} else None, color=None, verbose=False)
    told = lines(error, io.lang, io.width)
    if (_flag(arguments, "--format") or io.env.get("KIRIWAKE_FORMAT")) == "json":
        try:
            print(document(error, io.lang), file=io.out, flush=True)
        except OSError:
            # Nobody reads it, or there is no room for it: a person still gets to know.
            print("\n".join(told), file=io.err)
        return
    print("\n".join(told), file=io.err)


def document(error: KiriwakeError, lang: Lang) -> str:
    """`kiriwake-error/1`."""
    told = json.dumps(
        {
            "schema": "kiriwake-error/1",
            "exit": error.exit,
            "error": error.reference,
            "says": error.message.in_(lang),
            "note": error.note.in_(lang) if error.note else "",
            "hint": "; ".join(hint.in_(lang) for hint in error.hints),
        },
        ensure_ascii=False,
    )
    return json_text(told)


def lines(error: KiriwakeError, lang: Lang, width: int) -> list[str]:
    """What happened, why, and what to type next."""
    word = "error" if lang is Lang.EN else "エラー"
    head = f"{word}[{error.reference}]: "
    told = list(folded(plain(error.message.in_(lang)), first=head, rest="    ", to=width))
    if error.note:
        label = "  = note: " if lang is Lang.EN else "  = 補足: "
        told += _hanging(label, error.note.in_(lang), width)
    for hint in error.hints:
        label = "help: " if lang is Lang.EN else "対処: "
        told += _hanging(label, hint.in_(lang), width)
    return told


def _hanging(label: str, text: str, width: int) -> list[str]:
    return list(folded(plain(text), first=label, to=width))


def _flag(arguments: Sequence[str], name: str) -> str | None:
    for n, argument in enumerate(arguments):
        if argument == name and n + 1 < len(arguments):
            return arguments[n + 1]
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return None
