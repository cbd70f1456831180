"""Three-valued verdicts that carry their reasons, joined as Kleene does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from kiriwake.core.observed import Call, Known, Missing, Observed
from kiriwake.core.text import Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact:
    """One observed thing in words, with the call and the moment that decided it."""

    says: Text
    call: Call
    at: datetime
    direct: bool = False
    """AWS itself named it, as opposed to: we inferred it from numbers."""
    quote: str = ""
    """What was seen, in AWS's own words (`HealthCheckPath "/health"`); lines make a table."""
    mark: str = ""
    """The part of the quote's last line, or of the sentence, that decided."""


@dataclass(frozen=True, slots=True)
class Holds:
    """It is so, because of these facts."""

    because: tuple[Fact, ...]

    def __post_init__(self) -> None:
        if not self.because:
            raise AssertionError("a verdict needs its reasons")


@dataclass(frozen=True, slots=True)
class RuledOut:
    """It is not so, because of these facts."""

    because: tuple[Fact, ...]

    def __post_init__(self) -> None:
        if not self.because:
            raise AssertionError("a verdict needs its reasons")


@dataclass(frozen=True, slots=True)
class Unknown:
    """It cannot be told, for want of these observations."""

    missing: tuple[Missing, ...]

    def __post_init__(self) -> None:
        if not self.missing:
            raise AssertionError("an unknown names what is missing")


Verdict: TypeAlias = Holds | RuledOut | Unknown


def holds(
    says: Text, seen: Known[Any], *, direct: bool = False, quote: str = "", mark: str = ""
) -> Holds:
    """It is so, as this observation shows."""
    return Holds((Fact(says, seen.call, seen.at, direct, quote, mark),))


def ruled_out(
    says: Text, seen: Known[Any], *, direct: bool = False, quote: str = "", mark: str = ""
) -> RuledOut:
    """It is not so, as this observation shows."""
    return RuledOut((Fact(says, seen.call, seen.at, direct, quote, mark),))


def when(
    so: bool,
    says: Text,
    seen: Known[Any],
    *,
    direct: bool = False,
    quote: str = "",
    mark: str = "",
) -> Holds | RuledOut:
    """It is so or not, and either way this sentence quotes what was observed."""
    return (holds if so else ruled_out)(says, seen, direct=direct, quote=quote, mark=mark)


def given(seen: Observed[T], decide: Callable[[Known[T]], Verdict]) -> Verdict:
    """The verdict on a value; a missing value makes it unknown."""
    match seen:
        case Known():
            return decide(seen)
        case Missing():
            return Unknown((seen,))


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Holds if all hold; one that is ruled out settles it, whatever is unknown."""
    seen = list(verdicts)
    if ruled := [v for v in seen if isinstance(v, RuledOut)]:
        return RuledOut(_merged(f for v in ruled for f in v.because))
    if unknown := [v for v in seen if isinstance(v, Unknown)]:
        return Unknown(_merged(m for v in unknown for m in v.missing))
    return Holds(_merged(f for v in seen if isinstance(v, Holds) for f in v.because))


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Holds if one holds, whatever is unknown; ruled out only if all are."""
    seen = list(verdicts)
    if holding := [v for v in seen if isinstance(v, Holds)]:
        return Holds(_merged(f for v in holding for f in v.because))
    if unknown := [v for v in seen if isinstance(v, Unknown)]:
        return Unknown(_merged(m for v in unknown for m in v.missing))
    return RuledOut(_merged(f for v in seen if isinstance(v, RuledOut) for f in v.because))


def first_of(first: Verdict, then: Callable[[], Verdict]) -> Verdict:
    """Both must hold, and the second is looked at only once the first holds.

    For evidence that is dear to read: a hypothesis that the cheap evidence killed or
    left open does not ask for more.
    """
    match first:
        case Holds():
            return all_of([first, then()])
        case RuledOut() | Unknown():
            return first


def opposite(verdict: Verdict) -> Verdict:
    """Ruled out where it held, and the reverse; unknown stays unknown."""
    match verdict:
        case Holds(because):
            return RuledOut(because)
        case RuledOut(because):
            return Holds(because)
        case Unknown():
            return verdict


def _merged(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
