"""Fix: diagnose, preview, ask, check again, apply, follow until it is proved; and undo."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kiriwake.app.diagnose import diagnose
from kiriwake.causes.registry import all_causes
from kiriwake.core.clock import Clock
from kiriwake.core.errors import NotVerified, PlanRefused, UsageError
from kiriwake.core.observed import Known
from kiriwake.core.plan import ApiCall, Plan, Precondition, Risk, Slot
from kiriwake.core.symptom import SymptomId
from kiriwake.core.target import Kind, Target
from kiriwake.core.text import Text
from kiriwake.diagnose.diagnosis import Diagnosis, Finding
from kiriwake.evidence import ecs
from kiriwake.evidence.failures import is_whole
from kiriwake.remedy.filling import check_names, missing_slots
from kiriwake.remedy.journal import Change, Journal, State
from kiriwake.remedy.run import Where, apply
from kiriwake.remedy.run import undo as take_back
from kiriwake.remedy.writer import Writer
from kiriwake.report.report import Report
from kiriwake.sources.source import Source

LOOK_AGAIN_S = 10.0
"""How often the target is looked at while a change takes effect."""


class Teller(Protocol):
    """Who shows a fix to a person and brings back the answers."""

    def preview(
        self, report: Report, finding: Finding, plan: Plan, given: Mapping[str, str]
    ) -> None:
        """Shows what would change."""

    def ask_slot(self, slot: Slot) -> str | None:
        """A value that no API knows, or None where nobody can be asked."""

    def confirm(self, plan: Plan) -> bool:
        """Yes or no."""

    def applying(self, n: int, of: int, call: ApiCall) -> None:
        """One step is about to be sent."""

    def looking(self, seconds: float, diagnosis: Diagnosis) -> None:
        """The target was looked at again, so many seconds after the change."""

    def verified(self, before: Diagnosis, after: Diagnosis, seconds: float) -> None:
        """What held is refuted."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a fix works with."""

    source: Callable[[], Source]
    """A source that has seen nothing yet."""
    writer: Writer
    journal: Journal
    clock: Clock
    teller: Teller


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed."""

    cause: str
    target: Target
    plan: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    yes: bool = False
    patience_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: `verified`, `declined`, `dry-run` or `nothing-to-fix`."""

    ended: str
    before: Diagnosis
    after: Diagnosis | None = None
    change: int | None = None
    seconds: float = 0.0


def fix(wish: Wish, tools: Tools) -> Outcome:
    """Applies one plan of one cause and proves that it worked.

    Raises `UsageError` for an unknown cause, plan or value, `PlanRefused` when the plan may
    not be applied or the world changed meanwhile, `ApplyFailed`, and `NotVerified` when what
    held still holds after the patience.
    """
    id_ = cause_id(wish.cause)
    report = diagnose(tools.source(), wish.target)
    before = _only(report)
    finding = next((f for f in before.findings if f.id == id_), None)
    if finding is None:
        return Outcome("nothing-to-fix", before)
    plan = _chosen(finding, wish.plan)
    check_names(plan, wish.given)
    given = _given(plan, wish, tools.teller)
    tools.teller.preview(report, finding, plan, given)
    if wish.dry_run:
        return Outcome("dry-run", before)
    if plan.risk is Risk.SHOW:
        raise PlanRefused(
            "shown-only",
            Text(
                en=f'plan "{plan.id}" is only shown: it takes a decision that kiriwake cannot make',
                ja=f"プラン「{plan.id}」は表示のみ。kiriwake では下せない判断が要る",
            ),
        )
    _refuse_without_slots(plan, given)
    if not wish.yes and not tools.teller.confirm(plan):
        return Outcome("declined", before)
    with tools.journal.locked(str(wish.target)):
        _check_again(plan, tools.source())
        began = tools.clock.now()
        where = Where(report.identity.account, report.identity.region, str(wish.target), finding.id)
        change = apply(
            plan,
            given,
            where,
            writer=tools.writer,
            journal=tools.journal,
            at=began,
            told=lambda n, call: tools.teller.applying(n, len(plan.apply), call),
        )
        after = _follow(wish, finding, plan, change, tools)
        seconds = (tools.clock.now() - began).total_seconds()
        tools.teller.verified(before, after, seconds)
    return Outcome("verified", before, after, change, seconds)


def cause_id(typed: str) -> str:
    """The full id of a cause that was typed with or without its room; raises `UsageError`."""
    known = list(all_causes())
    fitting = [id_ for id_ in known if typed in {id_, id_.partition("/")[2]}]
    match fitting:
        case [only]:
            return only
        case _:
            names = [*known, *(id_.partition("/")[2] for id_ in known)]
            near = fitting or difflib.get_close_matches(typed, names, n=3)
            raise UsageError(
                "unknown-cause",
                Text(en=f'there is no cause "{typed}"', ja=f"「{typed}」という原因はない"),
                hints=tuple(
                    Text(en=f"did you mean {name}?", ja=f"もしかして: {name}") for name in near
                ),
            )


def _only(report: Report) -> Diagnosis:
    match report.diagnoses:
        case (diagnosis,):
            return diagnosis
        case _:
            raise UsageError(
                "one-target",
                Text(
                    en="a fix takes exactly one target, such as CLUSTER/SERVICE",
                    ja="修正の対象は 1 つだけ指定する (例: CLUSTER/SERVICE)",
                ),
            )


def _chosen(finding: Finding, wanted: str) -> Plan:
    plans = {plan.id: plan for plan in finding.plans}
    if not wanted:
        applicable = [plan for plan in finding.plans if plan.risk is not Risk.SHOW]
        chosen = next(iter([*applicable, *finding.plans]), None)
        if chosen is None:
            raise PlanRefused(
                "no-plan",
                Text(
                    en=f"no change of settings that kiriwake knows cures {finding.id} here",
                    ja=f"{finding.id} を直せる設定変更は、この環境では見つからない",
                ),
            )
        return chosen
    if wanted not in plans:
        raise UsageError(
            "unknown-plan",
            Text(
                en=f'{finding.id} has no plan "{wanted}" here; it has: {", ".join(plans) or "-"}',
                ja=(
                    f"{finding.id} に「{wanted}」というプランはない。"
                    f"選べるもの: {', '.join(plans) or '-'}"
                ),
            ),
        )
    return plans[wanted]


def _given(plan: Plan, wish: Wish, teller: Teller) -> Mapping[str, str]:
    given = dict(wish.given)
    if not wish.dry_run:
        for slot in missing_slots(plan, given):
            answer = teller.ask_slot(slot)
            if answer:
                given[slot.name] = answer
    return given


def _refuse_without_slots(plan: Plan, given: Mapping[str, str]) -> None:
    missing = missing_slots(plan, given)
    if missing:
        names = ", ".join(slot.name for slot in missing)
        raise UsageError(
            "value-needed",
            Text(
                en=f'plan "{plan.id}" needs a value for: {names}',
                ja=f"プラン「{plan.id}」には次の値が要る: {names}",
            ),
            hints=tuple(
                Text(
                    en=f"--set {slot.name}={slot.example}   {slot.says.en}",
                    ja=f"--set {slot.name}={slot.example}   {slot.says.ja}",
                )
                for slot in missing
            ),
        )


def _check_again(plan: Plan, source: Source) -> None:
    """Raises `PlanRefused` if anything that the plan was made for is not so any more."""
    calls = list(dict.fromkeys(p.call for p in plan.preconditions))
    seen = source.read(calls)
    for precondition in plan.preconditions:
        observed = seen[precondition.call]
        match observed:
            case Known(value=value):
                for name, expected in precondition.fields.items():
                    actual = _field(value, name)
                    if actual != expected:
                        raise _world_changed(precondition, f"{name}: {expected!r} -> {actual!r}")
            case _:
                raise _world_changed(precondition, observed.why)


def _field(value: object, name: str) -> object:
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _world_changed(precondition: Precondition, how: str) -> PlanRefused:
    says = precondition.says
    return PlanRefused(
        "world-changed",
        Text(
            en=f"not so any more: {says.en} ({how})",
            ja=f"前提が変わった: {says.ja} ({how})",
        ),
        note=Text(en="nothing was done", ja="何も変更していない"),
        hints=(Text(en="diagnose again", ja="もう一度 diagnose を実行する"),),
    )


def _follow(wish: Wish, finding: Finding, plan: Plan, change: int, tools: Tools) -> Diagnosis:
    gone = frozenset[SymptomId]().union(*(e.gone for e in plan.verify))
    began = tools.clock.now()
    while True:
        source = tools.source()
        after = _only(diagnose(source, wish.target))
        seconds = (tools.clock.now() - began).total_seconds()
        tools.teller.looking(seconds, after)
        if _is_cured(after, finding.id, gone) and _is_settled(source, wish.target):
            tools.journal.finish(change, State.VERIFIED)
            return after
        if seconds >= wish.patience_s:
            tools.journal.finish(change, State.NOT_VERIFIED)
            raise NotVerified(
                "not-verified",
                Text(
                    en=f"applied, and after {seconds:.0f} s {finding.id} is not refuted",
                    ja=f"適用したが、{seconds:.0f} 秒たっても {finding.id} を否定できない",
                ),
                hints=(
                    Text(
                        en=f"kiriwake undo {change}   puts everything back",
                        ja=f"kiriwake undo {change}   すべて元に戻す",
                    ),
                ),
            )
        tools.clock.sleep(LOOK_AGAIN_S)


def _is_cured(after: Diagnosis, id_: str, gone: frozenset[SymptomId]) -> bool:
    """Refuted, not merely unknown: silence proves nothing."""
    still = {symptom.id for symptom in after.symptoms} | {id_ for id_, _ in after.blind}
    refuted = any(excluded.id == id_ for excluded in after.ruled_out)
    return refuted and not still & gone


def _is_settled(source: Source, target: Target) -> bool:
    """A service whose deployment is still on its way has proved nothing yet."""
    if target.kind is not Kind.ECS_SERVICE:
        return True
    call = ecs.SERVICE.of(f"{target.place}/{target.name}")
    match source.read([call])[call]:
        case Known(value=ecs.Service() as service):
            return is_whole(service)
        case _:
            return False


def undo(change: Change, tools: Tools) -> None:
    """Takes a journaled change back; raises `PlanRefused` if nothing of it stands."""
    if not change.can_be_undone:
        raise PlanRefused(
            "nothing-to-undo",
            Text(
                en=f"nothing of change {change.id} stands any more",
                ja=f"変更 {change.id} で元に戻すものは残っていない",
            ),
        )
    with tools.journal.locked(change.target):
        take_back(
            change,
            writer=tools.writer,
            journal=tools.journal,
            told=lambda n, call: tools.teller.applying(n, len(change.steps), call),
        )
