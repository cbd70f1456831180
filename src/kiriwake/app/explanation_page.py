"""An explanation as a page: text for a terminal, or the document `kiriwake-explain/1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kiriwake.app.explain import Candidate, Explanation, Kind
from kiriwake.core.text import Lang, Text
from kiriwake.report.neutralise import plain
from kiriwake.report.width import columns, wrap

SCHEMA = "kiriwake-explain/1"
COLUMNS = 80

NO_FAULT = Text(
    en="no fault: this is healthy or expected behaviour",
    ja="異常なし: 正常または想定どおりの動作です",
)
NO_MATCH = Text(
    en="no match: nothing in this is known, and kiriwake does not guess",
    ja="該当なし: 既知の内容が見つかりません (推測はしません)",
)
DECIDED = Text(en="the text alone decides this", ja="このテキストだけで確定")
OPEN = Text(en="to tell it apart, look at", ja="切り分けに必要な証拠")
LOOK = Text(en="look at", ja="確認")
READ = Text(en="it tells", ja="読み取れた値")
INSTEAD = Text(en="on the other side", ja="対応するもの")
CORRECTION = Text(en="note", ja="注意")
CONTRAST = Text(en="from Azure", ja="Azure との違い")
SEE = Text(en="see also", ja="関連する原因")
NEAREST = Text(en="did you mean", ja="もしかして")
ALSO = Text(en="causes that fit, the likeliest first", ja="当てはまる原因 (可能性の高い順)")


def document(explanation: Explanation, lang: Lang) -> dict[str, Any]:
    """The JSON document of an explanation."""
    term, card = explanation.term, explanation.card
    return {
        "schema": SCHEMA,
        "kind": explanation.kind.value,
        "fault": explanation.fault,
        "candidates": [_candidate(c, lang) for c in explanation.candidates],
        "read": [
            {"id": m.id, "quote": m.quote, "fields": dict(m.fields)} for m in explanation.read
        ],
        "term": None
        if term is None
        else {
            "name": term.name,
            "counterpart": term.counterpart,
            "says": term.says.in_(lang),
            "correction": term.correction.in_(lang) if term.correction else None,
            "see": list(term.see),
        },
        "meaning": card.meaning.in_(lang) if card else None,
        "contrast": card.contrast.in_(lang) if card else None,
        "nearest": list(explanation.nearest),
    }


def _candidate(candidate: Candidate, lang: Lang) -> dict[str, Any]:
    return {
        "id": candidate.id,
        "title": candidate.title.in_(lang),
        "why": candidate.why.in_(lang),
        "decided_by_text": candidate.decided_by_text,
        "evidence": list(candidate.evidence),
        "command": candidate.command,
    }


def page(explanation: Explanation, lang: Lang) -> str:
    """The explanation for a terminal of 80 columns, with a newline at the end."""
    return "\n".join(_lines(explanation, lang)) + "\n"


def _lines(explanation: Explanation, lang: Lang) -> Iterator[str]:
    match explanation.kind:
        case Kind.TERM:
            yield from _term(explanation, lang)
        case Kind.UNKNOWN:
            yield NO_MATCH.in_(lang)
            if explanation.nearest:
                names = ", ".join(explanation.nearest)
                yield from _folded(f"{NEAREST.in_(lang)}: {names}")
        case Kind.CAUSE:
            yield from _cause(explanation, lang)
        case Kind.TEXT if not explanation.fault:
            yield NO_FAULT.in_(lang)
            for meaning in explanation.read:
                yield from _folded(meaning.why.in_(lang), first="  - ")
        case Kind.TEXT:
            yield from _text(explanation, lang)


def _text(explanation: Explanation, lang: Lang) -> Iterator[str]:
    yield f"{ALSO.in_(lang)}:"
    for number, candidate in enumerate(explanation.candidates, start=1):
        yield ""
        yield f"{number}. {candidate.id}"
        yield from _folded(candidate.title.in_(lang), first="   ")
        yield from _folded(candidate.why.in_(lang), first="   = ")
        if candidate.decided_by_text:
            yield f"   = {DECIDED.in_(lang)}"
        label = LOOK if candidate.decided_by_text else OPEN
        yield from _folded(f"{label.in_(lang)}: {', '.join(candidate.evidence)}", first="   = ")
        yield f"     {plain(candidate.command)}"
    if told := {k: v for m in explanation.read for k, v in m.fields.items()}:
        yield ""
        yield f"{READ.in_(lang)}:"
        for name, value in told.items():
            yield from _folded(value, first=f"   {name}: ")


def _cause(explanation: Explanation, lang: Lang) -> Iterator[str]:
    candidate, card = explanation.candidates[0], explanation.card
    yield candidate.id
    yield from _folded(candidate.title.in_(lang), first="   ")
    if card is not None:
        yield from _folded(card.meaning.in_(lang), first="   = ")
        yield from _folded(f"{CONTRAST.in_(lang)}: {card.contrast.in_(lang)}", first="   = ")
        for correction in card.seed.corrections if card.seed else ():
            yield from _folded(f"{CORRECTION.in_(lang)}: {correction.in_(lang)}", first="   = ")
    yield from _folded(f"{LOOK.in_(lang)}: {', '.join(candidate.evidence)}", first="   = ")
    if candidate.command:
        yield f"     {plain(candidate.command)}"


def _term(explanation: Explanation, lang: Lang) -> Iterator[str]:
    term = explanation.term
    if term is None:
        raise AssertionError("an explanation of a term holds the term")
    yield from _folded(", ".join((term.name, *term.aliases)))
    yield from _folded(f"{INSTEAD.in_(lang)}: {term.counterpart}", first="   = ")
    yield from _folded(term.says.in_(lang), first="   ")
    if term.correction:
        yield from _folded(f"{CORRECTION.in_(lang)}: {term.correction.in_(lang)}", first="   = ")
    if explanation.candidates:
        yield f"   = {SEE.in_(lang)}:"
        for candidate in explanation.candidates:
            yield from _folded(f"{candidate.id}: {candidate.title.in_(lang)}", first="     ")


def _folded(text: str, first: str = "") -> Iterator[str]:
    """A paragraph in lines that a terminal of 80 columns holds, hanging on its first word."""
    indent = columns(first)
    for number, line in enumerate(wrap(plain(text), COLUMNS - indent)):
        yield f"{' ' * indent if number else first}{line}"
