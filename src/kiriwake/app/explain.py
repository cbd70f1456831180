"""Explain a pasted text, a cause id, or a term of Azure or AWS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from kiriwake.causes.cause import Cause
from kiriwake.core.text import Text
from kiriwake.texts.documents import current
from kiriwake.texts.evidence import actions_of, command_of
from kiriwake.texts.glossary import glossary
from kiriwake.texts.ids import meanings
from kiriwake.texts.meaning import Meaning
from kiriwake.texts.reading import read
from kiriwake.texts.terms import Term

LONGEST_TERM = 60
AT_MOST = 6
"""Candidates that are offered for one text."""
CLOSE = 0.6
_CAUSE_ID = re.compile(r"(?:ecs|ecr|elb|net|iam|logs|eks|k8s)/[a-z0-9-]+")


class Kind(StrEnum):
    """What the query was taken for."""

    TEXT = "text"
    CAUSE = "cause"
    TERM = "term"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One cause that the text is compatible with."""

    id: str
    title: Text
    why: Text
    decided_by_text: bool
    evidence: tuple[str, ...]
    """The API actions whose answers tell whether it holds."""
    command: str
    """The line to type first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known about a query; `fault` is None when nothing in a text is known."""

    kind: Kind
    fault: bool | None
    candidates: tuple[Candidate, ...] = ()
    read: tuple[Meaning, ...] = ()
    term: Term | None = None
    card: Cause | None = None
    """What the catalogue says of the cause that was asked for."""
    nearest: tuple[str, ...] = ()
    """Ids and terms that are spelt much like the query."""

    @property
    def known(self) -> bool:
        """Whether there is an answer at all."""
        return self.kind is not Kind.UNKNOWN


def explain(query: str) -> Explanation:
    """What a text, a cause id or a term means."""
    word = " ".join(query.split()).strip("\"'`[]").strip()
    if _CAUSE_ID.fullmatch(word.lower()):
        return _of_cause(word.lower())
    if term := _term(word):
        see = tuple(_candidate(id_, meanings()[id_], {}) for id_ in term.see)
        return Explanation(Kind.TERM, fault=None, candidates=see, term=term)
    return _of_text(query, word)


def _of_cause(cause: str) -> Explanation:
    # The whole catalogue takes a while to import, and a text needs none of it.
    from kiriwake.causes.registry import all_causes  # noqa: PLC0415

    catalogue = all_causes()
    if card := catalogue.get(cause):
        actions = dict.fromkeys(action for need in card.needs for action in need.actions)
        command = command_of(cause, {}) if cause in meanings() else ""
        one = Candidate(cause, card.title, card.meaning, False, tuple(actions), command)
        return Explanation(Kind.CAUSE, fault=True, candidates=(one,), card=card)
    if cause in meanings():
        one = _candidate(cause, meanings()[cause], {})
        return Explanation(Kind.CAUSE, fault=True, candidates=(one,))
    return Explanation(Kind.UNKNOWN, fault=None, nearest=_nearest(cause, tuple(catalogue)))


def _of_text(query: str, word: str) -> Explanation:
    found = read(current(query))
    if not found:
        return Explanation(Kind.UNKNOWN, fault=None, nearest=_nearest(word))
    faults = [meaning for meaning in found if meaning.fault]
    if not faults:
        return Explanation(Kind.TEXT, fault=False, read=found)
    return Explanation(Kind.TEXT, fault=True, candidates=_candidates(faults), read=found)


def _candidates(faults: list[Meaning]) -> tuple[Candidate, ...]:
    best = faults[0]
    if best.decided_by_text:
        faults = [meaning for meaning in faults if meaning.weight >= best.weight]
    offered: dict[str, Candidate] = {}
    for meaning in faults:
        for cause in meaning.causes:
            decided = meaning is best and meaning.decided_by_text and cause == best.causes[0]
            fields = dict(meaning.fields)
            offered.setdefault(
                cause, _candidate(cause, _why(meaning, cause), fields, decided=decided)
            )
    return tuple(offered.values())[:AT_MOST]


def _why(meaning: Meaning, cause: str) -> Text:
    if cause == meaning.causes[0]:
        return meaning.why
    means = meanings()[cause]
    return Text(
        en=f'"{meaning.quote}" is what is seen too when {means.en}',
        ja=f'"{meaning.quote}" は次の場合にも出る: {means.ja}',
    )


def _candidate(
    cause: str, why: Text, fields: dict[str, str], *, decided: bool = False
) -> Candidate:
    return Candidate(
        id=cause,
        title=meanings()[cause],
        why=why,
        decided_by_text=decided,
        evidence=actions_of(cause),
        command=command_of(cause, fields),
    )


def _term(word: str) -> Term | None:
    if len(word) > LONGEST_TERM:
        return None
    return glossary().get(word.lower())


def _nearest(word: str, more: tuple[str, ...] = ()) -> tuple[str, ...]:
    if len(word) > LONGEST_TERM:
        return ()
    ids = (*meanings(), *more)
    names = {**{name: term.name for name, term in glossary().items()}, **{i: i for i in ids}}
    leaves = {id_.partition("/")[2]: id_ for id_ in ids}
    close = get_close_matches(word.lower(), [*names, *leaves], n=4, cutoff=CLOSE)
    return tuple(dict.fromkeys(names.get(name) or leaves[name] for name in close))
