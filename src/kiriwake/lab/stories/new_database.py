"""The database moves; somebody registers the new setting and goes home."""

from __future__ import annotations

from kiriwake.lab.stories.stage import PULL_POLICY, Stage


def happen(stage: Stage) -> None:
    """Revision 3 runs, 4 never worked out, 5 is registered with the new address."""
    network = stage.network("10.0.0.0/20", "10.0.16.0/20")
    role = stage.role("my-execution-role", PULL_POLICY)
    stage.log_group("my-app")
    image = stage.image("my-app", "v1", listens=[8080], logs=["DATABASE_URL=${DATABASE_URL}"])
    ecs = stage.aws("ecs")
    ecs.create_cluster(clusterName="my-cluster")
    first = [
        stage.task_definition(
            "my-app", image, role, environment={"DATABASE_URL": f"{host}.example.com"}
        )
        for host in ("first-db", "second-db", "old-db")
    ]
    stage.service(
        "my-service",
        first[-1],
        3,
        network,
        deploymentConfiguration={
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
    )
    stage.advance(1800)
    for host in ("new-bd", "new-db"):
        stage.task_definition(
            "my-app", image, role, environment={"DATABASE_URL": f"{host}.example.com"}
        )
        stage.advance(60)
    stage.advance(1200)
