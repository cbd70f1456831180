"""Tags on clusters, services, tasks, task definitions, instances and capacity providers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiriwake.lab.ecs import arns
from kiriwake.lab.ecs.model import Shape
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ground import AwsError

_MOST = 50
_LONGEST_KEY = 128
_LONGEST_VALUE = 256


def check(tags: Iterable[Shape]) -> None:
    """Refuses too many tags, and keys and values that are too long or reserved."""
    given = list(tags)
    if len(given) > _MOST:
        raise AwsError("InvalidParameterException", f"Tags can not be more than {_MOST}.")
    for tag in given:
        key, value = str(tag.get("key") or ""), str(tag.get("value") or "")
        if not 1 <= len(key) <= _LONGEST_KEY or len(value) > _LONGEST_VALUE:
            raise AwsError("InvalidParameterException", f"Invalid tag: {key}")
        if key.lower().startswith("aws:"):
            raise AwsError("InvalidParameterException", "Tag keys can not start with aws:")


def _of(region: Region, arn: str) -> list[Shape]:
    kind = arn.partition("/")[0].rpartition(":")[2]
    name = arns.last(arn)
    found: list[Shape] | None = None
    if region.here(arn):
        cluster = region.clusters.get(arns.cluster_in(arn) or name)
        if kind == "cluster" and cluster:
            found = cluster.tags
        elif kind == "task-definition":
            found = region.definition_tags.get(arn)
        elif kind == "capacity-provider" and name in region.providers:
            found = region.providers[name].setdefault("tags", [])
        elif cluster and kind == "service" and name in cluster.services:
            found = cluster.services[name].tags
        elif cluster and kind == "task" and name in cluster.tasks:
            found = cluster.tasks[name].tags
        elif cluster and kind == "container-instance" and name in cluster.instances:
            found = cluster.instances[name].tags
    if found is None:
        raise AwsError(
            "InvalidParameterException",
            f"The specified ARN could not be found or is not taggable: {arn}",
        )
    return found


def merge(old: list[Shape], new: Sequence[Shape]) -> None:
    """Puts tags on top of others, in place."""
    keys = {tag["key"] for tag in new}
    old[:] = [tag for tag in old if tag["key"] not in keys] + [dict(tag) for tag in new]


def tag(region: Region, given: Shape) -> Shape:
    """TagResource."""
    tags = given.get("tags", [])
    check(tags)
    merge(_of(region, given["resourceArn"]), tags)
    return {}


def untag(region: Region, given: Shape) -> Shape:
    """UntagResource."""
    old, gone = _of(region, given["resourceArn"]), set(given.get("tagKeys", ()))
    old[:] = [tag for tag in old if tag["key"] not in gone]
    return {}


def list_tags(region: Region, given: Shape) -> Shape:
    """ListTagsForResource."""
    return {"tags": [dict(tag) for tag in _of(region, given["resourceArn"])]}
