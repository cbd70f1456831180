"""The application answers the health check with an error of its own."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.health_checks import EXPLAINS, HEALTHY, SERVER_ERROR, answered_with
from kiriwake.causes.plans import go_back
from kiriwake.core.observed import Known, Missing
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence import ecs
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.evidence.targets import NEEDS


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when own targets answer the check with 500 or above."""
    return answered_with(snapshot, lambda code: code >= SERVER_ERROR)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """The reason stands in the application's log; the old revision may serve meanwhile."""
    read_log = Plan(
        id="read-the-log",
        title=Text(
            en="read the container's log for what the check hits: a dependency, or a slow start",
            ja="ヘルスチェック時のエラーをコンテナのログで確認する (依存先、起動の遅さなど)",
        ),
        risk=Risk.SHOW,
    )
    match ecs.service(snapshot):
        case Known() as seen:
            return (read_log, *go_back(seen, HEALTHY))
        case Missing() as missing:
            return (read_log, missing)


CAUSE = Cause(
    title=Text(
        en="the application answers the health check with a server error",
        ja="ヘルスチェックにアプリケーションが 5xx を返している",
    ),
    meaning=Text(
        en=(
            "The way to the application is open and the path is known; the application or the"
            " proxy beside it is not ready, or something that it needs does not answer."
        ),
        ja=(
            "経路もパスも正しい。アプリ (または前段のプロキシ) の準備ができていないか、"
            "依存先が応答していない。"
        ),
    ),
    contrast=Text(
        en="A readinessProbe that fails takes a pod out of its Service; ECS stops the task.",
        ja="readinessProbe の失敗では Pod が Service から外れるだけだが、ECS はタスクを止める。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=NEEDS,
    decide=decide,
    remedies=remedies,
    facts=("F3.09", "F7.03"),
)
