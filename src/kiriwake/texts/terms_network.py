"""AWS's words for networks and load balancers, for a reader who comes from Azure."""

from __future__ import annotations

from kiriwake.core.text import Text
from kiriwake.texts.terms import Term

TERMS: tuple[Term, ...] = (
    Term(
        "ENI",
        ("Elastic Network Interface", "network interface"),
        "NIC",
        Text(
            en="A virtual network card with an address of the subnet. A Fargate task has exactly "
            "one; it is given back only when the task has been deprovisioned.",
            ja="サブネットの IP を持つ仮想 NIC。Fargate のタスクは必ず 1 つ持ち、DEPROVISIONING が"
            "終わるまで IP は返却されない。",
        ),
        Text(
            en="Count addresses, not interfaces: an EKS node holds many addresses on one ENI. "
            "Fargate's ENIs are managed by AWS and cannot be deleted by hand.",
            ja="数えるべきは ENI ではなく IP。EKS のノードは 1 つの ENI に多数の IP を持つ。"
            "Fargate の ENI は AWS 管理なので手動では削除できない。",
        ),
        ("ecs/subnet-ip-exhausted", "eks/pod-density-reached"),
    ),
    Term(
        "Health check",
        ("ヘルスチェック", "health checks"),
        "Application Gateway probe, readiness probe",
        Text(
            en="Two different things: the target group's check (ELB decides, ECS replaces the "
            "task) and the healthCheck of the task definition (runs inside the container).",
            ja="2 種類ある。ターゲットグループのヘルスチェック (ELB が判定し ECS がタスクを交換) "
            "と、タスク定義の healthCheck (コンテナ内で実行)。",
        ),
        see=("ecs/health-check-path-not-served", "ecs/container-health-check-fails"),
    ),
    Term(
        "Target group",
        ("ターゲットグループ",),
        "backend pool",
        Text(
            en="Where a listener sends requests, and whose health check decides. Fargate tasks "
            "need the target type ip.",
            ja="リスナーの転送先で、ヘルスチェックの単位。Fargate では target type が ip のものが"
            "必要。",
        ),
        see=("elb/target-group-without-listener",),
    ),
    Term(
        "Security group",
        ("セキュリティグループ", "SG"),
        "NSG",
        Text(
            en="A stateful list of allowed traffic on an ENI; it can name another group as source.",
            ja="ENI に付くステートフルな許可リスト。送信元に別のグループを指定できる。",
        ),
        see=("ecs/health-check-cannot-connect",),
    ),
    Term(
        "Subnet CIDR",
        ("サブネット CIDR", "subnet", "サブネット", "CIDR"),
        "VNet subnet",
        Text(
            en="The address range of a subnet; AWS keeps 5 addresses. /24 leaves 251, /20 leaves "
            "4,091. It cannot be resized.",
            ja="サブネットのアドレス範囲。AWS が 5 個を予約するため /24 は 251 個、/20 は 4,091 "
            "個。"
            "後からサイズは変更できない。",
        ),
        Text(
            en="A fresh /20 with 50 tasks has 4,041 addresses left, not 4,046.",
            ja="/20 に 50 タスクを置いた残りは 4,046 ではなく 4,041。",
        ),
        ("ecs/subnet-ip-exhausted",),
    ),
    Term(
        "NAT gateway",
        ("NAT", "NAT ゲートウェイ", "internet gateway", "IGW"),
        "Azure NAT Gateway",
        Text(
            en="A private subnet reaches the internet through a NAT gateway. A public subnet "
            "(route to an internet gateway) works only for tasks with a public address "
            "(assignPublicIp=ENABLED).",
            ja="プライベートサブネットは NAT ゲートウェイ経由で外に出る。パブリックサブネット "
            "(IGW への経路) で外に出られるのはパブリック IP を持つタスク "
            "(assignPublicIp=ENABLED) だけ。",
        ),
        see=("net/registry-unreachable",),
    ),
    Term(
        "VPC endpoint",
        ("VPC エンドポイント", "PrivateLink", "gateway endpoint"),
        "Private Endpoint",
        Text(
            en="A private way to an AWS service. Interface endpoints need port 443 open in their "
            "security group and private DNS; S3 uses a gateway in the route table.",
            ja="AWS サービスへのプライベートな経路。インターフェイス型は SG の 443 許可とプライ"
            "ベート DNS が必要。S3 はルートテーブルのゲートウェイ型。",
        ),
        see=("net/registry-unreachable", "net/layers-unreachable"),
    ),
    Term(
        "ALB",
        ("Application Load Balancer", "NLB", "Network Load Balancer", "ELB"),
        "Application Gateway, Azure Load Balancer",
        Text(
            en="Load balancers. Each subnet of an ALB needs 8 free addresses; targets must lie in "
            "zones that the load balancer serves.",
            ja="ロードバランサー。ALB の各サブネットには 8 個の空き IP が必要で、ターゲットは有効化"
            "されたゾーンに置く。",
        ),
        see=("elb/target-zone-not-enabled", "ecs/health-check-cannot-connect"),
    ),
    Term(
        "Deregistration delay",
        ("登録解除の遅延", "connection draining", "draining"),
        "connection draining",
        Text(
            en="How long a target is drained before its task is stopped: 300 seconds by default, "
            "which makes rollouts slow and is no fault.",
            ja="ターゲットの接続を切り離すまでの時間。既定は 300 秒で、デプロイが遅く見えるが異常"
            "ではない。",
        ),
    ),
)
