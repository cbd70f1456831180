"""`kiriwake diagnose`: the main job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of, source_of
from kiriwake.core.errors import TargetNotFound, UsageError
from kiriwake.core.target import Kind, Target, parse
from kiriwake.core.text import Text
from kiriwake.sources.source import Source


@dataclass(frozen=True)
class Options:
    """What was typed."""

    common: Common
    targets: tuple[Target, ...] = ()
    quick: bool = False
    save: str = ""
    replay: str = ""
    fail_on: str = "cause"


@click.command("diagnose")
@click.argument("target", nargs=-1)
@click.option("-c", "--cluster", default=None, help="ECS cluster, instead of TARGET.")
@click.option("-s", "--service", default=None, help="Service of that cluster.")
@click.option("-n", "--namespace", default=None, help="Namespace of an EKS target.")
@click.option("--quick", is_flag=True, help="Stop after the symptoms.")
@click.option("--save", metavar="BUNDLE", default="", help="Record every observation.")
@click.option("--from", "replay", metavar="BUNDLE", default="", help="Replay a recording.")
@click.option(
    "--fail-on",
    type=click.Choice(["cause", "warning"]),
    default="cause",
    help="What makes the exit code 1.",
)
@common
def command(  # noqa: PLR0917 - click passes them by name
    common: Common,
    target: tuple[str, ...],
    cluster: str | None,
    service: str | None,
    namespace: str | None,
    quick: bool,
    save: str,
    replay: str,
    fail_on: str,
) -> int:
    """Find the setting at fault.

    TARGET: CLUSTER, CLUSTER/SERVICE, CLUSTER/TASK-ID, ecr:REPO[:TAG], subnet-..., or an
    ARN of one of these. Without a TARGET everything in the region is looked at.
    """
    targets = tuple(parse(each) for each in target)
    if cluster or service or namespace:
        targets = (*targets, _from_flags(cluster, service, namespace, targets))[-1:]
    options = Options(common, targets, quick, save, replay, fail_on)
    return run(options, io_of(common))


def _from_flags(
    cluster: str | None, service: str | None, namespace: str | None, typed: Sequence[Target]
) -> Target:
    if typed and namespace and typed[0].kind is Kind.EKS_CLUSTER:
        return replace(typed[0], namespace=namespace)
    if typed or (service and not cluster):
        raise UsageError(
            "target-twice" if typed else "cluster-needed",
            Text(
                en="give either TARGET or -c and -s" if typed else "-s needs -c",
                ja="TARGET か -c と -s のどちらかだけを指定する" if typed else "-s には -c が必要",
            ),
        )
    return parse(f"{cluster}/{service}" if service else f"{cluster}")


def run(options: Options, io: IO) -> int:
    """Diagnoses, prints, and answers the exit code."""
    from kiriwake.app.diagnose import diagnose  # noqa: PLC0415 - --help must not wait for it
    from kiriwake.cli.show import exit_code, merged, render  # noqa: PLC0415
    from kiriwake.sources.bundle import RecordingSource  # noqa: PLC0415

    source = _replayed(options.replay) if options.replay else source_of(options.common, io)
    recording = RecordingSource(source) if options.save else None
    read_from = recording or source
    reports, failed = [], None
    for target in options.targets or (None,):
        try:
            reports.append(
                diagnose(read_from, target, quick=options.quick, timeout=options.common.timeout)
            )
        except TargetNotFound as missing:
            # One that does not exist must not hide what the others have.
            failed = missing
            if len(options.targets) > 1:
                io.say(missing.message)
    if failed and not reports:
        raise failed
    report = merged(reports)
    if recording:
        from kiriwake.evidence.bundle import encode  # noqa: PLC0415

        Path(options.save).write_bytes(encode(recording.recording(report.taken_at)))
    for remark in report.remarks:
        io.say(remark)
    deliver(render(report, options.common.format or "text", io), options.common, io)
    return exit_code(report, fail_on_warning=options.fail_on == "warning")


def _replayed(path: str) -> Source:
    from kiriwake.evidence.bundle import decode  # noqa: PLC0415
    from kiriwake.sources.bundle import BundleSource  # noqa: PLC0415

    return BundleSource(decode(Path(path).read_bytes()))
