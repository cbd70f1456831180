"""Release nine is announced before it is built."""

from __future__ import annotations

from kiriwake.lab.stories.stage import PULL_POLICY, Stage


def happen(stage: Stage) -> None:
    """Version eight runs; the definition of nine is deployed."""
    network = stage.network("10.0.0.0/20", "10.0.16.0/20")
    role = stage.role("my-execution-role", PULL_POLICY)
    stage.log_group("my-app")
    image = stage.image("my-app", "v8", listens=[8080])
    ecs = stage.aws("ecs")
    ecs.create_cluster(clusterName="my-cluster")
    stage.service("my-service", stage.task_definition("my-app", image, role), 2, network)
    stage.advance(900)
    nine = stage.task_definition("my-app", image.replace(":v8", ":v9"), role)
    ecs.update_service(cluster="my-cluster", service="my-service", taskDefinition=nine)
    stage.advance(900)
