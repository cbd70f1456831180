"""A secret or parameter that the task definition names does not exist."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/secret-missing"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "name-existing-secret",
        Text(
            en="create the secret, or register a revision with the full ARN of one that exists",
            ja="シークレットを作成するか、存在するものの完全な ARN を書いたリビジョンを登録する",
        ),
        "aws secretsmanager list-secrets --query SecretList[].ARN",
    )


CAUSE = Cause(
    title=Text(
        en="the secret, its version or the parameter does not exist under that name",
        ja="参照先のシークレット (版) やパラメータがその名前では存在しない",
    ),
    meaning=Text(
        en=(
            "The service answered that there is no such secret, version or parameter:"
            " deleted, another region, or an ARN without its six-character suffix."
        ),
        ja=(
            "その名前のシークレット (版) やパラメータはないと応答があった。削除、リージョン違"
            "い、または ARN 末尾の 6 文字の欠落。"
        ),
    ),
    contrast=Text(
        en=(
            "On AKS the Key Vault CSI driver mounts the secret; the pod's events tell the"
            " same story."
        ),
        ja="AKS では Key Vault の CSI ドライバーがマウントし、同じ失敗が Pod のイベントに出る。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F1.50",),
)
