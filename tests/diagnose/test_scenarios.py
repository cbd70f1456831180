"""The incidents that other tools get wrong, as snapshots, with one read after another denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.causes.builders import (
    AT,
    KEY,
    OLDER,
    SUBNET,
    definition,
    denied,
    deployment,
    event,
    exited,
    failing,
    health,
    minutes,
    refused,
    revision,
    service,
    snapshot,
    subnet,
    task,
)
from tests.causes.health import OLD, answering, checked, rolling

from kiriwake.core.observed import Missing, Why
from kiriwake.diagnose.diagnosis import Diagnosis, Status
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence import ecr, ecs, net
from kiriwake.evidence.ecr import Image
from kiriwake.evidence.ecs import (
    Awsvpc,
    Container,
    DeploymentConfiguration,
    Names,
    Service,
    ServiceDeployment,
    ServiceUse,
)
from kiriwake.evidence.net import Route, RouteTable
from kiriwake.evidence.reading import Absent
from kiriwake.evidence.snapshot import Snapshot

NO_ADDRESS = (
    "Unexpected EC2 error while attempting to Create Network Interface in subnet"
    " 'subnet-abc123': InsufficientFreeAddressesInSubnet"
)
REGISTRY_TIMED_OUT = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource"
    " retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3"
    " time(s): RequestError: send request failed caused by: Post"
    ' "https://api.ecr.us-east-1.amazonaws.com/": dial tcp 10.0.1.5:443: i/o timeout'
)
NO_INSTANCE = (
    "was unable to place a task because no container instance met all of its requirements."
)
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
URI = "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-app:v1"
NO_TAG = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve"
    f" ref {URI}: {URI}: not found"
)
EXHAUSTED = "ecs/subnet-ip-exhausted"
IN_USE = {
    ecs.TASK_DEFINITION.of(revision(3)): definition(3),
    ecr.IMAGE.of(URI): Image("sha256:0", ("v1",)),
}
FULL = {
    **IN_USE,
    SUBNET: subnet(free=0),
    net.SUBNETS_OF_VPC.of("vpc-xyz789"): (subnet("subnet-new123", free=4091, cidr="10.0.16.0/20"),),
    net.ROUTE_TABLE.of("subnet-abc123"): RouteTable(
        "rtb-1", main=True, routes=(Route("0.0.0.0/0", "igw-1"),)
    ),
}


def a_as_it_can_be() -> Snapshot:
    """46 of 50 run; refused interfaces beside time-outs of an outage since lifted."""
    short = failing(46, desired=50)
    past = tuple(refused(100 + n, REGISTRY_TIMED_OUT, ago=45) for n in range(4))
    present = tuple(refused(200 + n, NO_ADDRESS, ago=2) for n in range(4))
    young = tuple(task(n, started_at=AT - minutes(30)) for n in range(46))
    return snapshot(short, running=young, stopped=(*present, *past), more=FULL)


def a_in_the_articles_words() -> Snapshot:
    """The article's event and its reason, which cannot both be of one task on Fargate."""
    short = failing(0, desired=50, events=(event(NO_INSTANCE),))
    said = "ResourceInitializationError: unable to pull secrets or registry auth"
    return snapshot(short, stopped=(refused(100, said),), more=FULL)


def a2() -> Snapshot:
    short = failing(46, desired=50)
    return snapshot(short, stopped=(refused(100, NO_ADDRESS),), more=FULL)


def b() -> Snapshot:
    new = replace(definition(5, DATABASE_URL="new"), registered_at=AT - minutes(5))
    deployed = ServiceDeployment(
        "arn:sd", "SUCCESSFUL", AT - minutes(60), target_task_definition=revision(3)
    )
    return snapshot(
        service(),
        more={
            ecs.REVISIONS.of("my-app"): Names((revision(5), revision(4), revision(3))),
            ecs.TASK_DEFINITION.of(revision(3)): definition(3, DATABASE_URL="old"),
            ecs.TASK_DEFINITION.of(revision(5)): new,
            ecs.SERVICE_DEPLOYMENTS.of(KEY): (deployed,),
            ecs.SERVICES_USING.of("my-app"): (ServiceUse("my-cluster", "my-service", revision(3)),),
        },
    )


def d() -> Snapshot:
    return checked(*OLD, answering(404, 2), answering(404, 3))


def e() -> Snapshot:
    killed = (exited(8, 137, reason=OUT_OF_MEMORY), exited(9, 137, reason=OUT_OF_MEMORY, ago=7))
    return snapshot(failing(), stopped=killed, more=IN_USE)


def f() -> Snapshot:
    gone = {**IN_USE, ecr.IMAGE.of(URI): Absent("ImageNotFoundException")}
    return snapshot(failing(), stopped=(refused(9, NO_TAG),), more=gone)


def g() -> Snapshot:
    """Replaced by the scheduler, and killed as it did not heed SIGTERM."""
    replaced = task(
        9,
        last_status="STOPPED",
        desired_status="STOPPED",
        stop_code="ServiceSchedulerInitiated",
        stopped_reason=f"Scaling activity initiated by (deployment {OLDER})",
        started_by=OLDER,
        stopped_at=AT - minutes(3),
        containers=(Container("app", exit_code=137),),
    )
    return snapshot(service(), stopped=(replaced,))


def h() -> Snapshot:
    """Healthy, with a group's port that is not the container's, and the breaker off."""
    calm = rolling(
        running=2,
        deployments=(deployment(3),),
        task_definition=revision(3),
        deployment_configuration=DeploymentConfiguration(100, 200, False, False),
    )
    return checked(*OLD, seen=calm)


FAULTS: Mapping[str, tuple[Any, str]] = {
    "A as it can be": (a_as_it_can_be, EXHAUSTED),
    "A in the article's words": (a_in_the_articles_words, EXHAUSTED),
    "A2": (a2, EXHAUSTED),
    "B": (b, "ecs/revision-not-deployed"),
    "D": (d, "ecs/health-check-path-not-served"),
    "E": (e, "ecs/out-of-memory"),
    "F": (f, "ecr/image-tag-missing"),
}
every_fault = pytest.mark.parametrize("name", FAULTS)


def roots(found: Diagnosis) -> set[str]:
    return {finding.id for finding in found.findings if finding.root}


@every_fault
def test_the_cause_comes_first_and_alone(name: str) -> None:
    incident, cause = FAULTS[name]

    found = diagnose(incident())

    assert found.status is Status.CAUSE_FOUND
    assert found.findings[0].id == cause
    assert roots(found) == {cause}
    assert found.unexplained == ()


@pytest.mark.parametrize("incident", [g, h])
def test_what_goes_as_it_should_has_no_cause(incident: Any) -> None:
    found = diagnose(incident())

    assert found.status in {Status.CLEAR, Status.WARNINGS}
    assert roots(found) == set()


@every_fault
@pytest.mark.parametrize("why", [Why.DENIED, Why.UNREACHABLE, Why.TRUNCATED])
def test_a_read_that_fails_never_makes_another_cause(name: str, why: Why) -> None:
    """Nor does it make "clear" of what is broken."""
    incident, cause = FAULTS[name]
    seen = incident()

    for call in seen.facts:
        found = diagnose(replace(seen, facts={**seen.facts, call: Missing(call, why)}))

        assert roots(found) <= {cause}, call
        assert found.status in {Status.CAUSE_FOUND, Status.INCONCLUSIVE}, call


@every_fault
def test_with_two_reads_failing_there_is_still_no_other_cause(name: str) -> None:
    incident, cause = FAULTS[name]
    seen = incident()

    for one in seen.facts:
        for other in seen.facts:
            poorer = {**seen.facts, one: denied(one), other: denied(other)}
            assert roots(diagnose(replace(seen, facts=poorer))) <= {cause}, (one, other)


def test_a_visible_text_proves_a2_where_tasks_subnets_and_roles_are_denied() -> None:
    told = failing(
        46, desired=50, events=(event(f"was unable to place a task. Reason: {NO_ADDRESS}."),)
    )
    tasks = {r.of(KEY): denied(r.of(KEY)) for r in (ecs.RUNNING_TASKS, ecs.STOPPED_TASKS)}

    found = diagnose(snapshot(told, more={**tasks, SUBNET: denied(SUBNET)}))

    assert roots(found) == {EXHAUSTED}


def test_without_any_text_a2_is_inconclusive_and_names_what_is_missing() -> None:
    tasks = {r.of(KEY): denied(r.of(KEY)) for r in (ecs.RUNNING_TASKS, ecs.STOPPED_TASKS)}

    found = diagnose(snapshot(failing(46, desired=50), more={**tasks, SUBNET: denied(SUBNET)}))

    assert found.status is Status.INCONCLUSIVE
    assert EXHAUSTED in [left.id for left in found.unknown]


def young() -> Service:
    """A rollout that began two minutes ago and has half of its tasks."""
    new = deployment(
        4, running=1, pending=1, rollout_state="IN_PROGRESS", created_at=AT - minutes(2)
    )
    old = deployment(3, id=OLDER, status="ACTIVE")
    return service(running=3, pending=1, task_definition=revision(4), deployments=(new, old))


@pytest.mark.parametrize(
    ("what", "seen"),
    [
        ("a young rollout", snapshot(young(), running=(task(1), task(2), task(3)))),
        ("a desired count of zero", snapshot(service(desired=0, running=0, deployments=()))),
        (
            "one exit half an hour ago, and whole since",
            snapshot(service(), stopped=(exited(9, 1, ago=40),)),
        ),
        (
            "an outage before the last steady state",
            snapshot(
                service(
                    events=(
                        event("has reached a steady state.", 20),
                        event(f"was unable to place a task. Reason: {REGISTRY_TIMED_OUT}", 40),
                    )
                ),
                stopped=(refused(9, REGISTRY_TIMED_OUT, ago=40),),
            ),
        ),
        (
            "targets that are being taken out",
            checked(
                *OLD,
                health("draining", "Target.DeregistrationInProgress", n=2),
                seen=rolling(running=2, deployments=(deployment(3),), task_definition=revision(3)),
            ),
        ),
    ],
)
def test_what_passes_by_itself_is_no_symptom(what: str, seen: Snapshot) -> None:
    found = diagnose(seen)

    assert found.symptoms == (), what
    assert roots(found) == set()


def test_two_faults_at_once_are_both_found() -> None:
    """A full subnet, and a revision whose tasks that did start run out of memory."""
    both = snapshot(
        failing(1, desired=4),
        stopped=(
            refused(7, NO_ADDRESS),
            exited(8, 137, reason=OUT_OF_MEMORY),
            exited(9, 137, reason=OUT_OF_MEMORY),
        ),
        more=FULL,
    )

    assert roots(diagnose(both)) == {EXHAUSTED, "ecs/out-of-memory"}


def test_beside_innocent_oddities_only_the_fault_is_a_cause() -> None:
    """A full subnet, the breaker off, a newer revision, an odd network and old exits."""
    odd = failing(
        awsvpc=Awsvpc(("subnet-abc123",), assign_public_ip=False),
        deployment_configuration=DeploymentConfiguration(100, 200, False, False),
        events=(event(NO_INSTANCE, 500), event("has reached a steady state.", 400)),
    )
    seen = snapshot(
        odd,
        stopped=(refused(9, NO_TAG), exited(10, 1, ago=55)),
        more={
            **FULL,
            ecr.IMAGE.of(URI): Absent("ImageNotFoundException"),
            ecs.REVISIONS.of("my-app"): Names((revision(9), revision(3))),
            ecs.TASK_DEFINITION.of(revision(9)): replace(
                definition(9), registered_at=AT - minutes(900)
            ),
        },
    )

    assert roots(diagnose(seen)) == {"ecr/image-tag-missing"}
