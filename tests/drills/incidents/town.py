"""A town in which many services have their trouble side by side, in one lab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kiriwake.lab.stories.stage import PULL_POLICY, Front, Network, Stage

WHILE = 1200
"""Seconds that pass after all the incidents of a family began."""


@dataclass(frozen=True, slots=True)
class Town:
    """What the incidents of one family share."""

    stage: Stage
    network: Network
    role: str

    def runs(self, name: str, image: str = "", count: int = 2, **more: Any) -> None:
        """A service of its own family; `definition`, `container` and `service` add settings."""
        definition: Mapping[str, Any] = more.get("definition", {})
        revision = self.revision(name, image or self.image(name), **definition)
        self.stage.service(name, revision, count, self.network, **more.get("service", {}))

    def revision(self, name: str, image: str, role: str = "", **more: Any) -> str:
        return self.stage.task_definition(name, image, role or self.role, **more)

    def image(self, name: str, tag: str = "v1", **behaviour: Any) -> str:
        return self.stage.image(name, tag, **{"listens": [8080]} | behaviour)

    def front(self, name: str, path: str = "/health") -> Front:
        return self.stage.front(self.network, name, path)


Incident = Callable[[Town, str], None]


def founded(stage: Stage) -> Town:
    network = stage.network("10.0.0.0/20", "10.0.16.0/20")
    stage.aws("ecs").create_cluster(clusterName="my-cluster")
    return Town(stage, network, stage.role("my-execution-role", PULL_POLICY))


def happen(stage: Stage, incidents: Mapping[str, Incident]) -> None:
    """All of them begin, and time passes once."""
    town = founded(stage)
    for name, incident in incidents.items():
        stage.log_group(name)
        incident(town, name)
    stage.advance(WHILE)
