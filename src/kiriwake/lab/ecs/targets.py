"""Registration of tasks with load balancers."""

from __future__ import annotations

import contextlib
from typing import Any

from kiriwake.lab.ecs import events
from kiriwake.lab.ecs.model import Service, Shape, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import AwsError

_TOLD_S = 1.0
_DEFAULT_DELAY_S = 300.0


def register(region: Region, task: Task) -> None:
    """Registers a task with the target groups of its deployment."""
    settings = task.deployment.settings if task.deployment else {}
    for balancer in settings.get("loadBalancers", ()):
        arn = balancer.get("targetGroupArn")
        target, port = _target(task, balancer)
        if not arn or not target:
            continue
        # The scheduler meets a missing group again when it asks for the target's health.
        with contextlib.suppress(AwsError):
            region.ground.register_target(arn, target, port, task.zone)
        task.targets.append((arn, target, port))
        if task.service:
            _tell_registered(region, task.service, arn)


def _tell_registered(region: Region, service: Service, arn: str) -> None:
    """Counts registrations of the same moments into one event."""
    first = arn not in service.registered
    service.registered[arn] = service.registered.get(arn, 0) + 1

    def tell() -> None:
        count = service.registered.pop(arn)
        events.tell(region, service, Says.REGISTERED, n=count, tg=arn)

    if first:
        region.later(_TOLD_S, tell)


def _target(task: Task, balancer: Shape) -> tuple[str, int]:
    wanted = int(balancer.get("containerPort") or 0)
    if task.eni is not None:
        return task.eni.private_ip, wanted
    for container in task.containers:
        if container.name == balancer.get("containerName") and task.instance:
            for binding in container.bindings:
                if binding["containerPort"] == wanted:
                    return task.instance.ec2_id, int(binding["hostPort"])
    return "", 0


def delay_s(region: Region, arn: str) -> float:
    """The deregistration delay of a target group."""
    group = region.ground.target_group(arn) or {}
    attributes: dict[str, Any] = dict(group.get("Attributes") or {})
    return float(attributes.get("deregistration_delay.timeout_seconds", _DEFAULT_DELAY_S))
