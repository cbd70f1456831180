"""The `kiriwake fix` line of a plan."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from kiriwake.core.plan import Plan
from kiriwake.core.target import Target
from kiriwake.diagnose.diagnosis import Finding


def shown_target(target: Target) -> str:
    """The target as it is typed: an ECS one without its scheme."""
    return str(target).removeprefix("ecs:")


def fix_line(finding: Finding, plan: Plan, target: Target, flags: tuple[str, ...] = ()) -> str:
    """What to type to have the plan applied; a value still to be given stands as `<NAME>`."""
    return shlex.join(_words(finding, plan, target, flags))


def _words(finding: Finding, plan: Plan, target: Target, flags: tuple[str, ...]) -> Iterator[str]:
    yield from ("kiriwake", "fix", finding.id, shown_target(target))
    if len(finding.plans) > 1:
        yield from ("--plan", plan.id)
    for slot in plan.slots:
        yield from ("--set", f"{slot.name}=<{slot.name.upper()}>")
    if target.region and "--region" not in flags:
        yield from ("--region", target.region)
    yield from flags
