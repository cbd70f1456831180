"""Prints the figures of docs/benchmarks.md: medians of five after a warm-up.

Ratios are asserted, absolute figures are only printed: they belong to one machine.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiriwake.app.diagnose import diagnose
from kiriwake.core.observed import Call, Known, Observed
from kiriwake.core.target import Kind, Target
from kiriwake.evidence import ecs
from kiriwake.evidence.bundle import Recording, decode, encode
from kiriwake.lab.server import Lab
from kiriwake.lab.stories.book import story
from kiriwake.lab.stories.stage import Stage
from kiriwake.sources.bundle import BundleSource

ROOT = Path(__file__).parents[1]
BIN = ROOT / ".venv" / "bin"
CLIENTS = ROOT / ".venv-clients" / "bin"
RUNS = 5
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def median_s(run: Callable[[], None]) -> float:
    run()
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def command(words: Sequence[str], env: Mapping[str, str], ok: Sequence[int] = (0,)) -> None:
    done = subprocess.run(words, env=env, capture_output=True, check=False)
    if done.returncode not in ok:
        raise SystemExit(f"{' '.join(words)}: {done.returncode}\n{done.stderr.decode()}")


def cold_start() -> dict[str, float]:
    kiriwake = str(BIN / "kiriwake")
    env = dict(os.environ)
    return {
        "cold `kiriwake --help`": median_s(lambda: command([kiriwake, "--help"], env)),
        "cold `kiriwake explain` of a text": median_s(
            lambda: command([kiriwake, "explain", "OutOfMemoryError: Container killed"], env)
        ),
    }


def one_diagnosis() -> dict[str, float]:
    """Scenario D: one command of ours beside the field report's eleven."""
    aws = str(CLIENTS / "aws")
    where = ["--cluster", "my-cluster"]
    with Lab() as lab:
        stage = Stage(lab)
        story("second-release")(stage)
        env = {**os.environ, **lab.environment()}
        tasks = stage.aws("ecs").list_tasks(cluster="my-cluster", serviceName="my-service")
        group = stage.aws("elbv2").describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
        by_hand = [
            ["ecs", "list-tasks", *where, "--service", "my-service"],
            *(["ecs", "describe-tasks", *where, "--tasks", arn] for arn in tasks["taskArns"]),
            ["ecs", "describe-services", *where, "--services", "my-service"],
            ["elbv2", "describe-target-health", "--target-group-arn", group],
            ["elbv2", "describe-target-groups", "--target-group-arns", group],
        ]

        def report() -> None:
            for words in by_hand:
                command([aws, *words], env)

        return {
            "one diagnosis, cold, scenario D": median_s(
                lambda: command(
                    [str(BIN / "kiriwake"), "diagnose", "my-cluster/my-service"], env, (1,)
                )
            ),
            f"the field report's {len(by_hand)} `aws` commands for it": median_s(report),
        }


def lab_ready() -> dict[str, float]:
    code = "from kiriwake.lab.server import Lab\nwith Lab() as lab: pass"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return {"lab ready": median_s(lambda: command([str(BIN / "python"), "-c", code], env))}


def region(services: int, tasks_each: int) -> dict[Call, Observed[object]]:
    """A region as a recording holds it; one service in a hundred is short of tasks."""
    facts: dict[Call, Observed[object]] = {}
    for n in range(services):
        name = f"service-{n}"
        key = f"big/{name}"
        broken = n % 100 == 0
        definition = f"arn:aws:ecs:us-east-1:123456789012:task-definition/{name}:3"
        deployment = ecs.Deployment(
            id=f"ecs-svc/{n}",
            status="PRIMARY",
            task_definition=definition,
            desired=tasks_each,
            running=tasks_each - broken,
            pending=0,
            failed=7 if broken else 0,
            created_at=AT - timedelta(hours=2),
            updated_at=AT - timedelta(hours=1),
            rollout_state="IN_PROGRESS" if broken else "COMPLETED",
        )
        service = ecs.Service(
            arn=f"arn:aws:ecs:us-east-1:123456789012:service/big/{name}",
            name=name,
            cluster="big",
            status="ACTIVE",
            desired=tasks_each,
            running=tasks_each - broken,
            pending=0,
            task_definition=definition,
            deployments=(deployment,),
            launch_type="FARGATE",
            awsvpc=ecs.Awsvpc(("subnet-1",), ("sg-1",), assign_public_ip=True),
        )
        running = tuple(_task(n, t, definition) for t in range(tasks_each - broken))
        stopped = (_refused(n, definition),) if broken else ()
        values: list[tuple[Call, object]] = [
            (ecs.SERVICE.of(key), service),
            (ecs.RUNNING_TASKS.of(key), ecs.Tasks(running)),
            (ecs.STOPPED_TASKS.of(key), ecs.Tasks(stopped)),
            (ecs.REVISIONS.of(name), ecs.Names((definition,))),
        ]
        facts |= {call: Known(value, call, AT) for call, value in values}
    return facts


def _task(service: int, n: int, definition: str) -> ecs.Task:
    return ecs.Task(
        arn=f"arn:aws:ecs:us-east-1:123456789012:task/big/{service:016x}{n:016x}",
        id=f"{service:016x}{n:016x}",
        last_status="RUNNING",
        desired_status="RUNNING",
        task_definition=definition,
        started_by=f"ecs-svc/{service}",
        created_at=AT - timedelta(hours=2),
        started_at=AT - timedelta(hours=2),
    )


def _refused(service: int, definition: str) -> ecs.Task:
    return ecs.Task(
        arn=f"arn:aws:ecs:us-east-1:123456789012:task/big/{service:016x}{'f' * 16}",
        id=f"{service:016x}{'f' * 16}",
        last_status="STOPPED",
        desired_status="STOPPED",
        task_definition=definition,
        started_by=f"ecs-svc/{service}",
        stop_code="TaskFailedToStart",
        stopped_reason=(
            "Unexpected EC2 error while attempting to Create Network Interface in subnet"
            " 'subnet-1': InsufficientFreeAddressesInSubnet"
        ),
        created_at=AT - timedelta(minutes=3),
        stopped_at=AT - timedelta(minutes=2),
    )


def decided_s(services: int) -> float:
    """From the bytes of a recording to the last verdict."""
    targets = tuple(Target(Kind.ECS_SERVICE, "big", f"service-{n}") for n in range(services))
    recording = encode(Recording(AT, targets=targets, facts=region(services, 10)))
    began = time.perf_counter()
    diagnose(BundleSource(decode(recording)))
    return time.perf_counter() - began


def big_region() -> dict[str, float]:
    small, large = decided_s(1_000), decided_s(10_000)
    growth = large / small
    print(f"1,000 -> 10,000 services takes {growth:.1f} times as long")
    assert growth < 15, "not linear"
    return {"10,000 services, 100,000 tasks decided": large}


def main() -> None:
    figures = cold_start() | one_diagnosis() | lab_ready() | big_region()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for what, seconds in figures.items():
        print(f"{seconds * 1000:10.0f} ms  {what}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{peak:10.0f} MiB peak memory of this process")
    ours = figures["one diagnosis, cold, scenario D"]
    theirs = next(s for what, s in figures.items() if what.startswith("the field report's"))
    print(f"{theirs / ours:10.1f} times as fast as the field report's commands")
    assert theirs > ours, "slower than by hand"


if __name__ == "__main__":
    main()
