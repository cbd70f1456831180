"""`kiriwake new`: a fresh scaffold with every checklist item satisfied."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of


@dataclass(frozen=True)
class Options:
    """What was typed; `-o` of the common flags is the directory."""

    common: Common
    what: str
    name: str
    image: str = "public.ecr.aws/nginx/nginx:1.27"
    port: int = 80
    health_path: str = "/"
    tasks: int = 2
    zones: int = 2
    existing_network: bool = False


@click.command("new")
@click.argument("what", type=click.Choice(["ecs-service", "eks-cluster", "repository", "subnets"]))
@click.argument("name")
@click.option("--image", default="public.ecr.aws/nginx/nginx:1.27", help="Image of the service.")
@click.option("--port", type=click.IntRange(1, 65535), default=80, help="Port it listens on.")
@click.option("--health-path", default="/", help="Path that proves it works.")
@click.option("--tasks", type=click.IntRange(1), default=2, help="Tasks at steady state.")
@click.option("--zones", type=click.IntRange(2, 3), default=2, help="Availability zones.")
@click.option("--existing-network", is_flag=True, help="Take a VPC and subnets as parameters.")
@common
def command(  # noqa: PLR0917
    common: Common,
    what: str,
    name: str,
    image: str,
    port: int,
    health_path: str,
    tasks: int,
    zones: int,
    existing_network: bool,
) -> int:
    """Write CloudFormation and Terraform for WHAT, called NAME, to the directory of -o.

    Without -o the CloudFormation template goes to the screen.
    """
    options = Options(common, what, name, image, port, health_path, tasks, zones, existing_network)
    return run(options, io_of(common))


def run(options: Options, io: IO) -> int:
    """Makes the files and tells which."""
    from kiriwake.app.new import document, new, text  # noqa: PLC0415 - --help must not wait
    from kiriwake.migrate.scaffold import NewOptions  # noqa: PLC0415

    directory = options.common.output or ""
    files = new(
        NewOptions(
            options.what,
            options.name,
            image=options.image,
            port=options.port,
            health_path=options.health_path,
            tasks=options.tasks,
            zones=options.zones,
            existing_network=options.existing_network,
            lang=io.lang,
        ),
        directory,
    )
    if options.common.format == "json":
        found = document(files, directory, options.what)
        if not directory:
            found["template"] = files["template.yaml"]
        page = json.dumps(found, ensure_ascii=False, indent=1)
    else:
        page = text(files, directory, io.lang) if directory else files["template.yaml"]
    deliver(page, replace(options.common, output=None), io)
    return 0
