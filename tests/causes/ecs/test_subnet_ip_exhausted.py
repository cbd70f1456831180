"""``ecs/subnet-ip-exhausted``: scenario A of the field report."""

from __future__ import annotations

from dataclasses import replace

from tests.causes.builders import (
    AT,
    KEY,
    SUBNET,
    denied,
    deployment,
    event,
    exited,
    failing,
    minutes,
    refused,
    service,
    snapshot,
    subnet,
    task,
)

from kiriwake.causes.ecs.subnet_ip_exhausted import CAUSE
from kiriwake.core.observed import Missing
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.verdict import Holds, RuledOut, Unknown
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence import net
from kiriwake.evidence.ecs import Awsvpc, ServiceLoadBalancer

FULL = (
    "Unexpected EC2 error while attempting to Create Network Interface in subnet"
    " 'subnet-abc123': InsufficientFreeAddressesInSubnet"
)
TIMED_OUT = (
    "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull"
    " registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR."
    ' RequestError: send request failed caused by: Post "https://api.ecr.us-east-1.amazonaws.com/"'
    ": dial tcp 44.213.79.10:443: i/o timeout"
)
NEARBY = net.SUBNETS_OF_VPC.of("vpc-xyz789")
ROOMY = subnet("subnet-new123", free=4091, cidr="10.0.16.0/20")

WITNESS = snapshot(
    failing(running=1),
    stopped=(refused(7, FULL), refused(8, FULL)),
    more={SUBNET: subnet(free=0), NEARBY: (subnet(free=0), ROOMY)},
)
"""A full /24, beside a /20 with room."""

NEAR_MISS = snapshot(failing(running=1), more={SUBNET: subnet(free=1)})
"""One address left: tight, and still not the reason for the missing task."""


def test_it_quotes_the_numbers_it_decided_by() -> None:
    found = CAUSE.decide(WITNESS)

    assert isinstance(found, Holds)
    assert [(fact.direct, fact.says.en) for fact in found.because] == [
        (False, "1 of 2 desired tasks are running"),
        (True, "2 tasks were stopped with InsufficientFreeAddressesInSubnet"),
        (False, "subnet-abc123 (10.0.1.0/24) has 0 of 251 free"),
    ]


def test_a_subnet_that_we_may_not_read_is_unknown_not_fine() -> None:
    found = CAUSE.decide(snapshot(failing(running=1), more={SUBNET: denied(SUBNET)}))

    assert found == Unknown((denied(SUBNET),))


def test_a_visible_text_proves_it_though_the_subnet_is_denied() -> None:
    seen = snapshot(failing(running=1), stopped=(refused(7, FULL),), more={SUBNET: denied(SUBNET)})

    assert isinstance(CAUSE.decide(seen), Holds)


def test_it_still_holds_when_addresses_came_back_since() -> None:
    seen = snapshot(failing(running=1), stopped=(refused(7, FULL),), more={SUBNET: subnet(free=3)})

    assert isinstance(CAUSE.decide(seen), Holds)


def test_a_full_subnet_is_no_cause_while_every_task_runs() -> None:
    assert isinstance(CAUSE.decide(snapshot(more={SUBNET: subnet(free=0)})), RuledOut)


def test_a_stalled_rollout_whose_old_tasks_all_run_still_holds() -> None:
    new = deployment(4, running=0, failed=4, rollout_state="IN_PROGRESS")
    old = deployment(3, status="ACTIVE", id="ecs-svc/0")
    rolling = service(deployments=(new, old))

    assert isinstance(CAUSE.decide(snapshot(rolling, more={SUBNET: subnet(free=0)})), Holds)


def test_an_older_outage_of_the_registry_is_not_told_as_a_second_cause() -> None:
    """The registry's time-outs are half an hour old, and tasks have started since."""
    old = tuple(refused(n, TIMED_OUT, ago=35) for n in (11, 12))
    late = replace(task(1), started_at=AT - minutes(20))
    seen = snapshot(
        failing(running=1),
        running=(late,),
        stopped=(refused(7, FULL), *old),
        more={SUBNET: subnet(free=0), NEARBY: (ROOMY,)},
    )

    assert diagnose(seen).chain == ("ecs/subnet-ip-exhausted",)


def test_the_reports_own_mixture_of_texts_is_exhaustion_first() -> None:
    """The report's event and its reason beside a subnet without addresses."""
    told = event(
        "was unable to place a task because no container instance met all of its requirements."
    )
    short = failing(running=1)
    seen = snapshot(
        replace(short, events=(told,)),
        stopped=(refused(7, TIMED_OUT),),
        more={SUBNET: subnet(free=0), NEARBY: (ROOMY,)},
    )

    assert diagnose(seen).chain[:1] == ("ecs/subnet-ip-exhausted",)


def test_the_plan_changes_the_subnets_and_nothing_else() -> None:
    """Groups and public address stay: leaving them out would reset them."""
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    (plan,) = (p for p in CAUSE.remedies(WITNESS, found) if isinstance(p, Plan))

    blocks = [
        call.parameters["networkConfiguration"]["awsvpcConfiguration"]
        for call in (*plan.apply, *plan.undo)
    ]
    rest = {"securityGroups": ["sg-abc123"], "assignPublicIp": "ENABLED"}
    assert blocks == [
        {"subnets": ["subnet-new123"]} | rest,
        {"subnets": ["subnet-abc123"]} | rest,
    ]


def test_without_the_neighbours_it_says_what_it_would_need_to_see() -> None:
    seen = snapshot(failing(running=1), more={SUBNET: subnet(free=0)})
    found = CAUSE.decide(seen)
    assert isinstance(found, Holds)

    (lacking,) = CAUSE.remedies(seen, found)

    assert isinstance(lacking, Missing)
    assert lacking.call == NEARBY
    assert KEY in str(diagnose(seen).target)


def test_one_full_subnet_settles_it_though_another_is_denied() -> None:
    other = net.SUBNET.of("subnet-b")
    two = failing(running=1, awsvpc=Awsvpc(("subnet-abc123", "subnet-b")))

    found = CAUSE.decide(snapshot(two, more={SUBNET: subnet(free=0), other: denied(other)}))

    assert isinstance(found, Holds)


def test_a_full_subnet_is_innocent_where_every_failure_is_of_tasks_that_ran() -> None:
    """They had their addresses; what ended them is something else."""
    crashing = snapshot(
        failing(running=1),
        stopped=(exited(7, 1), exited(8, 1)),
        more={SUBNET: subnet(free=0)},
    )

    assert isinstance(CAUSE.decide(crashing), RuledOut)


def test_a_service_behind_a_load_balancer_is_not_moved_by_us() -> None:
    """A zone that the load balancer does not serve would leave the targets unused."""
    behind = failing(running=1, load_balancers=(ServiceLoadBalancer("arn:tg", "app", 8080),))
    seen = snapshot(behind, more={SUBNET: subnet(free=0), NEARBY: (ROOMY,)})
    found = CAUSE.decide(seen)
    assert isinstance(found, Holds)

    (plan,) = CAUSE.remedies(seen, found)

    assert isinstance(plan, Plan)
    assert plan.risk is Risk.SHOW
