"""`kiriwake size`: how large the subnets must be."""

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
    paths: tuple[str, ...] = ()
    to: str = "ecs"
    services: int = 1
    tasks: int = 0
    maximum_percent: int = 200
    zones: int = 2
    prefix: int | None = None
    balancers: int = 0
    network_balancers: int = 0
    endpoints: int = 0
    nat: int = 0
    others: int = 0
    pods: int = 0
    nodes: int = 0
    node_type: str = "m6i.large"
    pod_mode: str = "addresses"
    warm_interfaces: int = 1


@click.command("size")
@click.argument("path", nargs=-1)
@click.option("--to", type=click.Choice(["ecs", "eks"]), default="ecs", help="Tasks or pods.")
@click.option("--services", type=click.IntRange(0), default=1, help="Services that deploy at once.")
@click.option("--tasks", type=click.IntRange(0), default=0, help="Tasks of each service.")
@click.option(
    "--max-percent", type=click.IntRange(100), default=200, help="maximumPercent of the services."
)
@click.option("--zones", type=click.IntRange(1, 6), default=2, help="Zones, a subnet in each.")
@click.option("--prefix", type=int, default=None, help="Prefix of the subnets that exist.")
@click.option("--albs", type=click.IntRange(0), default=0, help="ALBs in these subnets.")
@click.option("--nlbs", type=click.IntRange(0), default=0, help="NLBs in these subnets.")
@click.option("--endpoints", type=click.IntRange(0), default=0, help="Interface endpoints.")
@click.option("--nat", type=click.IntRange(0), default=0, help="NAT gateways in each subnet.")
@click.option("--other-ips", type=click.IntRange(0), default=0, help="RDS, Lambda, EFS, each zone.")
@click.option("--pods", type=click.IntRange(0), default=0, help="Pods (--to eks).")
@click.option("--nodes", type=click.IntRange(0), default=0, help="Nodes (--to eks).")
@click.option("--node-type", default="m6i.large", help="Instance type of the nodes.")
@click.option(
    "--pod-mode",
    type=click.Choice(["addresses", "prefixes"]),
    default="addresses",
    help="How the VPC CNI takes addresses.",
)
@click.option("--warm-enis", type=click.IntRange(0), default=1, help="WARM_ENI_TARGET.")
@common
def command(  # noqa: PLR0917
    common: Common,
    path: tuple[str, ...],
    to: str,
    services: int,
    tasks: int,
    max_percent: int,
    zones: int,
    prefix: int | None,
    albs: int,
    nlbs: int,
    endpoints: int,
    nat: int,
    other_ips: int,
    pods: int,
    nodes: int,
    node_type: str,
    pod_mode: str,
    warm_enis: int,
) -> int:
    """Count addresses at steady state, while deploying, and with a zone lost.

    From the files under PATH, from the flags, or both together.
    """
    options = Options(
        common,
        path,
        to,
        services,
        tasks,
        max_percent,
        zones,
        prefix,
        albs,
        nlbs,
        endpoints,
        nat,
        other_ips,
        pods,
        nodes,
        node_type,
        pod_mode,
        warm_enis,
    )
    return run(options, io_of(common))


def run(options: Options, io: IO) -> int:
    """Counts and prints; 1 if the subnets that exist are too small."""
    from kiriwake.app.size import document, size, text  # noqa: PLC0415 - --help must not wait
    from kiriwake.core.errors import UsageError  # noqa: PLC0415
    from kiriwake.core.text import Text  # noqa: PLC0415
    from kiriwake.migrate.size import SizeOptions  # noqa: PLC0415

    if not options.paths and not options.tasks and not options.pods:
        raise UsageError(
            "nothing-to-size",
            Text(
                en="there is nothing to count: name files, --tasks or --pods",
                ja="数える対象がない。ファイル、--tasks、--pods のいずれかを指定すること",
            ),
            hints=(
                Text(
                    en="kiriwake size --services 2 --tasks 50 --zones 1 --prefix 24",
                    ja="kiriwake size --services 2 --tasks 50 --zones 1 --prefix 24",
                ),
            ),
        )
    found = size(
        SizeOptions(
            paths=options.paths,
            to=options.to,
            services=options.services,
            tasks=options.tasks,
            maximum_percent=options.maximum_percent,
            zones=options.zones,
            prefix=options.prefix,
            balancers=options.balancers,
            network_balancers=options.network_balancers,
            endpoints=options.endpoints,
            nat=options.nat,
            others=options.others,
            pods=options.pods,
            nodes=options.nodes,
            node_type=options.node_type,
            pod_mode=options.pod_mode,
            warm_interfaces=options.warm_interfaces,
        )
    )
    if options.common.format == "json":
        page = json.dumps(document(found), ensure_ascii=False, indent=1)
    else:
        page = text(found, io.lang)
    deliver(page, options.common, io)
    return 0 if found.prefix is not None and found.fits else 1
