"""Protected tasks hold up the end of a deployment."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import TASKS, show
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/task-protected"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when ECS names it in an event of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """Work may be under way in a protected task: a person decides."""
    return show(
        "end-protection",
        Text(
            en="wait until the protection expires, or end it (UpdateTaskProtection)",
            ja="保護の期限を待つか、解除する (UpdateTaskProtection)",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="protected tasks keep the old task set from scaling in",
        ja="保護されたタスクがスケールインを妨げている",
    ),
    meaning=Text(
        en="Scale-in protection holds for deployments too, for up to 48 hours.",
        ja="スケールイン保護はデプロイ時にも効き、最長 48 時間続く。",
    ),
    contrast=Text(
        en="A PodDisruptionBudget does not hold up a Deployment's rollout; this protection does.",
        ja="PodDisruptionBudget はロールアウトを止めないが、この保護はデプロイも止める。",
    ),
    level=Level.CAUSE,
    explains=frozenset({SymptomId.OLD_TASKS_REMAIN, SymptomId.DEPLOYMENT_STALLED}),
    needs=TASKS,
    decide=decide,
    remedies=remedies,
)
