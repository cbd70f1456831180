"""Holds payloads against botocore's output shapes: names, types and required enums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    "timestamp": (datetime,),
}
_DECODED = {"policyDocumentType"}
"""Strings that botocore hands over as JSON values."""


@cache
def model_of(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def faults(service: str, operation: str, payload: Mapping[str, Any]) -> list[str]:
    """Every place where a payload is not what botocore's model says AWS answers."""
    shape = model_of(service).operation_model(operation).output_shape
    body = {key: value for key, value in payload.items() if key != "ResponseMetadata"}
    return list(_faults(shape, body, operation)) if shape is not None else []


def _faults(shape: Shape, value: object, where: str) -> Iterator[str]:
    match (shape, value):
        case (StructureShape(), Mapping()):
            for key, item in value.items():
                if key in shape.members:
                    yield from _faults(shape.members[key], item, f"{where}.{key}")
                else:
                    yield f"{where}.{key} is not in the model"
        case (ListShape(), list()):
            for number, item in enumerate(value):
                yield from _faults(shape.member, item, f"{where}[{number}]")
        case (MapShape(), Mapping()):
            for key, item in value.items():
                yield from _faults(shape.value, item, f"{where}[{key}]")
        case (_, dict()) if shape.name in _DECODED:
            pass
        case _ if not isinstance(value, _SCALARS.get(shape.type_name, ())):
            yield f"{where}: {value!r} is no {shape.type_name}"
        case _:
            pass
