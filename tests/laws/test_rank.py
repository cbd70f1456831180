"""What holds for every ranking, whatever the causes are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from kiriwake.causes.cause import Cause, Level
from kiriwake.core.observed import Call, Missing, Why
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import verbatim
from kiriwake.core.verdict import Fact, Unknown
from kiriwake.diagnose.diagnosis import Finding, Open
from kiriwake.diagnose.rank import ranked

CALL = Call("ecs:DescribeServices", "my-cluster/my-service")
AT = datetime(2026, 11, 23, 6, 52, 10, tzinfo=UTC)
SYMPTOMS = tuple(SymptomId)[:5]
few_symptoms = st.frozensets(st.sampled_from(SYMPTOMS), max_size=3)


def a_cause(
    level: Level = Level.CAUSE,
    explains: frozenset[SymptomId] = frozenset(),
    follows: frozenset[SymptomId] = frozenset(),
) -> Cause:
    said = verbatim("x")
    unknown = Unknown((Missing(CALL, Why.DENIED),))
    return Cause(said, said, said, level, explains, (), lambda _: unknown, follows=follows)


def a_finding(id_: str, cause: Cause, *, direct: bool = False) -> Finding:
    return Finding(id_, cause, (Fact(verbatim("x"), CALL, AT, direct),), cause.explains, root=True)


@st.composite
def findings(draw: st.DrawFn) -> Sequence[Finding]:
    ids = draw(st.lists(st.sampled_from("abcdefg"), unique=True, max_size=5))
    return [
        a_finding(
            f"ecs/{id_}",
            a_cause(draw(st.sampled_from(Level)), draw(few_symptoms), draw(few_symptoms)),
            direct=draw(st.booleans()),
        )
        for id_ in ids
    ]


@settings(deadline=None)
@given(findings(), st.randoms(use_true_random=False))
def test_the_order_in_which_causes_are_judged_does_not_matter(
    found: Sequence[Finding], chance: object
) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert ranked(shuffled, ()) == ranked(found, ())


@given(findings())
def test_roots_come_before_mechanisms_and_both_before_warnings(found: Sequence[Finding]) -> None:
    places = [
        (f.cause.level is Level.WARNING, f.cause.level is Level.CAUSE and not f.root)
        for f in ranked(found, ())
    ]

    assert places == sorted(places)


@given(findings())
def test_a_cause_that_follows_from_nothing_is_always_a_root(found: Sequence[Finding]) -> None:
    for finding in ranked(found, ()):
        if finding.cause.level is Level.CAUSE and not finding.cause.follows:
            assert finding.root


@given(findings())
def test_where_causes_hold_and_nothing_is_open_one_of_them_is_the_root(
    found: Sequence[Finding],
) -> None:
    """Of mechanisms that need each other's symptoms not all may lose their root."""
    causes = [f for f in ranked(found, ()) if f.cause.level is Level.CAUSE]
    pairs = [f for f in causes if f.cause.follows <= f.explains]

    if causes and len(pairs) == len(causes):
        assert causes[0].root


STALLED, MISSING = SymptomId.DEPLOYMENT_STALLED, SymptomId.TASKS_MISSING


def test_what_aws_named_comes_before_what_we_inferred() -> None:
    inferred = a_finding("ecs/a", a_cause(explains=frozenset({STALLED, MISSING})))
    named = a_finding("ecs/b", a_cause(explains=frozenset({MISSING})), direct=True)

    assert [f.id for f in ranked([inferred, named], ())] == ["ecs/b", "ecs/a"]


def test_of_two_that_were_named_the_one_that_explains_more_comes_first() -> None:
    little = a_finding("ecs/a", a_cause(explains=frozenset({MISSING})), direct=True)
    much = a_finding("ecs/b", a_cause(explains=frozenset({STALLED, MISSING})), direct=True)

    assert [f.id for f in ranked([little, much], ())] == ["ecs/b", "ecs/a"]


def test_a_mechanism_is_no_root_while_a_cause_that_might_explain_it_is_open() -> None:
    mechanism = a_finding(
        "ecs/a", a_cause(explains=frozenset({STALLED}), follows=frozenset({STALLED}))
    )
    rival = Open("ecs/b", a_cause(explains=frozenset({STALLED})), (Missing(CALL, Why.DENIED),))

    assert ranked([mechanism], ())[0].root
    assert not ranked([mechanism], (rival,))[0].root
