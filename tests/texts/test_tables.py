"""The tables fit together: ids, patterns, evidence."""

from __future__ import annotations

import re
import time
from itertools import cycle, islice

import pytest
from tests.texts.wordings import wordings

from kiriwake.texts.evidence import LOOKS, LOOKS_OF, command_of
from kiriwake.texts.ids import meanings
from kiriwake.texts.meaning import Weight
from kiriwake.texts.network import DESTINATIONS
from kiriwake.texts.normalise import normalise
from kiriwake.texts.pattern import Pattern, compiled
from kiriwake.texts.reading import ON_KUBERNETES, TABLES, read

ROWS = [row for table in TABLES for row in table]
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)


def test_no_two_rows_share_an_id() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)


@every_row
def test_a_row_names_causes_that_exist(row: Pattern) -> None:
    assert set(row.causes) <= set(meanings())
    assert bool(row.causes) == (row.weight is not Weight.NORMAL)


@every_row
def test_a_row_is_written_as_texts_are_normalised(row: Pattern) -> None:
    for fragment in (*row.anchors, *row.near, *row.unless):
        assert fragment == fragment.lower()
        assert normalise(f"x{fragment}x").lower == f"x{fragment}x"
    assert compiled(row.regex).pattern == row.regex


def test_every_cause_has_evidence_and_a_command() -> None:
    assert set(LOOKS_OF) == set(meanings())
    assert {look for looks in LOOKS_OF.values() for look in looks} == set(LOOKS)


def test_evidence_is_named_as_iam_names_actions() -> None:
    for look in LOOKS.values():
        for action in look.actions:
            assert re.fullmatch(r"[a-z0-9]+:[A-Z]\w+|k8s:\w+ [a-z/]+", action)


def test_other_tables_name_causes_that_exist() -> None:
    named = {id_ for d in DESTINATIONS for id_ in (d.cause, *d.rivals)}

    assert named | set(ON_KUBERNETES) | set(ON_KUBERNETES.values()) <= set(meanings())


def test_a_command_is_filled_in_with_what_the_text_tells() -> None:
    fields = {"image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/web:7"}

    assert command_of("ecr/image-tag-missing", fields) == (
        "aws ecr describe-images --repository-name team/web --image-ids imageTag=7"
    )


def test_a_refused_call_tells_who_what_and_on_what() -> None:
    first, *_ = read(
        "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/path/exec/0a1b is not"
        " authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:us-east-1:111122223333:"
        "parameter/db because no identity-based policy allows the ssm:GetParameters action"
    )

    assert first.fields == {
        "action": "ssm:GetParameters",
        "principal": "arn:aws:sts::111122223333:assumed-role/path/exec/0a1b",
        "role": "path",
        "resource": "arn:aws:ssm:us-east-1:111122223333:parameter/db",
        "because": "no identity-based policy",
    }


def test_a_denied_call_rules_the_network_out() -> None:
    found = read(
        "ResourceInitializationError: unable to pull secrets or registry auth: operation error ECR:"
        " GetAuthorizationToken, https response error StatusCode: 400, api error"
        " AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/exec/1 is not"
        " authorized to perform: ecr:GetAuthorizationToken on resource: *"
    )

    assert not any(meaning.id.startswith("network/") for meaning in found)


def test_one_message_decides_for_one_cause_at_most() -> None:
    for wording in wordings():
        decided = {m.causes[0] for m in read(wording.text) if m.decided_by_text}
        assert len(decided) <= 1, wording


@pytest.mark.slow
def test_a_fleet_of_stopped_reasons_is_read_in_seconds() -> None:
    """Each names its own task; ten thousand take a tenth of what a hundred thousand do."""
    texts = [wording.text for wording in wordings()]
    started = time.process_time()
    for number, text in enumerate(islice(cycle(texts), 10_000)):
        read(f"{text} (task {number:032x})")

    assert time.process_time() - started < 5
