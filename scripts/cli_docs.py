"""Writes docs/reference/cli.md and report-schema.json; with --check says what is out of date."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from kiriwake.cli.main import program
from kiriwake.report.document import schema

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/reference/cli.md"
SCHEMA = ROOT / "docs/reference/report-schema.json"

EXITS = {
    0: "no cause holds (clear, or warnings without `--fail-on warning`); what was asked is done",
    1: "a cause holds; for `demo` and `size`, not as told or too small",
    2: "the command line cannot be understood, or the result cannot be written",
    3: "inconclusive: what is needed to tell could not be seen; no match; nothing to fix",
    4: (
        "no credentials, endpoint unreachable, target or lab not there, evidence unreadable,"
        " port taken"
    ),
    5: "a change was refused, failed or could not be verified; `kiriwake undo` lists it",
    70: "a bug of kiriwake",
    130: "interrupted",
}
VARIABLES = {
    "AWS_*": "credentials, profile, region, retries and endpoints, as every AWS tool takes them",
    "AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>": "where AWS answers, such as a lab",
    "KUBECONFIG": "the cluster to read",
    "KIRIWAKE_LANG": "as `--lang`",
    "KIRIWAKE_FORMAT": "as `--format`; `text` or `json`",
    "KIRIWAKE_COLOR": "as `--color`",
    "KIRIWAKE_TIMEOUT": "as `--timeout`",
    "KIRIWAKE_STATE_DIR": "where the journal and the note of a detached lab are kept",
    "XDG_STATE_HOME": "its `kiriwake` folder is that place otherwise; else `~/.local/state`",
    "NO_COLOR": "no color, unless it is empty",
    "FORCE_COLOR": "color without a terminal too, unless it is empty",
    "LC_ALL`, `LC_MESSAGES`, `LANG": "the language, where `--lang` does not say it",
    "COLUMNS": "the width, at most 80",
    "SHELL": "what `lab shell` opens",
}


def page() -> str:
    """The reference."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "<!-- made by scripts/cli_docs.py from the command line; edit that -->"
    yield "# The command line"
    yield ""
    yield "`kiriwake VERB [ARGUMENTS] [FLAGS]`"
    yield ""
    yield "Results go to stdout, progress and kiriwake's own errors to stderr."
    yield "With `--format json` stdout holds exactly one JSON document, on failure too"
    yield "(`kiriwake-error/1`); `diagnose` writes [`kiriwake-report/1`](report-schema.json)."
    yield ""
    context = click.Context(program, info_name="kiriwake")
    yield "## Flags of every verb"
    yield ""
    yield "They may stand before the verb or after it."
    yield ""
    everywhere = list(_flags(program, context))
    yield from _table(everywhere)
    for path, command in _verbs(program, context, "kiriwake"):
        yield f"## `{path}`"
        yield ""
        yield inspect.cleandoc(command.help or "")
        yield ""
        here = click.Context(command, info_name=path)
        yield f"    {' '.join([path, *command.collect_usage_pieces(here)])}"
        yield ""
        yield from _table([row for row in _flags(command, here) if row not in everywhere])
    yield "## Exit codes"
    yield ""
    yield "The same for every format; over several targets 4 if none could be read, else 1, else 3."
    yield ""
    yield from _table([(str(code), says) for code, says in EXITS.items()])
    yield "## Environment"
    yield ""
    yield from _table(list(VARIABLES.items()))


def _verbs(
    group: click.Group, context: click.Context, path: str
) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _verbs(command, context, f"{path} {name}")
        elif command is not None:
            yield f"{path} {name}", command


def _flags(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record and isinstance(param, click.Option):
            yield record


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    if not rows:
        return
    yield "| | |"
    yield "|---|---|"
    for name, says in rows:
        yield f"| {_code(name)} | {says.replace('|', '&#124;')} |"
    yield ""


def _code(name: str) -> str:
    # A bar ends a table's cell, even within code, unless it is escaped.
    return "`" + name.replace("|", "\\|") + "`"


def pages() -> dict[Path, str]:
    """Every generated file with its content."""
    return {
        PAGE: page(),
        SCHEMA: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
    }


def main() -> int:
    """Writes the files, or says which are out of date."""
    stale = [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"out of date: {path.relative_to(ROOT)}; run scripts/cli_docs.py")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
