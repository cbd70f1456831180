"""Nothing happens: five tasks behind a load balancer, breaker on."""

from __future__ import annotations

from kiriwake.lab.stories.stage import PULL_POLICY, Stage


def happen(stage: Stage) -> None:
    """A service comes up and stays up."""
    network = stage.network("10.0.0.0/20", "10.0.16.0/20")
    front = stage.front(network)
    role = stage.role("my-execution-role", PULL_POLICY)
    stage.log_group("my-app")
    image = stage.image("my-app", "v1", listens=[8080], paths={"/": 200, "/health": 200})
    revision = stage.task_definition("my-app", image, role)
    stage.aws("ecs").create_cluster(clusterName="my-cluster")
    stage.service(
        "my-service",
        revision,
        5,
        network,
        front=front,
        deploymentConfiguration={
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
    )
    stage.advance(1200)
