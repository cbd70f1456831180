"""`explain`: texts, ids and terms, as a page and as a document."""

from __future__ import annotations

import json

import pytest
from tests.texts.wordings import wordings
from wcwidth import wcswidth

from kiriwake.app.explain import Kind, explain
from kiriwake.app.explanation_page import document, page
from kiriwake.core.text import Lang
from kiriwake.texts.glossary import glossary
from kiriwake.texts.ids import meanings

DENIED = (
    "failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf from"
    " secrets manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/exec/1"
    " is not authorized to perform: secretsmanager:GetSecretValue on resource:"
    " arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"
)


def test_a_text_that_decides_says_so_and_gives_the_command() -> None:
    first, *_ = explain(DENIED).candidates

    assert first.id == "iam/secret-read-denied"
    assert first.decided_by_text
    assert "iam:ListAttachedRolePolicies" in first.evidence
    assert first.command == "aws iam list-attached-role-policies --role-name exec"


def test_a_text_with_rivals_decides_nothing() -> None:
    found = explain("Health checks failed")

    assert len(found.candidates) > 1
    assert not any(candidate.decided_by_text for candidate in found.candidates)


def test_at_most_one_candidate_is_decided_and_it_is_the_first() -> None:
    for wording in wordings():
        decided = [c.decided_by_text for c in explain(wording.text).candidates]
        assert not any(decided[1:])


def test_two_faults_in_one_text_are_both_offered() -> None:
    found = explain(
        f"{DENIED}\n... later ...\nOutOfMemoryError: Container killed due to memory usage"
    )

    assert {"iam/secret-read-denied", "ecs/out-of-memory"} <= {c.id for c in found.candidates}


def test_a_cause_id_is_explained() -> None:
    found = explain("ecs/subnet-ip-exhausted")

    assert found.kind is Kind.CAUSE
    assert [candidate.id for candidate in found.candidates] == ["ecs/subnet-ip-exhausted"]


def test_a_misspelt_id_gives_the_nearest() -> None:
    found = explain("ecs/subnet-ip-exausted")

    assert found.kind is Kind.UNKNOWN
    assert "ecs/subnet-ip-exhausted" in found.nearest


@pytest.mark.parametrize(
    ("asked", "counterpart"),
    [
        ("AKS", "Amazon EKS"),
        ("aci", "ECS on Fargate"),
        ("Azure Container Registry", "Amazon ECR"),
        ("Azure Monitor", "Amazon CloudWatch"),
        ("nsg", "security group, network ACL"),
        ("マネージド ID", "IAM role (task role, execution role, Pod Identity)"),
        ("Key Vault", "AWS Secrets Manager, SSM Parameter Store, KMS"),
        ("Fargate", "ACI, virtual nodes"),
        ("サーキットブレーカー", "progressDeadlineSeconds (which only reports)"),
        ('"IRSA"', "Azure Workload Identity"),
    ],
)
def test_a_term_gives_its_counterpart(asked: str, counterpart: str) -> None:
    term = explain(asked).term

    assert term is not None
    assert term.counterpart == counterpart


def test_terms_point_to_causes_that_exist() -> None:
    assert {id_ for term in glossary().values() for id_ in term.see} <= set(meanings())


QUERIES = [
    *(wording.text for wording in wordings()),
    *meanings(),
    *(term.name for term in glossary().values()),
    "nothing known",
    "ecs/no-such-cause",
    "(service web) has reached a steady state.",
]


@pytest.mark.parametrize("lang", list(Lang))
def test_a_page_fits_a_terminal_of_80_columns(lang: Lang) -> None:
    for query in QUERIES:
        for line in page(explain(query), lang).splitlines():
            is_one_word = len(line.split()) <= 2
            is_command = line.startswith("     ") and line.split()[0] in {
                "aws",
                "kubectl",
                "docker",
            }
            assert wcswidth(line) <= 80 or is_one_word or is_command, line


@pytest.mark.parametrize("lang", list(Lang))
def test_a_document_is_json_of_the_published_schema(lang: Lang) -> None:
    for query in QUERIES:
        read_back = json.loads(json.dumps(document(explain(query), lang)))
        assert read_back["schema"] == "kiriwake-explain/1"
        assert read_back["fault"] in {True, False, None}
        for candidate in read_back["candidates"]:
            assert {"id", "why", "decided_by_text", "evidence"} <= set(candidate)
