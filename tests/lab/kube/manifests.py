"""Short manifests for the tests."""

from __future__ import annotations

from typing import Any


def container(image: str = "app:1", **more: Any) -> dict[str, Any]:
    """One container named `app`."""
    return {"name": "app", "image": image, **more}


def deployment(
    name: str = "web", replicas: int = 2, spec: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A Deployment of one container; `more` goes into the container."""
    pod = {"containers": [container(**more)], **(spec or {})}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
        },
    }


def pod(name: str = "one", spec: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A bare Pod of one container."""
    body = {"containers": [container(**more)], **(spec or {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": body}


def http(path: str = "/", port: int = 8080, **more: Any) -> dict[str, Any]:
    """An HTTP probe."""
    return {"httpGet": {"path": path, "port": port}, **more}
