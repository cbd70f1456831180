"""Incidents of tasks that never run, or do not stay up, and services that are well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.drills.incidents.town import Incident, Town, happen
from tests.drills.scene import Scene, scene

from kiriwake.diagnose.diagnosis import Status

pytestmark = pytest.mark.incident

BUDGET = 30


def tag(town: Town, name: str) -> None:
    town.runs(name, town.image(name).replace(":v1", ":v9"))


def architecture(town: Town, name: str) -> None:
    town.runs(name, town.image(name, arch=["arm64"]))


def role_without_rights(town: Town, name: str) -> None:
    town.runs(name, definition={"role": town.stage.role(f"{name}-role")})


def no_log_group(town: Town, name: str) -> None:
    town.stage.aws("logs").delete_log_group(logGroupName=f"/ecs/{name}")
    town.runs(name)


def no_public_address(town: Town, name: str) -> None:
    settings = {
        "subnets": list(town.network.subnets),
        "securityGroups": [town.network.group],
        "assignPublicIp": "DISABLED",
    }
    town.runs(name, service={"networkConfiguration": {"awsvpcConfiguration": settings}})


def secret_denied(town: Town, name: str) -> None:
    made = town.stage.aws("secretsmanager").create_secret(Name=name, SecretString="s")["ARN"]
    secrets = [{"name": "PASSWORD", "valueFrom": made}]
    town.runs(name, definition={"container": {"secrets": secrets}})


def parameter_denied(town: Town, name: str) -> None:
    town.stage.aws("ssm").put_parameter(Name=f"/{name}/p", Value="v", Type="String")
    secrets = [{"name": "P", "valueFrom": f"/{name}/p"}]
    town.runs(name, definition={"container": {"secrets": secrets}})


def memory(town: Town, name: str) -> None:
    image = town.image(name, memory_mib=900)
    town.runs(name, image, definition={"container": {"memory": 512}})


def exits(town: Town, name: str) -> None:
    town.runs(name, town.image(name, exits={"after_s": 20, "code": 1}, logs=["no config"]))


def health_command(town: Town, name: str) -> None:
    check = {"command": ["CMD-SHELL", "exit 1"], "interval": 10, "retries": 2, "timeout": 5}
    image = town.image(name, health_command_exit=1)
    town.runs(name, image, definition={"container": {"healthCheck": check}})


def wrong_path(town: Town, name: str) -> None:
    image = town.image(name, paths={"/": 200})
    town.runs(name, image, service={"front": town.front("path", "/health")})


def wrong_port(town: Town, name: str) -> None:
    image = town.image(name, listens=[3000], paths={"/health": 200})
    town.runs(name, image, service={"front": town.front("port")})


FAULTS: dict[str, tuple[Incident, str]] = {
    "tag": (tag, "ecr/image-tag-missing"),
    "architecture": (architecture, "ecr/platform-mismatch"),
    "role-without-rights": (role_without_rights, "ecs/execution-role-cannot-pull"),
    "no-log-group": (no_log_group, "logs/log-group-missing"),
    "no-public-address": (no_public_address, "net/registry-unreachable"),
    "secret-denied": (secret_denied, "iam/secret-read-denied"),
    "parameter-denied": (parameter_denied, "iam/parameter-read-denied"),
    "memory": (memory, "ecs/out-of-memory"),
    "exits": (exits, "ecs/app-exits"),
    "health-command": (health_command, "ecs/container-health-check-fails"),
    "wrong-path": (wrong_path, "ecs/health-check-path-not-served"),
    "wrong-port": (wrong_port, "ecs/health-check-cannot-connect"),
}


def plain(town: Town, name: str) -> None:
    town.runs(name)


def idle(town: Town, name: str) -> None:
    town.runs(name, count=0)


def deaf_to_sigterm(town: Town, name: str) -> None:
    town.runs(name, town.image(name, ignores_sigterm=True))


def nearly_full(town: Town, name: str) -> None:
    image = town.image(name, memory_mib=480)
    town.runs(name, image, definition={"container": {"memory": 512}})


def slow_but_graced(town: Town, name: str) -> None:
    image = town.image(name, paths={"/health": 200}, starts_after_s=100)
    grace = {"front": town.front("slow"), "healthCheckGracePeriodSeconds": 300}
    town.runs(name, image, service=grace)


HEALTHY: dict[str, Incident] = {
    "plain": plain,
    "idle": idle,
    "deaf-to-sigterm": deaf_to_sigterm,
    "nearly-full": nearly_full,
    "slow-but-graced": slow_but_graced,
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("incidents")
    every = {name: incident for name, (incident, _) in FAULTS.items()} | HEALTHY
    with scene(folder, lambda stage: happen(stage, every)) as made:
        yield made


@pytest.mark.parametrize(("name", "cause"), [(n, c) for n, (_, c) in FAULTS.items()])
def test_the_fault_comes_first_and_explains_everything(seen: Scene, name: str, cause: str) -> None:
    calls = seen.calls(lambda: seen.diagnosed(f"my-cluster/{name}"))
    diagnosis = seen.diagnosed(f"my-cluster/{name}")

    assert diagnosis.chain[:1] == (cause,)
    assert diagnosis.status is Status.CAUSE_FOUND
    assert diagnosis.unexplained == ()
    assert calls <= BUDGET


@pytest.mark.parametrize("name", list(HEALTHY))
def test_a_service_that_is_well_has_no_cause(seen: Scene, name: str) -> None:
    diagnosis = seen.diagnosed(f"my-cluster/{name}")

    assert diagnosis.chain == ()
    assert diagnosis.status in {Status.CLEAR, Status.WARNINGS}


DENIED = ("tag", "no-log-group", "no-public-address", "secret-denied", "memory", "wrong-path")


@pytest.mark.parametrize("name", DENIED)
def test_one_denied_read_never_makes_another_cause_of_it(seen: Scene, name: str) -> None:
    target = f"my-cluster/{name}"
    before = seen.stage.control("GET", "calls")["next"]
    truth = seen.diagnosed(target).chain[0]
    log = seen.stage.control("GET", f"calls?since={before}")["calls"]
    used = {f"{call['service']}:{call['action']}" for call in log}

    named = {}
    for action in sorted(used - {"ecs:DescribeServices", "ecs:DescribeClusters"}):
        seen.stage.control("PUT", "deny", {"actions": [action], "principal": None})
        try:
            diagnosis = seen.diagnosed(target)
        finally:
            seen.stage.control("PUT", "deny", [])
        named[action] = diagnosis.chain[:1]

    assert named
    assert {a: c for a, c in named.items() if c not in {(), (truth,)}} == {}
