"""The entry point: finds the verb, runs it, and turns what happened into an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from kiriwake import __version__
from kiriwake.cli.options import before_the_verb

VERBS = {
    "diagnose": "find the setting at fault, with the evidence",
    "explain": "what an error text, a cause or a term means",
    "fix": "apply one of a cause's plans and prove it",
    "undo": "take a fix back",
    "lab": "an emulated AWS to practise on",
    "demo": "the tour: incidents happen, are found, fixed and proved",
    "choose": "which service for these files, and what it costs",
    "size": "how large the subnets must be",
    "migrate": "Azure files to AWS files, field by field",
    "new": "a fresh scaffold with every checklist item satisfied",
    "bundle": "what a recording holds",
    "iam-policy": "the least-privilege policy for reading",
    "completion": "the script for shell completion",
}
INTERRUPTED = 130
USAGE = 2
BUG = 70


class _Verbs(click.Group):
    """Loads a verb's module only when it is run, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return [verb for verb in VERBS if _exists(verb)]

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in VERBS or not _exists(cmd_name):
            return None
        module = importlib.import_module(f"kiriwake.cli.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs with one line each, without loading any of them."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, VERBS[verb]) for verb in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Names the nearest verb for one that there is not."""
        verb = args[0] if args else ""
        if verb and not verb.startswith("-") and self.get_command(ctx, verb) is None:
            from kiriwake.cli.usage import unknown_verb  # noqa: PLC0415 - only for a typo

            raise unknown_verb(verb, VERBS)
        return super().resolve_command(ctx, args)


def _exists(verb: str) -> bool:
    # The verbs of the migration wing are there only where the wing is.
    folder = os.path.dirname(__file__)  # noqa: PTH120 - pathlib costs ten milliseconds here
    return os.path.exists(  # noqa: PTH110
        f"{folder}/commands/{verb.replace('-', '_')}.py"
    )


@click.group(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Exit codes: 0 no cause, 1 a cause, 2 usage, 3 inconclusive, 4 no access, 5 a change"
    " failed, 70 a bug, 130 interrupted.",
)
@click.version_option(__version__, prog_name="kiriwake")
@before_the_verb
def program() -> None:
    """Which setting of which AWS service is at fault when containers misbehave."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits."""
    code = run(sys.argv[1:] if arguments is None else arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`| head`); Python must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs the command line and answers the exit code."""
    try:
        answer: Any = program.main(list(arguments), prog_name="kiriwake", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        from kiriwake.cli.failure import show_usage  # noqa: PLC0415 - only on failure

        show_usage(error, arguments)
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the top of a face: a bug is told as one
        from kiriwake.cli.failure import show  # noqa: PLC0415 - only on failure

        return show(error, arguments)
    return answer if isinstance(answer, int) else 0
