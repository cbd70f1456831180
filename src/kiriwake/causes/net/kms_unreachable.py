"""Packets do not get from the tasks to KMS."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS, show
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict
from kiriwake.evidence.snapshot import Snapshot

ID = "net/kms-unreachable"


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it in a text of the present trouble."""
    return named(snapshot, ID)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """What a person has to decide."""
    return show(
        "give-a-way-out",
        Text(
            en=(
                "give the subnet a way to KMS: a NAT gateway, an interface endpoint for kms,"
                " or in a public subnet assignPublicIp=ENABLED; let port 443 out"
            ),
            ja=(
                "KMS への経路を用意する。NAT ゲートウェイか kms のインターフェイスエンドポイ"
                "ント、パブリックサブネットなら assignPublicIp=ENABLED。443 のアウトバウンド"
                "も許可する"
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="there is no network path to KMS",
        ja="KMS へのネットワーク経路がない",
    ),
    meaning=Text(
        en="The value is encrypted with a key of KMS, and the call to decrypt it got no answer.",
        ja="値は KMS の鍵で暗号化されており、復号の呼び出しに応答がない。",
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
