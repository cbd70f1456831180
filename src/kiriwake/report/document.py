"""The report as JSON, `kiriwake-report/1`; a field may be added to it and none renamed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from kiriwake.core.observed import Missing
from kiriwake.core.plan import Plan
from kiriwake.core.target import Target
from kiriwake.core.text import Lang
from kiriwake.core.verdict import Fact
from kiriwake.diagnose.diagnosis import Diagnosis, Excluded, Finding, Open
from kiriwake.report import command
from kiriwake.report.calls import Calls, calls_of
from kiriwake.report.fixing import fix_line
from kiriwake.report.neutralise import json_text
from kiriwake.report.report import Report

SCHEMA: Literal["kiriwake-report/1"] = "kiriwake-report/1"

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Number = Annotated[int, msgspec.Meta(ge=1, description="The `n` of an entry in `calls`.")]


class FactPart(msgspec.Struct, omit_defaults=True):
    """One observed thing in words; `direct` when AWS itself named it."""

    says: str
    call: _Number
    direct: bool = False
    quote: str = ""
    at: str = ""


class MissingPart(msgspec.Struct, omit_defaults=True):
    """What was not seen, and why."""

    action: str
    argument: str
    why: Literal[
        "denied",
        "throttled",
        "not-found",
        "expired",
        "truncated",
        "unreachable",
        "not-asked",
    ]
    part: str = ""
    says: str = ""


class SlotPart(msgspec.Struct):
    """A value that a person must give; it stands as `<NAME>` in the commands."""

    name: str
    says: str
    example: str


class PlanPart(msgspec.Struct, omit_defaults=True):
    """One way out, as the command lines that do it and take it back."""

    id: str
    title: str
    risk: Literal["safe", "ask", "show"]
    apply: list[str]
    verify: list[str]
    undo: list[str]
    fix: str = ""
    slots: list[SlotPart] = []
    commands: list[str] = []


class CausePart(msgspec.Struct):
    """A cause or warning that holds."""

    id: str
    level: Literal["cause", "warning"]
    root: bool
    explains: list[str]
    title: str
    because: list[FactPart]
    plans: list[PlanPart]
    meaning: str
    contrast: str
    plans_lack: list[MissingPart]


class SymptomPart(msgspec.Struct):
    """The facts that show a symptom."""

    id: str
    because: list[FactPart]


class RuledOutPart(msgspec.Struct, omit_defaults=True):
    """A cause that does not hold, and by what."""

    id: str
    because: list[FactPart]
    no_symptom: bool = False


class UnknownPart(msgspec.Struct, omit_defaults=True):
    """A cause that could not be decided, and for want of what."""

    id: str
    missing: list[MissingPart]
    crash: str = ""


class BlindPart(msgspec.Struct):
    """A symptom that could not be told, and for want of what."""

    id: str
    missing: list[MissingPart]


class NotCheckedPart(msgspec.Struct):
    """What was not looked at."""

    what: str
    why: str


class TargetPart(msgspec.Struct):
    """One target's diagnosis."""

    target: str
    status: Literal["cause-found", "warnings", "clear", "inconclusive"]
    symptoms: list[str]
    unexplained: list[str]
    causes: list[CausePart]
    chain: list[str]
    ruled_out: list[RuledOutPart]
    unknown: list[UnknownPart]
    not_checked: list[NotCheckedPart]
    depth: Literal["full", "sweep"]
    blind: list[BlindPart]
    evidence: list[SymptomPart]
    region: str
    taken_at: str


class CallPart(msgspec.Struct, omit_defaults=True):
    """One kind of question, how often it was asked and how long that took together."""

    n: _Number
    action: str
    argument: str
    times: _Count
    ms: _Count
    part: str = ""


class Document(msgspec.Struct):
    """One run of `kiriwake diagnose`."""

    schema: Literal["kiriwake-report/1"]
    taken_at: str
    account: str
    region: str
    principal: str
    seconds: float
    targets: list[TargetPart]
    calls: list[CallPart]
    remarks: list[str] = []


def document(report: Report, lang: Lang) -> Document:
    """The report as a document; its sentences are in one language."""
    calls = calls_of(report)
    part = _Parts(calls, lang, report.identity.region)
    return Document(
        schema=SCHEMA,
        taken_at=_moment(report.taken_at),
        account=report.identity.account,
        region=report.identity.region,
        principal=report.identity.principal,
        seconds=report.seconds,
        targets=[part.target(diagnosis) for diagnosis in report.diagnoses],
        calls=[
            CallPart(n, r.call.action, r.call.argument, r.times, r.ms, r.call.part)
            for n, r in enumerate(calls.requests, start=1)
        ],
        remarks=[remark.in_(lang) for remark in report.remarks],
    )


def json_lines(value: object) -> str:
    """Anything as one indented JSON document that acts on no terminal."""
    encoded = msgspec.json.format(msgspec.json.encode(_encodable(value)), indent=2)
    return json_text(encoded.decode("utf-8")) + "\n"


def render(report: Report, lang: Lang) -> str:
    """The report's one JSON document, ending in a newline."""
    return json_lines(document(report, lang))


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    made = msgspec.json.schema(Document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "description": "Fields may be added within /1; none is renamed or removed.",
        **made,
    }


def _encodable(value: object) -> object:
    """The value without lone surrogates, which no UTF-8 can hold."""
    return _mended(msgspec.to_builtins(value))


def _mended(value: object) -> object:
    match value:
        case str():
            return value if _is_utf8(value) else value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {str(key): _mended(item) for key, item in value.items()}
        case list() | tuple():
            return [_mended(item) for item in value]
        case _:
            return value


def _is_utf8(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Parts:
    def __init__(self, calls: Calls, lang: Lang, region: str) -> None:
        self._calls = calls
        self._lang = lang
        self._region = region

    def target(self, seen: Diagnosis) -> TargetPart:
        return TargetPart(
            target=str(seen.target),
            status=seen.status.value,
            symptoms=[symptom.id.value for symptom in seen.symptoms],
            unexplained=[id_.value for id_ in seen.unexplained],
            causes=[self._cause(finding, seen.target) for finding in seen.findings],
            chain=list(seen.chain),
            ruled_out=[self._ruled_out(excluded) for excluded in seen.ruled_out],
            unknown=[self._unknown(left) for left in seen.unknown],
            not_checked=[
                NotCheckedPart(n.what.in_(self._lang), n.why.in_(self._lang))
                for n in seen.not_checked
            ],
            depth=seen.depth.value,
            blind=[BlindPart(id_.value, _missing(missing)) for id_, missing in seen.blind],
            evidence=[SymptomPart(s.id.value, self._facts(s.because)) for s in seen.symptoms],
            region=seen.target.region or self._region,
            taken_at=_moment(seen.taken_at),
        )

    def _cause(self, finding: Finding, target: Target) -> CausePart:
        cause = finding.cause
        return CausePart(
            id=finding.id,
            level=cause.level.value,
            root=finding.root,
            explains=sorted(id_.value for id_ in finding.explains),
            title=cause.title.in_(self._lang),
            because=self._facts(finding.because),
            plans=[self._plan(finding, plan, target) for plan in finding.plans],
            meaning=cause.meaning.in_(self._lang),
            contrast=cause.contrast.in_(self._lang),
            plans_lack=_missing(finding.plans_lack),
        )

    def _plan(self, finding: Finding, plan: Plan, target: Target) -> PlanPart:
        region = target.region or self._region
        return PlanPart(
            id=plan.id,
            title=plan.title.in_(self._lang),
            risk=plan.risk.value,
            apply=[command.line(call, region=region) for call in plan.apply],
            verify=[expected.says.in_(self._lang) for expected in plan.verify],
            # What was done last is taken back first.
            undo=[command.line(call, region=region) for call in reversed(plan.undo)],
            fix=fix_line(finding, plan, target) if plan.risk.value != "show" else "",
            slots=[SlotPart(s.name, s.says.in_(self._lang), s.example) for s in plan.slots],
            commands=list(plan.commands),
        )

    def _ruled_out(self, excluded: Excluded) -> RuledOutPart:
        return RuledOutPart(excluded.id, self._facts(excluded.because), excluded.no_symptom)

    def _unknown(self, left: Open) -> UnknownPart:
        return UnknownPart(left.id, _missing(left.missing), left.crash)

    def _facts(self, facts: Iterable[Fact]) -> list[FactPart]:
        return [
            FactPart(
                says=fact.says.in_(self._lang),
                call=self._calls.numbers[fact.call],
                direct=fact.direct,
                quote=fact.quote,
                at=_moment(fact.at),
            )
            for fact in facts
        ]


def _missing(missing: Sequence[Missing]) -> list[MissingPart]:
    return [
        MissingPart(m.call.action, m.call.argument, m.why.value, m.call.part, m.says)
        for m in missing
    ]


def _moment(at: datetime) -> str:
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z").replace(".000Z", "Z")
