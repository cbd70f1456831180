"""The service runs an older revision than the newest one, which may well be meant so."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Seed
from kiriwake.core.observed import Known
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Verdict, given, when
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Service
from kiriwake.evidence.snapshot import Snapshot


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when the family has a newer ACTIVE revision than the service's."""
    return given(ecs.service(snapshot), lambda service: _decide(service, snapshot))


def _decide(service: Known[Service], snapshot: Snapshot) -> Verdict:
    family, _, revision = service.value.task_definition.rsplit("/", 1)[-1].rpartition(":")

    def behind(listed: Known[ecs.Names]) -> Verdict:
        newest = max((int(n.rpartition(":")[2]) for n in listed.value.names), default=0)
        says = Text(
            en=f"the service is on {family}:{revision}, the newest ACTIVE is {family}:{newest}",
            ja=f"サービスは {family}:{revision}、最新の ACTIVE は {family}:{newest}",
        )
        return when(newest > int(revision or 0), says, listed)

    return given(snapshot.see(ecs.REVISIONS, family), behind)


CAUSE = Cause(
    title=Text(
        en="the service is behind the newest revision of its family",
        ja="サービスがファミリーの最新リビジョンより古い",
    ),
    meaning=Text(
        en="A newer revision exists; another service may be meant by it, or a later deployment.",
        ja="より新しいリビジョンがある。別のサービス用か、これからデプロイするものかもしれない。",
    ),
    contrast=Text(
        en="On AKS the applied manifest is the running one; revisions of ECS live on their own.",
        ja="AKS では適用したマニフェストがそのまま動くが、ECS のリビジョンは独立している。",
    ),
    level=Level.WARNING,
    explains=frozenset({SymptomId.OLD_REVISION_RUNS}),
    needs=(ecs.SERVICE, ecs.REVISIONS),
    decide=decide,
    seed=Seed(section="scenario-b"),
    facts=("F3.56",),
)
