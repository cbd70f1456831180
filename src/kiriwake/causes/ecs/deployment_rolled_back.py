"""A deployment failed and ECS went back: what happened next, not why it failed."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level
from kiriwake.core.observed import Known
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Verdict, given, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.failures import rollback
from kiriwake.evidence.snapshot import Snapshot


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when ECS says that it rolled back."""
    return given(ecs.service(snapshot), _went_back)


def _went_back(service: Known[Service]) -> Verdict:
    back = rollback(service.value)
    says = Text(
        en=f'ECS says "{back.says}"' if back else "ECS tells of no rollback in force",
        ja=f"ECS の記録: 「{back.says}」" if back else "有効なロールバックの記録はない",
    )
    return when(back is not None, says, service, direct=True)


CAUSE = Cause(
    title=Text(
        en="the deployment failed and ECS went back to the one before",
        ja="デプロイが失敗し、ECS が前のデプロイに戻した",
    ),
    meaning=Text(
        en="What runs is the old revision: the rollout is COMPLETED, and not the one you wanted.",
        ja="動いているのは古いリビジョン。COMPLETED は望んだデプロイの成功を意味しない。",
    ),
    contrast=Text(
        en="Kubernetes does not go back by itself; kubectl rollout undo is a person's decision.",
        ja="Kubernetes は自動では戻さない。kubectl rollout undo は人が判断して実行する。",
    ),
    level=Level.CAUSE,
    explains=frozenset({SymptomId.DEPLOYMENT_ROLLED_BACK, SymptomId.OLD_REVISION_RUNS}),
    # What made the tasks fail is the root wherever it can still be seen.
    follows=frozenset({SymptomId.DEPLOYMENT_ROLLED_BACK}),
    needs=(ecs.SERVICE,),
    decide=decide,
    facts=("F3.23",),
)
