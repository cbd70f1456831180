"""Takes typed values out of botocore's dicts; what is not there is unknown, not false."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

Fields: TypeAlias = Mapping[str, Any]


class Incomplete(Exception):
    """The answer lacks a field without which it means nothing."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the answer lacks {key}")


def text(fields: Fields, key: str) -> str:
    """A string, empty where there is none."""
    value = fields.get(key)
    return "" if value is None else str(value)


def number(fields: Fields, key: str) -> int | None:
    """A whole number."""
    value = fields.get(key)
    return None if value is None else int(value)


def flag(fields: Fields, key: str) -> bool | None:
    """A truth value; None where AWS did not say."""
    value = fields.get(key)
    return None if value is None else bool(value)


def moment(fields: Fields, key: str) -> datetime | None:
    """A time, aware UTC."""
    value = fields.get(key)
    match value:
        case datetime():
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        case int() | float():
            return datetime.fromtimestamp(value, UTC)
        case _:
            return None


def of_milliseconds(fields: Fields, key: str) -> datetime | None:
    """A time given in milliseconds, as CloudWatch Logs does."""
    value = number(fields, key)
    try:
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        # Clients of CloudWatch Logs choose the time, and may choose none that exists.
        return None


def block(fields: Fields, key: str) -> Fields:
    """A structure inside a structure; an empty one where there is none."""
    value = fields.get(key)
    return value if isinstance(value, Mapping) else {}


def blocks(fields: Fields, key: str) -> list[Fields]:
    """A list of structures."""
    return [item for item in fields.get(key) or () if isinstance(item, Mapping)]


def texts(fields: Fields, key: str) -> tuple[str, ...]:
    """A list of strings."""
    return tuple(str(item) for item in fields.get(key) or ())


def the_text(fields: Fields, key: str) -> str:
    """A string that must be there; raises `Incomplete`."""
    if not (value := text(fields, key)):
        raise Incomplete(key)
    return value


def the_number(fields: Fields, key: str) -> int:
    """A number that must be there; raises `Incomplete`."""
    if (value := number(fields, key)) is None:
        raise Incomplete(key)
    return value


def the_moment(fields: Fields, key: str) -> datetime:
    """A time that must be there; raises `Incomplete`."""
    if (value := moment(fields, key)) is None:
        raise Incomplete(key)
    return value
