"""What was seen can be written down, read back, and judged again to the letter."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.fake import NOW, denied, source_of
from tests.sources.payloads import healthy, service

from kiriwake.app.diagnose import diagnose
from kiriwake.core.errors import EvidenceUnreadable, TargetNotFound
from kiriwake.core.observed import Call, Known, Missing, Observed, Why
from kiriwake.core.target import parse
from kiriwake.evidence import ecs, net
from kiriwake.evidence.bundle import SCHEMA, Recording, decode, encode
from kiriwake.evidence.reading import Absent
from kiriwake.evidence.readings import ALL
from kiriwake.report.report import Report
from kiriwake.sources.bundle import BundleSource, RecordingSource, load, save

AT = datetime(2026, 11, 23, 6, 0, 0, 123456, tzinfo=UTC)


def recorded(answers: dict[str, Any], typed: str | None) -> tuple[Report, bytes]:
    source = RecordingSource(source_of(answers))
    report = diagnose(source, parse(typed) if typed else None)
    return report, encode(source.recording(report.taken_at))


def ill() -> dict[str, Any]:
    answers = healthy(2, stopped=4)
    answers["ecs:DescribeServices"] = {
        "services": [service(desiredCount=9, runningCount=2)],
        "failures": [],
    }
    return answers


@pytest.mark.parametrize("typed", ["shop/web", "shop", None])
@pytest.mark.parametrize("answers", [healthy(), ill(), {**ill(), "ecs:ListTasks": denied("x")}])
def test_a_recording_is_judged_like_the_world_it_was_made_of(
    answers: dict[str, Any], typed: str | None
) -> None:
    report, data = recorded(answers, typed)

    replayed = diagnose(BundleSource(decode(data)), parse(typed) if typed else None)

    without_times = dataclasses.replace(replayed, seconds=report.seconds)
    assert repr(without_times) == repr(report)


def test_two_replays_of_a_recording_do_not_differ_at_all() -> None:
    _, data = recorded(ill(), "shop/web")

    first, second = (diagnose(BundleSource(decode(data)), parse("shop/web")) for _ in range(2))

    assert first == second


def test_a_recording_reads_back_as_what_was_written() -> None:
    _, data = recorded(ill(), "shop/web")

    assert encode(decode(data)) == data


def test_a_value_of_every_kind_can_be_read_back() -> None:
    service_ = ecs.SERVICE.of("shop/web")
    facts: dict[Call, Observed[Any]] = {
        service_: Known(Absent("MISSING"), service_, AT, "someone"),
        net.SUBNET.of("s"): Known(
            net.Subnet("s", "10.0.0.0/24", "a", "v", 3), net.SUBNET.of("s"), AT, "me"
        ),
        net.PREFIX_LIST.of("p"): Known(("10.0.0.0/8",), net.PREFIX_LIST.of("p"), AT, "me"),
        ecs.RUNNING_TASKS.of("a/b"): Missing(
            Call("ecs:ListTasks", "a/b", "RUNNING"), Why.DENIED, "no"
        ),
    }
    recording = Recording(AT, principal="me", facts=facts)

    assert decode(encode(recording)) == recording


@given(st.text(), st.text())
def test_any_text_survives(argument: str, says: str) -> None:
    call = ecs.SERVICE.of(argument)
    recording = Recording(AT, facts={call: Missing(call, Why.DENIED, says)})

    assert decode(encode(recording)).facts == recording.facts


def test_what_was_not_recorded_was_not_asked() -> None:
    call = net.SUBNET.of("subnet-1")

    seen = BundleSource(Recording(AT)).read([call])[call]

    assert isinstance(seen, Missing)
    assert seen.why is Why.NOT_ASKED


def test_a_target_that_was_not_recorded_is_refused_with_what_was() -> None:
    _, data = recorded(healthy(), "shop/web")

    with pytest.raises(TargetNotFound) as refused:
        BundleSource(decode(data)).targets(parse("shop/api"))

    assert "ecs:shop/web" in refused.value.hints[0].en


def test_a_recording_knows_its_time_and_who_made_it() -> None:
    report, data = recorded(healthy(), "shop/web")
    source = BundleSource(decode(data))

    assert source.now() == report.taken_at == NOW
    assert source.identity() == report.identity
    assert source.requests() == report.requests


def test_no_environment_value_gets_into_a_recording() -> None:
    source = RecordingSource(source_of(healthy()))
    source.read([ecs.TASK_DEFINITION.of("x")])

    assert b"p4ss" not in encode(source.recording(NOW))


def _bundle(**changes: Any) -> bytes:
    plain = json.loads(encode(Recording(AT)))
    return json.dumps({**plain, **changes}).encode()


def _fact(**fields: Any) -> bytes:
    return _bundle(facts=[{"action": "ec2:DescribeSubnets", "argument": "s", **fields}])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"schema": "kiriwake-evidence/2"}',
        b"\xff\xfe",
        b"[" * 100_000,
        _bundle(taken_at="yesterday"),
        _bundle(facts=[{"action": "ec2:TerminateInstances", "argument": "i"}]),
        _fact(),
        _fact(at="2026-11-23T06:00:00Z", value={"id": 3}),
        _fact(at="2026-11-23T06:00:00Z", absent={"code": "X"}, value={}),
        _fact(absent={"code": "X"}),
        _fact(missing={"call": {"action": "a", "argument": "b"}, "why": "not-asked"}),
        _fact(missing={"call": {"action": "a", "argument": "b"}, "why": "because"}),
        _fact(at="2026-11-23T06:00:00Z", absent={"code": "X"}, surprise=1),
    ],
)
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceUnreadable) as refused:
        decode(data)

    assert refused.value.hints


def test_a_recording_of_another_version_says_so() -> None:
    with pytest.raises(EvidenceUnreadable) as refused:
        decode(b'{"schema": "kiriwake-evidence/9"}')

    assert "kiriwake-evidence/9" in refused.value.message.en
    assert SCHEMA in refused.value.message.en


def test_a_recording_is_saved_for_its_owner_alone_and_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "incident.json"

    save(Recording(AT, account="1"), path)

    assert load(path).identity().account == "1"
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


def test_a_recording_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(EvidenceUnreadable) as refused:
            load(path)
        assert str(path) in refused.value.message.en


def test_every_kind_of_evidence_has_a_place_in_a_recording() -> None:
    for reading in ALL:
        call = reading.of("x")
        absent = Known(Absent("X"), call, AT)
        assert decode(encode(Recording(AT, facts={call: absent}))).facts == {call: absent}
