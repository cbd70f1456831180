"""`kiriwake explain`: what a text, an id or a term means."""

from __future__ import annotations

import json
from dataclasses import dataclass

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of

NO_MATCH = 3


@dataclass(frozen=True)
class Options:
    """What was typed."""

    common: Common
    query: str


@click.command("explain")
@click.argument("query", nargs=-1, required=True)
@common
def command(common: Common, query: tuple[str, ...]) -> int:
    """Say what an error text, a cause id or an Azure or AWS term means; `-` reads a pipe."""
    return run(Options(common, " ".join(query)), io_of(common))


def run(options: Options, io: IO) -> int:
    """Explains, and answers 3 where nothing matches."""
    from kiriwake.app.explain import explain  # noqa: PLC0415 - --help must not wait for it
    from kiriwake.app.explanation_page import document, page  # noqa: PLC0415

    query = io.inp.read() if options.query == "-" else options.query
    explanation = explain(query)
    if options.common.format == "json":
        text = json.dumps(document(explanation, io.lang), ensure_ascii=False, indent=1)
    else:
        text = page(explanation, io.lang)
    deliver(text, options.common, io)
    return 0 if explanation.known else NO_MATCH
