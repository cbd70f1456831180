"""Whether a request has the shape that ECS's model gives it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from kiriwake.lab.ground import AwsError

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "double": (int, float),
    "float": (int, float),
}


@cache
def model() -> ServiceModel:
    """Botocore's model of ECS."""
    return ServiceModel(Loader().load_service_model("ecs", "service-2"), "ecs")


def checked(action: str, parameters: Mapping[str, Any], *, known: bool) -> dict[str, Any]:
    """The parameters without nulls; raises AwsError for what cannot be read."""
    if action not in model().operation_names:
        raise AwsError("UnknownOperationException", f"ECS has no operation {action!r}.")
    shape = model().operation_model(action).input_shape
    if shape is None or not known:
        return dict(parameters)
    given = _clean(shape, parameters, "")
    if not isinstance(given, dict):
        raise AwsError("SerializationException", "The request is not a JSON object.")
    return given


def _clean(shape: Shape, value: object, path: str) -> object:
    if isinstance(shape, StructureShape):
        if not isinstance(value, Mapping):
            raise _bad(path, "a structure", value)
        _require(shape, value, path)
        return {
            name: _clean(shape.members[name], inner, f"{path}.{name}".lstrip("."))
            for name, inner in value.items()
            if inner is not None and name in shape.members
        }
    if isinstance(shape, ListShape):
        if not isinstance(value, list | tuple):
            raise _bad(path, "a list", value)
        return [_clean(shape.member, inner, f"{path}[{n}]") for n, inner in enumerate(value)]
    if isinstance(shape, MapShape):
        if not isinstance(value, Mapping):
            raise _bad(path, "a map", value)
        return {str(k): _clean(shape.value, v, f"{path}.{k}") for k, v in value.items()}
    _check_scalar(shape, value, path)
    return value


def _require(shape: StructureShape, value: Mapping[str, Any], path: str) -> None:
    for name in shape.required_members:
        if value.get(name) is None:
            what = re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()
            inside = f" in {path}" if path else ""
            raise AwsError("InvalidParameterException", f"{what} can not be blank{inside}.")


def _check_scalar(shape: Shape, value: object, path: str) -> None:
    types = _TYPES.get(shape.type_name)
    wrong_bool = isinstance(value, bool) and shape.type_name != "boolean"
    if types and (not isinstance(value, types) or wrong_bool):
        raise _bad(path, f"a {shape.type_name}", value)
    values = getattr(shape, "enum", None)
    if values and value not in values:
        raise AwsError(
            "InvalidParameterException",
            f"{value!r} at '{path}' failed to satisfy constraint: Member must satisfy enum value "
            f"set: [{', '.join(values)}]",
        )


def _bad(path: str, wanted: str, value: object) -> AwsError:
    kind = type(value).__name__
    return AwsError("SerializationException", f"{path or 'request'} is {kind}, not {wanted}.")
