"""A subnet of the service has no free address, so a new task gets no ENI."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies, Seed
from kiriwake.causes.plans import network, unchanged, update_service
from kiriwake.core.observed import Known, Missing
from kiriwake.core.plan import Expectation, Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, all_of, any_of, first_of, given, ruled_out, when
from kiriwake.evidence import ecs, net
from kiriwake.evidence.ecs import Awsvpc, Service, Task
from kiriwake.evidence.failures import Ending, Failures, ending_of, failures, present_events
from kiriwake.evidence.net import Subnet
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.texts.reading import read

ID = "ecs/subnet-ip-exhausted"
EC2_SAYS_FULL = "insufficientfreeaddressesinsubnet"
WORDS = (EC2_SAYS_FULL, "not have enough free addresses", "insufficient free addresses")


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when a service that wants more tasks draws addresses from a full subnet."""
    return given(ecs.service(snapshot), lambda service: _decide(service, snapshot))


def _decide(service: Known[Service], snapshot: Snapshot) -> Verdict:
    awsvpc = service.value.awsvpc
    if awsvpc is None:
        return ruled_out(
            Text(
                en="the tasks share the address of their host (no awsvpc)",
                ja="タスクはホストの IP を共有する (awsvpc ではない)",
            ),
            service,
        )
    refused = any_of([_event_says_full(service), given(failures(snapshot), _refused_an_eni)])
    full = [given(present(snapshot.see(net.SUBNET, id_)), _is_full) for id_ in awsvpc.subnet_ids]
    lacking = first_of(
        any_of([refused, *full]), lambda: given(failures(snapshot), _some_lacked_addresses)
    )
    return all_of([_wants_more(service), any_of([refused, *_told(full, lacking)])])


def _told(full: list[Verdict], lacking: Verdict) -> list[Verdict]:
    """The full subnets, as long as they count; else what takes their force away."""
    return full if isinstance(lacking, Holds) else [lacking]


def _wants_more(service: Known[Service]) -> Verdict:
    seen, newest = service.value, service.value.primary
    short = seen.running < seen.desired
    rolling = newest is not None and (newest.running < newest.desired or newest.failed > 0)
    running, desired = (
        (newest.running, newest.desired)
        if rolling and not short and newest
        else (seen.running, seen.desired)
    )
    says = Text(
        en=f"{running} of {desired} desired tasks are running",
        ja=f"desired {desired} に対して running は {running}",
    )
    return when(short or rolling, says, service)


def _refused_an_eni(seen: Known[Failures]) -> Verdict:
    refused = sum(_says_full(task.reasons) for task in seen.value.tasks)
    says = Text(
        en=f"{refused} tasks were stopped with InsufficientFreeAddressesInSubnet",
        ja=f"{refused} 個のタスクが InsufficientFreeAddressesInSubnet で停止した",
    )
    return when(bool(refused), says, seen, direct=True)


def _some_lacked_addresses(seen: Known[Failures]) -> Verdict:
    """Whether a failure is left that a missing address could account for (F1.17).

    A network error does not take that away: with every address gone, an endpoint's or
    a gateway's may be missing as well, and the task's own text tells of that alone.
    """
    tasks = seen.value.tasks
    had_one = [t for t in tasks if ending_of(t) is not Ending.NEVER_STARTED or _other_is_named(t)]
    says = Text(
        en=f"{len(had_one)} of {len(tasks)} stopped tasks had an address and failed later",
        ja=f"停止した {len(tasks)} タスク中 {len(had_one)} 個は IP を得た後に失敗している",
    )
    return when(not tasks or len(had_one) < len(tasks), says, seen)


def _other_is_named(task: Task) -> bool:
    named = [m.causes[0] for text in task.reasons for m in read(text) if m.decided_by_text]
    return any(cause != ID and not cause.startswith("net/") for cause in named)


def _event_says_full(service: Known[Service]) -> Verdict:
    said = any(_says_full((event.message,)) for event in present_events(service.value))
    says = Text(
        en=f"{'an' if said else 'no'} event names InsufficientFreeAddressesInSubnet",
        ja=f"InsufficientFreeAddressesInSubnet を示すイベントが{'ある' if said else 'ない'}",
    )
    return when(said, says, service, direct=True)


def _says_full(texts: tuple[str, ...]) -> bool:
    return any(word in text.lower() for text in texts for word in WORDS)


def _is_full(subnet: Known[Subnet]) -> Verdict:
    seen = subnet.value
    says = Text(
        en=f"{seen.id} ({seen.cidr}) has {seen.free_addresses} of {seen.usable} free",
        ja=f"{seen.id} ({seen.cidr}) の空きは {seen.usable} 個中 {seen.free_addresses} 個",
    )
    return when(seen.free_addresses == 0, says, subnet)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Moves the service to subnets of its VPC that have room for all of it."""
    match ecs.service(snapshot):
        case Known(value=Service(awsvpc=Awsvpc() as awsvpc)) as service:
            pass
        case _:
            return ()
    seen = service.value
    in_use = [present(snapshot.see(net.SUBNET, id_)) for id_ in awsvpc.subnet_ids]
    vpcs = {subnet.value.vpc_id for subnet in in_use if isinstance(subnet, Known)}
    nearby = [snapshot.see(net.SUBNETS_OF_VPC, vpc) for vpc in sorted(vpcs)]
    lacking = tuple(seen for seen in (*in_use, *nearby) if isinstance(seen, Missing))
    roomy = tuple(
        subnet.id
        for known in nearby
        if isinstance(known, Known)
        for subnet in known.value
        if subnet.free_addresses >= seen.desired
    )
    if not roomy:
        return lacking
    # A subnet in a zone that the load balancer does not serve leaves its targets unused.
    risk = Risk.SHOW if seen.load_balancers else Risk.ASK
    move = update_service(seen, networkConfiguration=network(awsvpc, subnets=roomy))
    back = update_service(seen, networkConfiguration=network(awsvpc))
    return (
        Plan(
            id="move-to-roomy-subnets",
            title=Text(
                en=f"run the service in {', '.join(roomy)}",
                ja=f"サービスを {', '.join(roomy)} で動かす",
            ),
            risk=risk,
            apply=(move,),
            verify=(
                Expectation(
                    Text(en="every desired task runs", ja="desired 分のタスクがすべて動く"),
                    frozenset({SymptomId.TASKS_MISSING, SymptomId.TASKS_FAIL_TO_START}),
                ),
            ),
            undo=(back,),
            preconditions=(unchanged(service, "awsvpc"),),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="a subnet has no free address left for new tasks",
        ja="新しいタスクに割り当てる IP がサブネットに残っていない",
    ),
    meaning=Text(
        en="Each awsvpc task needs an ENI, and each ENI an address of its subnet.",
        ja="awsvpc のタスクは 1 つごとに ENI を、ENI はサブネットの IP を 1 つ使う。",
    ),
    contrast=Text(
        en="On AKS (kubenet or overlay) pods draw on a range of their own instead.",
        ja="AKS (kubenet / overlay) の Pod は専用の範囲から IP を受け取る。",
    ),
    level=Level.CAUSE,
    explains=frozenset(
        {
            SymptomId.TASKS_MISSING,
            SymptomId.TASKS_FAIL_TO_START,
            SymptomId.DEPLOYMENT_STALLED,
            SymptomId.OLD_TASKS_REMAIN,
            SymptomId.DEPLOYMENT_ROLLED_BACK,
        }
    ),
    needs=(ecs.SERVICE, ecs.STOPPED_TASKS, ecs.RUNNING_TASKS, net.SUBNET, net.SUBNETS_OF_VPC),
    decide=decide,
    remedies=remedies,
    seed=Seed(
        section="scenario-a",
        corrections=(
            Text(
                en=(
                    'The event "no container instance met all of its requirements" is about EC2'
                    " capacity; on Fargate it is no sign of this cause."
                ),
                ja=(
                    "イベント「no container instance met all of its requirements」は EC2 の"
                    "空き容量の話で、Fargate ではこの原因の手がかりにならない。"
                ),
            ),
            Text(
                en=(
                    '"unable to pull secrets or registry auth" comes after the task has its'
                    " address, so it speaks against exhaustion."
                ),
                ja=(
                    "「unable to pull secrets or registry auth」は IP 取得後の失敗なので、"
                    "IP 枯渇を否定する材料になる。"
                ),
            ),
        ),
    ),
    facts=("F1.17", "F1.42", "F4.01", "F4.03", "F4.20", "F4.24"),
)
