"""Which targets of a target group are this service's own; groups may be shared."""

from __future__ import annotations

from kiriwake.core.observed import Known, Missing, Observed
from kiriwake.evidence import ecs, elb
from kiriwake.evidence.ecs import Service, Tasks
from kiriwake.evidence.elb import TargetHealth
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

NEEDS = (ecs.SERVICE, ecs.RUNNING_TASKS, elb.TARGET_HEALTH)
"""The evidence that it takes to tell them."""


def groups_of(service: Service) -> tuple[str, ...]:
    """The ARNs of the target groups that the service registers its tasks in."""
    arns = (b.target_group_arn for b in service.load_balancers)
    return tuple(dict.fromkeys(filter(None, arns)))


def own_targets(snapshot: Snapshot, group: str) -> Observed[tuple[TargetHealth, ...]]:
    """The targets of the tasks that ECS wants to run, joined by their address (F7.09).

    Targets that are being taken out are left aside, and instances are taken for own.
    """
    match (present(snapshot.see(elb.TARGET_HEALTH, group)), ecs.running_tasks(snapshot)):
        case (Missing() as missing, _) | (Known(), Missing() as missing):
            return missing
        case (Known(value=targets, call=call, at=at, principal=principal), Known(value=tasks)):
            return Known(_own(targets, tasks), call, at, principal)


def _own(targets: tuple[TargetHealth, ...], tasks: Tasks) -> tuple[TargetHealth, ...]:
    addresses = {task.private_ip for task in tasks.tasks if task.private_ip}
    return tuple(
        target
        for target in targets
        if "draining" not in target.state
        # Of a list that was cut short nobody can say which addresses are not in it.
        and (tasks.truncated or target.target.startswith("i-") or target.target in addresses)
    )
