"""Packets do not get from the tasks to S3 for an environment file."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "net/environment-file-unreachable"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "give-a-way-out",
        Text(
            en=(
                "give the subnet a way to S3: a NAT gateway, a gateway endpoint for S3, or"
                " in a public subnet assignPublicIp=ENABLED; let port 443 out"
            ),
            ja=(
                "S3 への経路を用意する。NAT ゲートウェイか S3 のゲートウェイエンドポイント、"
                "パブリックサブネットなら assignPublicIp=ENABLED。443 のアウトバウンドも許可"
                "する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="there is no network path to S3 for the environment file",
        ja="環境変数ファイルを取得する S3 へのネットワーク経路がない",
    ),
    meaning=Text(
        en=(
            "An environment file is fetched from S3 before the container starts, and S3 did"
            " not answer."
        ),
        ja="環境変数ファイルは起動前に S3 から取得されるが、S3 から応答がない。",
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
    facts=("F4.40",),
)
