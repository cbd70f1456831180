"""`kiriwake choose`: which service for these files, and what it costs."""

from __future__ import annotations

import json
from dataclasses import dataclass

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of


@dataclass(frozen=True)
class Options:
    """What was typed."""

    common: Common
    paths: tuple[str, ...]
    team_kubernetes: str = "unknown"
    prices: str | None = None
    azure_monthly: float | None = None
    size_by: str = "limits"


@click.command("choose")
@click.argument("path", nargs=-1, required=True)
@click.option(
    "--team-kubernetes",
    type=click.Choice(["yes", "no", "unknown"]),
    default="unknown",
    help="Whether the team runs Kubernetes and wants to.",
)
@click.option("--prices", metavar="FILE", default=None, help="JSON with prices of your own.")
@click.option("--azure-monthly", type=float, default=None, help="Your Azure bill in USD.")
@click.option(
    "--size-by",
    type=click.Choice(["limits", "requests"]),
    default="limits",
    help="Whether tasks are as large as their limits or their requests.",
)
@common
def command(  # noqa: PLR0917
    common: Common,
    path: tuple[str, ...],
    team_kubernetes: str,
    prices: str | None,
    azure_monthly: float | None,
    size_by: str,
) -> int:
    """Weigh ECS, EKS and the others for the files under PATH.

    Kubernetes YAML, ACI and Container Apps (YAML, ARM, Bicep) and compose files are read.
    """
    options = Options(common, path, team_kubernetes, prices, azure_monthly, size_by)
    return run(options, io_of(common))


def run(options: Options, io: IO) -> int:
    """Weighs and prints; 0 always, for a choice is no fault."""
    from kiriwake.app.choose import choose, document, text  # noqa: PLC0415 - --help must not wait
    from kiriwake.migrate.choose import ChooseOptions  # noqa: PLC0415
    from kiriwake.migrate.fargate import SizeBy  # noqa: PLC0415

    found = choose(
        ChooseOptions(
            options.paths,
            options.team_kubernetes,
            options.prices,
            options.azure_monthly,
            SizeBy(options.size_by),
        )
    )
    if options.common.format == "json":
        page = json.dumps(document(found, io.lang), ensure_ascii=False, indent=1)
    else:
        page = text(found, io.lang)
    deliver(page, options.common, io)
    return 0
