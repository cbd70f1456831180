"""A CloudWatch alarm ended the deployment."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.start_up import show
from kiriwake.core.observed import Known
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, given, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.snapshot import Snapshot


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when the newest deployment that failed did so for an alarm."""
    return given(ecs.service(snapshot), _alarmed)


def _alarmed(service: Known[Service]) -> Verdict:
    failed = [e for e in service.value.events if "deployment failed" in e.message.lower()]
    newest = max(failed, key=lambda e: e.at, default=None)
    alarmed = newest is not None and "alarm detected" in newest.message.lower()
    names = ", ".join(service.value.deployment_configuration.alarm_names)
    watched = f" ({names})" if names else ""
    says = Text(
        en=f"ECS says that an alarm ended the deployment{watched}"
        if alarmed
        else "no deployment failed for an alarm",
        ja=f"ECS の記録: アラームによりデプロイが失敗した{watched}"
        if alarmed
        else "アラームで失敗したデプロイはない",
    )
    return when(alarmed, says, service, direct=True)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What the alarm watches is the application's own matter."""
    return show(
        "look-at-alarm",
        Text(
            en="look at what the alarm measured during the deployment, and mend that first",
            ja="デプロイ中にアラームが検知した値を確認し、その原因を先に直す",
        ),
    )


CAUSE = Cause(
    title=Text(
        en="a CloudWatch alarm ended the deployment",
        ja="CloudWatch アラームがデプロイを中止した",
    ),
    meaning=Text(
        en="The tasks may well have started: the alarm saw errors, latency or load instead.",
        ja="タスクは起動できていたかもしれない。エラー率や遅延などをアラームが検知した。",
    ),
    contrast=Text(
        en="Kubernetes has no such gate by itself; Argo Rollouts or Flagger add one.",
        ja="Kubernetes 標準にはない仕組みで、Argo Rollouts や Flagger に当たる。",
    ),
    level=Level.CAUSE,
    explains=frozenset(
        {
            SymptomId.DEPLOYMENT_ROLLED_BACK,
            SymptomId.DEPLOYMENT_STALLED,
            SymptomId.OLD_REVISION_RUNS,
        }
    ),
    needs=(ecs.SERVICE,),
    decide=decide,
    remedies=remedies,
)
