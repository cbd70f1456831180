"""What EKS keeps of a cluster, and the errors it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kiriwake.lab.ground import AwsError, Ground
from kiriwake.lab.kube.cluster import Cluster
from kiriwake.lab.kube.objects import uid

Shape = dict[str, Any]
"""A structure of the EKS API, as botocore names its members."""


@dataclass
class EksCluster:
    """One cluster: its EKS side, and the Kubernetes behind it."""

    ground: Ground
    name: str
    shape: Shape
    creator: str
    kube: Cluster | None = None
    nodegroups: dict[str, Shape] = field(default_factory=dict)
    fargate_profiles: dict[str, Shape] = field(default_factory=dict)
    addons: dict[str, Shape] = field(default_factory=dict)
    associations: dict[str, Shape] = field(default_factory=dict)
    access_entries: dict[str, Shape] = field(default_factory=dict)
    policies: dict[str, list[Shape]] = field(default_factory=dict)
    """Associated access policies by principal ARN."""
    updates: dict[str, Shape] = field(default_factory=dict)
    count: int = 0

    @property
    def arn(self) -> str:
        """The cluster's ARN."""
        return f"arn:aws:eks:{self.ground.region}:{self.ground.account}:cluster/{self.name}"

    def running(self) -> Cluster:
        """The Kubernetes behind the cluster; raises ResourceNotFoundException if it is gone."""
        if self.kube is None:
            raise not_found(f"No cluster found for name: {self.name}.")
        return self.kube

    def new_id(self, what: str) -> str:
        """An id that no other thing of this cluster has."""
        self.count += 1
        return uid(f"{self.arn}/{what}/{self.count}")

    def child_arn(self, kind: str, *names: str) -> str:
        """The ARN of something that hangs on the cluster."""
        start = f"arn:aws:eks:{self.ground.region}:{self.ground.account}:{kind}/{self.name}"
        return "/".join((start, *names))


def not_found(message: str) -> AwsError:
    """ResourceNotFoundException."""
    return AwsError("ResourceNotFoundException", message, 404)


def in_use(message: str) -> AwsError:
    """ResourceInUseException."""
    return AwsError("ResourceInUseException", message, 409)


def bad_parameter(message: str) -> AwsError:
    """InvalidParameterException."""
    return AwsError("InvalidParameterException", message, 400)


def page(items: Sequence[str], parameters: Mapping[str, Any], key: str) -> dict[str, Any]:
    """One page of names, `maxResults` long (100 unless told), with its `nextToken`."""
    size = int(parameters.get("maxResults") or 100)
    token = parameters.get("nextToken")
    if token and not str(token).isdigit():
        raise bad_parameter("The specified nextToken is invalid.")
    start = int(token or 0)
    found: dict[str, Any] = {key: list(items[start : start + size])}
    if start + size < len(items):
        found["nextToken"] = str(start + size)
    return found


def kept(parameters: Mapping[str, Any], *names: str) -> Shape:
    """Those of the named members that a request carries."""
    return {name: parameters[name] for name in names if parameters.get(name) is not None}
