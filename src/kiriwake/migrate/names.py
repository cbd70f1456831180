"""Names for AWS resources, unique and stable."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kiriwake.migrate.model import Workload

_PARTS = re.compile(r"[A-Za-z0-9]+")


def pascal(*parts: str) -> str:
    """A CloudFormation logical id."""
    words = [word for part in parts for word in _PARTS.findall(part)]
    return "".join(word[:1].upper() + word[1:] for word in words) or "X"


def dashed(text: str, most: int) -> str:
    """Lower case letters, digits and dashes, at most so many."""
    found = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return found[:most].strip("-") or "x"


def container_name(text: str) -> str:
    """A container or family name: letters, digits, dashes and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:255] or "x"


def port_name(text: str, number: int) -> str:
    """The name of a port mapping, which Service Connect refers to."""
    found = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:60]
    return found or f"p{number}"


def unique_names(workloads: Iterable[Workload]) -> dict[tuple[str, str], str]:
    """A name for each workload by namespace and name; the namespace joins only where needed."""
    found = list(workloads)
    spaces = {workload.namespace for workload in found}
    names: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for workload in found:
        name = dashed(workload.name, 60)
        if len(spaces) > 1 and workload.namespace != "default":
            name = dashed(f"{workload.namespace}-{workload.name}", 60)
        number = 2
        plain = name
        while pascal(name) in taken:
            name = f"{plain[:56]}-{number}"
            number += 1
        taken.add(pascal(name))
        names.setdefault((workload.namespace, workload.name), name)
    return names
