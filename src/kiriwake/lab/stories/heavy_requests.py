"""Traffic grows, and with it what every request keeps in memory."""

from __future__ import annotations

from kiriwake.lab.stories.stage import PULL_POLICY, Stage


def happen(stage: Stage) -> None:
    """A container wants more than it was given."""
    network = stage.network("10.0.0.0/20", "10.0.16.0/20")
    role = stage.role("my-execution-role", PULL_POLICY)
    stage.log_group("my-app")
    image = stage.image("my-app", "v1", listens=[8080], memory_mib=900)
    revision = stage.task_definition("my-app", image, role, container={"memory": 512})
    stage.aws("ecs").create_cluster(clusterName="my-cluster")
    stage.service("my-service", revision, 2, network)
    stage.advance(1200)
