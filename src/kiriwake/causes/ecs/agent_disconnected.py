"""The ECS agent of the container instance is not connected."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "ecs/agent-disconnected"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "restart-the-agent",
        Text(
            en=(
                "restart the agent on the instance (sudo systemctl restart ecs), and see"
                " that it reaches the ECS endpoints"
            ),
            ja=(
                "インスタンスでエージェントを再起動し (sudo systemctl restart ecs)、ECS のエ"
                "ンドポイントへの通信を確認する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the ECS agent of the container instance is not connected",
        ja="コンテナインスタンスの ECS エージェントが接続されていない",
    ),
    meaning=Text(
        en="The instance runs and its agent does not talk to ECS, so nothing is placed on it.",
        ja="インスタンスは動いているが、ECS エージェントが接続されていないため配置されない。",
    ),
    contrast=Text(
        en="In Kubernetes the node would be NotReady.",
        ja="Kubernetes ならノードが NotReady になる状態。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
)
