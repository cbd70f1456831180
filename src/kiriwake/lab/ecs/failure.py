"""What keeps a task from starting, and the network's and IAM's words for it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from kiriwake.lab.ecs import arns
from kiriwake.lab.ecs.model import Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import Allowed, Eni, Reach

QUICK_S = 3.0
"""An answer came, and it was no."""
_SLOW_S = {"timeout": 240.0, "dns": 60.0, "refused": 20.0, "forbidden": QUICK_S}
_FARGATE_SERVICE = "ecs-tasks.amazonaws.com"


@dataclass(frozen=True, slots=True)
class StartFailure:
    """Why a task never ran."""

    reason: str
    container: str = ""
    """The container that it is about; empty for the task as a whole."""
    delay_s: float = QUICK_S
    trust: bool = False


def interface(task: Task) -> Eni | None:
    """The interface through which the task is prepared; None if nobody knows it."""
    if task.fargate:
        return task.eni
    return task.instance.eni if task.instance else None


def reach(region: Region, task: Task, dependency: str) -> Reach:
    """Whether the task's preparation gets there; an unknown interface does."""
    eni = interface(task)
    return Reach(yes=True) if eni is None else region.ground.reach(eni, dependency)


def delay(found: Reach) -> float:
    """How long it takes to find out."""
    return _SLOW_S.get(found.failure, _SLOW_S["timeout"])


def network_words(found: Reach, host: str) -> str:
    """Go's words for what the network did."""
    number = zlib.crc32(host.encode())
    ip = f"52.{number >> 16 & 63}.{number >> 8 & 255}.{(number & 253) + 1}"
    if found.failure == "dns":
        return Says.NO_SUCH_HOST(host=host)
    if found.failure == "refused":
        return Says.REFUSED(ip=ip)
    return Says.IO_TIMEOUT(ip=ip)


def role(task: Task) -> str:
    """The role that fetches images and secrets; empty if there is none."""
    return task.execution_role or instance_role(task)


def pull_role(task: Task) -> str:
    """Fargate pulls as the execution role, an instance as its own."""
    return task.execution_role if task.fargate else instance_role(task)


def instance_role(task: Task) -> str:
    """The instance profile's role."""
    return task.instance.role if task.instance else ""


def may(region: Region, role_arn: str, action: str, resource: str = "*") -> Allowed:
    """What IAM says; a role that nobody knows may everything."""
    return region.ground.may(role_arn, action, resource) if role_arn else Allowed(yes=True)


def denied_words(
    task: Task, role_arn: str, action: str, resource: str, because: str, *, code: bool = True
) -> str:
    """IAM's no, with or without the error code before it."""
    says = Says.NOT_AUTHORIZED if code else Says.USER_NOT_AUTHORIZED
    session = task.id if role_arn == task.execution_role or not task.instance else ""
    session = session or (task.instance.ec2_id if task.instance else task.id)
    return says(
        user=arns.assumed(role_arn, session),
        action=action,
        resource=resource,
        because=_clause(because),
    )


def _clause(because: str) -> str:
    # "… because no policy allows it", but "… with an explicit deny in a policy".
    if not because:
        return ""
    return f" {because}" if because.startswith("with ") else f" because {because}"


def endpoint_policy(action: str) -> str:
    """The words when a VPC endpoint's policy is what refuses."""
    return f"no VPC endpoint policy allows the {action} action"


def untrusted(region: Region, task: Task) -> StartFailure | None:
    """A role of the task that ECS cannot assume."""
    roles = (
        task.execution_role,
        task.overrides.get("taskRoleArn") or task.definition.get("taskRoleArn"),
    )
    for given in roles:
        if not given:
            continue
        name = str(given)
        if not name.startswith("arn:"):
            name = f"arn:{arns.partition(region.name)}:iam::{region.account}:role/{name}"
        known = region.ground.role_exists(name) and region.ground.trusts(name, _FARGATE_SERVICE)
        if not known:
            return StartFailure(Says.TRUST(role=name), delay_s=2, trust=True)
    return None
