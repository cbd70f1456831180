"""`kiriwake iam-policy`: the least-privilege policy."""

from __future__ import annotations

import json

import click

from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of


@click.command("iam-policy")
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["diagnose", "fix"]),
    default="diagnose",
    help="What the policy must allow.",
)
@common
def command(common: Common, *, purpose: str) -> int:
    """Print the IAM policy that kiriwake needs, and no more."""
    from kiriwake.app.policy import policy  # noqa: PLC0415 - --help must not wait for it

    deliver(json.dumps(policy(purpose), indent=2), common, io_of(common))
    return 0
