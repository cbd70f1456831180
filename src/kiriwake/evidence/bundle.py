"""Evidence as bytes and back: JSON, typed on both sides, with strict bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from kiriwake.core.errors import EvidenceUnreadable
from kiriwake.core.observed import Call, Known, Missing, Observed, Why
from kiriwake.core.target import Target
from kiriwake.core.text import Text
from kiriwake.evidence.reading import Absent
from kiriwake.evidence.readings import reading_of

SCHEMA = "kiriwake-evidence/1"
MOST_BYTES = 2 * 1024**3
MOST_FACTS = 2_000_000
MOST_TARGETS = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was counted when it was recorded."""

    call: Call
    times: int
    ms: int


@dataclass(frozen=True, slots=True)
class Recording:
    """What one run saw: of whom, as whom, when."""

    taken_at: datetime
    account: str = ""
    principal: str = ""
    region: str = ""
    partition: str = "aws"
    targets: tuple[Target, ...] = ()
    facts: Mapping[Call, Observed[Any]] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()


class _Fact(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One observation; exactly one of `value`, `absent` and `missing` is there."""

    action: str
    argument: str
    part: str = ""
    at: datetime | None = None
    principal: str | None = None
    """Left out where it is the recording's own."""
    value: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    absent: Absent | None = None
    missing: Missing | None = None


class _Bundle(msgspec.Struct):
    """The whole of a file; fields that a later version adds are passed over."""

    schema: str
    taken_at: datetime
    account: str
    principal: str
    region: str
    partition: str
    targets: tuple[Target, ...]
    asked: tuple[Asked, ...]
    facts: list[_Fact]


class _Head(msgspec.Struct):
    schema: str = ""


_encoder = msgspec.json.Encoder(order="deterministic")


def encode(recording: Recording) -> bytes:
    """The recording as JSON; the same recording gives the same bytes."""
    bundle = _Bundle(
        schema=SCHEMA,
        taken_at=recording.taken_at,
        account=recording.account,
        principal=recording.principal,
        region=recording.region,
        partition=recording.partition,
        targets=recording.targets,
        asked=recording.asked,
        facts=[_fact(call, recording) for call in sorted(recording.facts)],
    )
    return _encoder.encode(bundle)


def _fact(call: Call, recording: Recording) -> _Fact:
    fact = _Fact(call.action, call.argument, call.part)
    match recording.facts[call]:
        case Known(value, _, at, principal):
            fact.at = at
            fact.principal = None if principal == recording.principal else principal
            if isinstance(value, Absent):
                fact.absent = value
            else:
                fact.value = msgspec.Raw(_encoder.encode(value))
        case Missing() as missing:
            fact.missing = missing
    return fact


def decode(data: bytes) -> Recording:
    """The recording in these bytes.

    Raises `EvidenceUnreadable` for what is not one, is of another version, or names
    evidence that this version does not know.
    """
    if len(data) > MOST_BYTES:
        raise _unreadable("it is too large", "大きすぎる")
    try:
        schema = msgspec.json.decode(data, type=_Head).schema
        if schema != SCHEMA:
            raise _other_version(schema)
        bundle = _decoder().decode(data)
        _within_bounds(bundle)
        facts = {}
        for fact in bundle.facts:
            call = Call(fact.action, fact.argument, fact.part)
            facts[call] = _observed(call, fact, bundle.principal)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(str(error), str(error)) from error
    return Recording(
        taken_at=_aware(bundle.taken_at),
        account=bundle.account,
        principal=bundle.principal,
        region=bundle.region,
        partition=bundle.partition,
        targets=bundle.targets,
        facts=facts,
        asked=bundle.asked,
    )


@cache
def _decoder() -> msgspec.json.Decoder[_Bundle]:
    return msgspec.json.Decoder(_Bundle)


@cache
def _value_decoder(action: str, part: str) -> msgspec.json.Decoder[Any]:
    try:
        type_ = reading_of(Call(action, "", part)).type
    except KeyError as error:
        known = f"{action} {part}".strip()
        raise _unreadable(
            f"this version knows no evidence {known}", f"このバージョンは {known} を知らない"
        ) from error
    if get_origin(type_) in {Union, UnionType}:
        # An absence has its own place in the file.
        type_ = Union[tuple(t for t in get_args(type_) if t is not Absent)]  # noqa: UP007 - computed
    return msgspec.json.Decoder(type_)


def _observed(call: Call, fact: _Fact, principal: str) -> Observed[Any]:
    decoder = _value_decoder(fact.action, fact.part)
    match (fact.value, fact.absent, fact.missing):
        case (msgspec.UnsetType(), None, Missing() as missing):
            if missing.why is Why.NOT_ASKED:
                raise _unreadable(f"{call} was not asked", f"{call} は尋ねられていない")
            return missing
        case (msgspec.UnsetType(), Absent() as value, None):
            pass
        case (msgspec.Raw() as raw, None, None):
            value = decoder.decode(raw)
        case _:
            raise _unreadable(
                f"{call} holds none or several answers", f"{call} の回答がない、または複数ある"
            )
    if fact.at is None:
        raise _unreadable(f"{call} has no time", f"{call} に時刻がない")
    seen_by = principal if fact.principal is None else fact.principal
    return Known(value, call, _aware(fact.at), seen_by)


def _aware(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _within_bounds(bundle: _Bundle) -> None:
    if len(bundle.facts) > MOST_FACTS or len(bundle.targets) > MOST_TARGETS:
        raise _unreadable("it holds too much", "含まれる件数が多すぎる")


def _other_version(schema: str) -> EvidenceUnreadable:
    return EvidenceUnreadable(
        "evidence-version",
        Text(
            en=f'the recording is of "{schema or "no version"}", this kiriwake reads "{SCHEMA}"',
            ja=f"記録の形式は「{schema or '不明'}」、この kiriwake が読めるのは「{SCHEMA}」",
        ),
        hints=(
            Text(
                en="read it with the kiriwake that recorded it, or record it again with --save",
                ja="記録したバージョンの kiriwake で読むか、--save で記録し直す",
            ),
        ),
    )


def _unreadable(en: str, ja: str) -> EvidenceUnreadable:
    return EvidenceUnreadable(
        "evidence-unreadable",
        Text(en="the recording cannot be read", ja="記録を読み取れない"),
        note=Text(en=en, ja=ja),
        hints=(
            Text(
                en="a recording is what kiriwake diagnose --save FILE writes",
                ja="記録は kiriwake diagnose --save FILE で作る",
            ),
        ),
    )
