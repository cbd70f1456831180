"""The repository's policy in the other account does not admit the role."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecr/cross-account-policy-missing"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "admit-the-role",
        Text(
            en=(
                "in the other account, allow the role ecr:BatchGetImage and"
                " ecr:GetDownloadUrlForLayer in the repository's policy"
            ),
            ja=(
                "相手のアカウントのリポジトリポリシーで、このロールに ecr:BatchGetImage と"
                " ecr:GetDownloadUrlForLayer を許可する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the other account's repository does not admit the puller",
        ja="別アカウントのリポジトリポリシーが pull を許可していない",
    ),
    meaning=Text(
        en=(
            "Across accounts both sides must allow the pull: the role, and the policy of the"
            " repository."
        ),
        ja="別アカウントからの pull には、ロール側とリポジトリポリシー側の両方の許可が必要。",
    ),
    contrast=Text(
        en="ACR admits another tenant's identity by a role assignment on the registry.",
        ja="ACR では別テナントの ID にレジストリのロールを割り当てる。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F5.19",),
)
