"""Many services of one cluster, each with a trouble of its own or with none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tests.drills.scene import Scene, scene

from kiriwake.diagnose.diagnosis import Status
from kiriwake.lab.stories.stage import PULL_POLICY, Front, Network, Stage

pytestmark = pytest.mark.incident

CLUSTER = "my-cluster"
SECRETS = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"


@dataclass
class Town:
    """One network and one execution role, for services that are made side by side."""

    stage: Stage
    network: Network
    role: str

    def image(self, name: str, **behaviour: Any) -> str:
        return self.stage.image(name, "v1", **({"listens": [8080]} | behaviour))

    def definition(
        self,
        name: str,
        *,
        image: str = "",
        log: bool = True,
        role: str = "",
        container: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> str:
        if log:
            self.stage.log_group(name)
        return self.stage.task_definition(
            name, image or self.image(name), role or self.role, container=container, **more
        )

    def service(self, name: str, definition: str, count: int = 2, **more: Any) -> None:
        self.stage.service(name, definition, count, self.network, cluster=CLUSTER, **more)

    def behind(self, name: str, **behaviour: Any) -> None:
        """A service behind a load balancer that asks for /health."""
        front = self.front(name)
        self.service(name, self.definition(name, image=self.image(name, **behaviour)), front=front)

    def front(self, name: str) -> Front:
        return self.stage.front(self.network, name)

    def policy(self, role: str, action: str) -> str:
        arn = self.stage.role(role, PULL_POLICY)
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        self.stage.aws("iam").put_role_policy(
            RoleName=role,
            PolicyName="more",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        return arn


def secret_of(town: Town, name: str, reference: str, role: str) -> None:
    container = {"secrets": [{"name": "PASSWORD", "valueFrom": reference}]}
    town.service(name, town.definition(name, container=container, role=role))


def make_secret(town: Town, name: str) -> str:
    made = town.stage.aws("secretsmanager").create_secret(
        Name=name, SecretString=json.dumps({"user": "x"})
    )
    return str(made["ARN"])


def secret_missing(town: Town) -> None:
    role = town.policy("reads-secrets-1", "secretsmanager:GetSecretValue")
    secret_of(town, "secret-missing", f"{SECRETS}nowhere-AbCdEf", role)


def secret_key_missing(town: Town) -> None:
    role = town.policy("reads-secrets-2", "secretsmanager:GetSecretValue")
    secret_of(town, "secret-key-missing", f"{make_secret(town, 'db-1')}:password::", role)


def secret_denied(town: Town) -> None:
    secret_of(town, "secret-denied", make_secret(town, "db-2"), "")


def log_group_missing(town: Town) -> None:
    town.service("log-group-missing", town.definition("log-group-missing", log=False))


def exits(town: Town) -> None:
    image = town.image("exits", exits={"after_s": 20, "code": 1})
    town.service("exits", town.definition("exits", image=image))


def ends_like_a_job(town: Town) -> None:
    image = town.image("ends-like-a-job", exits={"after_s": 5, "code": 0})
    town.service("ends-like-a-job", town.definition("ends-like-a-job", image=image))


def out_of_memory(town: Town) -> None:
    image = town.image("out-of-memory", memory_mib=900)
    town.service(
        "out-of-memory", town.definition("out-of-memory", image=image, container={"memory": 512})
    )


def other_architecture(town: Town) -> None:
    image = town.image("other-architecture", arch=["arm64"])
    town.service("other-architecture", town.definition("other-architecture", image=image))


def unhealthy_by_itself(town: Town) -> None:
    check = {
        "command": ["CMD-SHELL", "curl -f http://localhost/"],
        "interval": 10,
        "retries": 3,
        "startPeriod": 10,
    }
    image = town.image("unhealthy-by-itself", health_command_exit=1)
    definition = town.definition(
        "unhealthy-by-itself", image=image, container={"healthCheck": check}
    )
    town.service("unhealthy-by-itself", definition)


def no_route(town: Town) -> None:
    subnet = town.stage.subnet(town.network.vpc, "10.0.64.0/24")
    town.service("no-route", town.definition("no-route"), subnets=[subnet])


def no_public_address(town: Town) -> None:
    awsvpc = {
        "subnets": list(town.network.subnets),
        "securityGroups": [town.network.group],
        "assignPublicIp": "DISABLED",
    }
    town.service(
        "no-public-address",
        town.definition("no-public-address"),
        networkConfiguration={"awsvpcConfiguration": awsvpc},
    )


def binds_localhost(town: Town) -> None:
    town.behind("binds-localhost", bind="127.0.0.1")


def listens_elsewhere(town: Town) -> None:
    town.behind("listens-elsewhere", listens=[3000])


def server_error(town: Town) -> None:
    town.behind("server-error", paths={"/health": 500})


def redirects(town: Town) -> None:
    town.behind("redirects", paths={"/health": 301})


def too_slow(town: Town) -> None:
    town.behind("too-slow", latency_ms=9000)


def path_gone(town: Town) -> None:
    town.behind("path-gone", paths={"/": 200})


def closed_group(town: Town) -> None:
    group = town.stage.aws("ec2").create_security_group(
        GroupName="closed", Description="closed", VpcId=town.network.vpc
    )["GroupId"]
    awsvpc = {
        "subnets": list(town.network.subnets),
        "securityGroups": [group],
        "assignPublicIp": "ENABLED",
    }
    town.service(
        "closed-group",
        town.definition("closed-group"),
        front=town.front("closed-group"),
        networkConfiguration={"awsvpcConfiguration": awsvpc},
    )


def trusts_another(town: Town) -> None:
    role = town.stage.role("for-functions", PULL_POLICY, service="lambda.amazonaws.com")
    town.service("trusts-another", town.definition("trusts-another", role=role))


def deadlock(town: Town) -> None:
    town.service(
        "deadlock",
        town.definition("deadlock"),
        1,
        deploymentConfiguration={"maximumPercent": 100, "minimumHealthyPercent": 100},
    )


def no_instances(town: Town) -> None:
    definition = town.definition(
        "no-instances",
        log=False,
        requiresCompatibilities=["EC2"],
        networkMode="bridge",
        container={"memory": 256, "logConfiguration": {"logDriver": "json-file"}},
    )
    town.stage.aws("ecs").create_service(
        cluster=CLUSTER,
        serviceName="no-instances",
        taskDefinition=definition,
        desiredCount=1,
        launchType="EC2",
    )


def well(town: Town) -> None:
    town.behind("well", paths={"/": 200, "/health": 200})


def from_docker_hub(town: Town) -> None:
    definition = town.definition("from-docker-hub", image="nginx:latest")
    town.service("from-docker-hub", definition)


def nobody_wanted(town: Town) -> None:
    town.service("nobody-wanted", town.definition("nobody-wanted"), 0)


def deaf_to_sigterm(town: Town) -> None:
    image = town.image("deaf-to-sigterm", ignores_sigterm=True)
    town.service("deaf-to-sigterm", town.definition("deaf-to-sigterm", image=image))


TROUBLES: Mapping[Callable[[Town], None], str] = {
    secret_missing: "ecs/secret-missing",
    secret_key_missing: "ecs/secret-key-missing",
    secret_denied: "iam/secret-read-denied",
    log_group_missing: "logs/log-group-missing",
    exits: "ecs/app-exits",
    ends_like_a_job: "ecs/app-exits",
    out_of_memory: "ecs/out-of-memory",
    other_architecture: "ecr/platform-mismatch",
    unhealthy_by_itself: "ecs/container-health-check-fails",
    no_route: "net/registry-unreachable",
    no_public_address: "net/registry-unreachable",
    binds_localhost: "ecs/health-check-cannot-connect",
    listens_elsewhere: "ecs/health-check-cannot-connect",
    too_slow: "ecs/health-check-cannot-connect",
    closed_group: "ecs/health-check-cannot-connect",
    server_error: "ecs/health-check-server-error",
    redirects: "ecs/health-check-code-rejected",
    path_gone: "ecs/health-check-path-not-served",
    trusts_another: "ecs/role-not-assumable",
    deadlock: "ecs/rollout-cannot-progress",
    no_instances: "ecs/no-container-instances",
}
INNOCENT = (well, from_docker_hub, nobody_wanted, deaf_to_sigterm)


def name_of(make: Callable[[Town], None]) -> str:
    return make.__name__.replace("_", "-")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Everything has happened for 25 minutes, and two services were deployed anew."""
    with scene(tmp_path_factory.mktemp("state")) as at:
        ecs = at.stage.aws("ecs")
        ecs.create_cluster(clusterName=CLUSTER)
        network = at.stage.network("10.0.0.0/20", "10.0.16.0/20")
        town = Town(at.stage, network, at.stage.role("my-execution-role", PULL_POLICY))
        for make in (*TROUBLES, *INNOCENT):
            make(town)
        at.lab.advance(600)
        for name in ("deadlock", "deaf-to-sigterm"):
            ecs.update_service(cluster=CLUSTER, service=name, forceNewDeployment=True)
        at.lab.advance(900)
        yield at


@pytest.mark.parametrize(
    ("make", "cause"), TROUBLES.items(), ids=[name_of(make) for make in TROUBLES]
)
def test_the_trouble_is_the_only_cause(
    seen: Scene, make: Callable[[Town], None], cause: str
) -> None:
    diagnosis = seen.diagnosed(f"{CLUSTER}/{name_of(make)}")

    assert diagnosis.chain == (cause,)
    assert diagnosis.status is Status.CAUSE_FOUND
    assert diagnosis.unexplained == ()


@pytest.mark.parametrize("make", INNOCENT, ids=[name_of(make) for make in INNOCENT])
def test_the_innocent_have_no_cause(seen: Scene, make: Callable[[Town], None]) -> None:
    diagnosis = seen.diagnosed(f"{CLUSTER}/{name_of(make)}")

    assert diagnosis.chain == ()
    assert diagnosis.symptoms == ()
    assert diagnosis.status in {Status.CLEAR, Status.WARNINGS}


DENIED = (
    "ecs:DescribeServices",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
    "ecs:DescribeTaskDefinition",
    "ecs:ListTaskDefinitions",
    "elasticloadbalancing:DescribeTargetHealth",
    "ec2:DescribeSubnets",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "iam:GetRole",
    "logs:DescribeLogGroups",
    "ecr:DescribeImages",
)


@pytest.mark.parametrize("action", DENIED)
def test_a_denied_read_never_makes_another_cause(seen: Scene, action: str) -> None:
    """Over every trouble: the same root, or an honest "cannot tell"."""
    seen.stage.control("PUT", "deny", {"actions": [action], "principal": None})
    try:
        flips = {
            name_of(make): found
            for make, cause in TROUBLES.items()
            if (found := _found(seen, name_of(make))) not in {cause, "inconclusive"}
        }
        alarms = {
            name_of(make): found
            for make in INNOCENT
            if (found := _found(seen, name_of(make))) not in {"clear", "warnings", "inconclusive"}
        }
    finally:
        seen.stage.control("PUT", "deny", {"actions": [], "principal": None})

    assert (flips, alarms) == ({}, {})


def _found(seen: Scene, name: str) -> str:
    diagnosis = seen.diagnosed(f"{CLUSTER}/{name}")
    if diagnosis.status is Status.CAUSE_FOUND:
        return diagnosis.chain[0]
    return str(diagnosis.status)
