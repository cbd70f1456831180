"""Whatever AWS answers within its model, a collector gives a value or a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sources.fake import ACCOUNT, NOW, REGION, FakeAws, source_of
from tests.sources.shapes import model_of

from kiriwake.core.observed import Known, Missing
from kiriwake.evidence.bundle import Recording, decode, encode
from kiriwake.evidence.reading import Reading
from kiriwake.evidence.readings import ALL
from kiriwake.sources.aws.reads import ALLOWED, client_and_operation
from kiriwake.sources.aws.source import READERS

ARGUMENTS = {
    "CLUSTER/SERVICE": "shop/web",
    "CLUSTER/TASK-ID": f"shop/{'a' * 32}",
    "IMAGE-URI": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web:1",
    "REPOSITORY-URI": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web",
    "ROLE-ARN": f"arn:aws:iam::{ACCOUNT}:role/web",
    "LOG-GROUP:LOG-STREAM": "/ecs/web:web/web/1",
    "REGION": REGION,
}
"""What the argument of a reading looks like; anything else is a plain name."""

_WORDS = st.sampled_from(
    ["web", "shop", "CPU", "MEMORY", "PORTS", "MISSING", "x/y:3", "日本"]
) | st.text(max_size=8)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-1, 2**31 - 1),
    "long": st.integers(-(2**62), 2**62),
    "double": st.floats(allow_nan=False),
    "float": st.floats(allow_nan=False, width=32),
    "boolean": st.booleans(),
    "timestamp": st.integers(0, 2**32).map(lambda s: datetime.fromtimestamp(s, UTC)),
    "blob": st.binary(max_size=4),
}


@cache
def answers_of(shape: Shape, depth: int = 7) -> st.SearchStrategy[Any]:
    """Anything that a shape allows: members there or not, lists of any length."""
    match shape:
        case StructureShape() if depth:
            members = {k: answers_of(v, depth - 1) for k, v in shape.members.items()}
            return st.fixed_dictionaries({}, optional=members)
        case StructureShape():
            return st.just({})
        case ListShape():
            return st.lists(answers_of(shape.member, depth), max_size=2)
        case MapShape():
            return st.dictionaries(_WORDS, answers_of(shape.value, depth), max_size=2)
        case _:
            return _SCALARS.get(shape.type_name, _WORDS)


def any_answer(data: st.DataObject, action: str) -> Mapping[str, Any]:
    client, operation = client_and_operation(action)
    shape = model_of(client).operation_model(operation).output_shape
    assert shape is not None
    answer: Mapping[str, Any] = data.draw(answers_of(shape), label=action)
    return answer


@pytest.mark.slow
@pytest.mark.parametrize("reading", READERS, ids=lambda r: f"{r.action} {r.part}".strip())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_no_answer_makes_a_collector_fall_over(reading: Reading[Any], data: st.DataObject) -> None:
    answers = {
        ":".join(client_and_operation(action)): any_answer(data, action)
        for action in {*reading.actions, "ecs:DescribeServices"} & ALLOWED
    }
    call = reading.of(ARGUMENTS.get(reading.argument, "web"))
    source = source_of(FakeAws(answers, checked=False))

    seen = source.read([call])[call]

    assert isinstance(seen, Known | Missing)
    # A value of another type than the reading promises could not be read back.
    recording = Recording(NOW, facts={call: seen})
    assert decode(encode(recording)) == recording


def test_the_laws_know_every_kind_of_evidence() -> None:
    assert {r.argument for r in ALL if r in READERS} >= ARGUMENTS.keys()
