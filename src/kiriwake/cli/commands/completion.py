"""`kiriwake completion`: the script that makes a shell complete verbs and flags."""

from __future__ import annotations

import click

from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of

VARIABLE = "_KIRIWAKE_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common
def command(common: Common, *, shell: str) -> int:
    """Print the completion script of SHELL; `eval "$(kiriwake completion bash)"` loads it."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - only here

    program = click.get_current_context().find_root().command
    made = get_completion_class(shell)
    if made is None:
        raise AssertionError("click knows the shells that it offers")
    # The version check of bash's class would start a shell; the script says it itself.
    script = made.source_template % made(program, {}, "kiriwake", VARIABLE).source_vars()
    deliver(script, common, io_of(common))
    return 0
