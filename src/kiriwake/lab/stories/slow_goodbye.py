"""An application that does not listen when it is told to go."""

from __future__ import annotations

from kiriwake.lab.stories.stage import PULL_POLICY, Stage


def happen(stage: Stage) -> None:
    """A rolling deployment replaces tasks that are killed in the end; all is well after it."""
    network = stage.network("10.0.0.0/20", "10.0.16.0/20")
    role = stage.role("my-execution-role", PULL_POLICY)
    stage.log_group("my-app")
    image = stage.image("my-app", "v1", listens=[8080], ignores_sigterm=True)
    ecs = stage.aws("ecs")
    ecs.create_cluster(clusterName="my-cluster")
    stage.service("my-service", stage.task_definition("my-app", image, role), 3, network)
    stage.advance(900)
    ecs.update_service(cluster="my-cluster", service="my-service", forceNewDeployment=True)
    stage.advance(900)
