"""Application Auto Scaling knows the services of the lab's own ECS, not moto's."""

from __future__ import annotations

from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend

from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.ground import AwsError, Caller
from kiriwake.lab.world import World

_PARTS = 3


def keep_scaling(patches: Patches, world: World) -> None:
    """A scalable target of ECS is a service that the ECS engine has."""

    def service_exists(self: Any, resource_id: str) -> bool:
        engine = world.handlers.get("ecs")
        parts = resource_id.split("/")
        if engine is None:
            return True
        caller = Caller(self.account_id, self.region_name, "application-autoscaling.amazonaws.com")
        found: Any = {}
        if len(parts) == _PARTS:
            try:
                asked = {"cluster": parts[1], "services": [parts[2]]}
                found = engine.handle(caller, "DescribeServices", asked)
            except AwsError:
                found = {}
        if not any(service.get("status") == "ACTIVE" for service in found.get("services", ())):
            raise AwsError("ValidationException", f"ECS service doesn't exist: {resource_id}")
        return True

    patches.put(ApplicationAutoscalingBackend, "_ecs_service_exists_for_target", service_exists)
