"""The network interface of a task was not ready in time, though its subnets have room."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import suggested
from kiriwake.causes.start_up import EXPLAINS, TASKS, show
from kiriwake.core.observed import Known
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, all_of, first_of, given, ruled_out, when
from kiriwake.evidence import ecs, net
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.net import Subnet
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/eni-not-provisioned"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when ECS waited in vain for an interface and every subnet has addresses."""
    return first_of(
        suggested(snapshot, ID),
        lambda: given(ecs.service(snapshot), lambda service: _have_room(service, snapshot)),
    )


def _have_room(service: Known[Service], snapshot: Snapshot) -> Verdict:
    awsvpc = service.value.awsvpc
    if awsvpc is None:
        none = Text(en="the tasks take no interface (no awsvpc)", ja="ENI を使わない (awsvpc 以外)")
        return ruled_out(none, service)
    return all_of(
        given(present(snapshot.see(net.SUBNET, id_)), _has_room) for id_ in awsvpc.subnet_ids
    )


def _has_room(subnet: Known[Subnet]) -> Verdict:
    seen = subnet.value
    says = Text(
        en=f"{seen.id} has {seen.free_addresses} addresses free",
        ja=f"{seen.id} の空き IP は {seen.free_addresses} 個",
    )
    return when(seen.free_addresses > 0, says, subnet)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "see-what-ec2-refused",
        Text(
            en="look for failed EC2 calls of AWSServiceRoleForECS, then deploy again",
            ja="AWSServiceRoleForECS の失敗した EC2 呼び出しを調べ、再デプロイする",
        ),
        "aws cloudtrail lookup-events --lookup-attributes"
        " AttributeKey=EventName,AttributeValue=CreateNetworkInterface",
    )


CAUSE = Cause(
    title=Text(
        en="the network interface of a task was not ready in time",
        ja="タスクの ENI の用意が時間内に終わらなかった",
    ),
    meaning=Text(
        en=(
            "ECS asks EC2 for an interface and gives up after a while: EC2 throttles, refuses or"
            " is slow. With addresses free it is often over with the next try."
        ),
        ja=(
            "ECS は EC2 に ENI を要求し、一定時間で諦める。EC2 のスロットリング、拒否、遅延が原因。"
            "IP に空きがあれば再試行で直ることが多い。"
        ),
    ),
    contrast=Text(
        en="On AKS the network plugin waits for the address while the pod is ContainerCreating.",
        ja="AKS では Pod が ContainerCreating のまま、ネットワークプラグインが IP を待つ。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=(*TASKS, net.SUBNET),
    decide=decide,
    remedies=remedies,
    facts=("F1.02", "F1.42"),
)
