"""AWS's words for containers, for a reader who comes from Azure."""

from __future__ import annotations

from kiriwake.core.text import Text
from kiriwake.texts.terms import Term

TERMS: tuple[Term, ...] = (
    Term(
        "ECS",
        ("Amazon ECS", "Elastic Container Service"),
        "Azure Container Apps, ACI",
        Text(
            en="AWS's own orchestrator: a service keeps desiredCount tasks of one task definition "
            "revision running. No Kubernetes API; nothing to pay beyond what runs.",
            ja="AWS 独自のオーケストレーター。サービスが、あるリビジョンのタスクを desiredCount 個"
            "動かし続ける。Kubernetes API はなく、ECS 自体は無料。",
        ),
        see=("ecs/revision-not-deployed", "ecs/rollout-cannot-progress"),
    ),
    Term(
        "EKS",
        ("Amazon EKS", "Elastic Kubernetes Service"),
        "AKS",
        Text(
            en="Managed Kubernetes. Pods take VPC addresses, identity is IAM, and neither control "
            "plane nor application logs reach CloudWatch until asked for.",
            ja="マネージド Kubernetes。Pod は VPC の IP を使い、認証は IAM。コントロールプレーンの"
            "ログもアプリのログも、設定するまで CloudWatch に届かない。",
        ),
        see=("logs/control-plane-logs-off", "eks/cni-ip-exhausted"),
    ),
    Term(
        "Fargate",
        ("AWS Fargate",),
        "ACI, virtual nodes",
        Text(
            en="Runs tasks or pods without instances. Each takes one ENI with one subnet address; "
            "pull, secrets and logs go through that ENI, so its subnet needs a way out.",
            ja="インスタンス管理なしの実行環境。タスク/Pod ごとに ENI と IP を 1 つ使う。pull、"
            "シークレット、ログもこの ENI を通るため、サブネットに外への経路が必要。",
        ),
        see=("ecs/subnet-ip-exhausted", "net/registry-unreachable"),
    ),
    Term(
        "ECR",
        ("Amazon ECR", "Elastic Container Registry"),
        "Azure Container Registry (ACR)",
        Text(
            en="AWS's registry. The execution role (Fargate) or instance role (EC2) pulls; layers "
            "come from S3; a login token lasts 12 hours.",
            ja="AWS のレジストリ。pull するのは実行ロール (Fargate) かインスタンスロール (EC2)。"
            "レイヤーの実体は S3 にあり、ログイントークンは 12 時間有効。",
        ),
        Text(
            en="Scanning is configured per registry by rules; the repository flag scanOnPush is "
            "being deprecated.",
            ja="スキャンの設定はレジストリ単位のルールが現行。リポジトリの scanOnPush は非推奨化"
            "が進んでいる。",
        ),
        ("ecr/image-tag-missing", "ecr/image-not-scanned", "ecs/execution-role-cannot-pull"),
    ),
    Term(
        "Task definition",
        ("タスク定義", "task definition revision"),
        "container group template, Deployment manifest",
        Text(
            en="The blueprint of a task: images, sizes, ports, roles, secrets, logs. It never "
            "changes; each registration makes a new revision.",
            ja="タスクの設計図 (イメージ、サイズ、ポート、ロール、シークレット、ログ)。変更はでき"
            "ず、登録するたびに新しいリビジョンになる。",
        ),
        see=("ecs/revision-not-deployed",),
    ),
    Term(
        "Revision",
        ("リビジョン",),
        "Deployment revision, container app revision",
        Text(
            en="A number of a task definition. Registering one changes nothing that runs: the "
            "service must be updated to it.",
            ja="タスク定義の版番号。登録しただけでは何も変わらず、サービスの更新が必要。",
        ),
        see=("ecs/revision-not-deployed", "ecs/tasks-behind-service"),
    ),
    Term(
        "Task",
        ("タスク", "ECS task"),
        "pod, container group",
        Text(
            en="The containers of one task definition that run together, like a pod.",
            ja="1 つのタスク定義から起動されるコンテナの集まり。Pod に相当。",
        ),
    ),
    Term(
        "Execution role",
        ("実行ロール", "executionRoleArn", "task execution role", "ecsTaskExecutionRole"),
        "the kubelet identity of AKS",
        Text(
            en="What ECS itself uses around your container: pull the image, fetch secrets, write "
            "logs. The managed policy lacks secrets, KMS and logs:CreateLogGroup.",
            ja="ECS がコンテナの外側で使うロール (pull、シークレット取得、ログ)。管理ポリシーには"
            "シークレット、KMS、logs:CreateLogGroup の権限が含まれない。",
        ),
        Text(
            en="The role in force is executionRoleArn of the revision in use, not a role of that "
            "name; the trust policy says who may assume it, not what it may do.",
            ja="効いているのは使用中リビジョンの executionRoleArn で、名前から推測しない。信頼"
            "ポリシーは「誰が引き受けられるか」であり、権限ではない。",
        ),
        ("ecs/execution-role-cannot-pull", "iam/secret-read-denied", "iam/logs-write-denied"),
    ),
    Term(
        "Task role",
        ("タスクロール", "taskRoleArn"),
        "Managed Identity",
        Text(
            en="What the application in the container is when it calls AWS.",
            ja="コンテナ内のアプリケーションが AWS を呼ぶときの権限。",
        ),
        see=("iam/app-call-denied",),
    ),
    Term(
        "minimumHealthyPercent",
        (
            "maximumPercent",
            "minimumHealthyPercent / maximumPercent",
            "minimum healthy percent",
            "maximum percent",
        ),
        "maxUnavailable, maxSurge",
        Text(
            en="How many tasks must stay (rounded up) and may exist (rounded down) while a "
            "deployment rolls. 100/200 with one task needs room for a second.",
            ja="デプロイ中に残すべきタスク数 (切り上げ) と存在してよいタスク数 (切り捨て) の割合。"
            "100/200 で 1 タスクなら 2 つ目を置く空きが必要。",
        ),
        see=("ecs/rollout-cannot-progress", "ecs/subnet-ip-exhausted"),
    ),
    Term(
        "Rolling update",
        ("ローリングアップデート", "rolling deployment"),
        "AKS rolling update",
        Text(
            en="New tasks start, must be healthy, and only then old ones stop. If new tasks never "
            "become healthy, the old ones stay.",
            ja="新しいタスクが起動して healthy になってから古いタスクが止まる。新しいタスクが "
            "healthy にならなければ、古いタスクは残り続ける。",
        ),
        Text(
            en="That is no peculiarity of ECS: a Kubernetes Deployment keeps its old pods too.",
            ja="ECS 特有ではない。Kubernetes の Deployment も同じ理由で古い Pod を残す。",
        ),
        ("ecs/rollout-cannot-progress", "ecs/health-check-path-not-served"),
    ),
    Term(
        "Deployment circuit breaker",
        ("circuit breaker", "サーキットブレーカー", "デプロイサーキットブレーカー"),
        "progressDeadlineSeconds (which only reports)",
        Text(
            en="Ends a deployment whose tasks keep failing; with rollback on it goes back to the "
            "last COMPLETED deployment.",
            ja="タスクが失敗し続けるデプロイを打ち切る。rollback を有効にすると、最後に COMPLETED "
            "になったデプロイへ戻る。",
        ),
        Text(
            en="Turning it on does not roll back by itself: rollback is a second switch, and there "
            "must be a completed deployment to go back to.",
            ja="有効にするだけではロールバックしない。rollback は別の設定で、戻り先となる完了済み"
            "デプロイも必要。",
        ),
        ("ecs/circuit-breaker-off", "ecs/deployment-rolled-back"),
    ),
    Term(
        "Fluent Bit",
        ("FireLens", "aws-for-fluent-bit"),
        "Azure Monitor Agent",
        Text(
            en="A log shipper. On EKS the add-on amazon-cloudwatch-observability brings it as a "
            "DaemonSet; on ECS it is FireLens, a sidecar of the task.",
            ja="ログ転送エージェント。EKS ではアドオン amazon-cloudwatch-observability が "
            "DaemonSet "
            "として導入し、ECS では FireLens のサイドカーとして動く。",
        ),
        see=("logs/shipper-absent", "logs/shipper-misconfigured", "iam/logs-write-denied"),
    ),
    Term(
        "IRSA",
        ("IAM Roles for Service Accounts", "OIDC provider"),
        "Azure Workload Identity",
        Text(
            en="A service account that may assume an IAM role: OIDC provider, trust policy with "
            "sub and aud, annotation, and a pod created afterwards.",
            ja="サービスアカウントで IAM ロールを引き受ける仕組み。OIDC プロバイダー、sub / aud を"
            "含む信頼ポリシー、注釈、その後に作られた Pod が揃って動く。",
        ),
        Text(
            en="It is not mandatory for logs: Pod Identity (preferred) or the node role work too.",
            ja="ログ送信に必須ではない。Pod Identity (推奨) やノードロールでもよい。",
        ),
        ("eks/irsa-trust-mismatch", "eks/oidc-provider-missing"),
    ),
    Term(
        "Pod Identity",
        ("EKS Pod Identity",),
        "Azure Workload Identity",
        Text(
            en="The newer way to give a pod a role: an association and the agent add-on; the role "
            "trusts pods.eks.amazonaws.com with sts:AssumeRole and sts:TagSession.",
            ja="Pod にロールを与える新しい方式。関連付けとエージェントアドオンを使い、ロールは "
            "pods.eks.amazonaws.com に sts:AssumeRole と sts:TagSession を許可する。",
        ),
        see=("eks/pod-identity-broken",),
    ),
    Term(
        "Container Insights",
        ("CloudWatch Container Insights",),
        "Azure Monitor Container Insights",
        Text(
            en="Metrics of clusters, services and tasks in CloudWatch; off, enabled or enhanced "
            "(advised); charged as custom metrics.",
            ja="クラスター、サービス、タスクのメトリクス。無効 / enabled / enhanced (推奨) があり、"
            "カスタムメトリクスとして課金される。",
        ),
    ),
    Term(
        "CloudWatch Logs",
        ("CloudWatch", "log group", "ロググループ", "awslogs"),
        "Log Analytics",
        Text(
            en="Log groups hold streams PREFIX/CONTAINER/TASK-ID. A missing group stops tasks from "
            "starting unless awslogs-create-group and the right to create it are given.",
            ja="ロググループに PREFIX/CONTAINER/TASK-ID のストリームができる。グループがないと、"
            "awslogs-create-group とその権限がない限りタスクが起動しない。",
        ),
        Text(
            en="Application logs of EKS go to /aws/containerinsights/CLUSTER/application, not to "
            "/aws/eks. The awslogs driver is non-blocking by default since June 2025.",
            ja="EKS のアプリログは /aws/eks ではなく /aws/containerinsights/CLUSTER/application。"
            "awslogs ドライバーの既定は 2025 年 6 月から non-blocking。",
        ),
        ("logs/log-group-missing", "iam/logs-write-denied"),
    ),
    Term(
        "App Runner",
        ("AWS App Runner",),
        "Container Apps",
        Text(
            en="A web app from an image. Closed to new customers; ECS Express Mode is the way on.",
            ja="イメージから Web アプリを動かすサービス。新規受付は終了しており、後継は ECS "
            "Express "
            "Mode。",
        ),
    ),
    Term(
        "App Mesh",
        ("AWS App Mesh", "service mesh", "サービスメッシュ"),
        "Istio add-on for AKS",
        Text(
            en="AWS's former service mesh.",
            ja="AWS の旧サービスメッシュ。",
        ),
        Text(
            en=(
                "Support ended on 2026-09-30. Use ECS Service Connect, VPC Lattice, or Istio on "
                "EKS."
            ),
            ja=(
                "2026-09-30 にサポート終了。ECS Service Connect、VPC Lattice、EKS 上の Istio を使"
                "う。"
            ),
        ),
    ),
    Term(
        "ECS Express Mode",
        ("Express Mode",),
        "Container Apps",
        Text(
            en="An ECS service with load balancer, scaling and logs made from one image and few "
            "choices.",
            ja="イメージと少数の設定から、ロードバランサー・スケーリング・ログ付きの ECS サービスを"
            "作る機能。",
        ),
    ),
    Term(
        "Secrets Manager",
        ("AWS Secrets Manager", "Parameter Store", "SSM Parameter Store", "KMS"),
        "Key Vault",
        Text(
            en="valueFrom takes the full ARN; :KEY:: after it picks one JSON key. ECS reads it "
            "once, "
            "at start, with the execution role.",
            ja="valueFrom には完全な ARN を書き、末尾の :KEY:: で JSON キーを選ぶ。ECS は起動時に"
            "一度だけ、実行ロールで読む。",
        ),
        see=("ecs/secret-missing", "ecs/secret-key-missing", "iam/secret-read-denied"),
    ),
    Term(
        "Capacity provider",
        ("キャパシティプロバイダー", "FARGATE_SPOT", "Spot"),
        "node pool, Spot node pool",
        Text(
            en="Where tasks find room: FARGATE, FARGATE_SPOT or an Auto Scaling group. Spot may be "
            "reclaimed with two minutes' notice.",
            ja="タスクの置き場所 (FARGATE、FARGATE_SPOT、Auto Scaling グループ)。Spot は 2 分前の"
            "通知で回収されることがある。",
        ),
        see=("ecs/spot-interrupted", "ecs/fargate-capacity-unavailable"),
    ),
)
