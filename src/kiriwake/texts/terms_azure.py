"""Azure's words for containers, and what stands for each of them on AWS."""

from __future__ import annotations

from kiriwake.core.text import Text
from kiriwake.texts.terms import Term

TERMS: tuple[Term, ...] = (
    Term(
        "AKS",
        ("Azure Kubernetes Service",),
        "Amazon EKS",
        Text(
            en="Managed Kubernetes on Azure; Amazon EKS is the counterpart. Manifests carry over; "
            "identity, ingress, storage classes, logs and pod addresses do not.",
            ja="Azure のマネージド Kubernetes。AWS では Amazon EKS。マニフェストは概ね使えるが、"
            "ID、Ingress、StorageClass、ログ、Pod の IP は作り直しになる。",
        ),
        Text(
            en="The control plane is free only in the Free tier (no SLA); Standard costs $0.10 an "
            "hour, the same as EKS in standard support (extended support $0.60). Container "
            "Insights is opt-in except on AKS Automatic.",
            ja="コントロールプレーンが無料なのは Free tier (SLA なし) だけ。Standard は 1 時間 "
            "$0.10 で、標準サポートの EKS と同額 (延長サポートは $0.60)。Container Insights は "
            "AKS Automatic 以外では有効化が必要。",
        ),
    ),
    Term(
        "ACI",
        ("Azure Container Instances", "container group", "コンテナグループ"),
        "ECS on Fargate",
        Text(
            en="Containers without servers; an ECS task on Fargate is the counterpart of a "
            "container group. A Fargate task always takes an ENI with an address of your subnet.",
            ja="サーバーレスのコンテナ実行。コンテナグループに当たるのが Fargate の ECS タスク。"
            "Fargate のタスクは必ず ENI を持ち、サブネットの IP を 1 つ使う。",
        ),
        see=("ecs/subnet-ip-exhausted",),
    ),
    Term(
        "ACR",
        ("Azure Container Registry", "azurecr.io"),
        "Amazon ECR",
        Text(
            en="Azure's registry; Amazon ECR is the counterpart. One ECR repository per image "
            "name, created beforehand; permissions are IAM plus a policy on the repository.",
            ja="Azure のレジストリ。AWS では Amazon ECR。ECR はイメージ名ごとにリポジトリを事前に"
            "作り、権限は IAM とリポジトリポリシーで決まる。",
        ),
        Text(
            en="ACR alone does not scan: scanning needs the paid Microsoft Defender plan. ECR's "
            "basic scanning is manual unless the registry's scanning rules say otherwise.",
            ja="ACR 単体ではスキャンされない (有償の Microsoft Defender が必要)。ECR の basic "
            "スキャンは、レジストリのルールで指定しない限り手動。",
        ),
        ("ecr/image-not-scanned", "ecr/image-tag-missing"),
    ),
    Term(
        "Container Apps",
        ("Azure Container Apps", "ACA"),
        "ECS on Fargate, ECS Express Mode",
        Text(
            en="Serverless apps with ingress and scaling to zero; nearest are an ECS service on "
            "Fargate with a load balancer, or ECS Express Mode. ECS does not scale to zero on "
            "requests.",
            ja="Ingress とゼロスケールを備えたサーバーレス。近いのは ALB 付きの ECS サービス "
            "(Fargate) または ECS Express Mode。ECS はリクエストに応じたゼロスケールをしない。",
        ),
        Text(
            en='Azure is not only "AKS or ACI": Container Apps, App Service and OpenShift exist.',
            ja="Azure は「AKS か ACI の 2 択」ではなく、Container Apps、App Service、OpenShift "
            "もある。",
        ),
    ),
    Term(
        "Azure Monitor",
        ("Azure Monitor Agent", "AMA"),
        "Amazon CloudWatch",
        Text(
            en="Metrics, logs and alerts; Amazon CloudWatch is the counterpart. ECS sends logs "
            "only if the task definition has a logConfiguration; on EKS nothing ships "
            "application logs until an agent is installed.",
            ja="メトリクス、ログ、アラート。AWS では Amazon CloudWatch。ECS はタスク定義に "
            "logConfiguration がなければログを送らず、EKS はエージェントを入れるまでアプリの"
            "ログを送らない。",
        ),
        see=("logs/shipper-absent", "logs/log-group-missing"),
    ),
    Term(
        "Azure Monitor Container Insights",
        ("Container Insights on AKS",),
        "CloudWatch Container Insights",
        Text(
            en="Logs and metrics of AKS. On EKS: the add-on amazon-cloudwatch-observability; on "
            "ECS: the cluster setting containerInsights (enhanced advised).",
            ja="AKS のログとメトリクス。EKS ではアドオン amazon-cloudwatch-observability、ECS では"
            "クラスター設定 containerInsights (enhanced 推奨)。",
        ),
        Text(
            en="It is not on by default on AKS Standard; it is an add-on there too. AKS Automatic "
            "turns it on.",
            ja="AKS Standard でも既定では無効で、アドオンとして有効化する。既定で有効なのは AKS "
            "Automatic。",
        ),
    ),
    Term(
        "Log Analytics workspace",
        ("Log Analytics", "Log Analytics ワークスペース", "KQL", "Kusto"),
        "CloudWatch Logs, Logs Insights",
        Text(
            en="Where logs are kept and queried with KQL; on AWS log groups, queried with Logs "
            "Insights. A log group keeps its events for ever unless a retention is set.",
            ja="ログを保存し KQL で検索する場所。AWS ではロググループと Logs Insights。"
            "ロググループは保持期間を設定しない限り無期限に残る。",
        ),
        see=("logs/log-group-missing",),
    ),
    Term(
        "NSG",
        (
            "Network Security Group",
            "ネットワークセキュリティグループ",
            "ASG",
            "Application Security Group",
        ),
        "security group, network ACL",
        Text(
            en="NSG rules are ordered, allow or deny, per subnet or NIC. AWS security groups only "
            "allow, are stateful and sit on the ENI; network ACLs are ordered, stateless and "
            "belong to the subnet, so the way back must be allowed too.",
            ja="NSG は優先度順の許可/拒否ルール。AWS のセキュリティグループは許可のみ・ステートフル"
            "で ENI に付く。ネットワーク ACL は順序付き・ステートレスでサブネットに付き、戻りの"
            "通信も許可が必要。",
        ),
        see=("ecs/health-check-cannot-connect", "net/registry-unreachable"),
    ),
    Term(
        "Managed Identity",
        (
            "マネージド ID",
            "マネージドID",
            "MSI",
            "user-assigned identity",
            "system-assigned identity",
        ),
        "IAM role (task role, execution role, Pod Identity)",
        Text(
            en="An identity without a password. ECS splits it in two: the execution role pulls "
            "images, reads secrets and writes logs; the task role is what the application is.",
            ja="パスワード不要の ID。ECS では 2 つに分かれる。実行ロールは pull、シークレット取得、"
            "ログ書き込みに使われ、タスクロールはアプリケーション自身の権限。",
        ),
        see=("ecs/execution-role-cannot-pull", "iam/secret-read-denied"),
    ),
    Term(
        "Workload Identity",
        ("Azure Workload Identity", "Microsoft Entra Workload ID", "AAD Pod Identity"),
        "EKS Pod Identity, IRSA",
        Text(
            en="A Kubernetes service account that is an Azure identity. On EKS: Pod Identity "
            "(preferred) or IRSA.",
            ja="Kubernetes のサービスアカウントを Azure の ID に結び付ける仕組み。EKS では Pod "
            "Identity (推奨) または IRSA。",
        ),
        see=("eks/irsa-trust-mismatch", "eks/pod-identity-broken"),
    ),
    Term(
        "Key Vault",
        ("Azure Key Vault", "キーコンテナー"),
        "AWS Secrets Manager, SSM Parameter Store, KMS",
        Text(
            en="Secrets go to Secrets Manager or Parameter Store, keys to KMS. ECS injects them "
            "at start through the execution role; a changed secret needs new tasks.",
            ja="シークレットは Secrets Manager か Parameter Store、鍵は KMS。ECS は起動時に実行"
            "ロールで注入するので、値を変えたらタスクの入れ替えが必要。",
        ),
        see=("iam/secret-read-denied", "ecs/secret-missing", "ecs/secret-key-missing"),
    ),
    Term(
        "Application Gateway",
        ("App Gateway", "AGIC", "Azure Load Balancer", "Azure Front Door"),
        "Application Load Balancer (ALB), NLB, CloudFront",
        Text(
            en="HTTP routing is an ALB, TCP an NLB. The health check belongs to the target group; "
            "its path and codes must be what the application serves.",
            ja="HTTP は ALB、TCP は NLB。ヘルスチェックはターゲットグループの設定で、パスとコードは"
            "アプリケーションの実際の応答に合わせる。",
        ),
        see=("ecs/health-check-path-not-served",),
    ),
    Term(
        "VNet",
        ("Azure Virtual Network", "Virtual Network", "仮想ネットワーク"),
        "VPC",
        Text(
            en="A VPC. AWS subnets lie in one zone each, lose 5 addresses to AWS and cannot be "
            "resized; a route table decides whether a subnet is public.",
            ja="AWS では VPC。サブネットは 1 つのゾーンに属し、5 個の IP が予約され、サイズは変更"
            "できない。パブリックかどうかはルートテーブルで決まる。",
        ),
        see=("ecs/subnet-ip-exhausted",),
    ),
    Term(
        "Azure CNI",
        ("Azure CNI Overlay", "kubenet", "Pod IP"),
        "Amazon VPC CNI",
        Text(
            en="How pods get addresses. With the Amazon VPC CNI every pod takes an address of the "
            "VPC, and a node holds only as many pods as its ENIs have addresses.",
            ja="Pod に IP を割り当てる仕組み。Amazon VPC CNI では Pod が VPC の IP を使い、ノー"
            "ドの "
            "Pod 数は ENI の IP 数で制限される。",
        ),
        Text(
            en="AKS pods stay out of the VNet only with overlay or kubenet; flat Azure CNI takes "
            "VNet addresses as EKS does.",
            ja="AKS の Pod が VNet の IP を使わないのは Overlay / kubenet のときだけ。フラットな "
            "Azure CNI では EKS と同様に VNet の IP を使う。",
        ),
        ("eks/cni-ip-exhausted", "eks/pod-density-reached"),
    ),
    Term(
        "Azure Files",
        ("Azure Disk", "managed disk", "Azure Storage"),
        "Amazon EFS, Amazon EBS",
        Text(
            en="Shared files are EFS (a mount target per zone, port 2049), disks are EBS (bound "
            "to one zone).",
            ja="共有ファイルは EFS (ゾーンごとのマウントターゲット、ポート 2049)、ディスクは EBS "
            "(1 つのゾーンに固定)。",
        ),
        see=("net/efs-unreachable", "k8s/volume-not-bound"),
    ),
    Term(
        "Resource group",
        ("リソースグループ", "subscription", "サブスクリプション", "management group"),
        "AWS account, tags, CloudFormation stack",
        Text(
            en="The nearest to a subscription is an AWS account; a resource group has no exact "
            "counterpart: tags or a CloudFormation stack group resources.",
            ja="サブスクリプションに近いのは AWS アカウント。リソースグループに相当するものはなく、"
            "タグや CloudFormation スタックでまとめる。",
        ),
    ),
    Term(
        "Entra ID",
        ("Azure AD", "Azure Active Directory", "Azure RBAC", "service principal"),
        "IAM, IAM Identity Center",
        Text(
            en="People sign in through IAM Identity Center, workloads are IAM roles. Policies are "
            "JSON; an explicit deny anywhere wins.",
            ja="人は IAM Identity Center、ワークロードは IAM ロール。ポリシーは JSON で、明示的な"
            "拒否が常に優先される。",
        ),
        see=("eks/caller-not-mapped", "iam/api-call-denied"),
    ),
    Term(
        "Bicep",
        ("ARM template", "ARM テンプレート"),
        "AWS CloudFormation, CDK",
        Text(
            en="Infrastructure as code; CloudFormation or CDK on AWS. kiriwake migrate reads Bicep "
            "and ARM templates and writes CloudFormation.",
            ja="IaC。AWS では CloudFormation / CDK。kiriwake migrate は Bicep / ARM を読み、"
            "CloudFormation を出力する。",
        ),
    ),
    Term(
        "Virtual node",
        ("virtual nodes", "virtual kubelet", "仮想ノード"),
        "EKS on Fargate",
        Text(
            en="Pods without nodes; on EKS a Fargate profile. No DaemonSets there: logs need the "
            "ConfigMap aws-logging in the namespace aws-observability.",
            ja="ノードなしで Pod を動かす機能。EKS では Fargate プロファイル。DaemonSet は使えず、"
            "ログは aws-observability 名前空間の ConfigMap aws-logging で設定する。",
        ),
        see=("logs/shipper-absent", "k8s/taint-not-tolerated"),
    ),
    Term(
        "Private Endpoint",
        ("Private Link", "プライベートエンドポイント", "service endpoint"),
        "VPC endpoint (interface, gateway)",
        Text(
            en="An interface endpoint with private DNS, or the free gateway endpoint for S3. "
            "Fargate without internet needs ecr.api, ecr.dkr, s3, logs, and secretsmanager if "
            "used.",
            ja="プライベート DNS 付きのインターフェイスエンドポイント、または S3 用の無料のゲート"
            "ウェイエンドポイント。インターネットに出ない Fargate には ecr.api、ecr.dkr、s3、logs "
            "(必要なら secretsmanager) が要る。",
        ),
        see=("net/registry-unreachable", "net/secrets-unreachable"),
    ),
    Term(
        "Node pool",
        ("node pools", "ノードプール", "VMSS", "Virtual Machine Scale Set"),
        "managed node group, Karpenter, Auto Mode",
        Text(
            en="A managed node group on EKS; Karpenter or EKS Auto Mode choose instances by "
            "themselves.",
            ja="EKS ではマネージドノードグループ。Karpenter や EKS Auto Mode はインスタンスを自動"
            "で選ぶ。",
        ),
        see=("eks/node-not-joining",),
    ),
)
