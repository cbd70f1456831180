"""Packets do not get from the tasks to CloudWatch Logs."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "net/logs-unreachable"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "give-a-way-out",
        Text(
            en=(
                "give the subnet a way to CloudWatch Logs: a NAT gateway, an interface"
                " endpoint for logs, or in a public subnet assignPublicIp=ENABLED; let port"
                " 443 out"
            ),
            ja=(
                "CloudWatch Logs への経路を用意する。NAT ゲートウェイか logs のインターフェイ"
                "スエンドポイント、パブリックサブネットなら assignPublicIp=ENABLED。443 のア"
                "ウトバウンドも許可する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="there is no network path to CloudWatch Logs",
        ja="CloudWatch Logs へのネットワーク経路がない",
    ),
    meaning=Text(
        en=(
            "The log driver is set up before the container starts; without CloudWatch Logs"
            ' no task starts. The text may say "cannot find the log group", and means the'
            " connection."
        ),
        ja=(
            "ログドライバーの準備はコンテナの起動前に行われるため、CloudWatch Logs に届かない"
            "とタスクが起動しない。「cannot find the log group」とあっても原因は接続のことが"
            "ある。"
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
    facts=("F1.50", "F4.40"),
)
