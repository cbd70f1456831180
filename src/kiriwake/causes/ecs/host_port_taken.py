"""The static host port is in use on every candidate instance."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/host-port-taken"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "free-the-port",
        Text(
            en="use hostPort 0 with a load balancer, or awsvpc, or add an instance",
            ja=(
                "hostPort を 0 (ロードバランサー併用) か awsvpc にする、またはインスタンスを増やす"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the static host port is in use on every candidate instance",
        ja="固定のホストポートが候補のインスタンスすべてで使用中",
    ),
    meaning=Text(
        en=(
            "A fixed hostPort lets one task of it run on each instance, so a rolling"
            " deployment needs one instance more."
        ),
        ja=(
            "hostPort を固定すると 1 インスタンスに 1 タスクしか置けず、ローリングデプロイに"
            "は余分なインスタンスが要る。"
        ),
    ),
    contrast=Text(
        en="A hostPort in Kubernetes binds a pod to a free node in the same way.",
        ja="Kubernetes の hostPort も同様にノードを占有する。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
