"""`kiriwake diagnose`: the main job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiriwake.cli.io import IO
from kiriwake.cli.options import Common, common
from kiriwake.cli.wiring import deliver, io_of, source_of, write_file
from kiriwake.core.errors import (
    EvidenceUnreadable,
    KiriwakeError,
    NoAccess,
    TargetNotFound,
    UsageError,
)
from kiriwake.core.target import Kind, Target, parse
from kiriwake.core.text import Text
from kiriwake.sources.source import Source

if TYPE_CHECKING:
    from kiriwake.app.diagnose import Progress
    from kiriwake.report.report import Report


@dataclass(frozen=True)
class Options:
    """What was typed."""

    common: Common
    targets: tuple[Target, ...] = ()
    quick: bool = False
    save: str = ""
    replay: str = ""
    fail_on: str = "cause"
    sarif_all: bool = False


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
@click.option("--sarif-all", is_flag=True, help="SARIF tells what is ruled out and open, too.")
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
    sarif_all: bool,
) -> int:
    """Find the setting at fault.

    TARGET: CLUSTER, CLUSTER/SERVICE, CLUSTER/TASK-ID, ecr:REPO[:TAG], subnet-..., or an
    ARN of one of these. Without a TARGET everything in the region is looked at.
    """
    targets = tuple(parse(each) for each in target)
    if cluster or service or namespace:
        targets = (*targets, _from_flags(cluster, service, namespace, targets))[-1:]
    options = Options(common, targets, quick, save, replay, fail_on, sarif_all)
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
    from kiriwake.cli.show import exit_code, merged, render  # noqa: PLC0415 - --help must not wait
    from kiriwake.sources.bundle import RecordingSource  # noqa: PLC0415

    common = options.common
    source = _replayed(options.replay) if options.replay else source_of(common, io)
    recording = RecordingSource(source) if options.save else None
    reports, unread = _reports(recording or source, options, io)
    if common.all_regions and not options.replay:
        elsewhere, also_unread = _elsewhere(source, options, io)
        reports, unread = [*reports, *elsewhere], unread or also_unread
    report = merged(reports)
    if recording:
        from kiriwake.evidence.bundle import encode  # noqa: PLC0415

        write_file(Path(options.save), encode(recording.recording(report.taken_at)))
    for remark in report.remarks:
        io.say(remark)
    deliver(render(report, common, io, everything=options.sarif_all), common, io)
    return exit_code(report, fail_on_warning=options.fail_on == "warning", unread=unread)


def _reports(source: Source, options: Options, io: IO) -> tuple[list[Report], bool]:
    """A report for each target, and whether one of several could not be read."""
    from kiriwake.app.diagnose import diagnose  # noqa: PLC0415 - --help must not wait for it

    reports: list[Report] = []
    failures: list[KiriwakeError] = []
    for target in options.targets or (None,):
        try:
            reports.append(
                diagnose(
                    source,
                    target,
                    quick=options.quick,
                    timeout=options.common.timeout,
                    progress=_progress(io),
                )
            )
        except TargetNotFound as missing:
            # One that does not exist must not hide what the others have.
            failures.append(missing)
    _clear_progress(io)
    if failures and not reports:
        raise failures[0]
    for failure in failures:
        io.say(failure.message)
    return reports, bool(failures)


def _elsewhere(source: Source, options: Options, io: IO) -> tuple[list[Report], bool]:
    """The reports of the other regions in which a cluster is seen."""
    from kiriwake.sources.source import SeesRegions  # noqa: PLC0415 - --help must not wait

    regions = source.regions_in_use() if isinstance(source, SeesRegions) else ()
    found: list[Report] = []
    unread = False
    for region in regions:
        try:
            several, missed = _reports(source_of(options.common, io, region), options, io)
        except TargetNotFound:
            continue  # it is in another region
        except NoAccess as failure:
            io.say(failure.message)
            unread = True
            continue
        unread = unread or missed
        found += [
            replace(
                report,
                diagnoses=tuple(
                    replace(d, target=replace(d.target, region=region)) for d in report.diagnoses
                ),
            )
            for report in several
        ]
    return found, unread


def _progress(io: IO) -> Callable[[Progress], None]:
    """Tells how far it is where a person looks on; a log file gets nothing of it."""

    def told(progress: Progress) -> None:
        says = Text(
            en=f"{progress.decided} of {progress.targets} targets, {progress.requests} API calls",
            ja=(
                f"ターゲット {progress.decided}/{progress.targets},"
                f" API 呼び出し {progress.requests} 回"
            ),
        )
        print(f"\r\x1b[K{io.says(says)}", end="", file=io.err, flush=True)

    def silent(progress: Progress) -> None:
        """Tells nobody."""

    return told if io.err_is_terminal and not io.verbose else silent


def _clear_progress(io: IO) -> None:
    if io.err_is_terminal and not io.verbose:
        print("\r\x1b[K", end="", file=io.err, flush=True)


def _replayed(path: str) -> Source:
    from kiriwake.evidence.bundle import decode  # noqa: PLC0415
    from kiriwake.sources.bundle import BundleSource  # noqa: PLC0415

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise EvidenceUnreadable(
            "bundle-unreadable",
            Text(en=f'cannot read "{path}": {why}', ja=f"「{path}」を読めない: {why}"),
            hints=(
                Text(
                    en="kiriwake diagnose TARGET --save BUNDLE records one",
                    ja="kiriwake diagnose TARGET --save BUNDLE で記録できる",
                ),
            ),
        ) from error
    return BundleSource(decode(data))
