"""Changes that several causes propose."""

from __future__ import annotations

from typing import Any

from kiriwake.core.observed import Known
from kiriwake.core.plan import ApiCall, Expectation, Plan, Precondition, Risk
from kiriwake.core.text import Text
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Awsvpc, Service


def update_service(service: Service, **changes: Any) -> ApiCall:  # noqa: ANN401 - any JSON
    """`ecs:UpdateService` with these parameters changed."""
    return ApiCall(
        "ecs:UpdateService", {"cluster": service.cluster, "service": service.name, **changes}
    )


def network(awsvpc: Awsvpc, *, subnets: tuple[str, ...] = ()) -> dict[str, Any]:
    """The whole `networkConfiguration`.

    UpdateService replaces the block: what is left out falls back to its default, the
    VPC's default group and no public address (F4.24), so everything is carried over.
    """
    block: dict[str, Any] = {
        "subnets": list(subnets or awsvpc.subnet_ids),
        "securityGroups": list(awsvpc.security_group_ids),
    }
    if awsvpc.assign_public_ip is not None:
        block["assignPublicIp"] = "ENABLED" if awsvpc.assign_public_ip else "DISABLED"
    return {"awsvpcConfiguration": block}


def unchanged(service: Known[Service], *fields: str) -> Precondition:
    """The service is as it was when the plan was made, in these fields."""
    return Precondition(
        call=ecs.SERVICE.of(f"{service.value.cluster}/{service.value.name}"),
        fields={name: getattr(service.value, name) for name in fields},
        says=Text(
            en=f"the service's {', '.join(fields)}",
            ja=f"サービスの {', '.join(fields)}",
        ),
    )


def go_back(service: Known[Service], expected: Expectation) -> tuple[Plan, ...]:
    """Back to the revision that still runs beside the newest one; none where none does."""
    seen, newest = service.value, service.value.primary
    older = [d for d in seen.deployments if d.status == "ACTIVE" and d.running]
    if newest is None or not older or older[0].task_definition == newest.task_definition:
        return ()
    name = older[0].task_definition.rsplit("/", 1)[-1]
    return (
        Plan(
            id="rollback",
            title=Text(en=f"go back to {name}", ja=f"{name} に戻す"),
            risk=Risk.ASK,
            apply=(update_service(seen, taskDefinition=older[0].task_definition),),
            verify=(expected,),
            undo=(update_service(seen, taskDefinition=newest.task_definition),),
            preconditions=(unchanged(service, "task_definition"),),
        ),
    )
