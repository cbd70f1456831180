"""The repository does not exist in the account and region that the image names."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecr/repository-missing"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "create-the-repository",
        Text(
            en=(
                "create the repository and push the image, or register a revision with the"
                " right account and region"
            ),
            ja=(
                "リポジトリを作成して push するか、正しいアカウントとリージョンを指定したリビ"
                "ジョンを登録する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the repository does not exist in that account and region",
        ja="リポジトリがそのアカウントとリージョンに存在しない",
    ),
    meaning=Text(
        en=(
            "ECR answered that it has no repository of that name there: never created,"
            " misspelt, another account or region."
        ),
        ja=(
            "その名前のリポジトリは存在しないと ECR が応答した。未作成、タイプミス、アカウン"
            "トやリージョンの違い。"
        ),
    ),
    contrast=Text(
        en="ACR makes a repository with the first push; ECR wants it made before.",
        ja="ACR は最初の push でリポジトリができるが、ECR は事前の作成が必要。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F5.22",),
)
