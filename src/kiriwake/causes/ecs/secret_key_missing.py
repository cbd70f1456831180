"""The secret exists and lacks the JSON key, or the reference is malformed."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/secret-key-missing"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "name-existing-key",
        Text(
            en="add the key to the secret, or register a revision that names a key it has",
            ja="シークレットにキーを追加するか、存在するキーを指定したリビジョンを登録する",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the secret exists and lacks the JSON key, or the reference is malformed",
        ja="シークレットはあるが JSON キーがない、または参照の書式が誤っている",
    ),
    meaning=Text(
        en=(
            "The secret was read, so rights and network are in order; the key named in"
            " valueFrom is not in its JSON, or it is no JSON."
        ),
        ja=(
            "シークレットは読めているので権限と通信は正常。valueFrom のキーが JSON にない、ま"
            "たは値が JSON ではない。"
        ),
    ),
    contrast=Text(
        en=(
            "A Key Vault secret is one value; here one secret holds many keys, picked with"
            " :KEY:: in the ARN."
        ),
        ja=(
            "Key Vault は 1 シークレット 1 値だが、ここでは JSON のキーを ARN 末尾の :KEY::"
            " で選ぶ。"
        ),
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
