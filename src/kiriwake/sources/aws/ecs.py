"""Which collector reads which evidence of ECS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiriwake.evidence import ecs as evidence
from kiriwake.evidence.reading import Reading
from kiriwake.sources.aws import ecs_clusters, ecs_definitions, ecs_services, ecs_tasks
from kiriwake.sources.aws.api import Reader

READERS: Mapping[Reading[Any], Reader] = {
    evidence.CLUSTER: ecs_clusters.read_clusters,
    evidence.SERVICE: ecs_services.read_services,
    evidence.RUNNING_TASKS: ecs_tasks.read_tasks,
    evidence.STOPPED_TASKS: ecs_tasks.read_tasks,
    evidence.TASK: ecs_tasks.read_single_tasks,
    evidence.TASK_DEFINITION: ecs_definitions.read_definitions,
    evidence.REVISIONS: ecs_definitions.read_revisions,
    evidence.SERVICE_DEPLOYMENTS: ecs_services.read_deployments,
    evidence.SERVICES_USING: ecs_services.read_uses,
    evidence.CONTAINER_INSTANCES: ecs_clusters.read_container_instances,
    evidence.CLUSTERS: ecs_clusters.read_cluster_names,
    evidence.SERVICES: ecs_services.read_service_names,
}
