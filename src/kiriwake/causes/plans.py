"""Changes that several causes propose."""

from __future__ import annotations

from typing import Any

from kiriwake.core.observed import Known
from kiriwake.core.plan import ApiCall, Precondition
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
