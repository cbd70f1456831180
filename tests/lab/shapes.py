"""Whether an answer has the shape that botocore's model gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

_SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (datetime, int, float),
    "blob": (bytes, str),
}


@cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def faults(service: str, operation: str, answer: Mapping[str, Any]) -> list[str]:
    """Every place where an answer differs from its output shape; empty if there is none."""
    shape = _model(service).operation_model(operation).output_shape
    given = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    if shape is None:
        return [f"{operation} answers nothing, but here is {sorted(given)}"] if given else []
    return list(_walk(shape, given, operation))


def _walk(shape: Shape, value: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    if kind == "structure":
        yield from _structure(shape, value, path)
    elif kind == "list":
        if not isinstance(value, list | tuple):
            yield f"{path} is a list, not {value!r}"
            return
        for n, item in enumerate(value):
            yield from _walk(shape.member, item, f"{path}[{n}]")  # type: ignore[attr-defined]
    elif kind == "map":
        for key, item in value.items():
            yield from _walk(shape.value, item, f"{path}.{key}")  # type: ignore[attr-defined]
    elif not isinstance(value, _SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{path} is a {kind}, not {value!r}"
    elif (enum := getattr(shape, "enum", None)) and value not in enum:
        yield f"{path} is one of {enum}, not {value!r}"


def _structure(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path} is a structure, not {value!r}"
        return
    members: Mapping[str, Shape] = shape.members  # type: ignore[attr-defined]
    for name in value:
        if name not in members:
            yield f"{path}.{name} is not in the model"
    for name in getattr(shape, "required_members", ()):
        if name not in value:
            yield f"{path}.{name} is required"
    for name, member in members.items():
        if name in value and value[name] is not None:
            yield from _walk(member, value[name], f"{path}.{name}")
