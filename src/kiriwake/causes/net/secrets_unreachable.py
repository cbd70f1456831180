"""Packets do not get from the tasks to Secrets Manager."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "net/secrets-unreachable"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "give-a-way-out",
        Text(
            en=(
                "give the subnet a way to Secrets Manager: a NAT gateway, an interface"
                " endpoint for secretsmanager, or in a public subnet assignPublicIp=ENABLED;"
                " let port 443 out"
            ),
            ja=(
                "Secrets Manager への経路を用意する。NAT ゲートウェイか secretsmanager のイン"
                "ターフェイスエンドポイント、パブリックサブネットなら assignPublicIp=ENABLED"
                "。443 のアウトバウンドも許可する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="there is no network path to Secrets Manager",
        ja="Secrets Manager へのネットワーク経路がない",
    ),
    meaning=Text(
        en=(
            "The task has its address and the call to Secrets Manager got no answer; a"
            " refusal would have been one."
        ),
        ja=(
            "タスクは IP を得ているが、Secrets Manager から応答がない。拒否されたのなら応答が"
            "あるはず。"
        ),
    ),
    contrast=Text(
        en="AKS nodes reach everything through the cluster's outbound load balancer by default.",
        ja="AKS では既定で、ノードがクラスターの送信用ロードバランサー経由で外に出る。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS,
    needs=TASKS,
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F1.50", "F1.51", "F1.53", "F4.40"),
)
