"""A second release that has tidied up its routes."""

from __future__ import annotations

from kiriwake.lab.stories.stage import PULL_POLICY, Stage


def happen(stage: Stage) -> None:
    """Five tasks run well; five new ones come up and the old ones stay."""
    network = stage.network("10.0.0.0/20", "10.0.16.0/20")
    front = stage.front(network)
    role = stage.role("my-execution-role", PULL_POLICY)
    stage.log_group("my-app")
    old = stage.image("my-app", "v1", listens=[8080], paths={"/": 200, "/health": 200})
    new = stage.image("my-app", "v2", listens=[8080], paths={"/": 200})
    ecs = stage.aws("ecs")
    ecs.create_cluster(clusterName="my-cluster")
    revision = stage.task_definition("my-app", old, role)
    stage.service(
        "my-service",
        revision,
        5,
        network,
        front=front,
        healthCheckGracePeriodSeconds=1800,
        deploymentConfiguration={
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        },
    )
    stage.advance(1800)
    revision = stage.task_definition("my-app", new, role)
    ecs.update_service(cluster="my-cluster", service="my-service", taskDefinition=revision)
    stage.advance(1320)
