"""`kiriwake migrate`: Azure files to AWS files, field by field."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of

PARTLY = 3


@dataclass(frozen=True)
class Options:
    """What was typed; `-o` of the common flags is the directory."""

    common: Common
    paths: tuple[str, ...]
    to: str
    size_by: str = "limits"
    image_has: str = ""
    zones: int = 2
    existing_network: bool = False
    account: str = ""


@click.command("migrate")
@click.argument("path", nargs=-1, required=True)
@click.option("--to", type=click.Choice(["ecs", "eks"]), required=True, help="The target.")
@click.option(
    "--size-by",
    type=click.Choice(["limits", "requests"]),
    default="limits",
    help="Whether tasks are as large as their limits (safe) or their requests (cheap).",
)
@click.option(
    "--image-has",
    type=click.Choice(["curl", "wget"]),
    default=None,
    help="What every image holds, so that HTTP probes can run inside containers.",
)
@click.option("--zones", type=click.IntRange(2, 3), default=2, help="Availability zones.")
@click.option("--existing-network", is_flag=True, help="Take a VPC and subnets as parameters.")
@click.option("--account", default="", help="Account id for image names (--to eks).")
@common
def command(  # noqa: PLR0917
    common: Common,
    path: tuple[str, ...],
    to: str,
    size_by: str,
    image_has: str | None,
    zones: int,
    existing_network: bool,
    account: str,
) -> int:
    """Convert the files under PATH and write the result to the directory of -o.

    A ledger says what became of every field; secrets' values are never written.
    """
    options = Options(common, path, to, size_by, image_has or "", zones, existing_network, account)
    return run(options, io_of(common))


def run(options: Options, io: IO) -> int:
    """Converts, writes and tells; 3 if a part of the input was refused."""
    from kiriwake.app.migrate import document, migrate, text  # noqa: PLC0415 - --help must not wait
    from kiriwake.core.errors import UsageError  # noqa: PLC0415
    from kiriwake.core.text import Text  # noqa: PLC0415
    from kiriwake.migrate.fargate import SizeBy  # noqa: PLC0415
    from kiriwake.migrate.migration import MigrateOptions  # noqa: PLC0415

    if not options.common.output:
        raise UsageError(
            "no-directory",
            Text(en="say where the files go: -o DIR", ja="出力先を -o DIR で指定すること"),
        )
    found = migrate(
        MigrateOptions(
            options.paths,
            options.to,
            options.common.output,
            SizeBy(options.size_by),
            options.image_has,
            options.zones,
            options.existing_network,
            options.account,
            options.common.region or "",
            io.lang,
        )
    )
    if options.common.format == "json":
        page = json.dumps(document(found, io.lang), ensure_ascii=False, indent=1)
    else:
        page = text(found, io.lang)
    # -o names the directory, so the report itself goes to the screen
    deliver(page, replace(options.common, output=None), io)
    return PARTLY if found.refused else 0
