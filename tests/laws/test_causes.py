"""What holds for every cause; never edited when one is added."""

from __future__ import annotations

import os
import runpy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiriwake.causes.cause import Cause
from kiriwake.causes.registry import all_causes
from kiriwake.core.observed import Call, Known, Missing, Observed, Why
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.target import Kind, Target
from kiriwake.core.verdict import Holds, RuledOut, Unknown
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence import ecs
from kiriwake.evidence.readings import ALL
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.report.width import columns

TESTS = Path(__file__).parents[1]
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
AT = datetime(2026, 11, 23, 6, 52, 10, tzinfo=UTC)
TITLE_COLUMNS = 80

settings.register_profile(
    "laws",
    max_examples=500 if NIGHTLY else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=not NIGHTLY,
)
settings.load_profile("laws")


@cache
def _module(cause_id: str) -> Mapping[str, Any]:
    folder, _, leaf = cause_id.replace("-", "_").rpartition("/")
    return runpy.run_path(str(TESTS / "causes" / folder / f"test_{leaf}.py"))


def example(cause_id: str, name: str) -> Snapshot:
    """The `WITNESS` or `NEAR_MISS` that the cause's own test file names."""
    return cast("Snapshot", _module(cause_id)[name])


every_cause = pytest.mark.parametrize("cause_id", all_causes())
both_examples = pytest.mark.parametrize("name", ["WITNESS", "NEAR_MISS"])


@every_cause
def test_it_holds_on_its_witness_and_is_ruled_out_on_its_near_miss(cause_id: str) -> None:
    cause = all_causes()[cause_id]

    assert isinstance(cause.decide(example(cause_id, "WITNESS")), Holds)
    assert isinstance(cause.decide(example(cause_id, "NEAR_MISS")), RuledOut)


@every_cause
@both_examples
def test_less_evidence_never_flips_a_verdict(cause_id: str, name: str) -> None:
    """Hide one thing at a time: the verdict stays, or turns Unknown."""
    cause = all_causes()[cause_id]
    seen = example(cause_id, name)
    before = cause.decide(seen)

    for poorer in with_one_thing_hidden(seen):
        assert isinstance(cause.decide(poorer), type(before) | Unknown)


@every_cause
def test_its_plans_can_be_proved_and_taken_back(cause_id: str) -> None:
    for plan in _plans(cause_id):
        if plan.risk is not Risk.SHOW:
            assert plan.apply
            assert plan.verify
            assert plan.preconditions
        assert len(plan.undo) == len(plan.apply)
        assert "undo" not in plan.id


@every_cause
def test_a_plans_preconditions_hold_in_the_state_it_was_made_for(cause_id: str) -> None:
    seen = example(cause_id, "WITNESS")

    for plan in _plans(cause_id):
        for precondition in plan.preconditions:
            observed = seen.facts[precondition.call]
            assert isinstance(observed, Known)
            for name, value in precondition.fields.items():
                assert getattr(observed.value, name) == value


def _plans(cause_id: str) -> list[Plan]:
    cause, seen = all_causes()[cause_id], example(cause_id, "WITNESS")
    found = cause.decide(seen)
    assert isinstance(found, Holds)
    return [r for r in cause.remedies(seen, found) if isinstance(r, Plan)]


@every_cause
def test_its_title_stands_alone(cause_id: str) -> None:
    title = all_causes()[cause_id].title

    assert not title.en.endswith((".", "!"))
    assert (
        title.en[0].islower()
        or title.en.split()[0].isupper()
        or title.en[1].isupper()
        or (title.en.startswith("minimumHealthyPercent"))
    )
    assert max(columns(title.en), columns(title.ja)) <= TITLE_COLUMNS
    assert not title.ja.endswith("。")


@every_cause
def test_seeing_a_thing_twice_changes_nothing(cause_id: str) -> None:
    """Neither the verdict nor the order in which causes are told."""
    seen = example(cause_id, "WITNESS")

    before = [(f.id, f.root) for f in diagnose(seen).findings]
    after = [(f.id, f.root) for f in diagnose(with_everything_twice(seen)).findings]

    assert before == after


def with_one_thing_hidden(snapshot: Snapshot) -> Iterator[Snapshot]:
    for call in snapshot.facts:
        for why in (Why.DENIED, Why.NOT_ASKED):
            yield replace(snapshot, facts={**snapshot.facts, call: Missing(call, why)})


def with_everything_twice(snapshot: Snapshot) -> Snapshot:
    def twice(seen: Observed[Any]) -> Observed[Any]:
        match seen:
            case Known(value=ecs.Tasks(tasks=tasks) as value):
                return replace(seen, value=replace(value, tasks=(*tasks, *tasks)))
            case Known(value=ecs.Service(events=events) as value):
                return replace(seen, value=replace(value, events=(*events, *events)))
            case _:
                return seen

    return replace(snapshot, facts={call: twice(seen) for call, seen in snapshot.facts.items()})


ARGUMENTS = {
    "CLUSTER/SERVICE": "my-cluster/my-service",
    "FAMILY": "my-app",
    "SUBNET-ID": "subnet-abc123",
    "VPC-ID": "vpc-xyz789",
    "TASK-DEFINITION-ARN": "arn:aws:ecs:us-east-1:123456789012:task-definition/my-app:3",
}


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Every kind of evidence, known or missing, in whatever state its types allow."""
    st.register_type_strategy(
        datetime, st.datetimes(AT.replace(tzinfo=None, year=2025), timezones=st.just(UTC))
    )
    st.register_type_strategy(str, st.sampled_from(WORDS))
    st.register_type_strategy(int, st.integers(0, 12))
    facts: dict[Call, Observed[Any]] = {}
    for reading in ALL:
        if reading.argument not in ARGUMENTS:
            continue
        call = reading.of(ARGUMENTS[reading.argument])
        if draw(st.booleans()):
            facts[call] = Known(draw(st.from_type(reading.type)), call, AT)
        else:
            facts[call] = Missing(call, draw(st.sampled_from(Why)))
    return Snapshot(Target(Kind.ECS_SERVICE, "my-cluster", "my-service"), AT, facts)


WORDS = (
    "",
    "ACTIVE",
    "PRIMARY",
    "RUNNING",
    "STOPPED",
    "FARGATE",
    "TaskFailedToStart",
    "EssentialContainerExited",
    "subnet-abc123",
    "10.0.1.0/24",
    "vpc-xyz789",
    "arn:aws:ecs:us-east-1:123456789012:task-definition/my-app:3",
    "arn:aws:ecs:us-east-1:123456789012:task-definition/my-app:5",
    "InsufficientFreeAddressesInSubnet",
    "(service my-service) has reached a steady state.",
    "unhealthy",
    "Health checks failed with these codes: [404]",
)


@pytest.mark.slow
@given(snapshot=snapshots())
def test_no_snapshot_makes_a_cause_crash_or_decide_without_reasons(snapshot: Snapshot) -> None:
    for cause_id, cause in all_causes().items():
        match cause.decide(snapshot):
            case Holds(reasons) | RuledOut(reasons):
                assert reasons
            case Unknown(missing):
                assert {m.call.action for m in missing} <= _actions(cause), cause_id


@pytest.mark.slow
@given(snapshot=snapshots())
def test_less_evidence_never_flips_a_verdict_on_any_snapshot(snapshot: Snapshot) -> None:
    before = {id_: cause.decide(snapshot) for id_, cause in all_causes().items()}

    for poorer in with_one_thing_hidden(snapshot):
        for cause_id, cause in all_causes().items():
            verdict = cause.decide(poorer)
            assert isinstance(verdict, type(before[cause_id]) | Unknown), cause_id


def _actions(cause: Cause) -> set[str]:
    return {action for reading in cause.needs for action in reading.actions}
