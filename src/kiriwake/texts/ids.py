"""Every cause that a text can tell of: its id and its meaning in one line, both languages."""

from __future__ import annotations

from functools import cache

from kiriwake.core.text import Text

# One cause is two lines: the id and the English, then the Japanese.
_TABLE = """
ecs/subnet-ip-exhausted | a subnet has no free address left for new tasks
 新しいタスクに割り当てる IP がサブネットに残っていない
ecs/eni-not-provisioned | the network interface of a task was not ready in time
 タスクの ENI の用意が時間内に終わらなかった
ecs/eni-not-allowed | EC2 refuses the network interface (policy, quota or rate)
 ENI の作成を EC2 が拒否している (ポリシー、クォータ、レート)
ecs/subnet-or-group-absent | a subnet or security group of the service does not exist
 サービスが指定するサブネットまたはセキュリティグループが存在しない
ecs/eni-limit-reached | the container instance has no network interface left for a task
 コンテナインスタンスにタスク用の ENI が残っていない
ecs/revision-not-deployed | a newer task definition revision was never deployed to the service
 新しいリビジョンがサービスにデプロイされていない
ecs/service-behind-latest | the service is behind the newest revision of its family
 サービスがファミリーの最新リビジョンより古い
ecs/tasks-behind-service | tasks run an older revision than the service names
 サービスが指すリビジョンより古いタスクが動いている
ecs/health-check-path-not-served | the health check path is not served by the application
 ヘルスチェックのパスにアプリケーションが応答していない
ecs/health-check-code-rejected | the health check's answer is outside the matcher
 ヘルスチェックへの応答コードが matcher の範囲外 (リダイレクト、認証など)
ecs/health-check-server-error | the application answers the health check with a server error
 ヘルスチェックにアプリケーションが 5xx を返している
ecs/health-check-cannot-connect | the health check gets no connection
 ヘルスチェックが接続できない (ポート、SG、bind アドレス、TLS)
ecs/grace-period-too-short | tasks are judged unhealthy before the application has started
 アプリケーションの起動前に unhealthy と判定されている
ecs/container-health-check-fails | the container health check of the task definition fails
 タスク定義の healthCheck (コンテナのヘルスチェック) が失敗している
ecs/dependency-never-healthy | a container waits in vain for another (dependsOn)
 dependsOn の条件を満たさないコンテナを待ち続けている
ecs/rollout-cannot-progress | minimumHealthyPercent and maximumPercent leave no room for the rollout
 minimumHealthyPercent と maximumPercent の組み合わせでデプロイが進めない
ecs/circuit-breaker-off | the deployment circuit breaker is off, so a bad rollout retries for ever
 サーキットブレーカーが無効で、失敗するデプロイが延々と再試行される
ecs/deployment-rolled-back | the deployment failed and was rolled back or given up
 デプロイが失敗し、ロールバックまたは中止された
ecs/deployment-alarm-fired | a CloudWatch alarm ended the deployment
 CloudWatch アラームがデプロイを中止した
ecs/execution-role-cannot-pull | the role that pulls the image lacks ECR permissions
 イメージを pull するロールに ECR の権限がない
ecs/app-exits | the application exits by itself
 アプリケーションが自ら終了している
ecs/app-environment-missing | the application stops for want of an environment variable or setting
 環境変数や設定が足りず、アプリケーションが停止している
ecs/app-dependency-unreachable | the application stops because a database or service does not answer
 データベースなどの接続先に届かず、アプリケーションが停止している
ecs/out-of-memory | a container is killed at its memory limit
 コンテナがメモリ上限に達して kill されている
ecs/stop-timeout-exceeded | the container ignored SIGTERM until stopTimeout and was killed
 SIGTERM を無視したコンテナが stopTimeout で kill された
ecs/stopped-by-user | somebody stopped the task or deregistered its instance
 人の操作でタスクが停止、またはインスタンスが登録解除された
ecs/container-command-invalid | the command or entry point of the container cannot be executed
 コンテナの command / entryPoint を実行できない
ecs/container-cannot-start | the container runtime could not create or start the container
 コンテナランタイムがコンテナを作成または開始できない
ecs/container-start-timed-out | the container did not start in time on its host
 コンテナがホスト上で時間内に起動しなかった
ecs/volume-not-mounted | a volume of the task cannot be created or mounted
 タスクのボリュームを作成またはマウントできない
ecs/disk-full | no space is left on the disk of the host or task
 ホストまたはタスクのディスクに空きがない
ecs/no-container-instance-fits | no container instance has the CPU, memory or GPU for the task
 タスクに必要な CPU / メモリ / GPU が空いたコンテナインスタンスがない
ecs/host-port-taken | the static host port is in use on every candidate instance
 固定のホストポートが候補のインスタンスすべてで使用中
ecs/no-container-instances | the cluster or capacity provider has no container instances
 クラスターまたはキャパシティプロバイダーにコンテナインスタンスがない
ecs/agent-disconnected | the ECS agent of the container instance is not connected
 コンテナインスタンスの ECS エージェントが接続されていない
ecs/attribute-not-offered | no instance offers an attribute or constraint that the task requires
 タスクが要求する属性や配置制約を満たすインスタンスがない
ecs/fargate-capacity-unavailable | AWS has no Fargate or Spot capacity at the moment
 Fargate / Spot のキャパシティが AWS 側で不足している
ecs/spot-interrupted | the Spot capacity under the task was reclaimed
 Spot の容量が回収され、タスクが中断された
ecs/host-terminated | the instance under the task was stopped or terminated
 タスクのホストインスタンスが停止または終了した
ecs/task-retired | AWS retires the host under the task
 AWS がタスクの基盤ホストをリタイアさせた
ecs/quota-reached | a quota of the account or service is reached
 アカウントまたはサービスのクォータに達している
ecs/api-throttled | API calls are throttled
 API 呼び出しがスロットリングされている
ecs/provisioning-limit-reached | too many tasks wait for capacity in the cluster
 クラスターで PROVISIONING 待ちのタスクが上限に達した
ecs/zone-not-supported | a subnet lies in a zone that Fargate does not serve
 Fargate 非対応のアベイラビリティーゾーンのサブネットを使っている
ecs/task-protected | protected tasks keep the task set from scaling in
 保護されたタスクがスケールインを妨げている
ecs/platform-version-unsupported | the platform version is unknown or lacks what the task needs
 プラットフォームバージョンが不正、または必要な機能に対応していない
ecs/task-definition-invalid | the task definition or service request was rejected
 タスク定義またはサービスのリクエストが拒否された
ecs/role-not-assumable | ECS cannot assume the role of the task or service
 タスクやサービスのロールを ECS が引き受けられない
ecs/secret-missing | the secret, its version or the parameter does not exist under that name
 参照先のシークレット (版) やパラメータがその名前では存在しない
ecs/secret-key-missing | the secret exists and lacks the JSON key, or the reference is malformed
 シークレットはあるが JSON キーがない、または参照の書式が誤っている
ecs/environment-file-missing | the environment file does not exist in S3
 環境変数ファイルが S3 に存在しない
ecs/exec-not-ready | ECS Exec cannot reach the container
 ECS Exec がコンテナに接続できない
ecs/service-absent | the cluster, service or task does not exist, or is inactive
 クラスター、サービス、タスクが存在しない、または INACTIVE
ecs/aws-internal-error | AWS reports an internal error of its own
 AWS 側の内部エラーが報告されている
ecr/image-tag-missing | the image tag or digest does not exist in the registry
 イメージのタグまたは digest がレジストリに存在しない
ecr/repository-missing | the repository does not exist in that account and region
 リポジトリがそのアカウントとリージョンに存在しない
ecr/image-reference-invalid | the image reference is malformed or its registry does not exist
 イメージの指定が不正、またはレジストリのホストが存在しない
ecr/image-archived | the image is archived and cannot be pulled
 イメージがアーカイブされていて pull できない
ecr/platform-mismatch | the image is built for another CPU architecture or system
 イメージの CPU アーキテクチャ / OS が実行環境と異なる
ecr/pull-rate-limited | the public registry limits the rate of pulls
 公開レジストリの pull 回数制限に達している
ecr/cross-account-policy-missing | the other account's repository does not admit the puller
 別アカウントのリポジトリポリシーが pull を許可していない
ecr/registry-credentials-missing | credentials for the registry are missing, wrong or expired
 レジストリの認証情報がない、誤っている、または期限切れ
ecr/pull-through-cache-fails | the pull through cache cannot fetch from its upstream
 プルスルーキャッシュが上流から取得できない
ecr/tag-immutable | the tag exists already and the repository forbids moving it
 タグが既に存在し、リポジトリの設定で上書きできない
ecr/image-not-scanned | the image was never scanned
 イメージが一度もスキャンされていない
net/registry-unreachable | there is no network path to the registry
 レジストリへのネットワーク経路がない
net/layers-unreachable | there is no network path to S3, where ECR keeps its layers
 ECR がレイヤーを置く S3 へのネットワーク経路がない
net/secrets-unreachable | there is no network path to Secrets Manager
 Secrets Manager へのネットワーク経路がない
net/parameters-unreachable | there is no network path to SSM Parameter Store
 SSM パラメータストアへのネットワーク経路がない
net/kms-unreachable | there is no network path to KMS
 KMS へのネットワーク経路がない
net/logs-unreachable | there is no network path to CloudWatch Logs
 CloudWatch Logs へのネットワーク経路がない
net/efs-unreachable | there is no network path to the EFS mount target
 EFS のマウントターゲットへのネットワーク経路がない
net/environment-file-unreachable | there is no network path to S3 for the environment file
 環境変数ファイルを取得する S3 へのネットワーク経路がない
net/sts-unreachable | there is no network path to STS
 STS へのネットワーク経路がない
net/aws-endpoint-unreachable | there is no network path to an AWS endpoint
 AWS のエンドポイントへのネットワーク経路がない
net/dns-not-resolving | names do not resolve inside the VPC or cluster
 VPC またはクラスター内で名前解決できない
net/efs-name-not-resolving | the EFS name does not resolve: no mount target, or VPC DNS is off
 EFS の名前を解決できない (マウントターゲットなし、または VPC の DNS 無効)
elb/target-zone-not-enabled | a target is in a zone that the load balancer does not serve
 ロードバランサーで有効でないゾーンにターゲットがある
elb/target-group-without-listener | no listener forwards to the target group
 ターゲットグループに転送するリスナーがない
elb/target-group-absent | the target group or target does not exist any more
 ターゲットグループまたはターゲットが既に存在しない
elb/target-group-type-wrong | the type or protocol of the target group does not fit
 ターゲットグループの種別やプロトコルがサービスに合わない
elb/load-balancer-impaired | the load balancer itself is failed, impaired or has no addresses
 ロードバランサー自体が failed / impaired、または IP 不足
elb/target-answers-badly | the target closes the connection or answers malformed (502)
 ターゲットが接続を切るか不正な応答を返す (502)
elb/no-target-registered | the target group has no usable target (503)
 ターゲットグループに使えるターゲットがない (503)
elb/target-answers-slowly | the target does not answer within the idle timeout (504)
 ターゲットがアイドルタイムアウト内に応答しない (504)
iam/secret-read-denied | the execution role may not read the secret
 実行ロールがシークレットを読み取れない
iam/parameter-read-denied | the execution role may not read the SSM parameter
 実行ロールが SSM パラメータを読み取れない
iam/kms-decrypt-denied | the role may not decrypt with the KMS key
 ロールに KMS キーでの復号権限がない
iam/environment-file-read-denied | the execution role may not read the environment file in S3
 実行ロールが S3 の環境変数ファイルを読み取れない
iam/logs-write-denied | the writer of logs lacks a logs: permission
 ログの書き込み元に logs: の権限がない
iam/registry-read-denied | a caller other than ECS lacks ECR permissions
 ECS 以外の呼び出し元に ECR の権限がない
iam/registry-write-denied | the caller may not push to ECR
 呼び出し元に ECR への push 権限がない
iam/pass-role-denied | the caller may not pass the role to ECS
 呼び出し元に iam:PassRole の権限がない
iam/api-call-denied | the caller lacks the permission for an API call
 呼び出し元に API の権限がない
iam/app-call-denied | the application's own role lacks a permission
 アプリケーション自身のロールに権限がない
iam/denied-by-guardrail | an explicit deny, SCP, boundary or endpoint policy forbids the call
 明示的な拒否、SCP、境界、エンドポイントポリシーが呼び出しを禁じている
iam/service-linked-role-missing | the service-linked role does not exist
 サービスにリンクされたロールが存在しない
iam/role-missing | the role or instance profile does not exist
 ロールまたはインスタンスプロファイルが存在しない
iam/credentials-invalid | the caller's AWS credentials are missing, wrong or expired
 呼び出し元の AWS 認証情報がない、誤っている、または期限切れ
iam/efs-mount-denied | EFS denies the mount (policy, access point or task role)
 EFS がマウントを拒否している (ポリシー、アクセスポイント、タスクロール)
ecs/efs-path-missing | the root directory of the volume does not exist on EFS
 ボリュームのルートディレクトリが EFS に存在しない
logs/log-group-missing | the log group does not exist and is not created automatically
 ロググループが存在せず、自動作成もされない
logs/driver-options-invalid | an option of the log driver is missing or wrong
 ログドライバーのオプションが不足または不正
logs/shipper-absent | nothing ships the logs of the pods
 Pod のログを送る仕組みがない
logs/shipper-misconfigured | the log shipper runs with a wrong configuration
 ログ転送の設定が誤っている
logs/shipper-drops-lines | the log shipper drops lines (buffer full, throttled)
 ログ転送が行を取りこぼしている (バッファ満杯、スロットリング)
logs/control-plane-logs-off | log types of the EKS control plane are not enabled
 EKS コントロールプレーンのログが有効でない
eks/irsa-trust-mismatch | the role's trust policy does not match the service account
 ロールの信頼ポリシーがサービスアカウントと一致しない
eks/oidc-provider-missing | IAM has no OIDC provider for the cluster's issuer
 クラスターの issuer に対応する IAM OIDC プロバイダーがない
eks/service-account-not-annotated | the service account lacks a valid role annotation
 サービスアカウントに正しいロールの注釈がない
eks/pod-identity-broken | the Pod Identity association, agent or trust policy is wrong
 Pod Identity の関連付け、エージェント、信頼ポリシーのいずれかが誤っている
eks/imds-not-reachable | pods cannot reach the instance metadata service (hop limit)
 Pod からインスタンスメタデータに届かない (hop limit)
eks/caller-not-mapped | the IAM principal has no access entry or aws-auth mapping
 IAM プリンシパルにアクセスエントリも aws-auth の対応付けもない
eks/caller-not-authorized | Kubernetes RBAC forbids the request
 Kubernetes の RBAC がリクエストを禁じている
eks/api-endpoint-unreachable | the cluster API endpoint cannot be reached from the client
 クライアントからクラスターの API エンドポイントに届かない
eks/node-not-joining | nodes launch and do not join the cluster
 ノードは起動するがクラスターに参加しない
eks/nodegroup-launch-fails | the node group cannot launch instances
 ノードグループがインスタンスを起動できない
eks/cni-not-ready | the network plugin of the node is absent or failing
 ノードのネットワークプラグインがない、または失敗している
eks/cni-ip-exhausted | the VPC CNI finds no free address or prefix in the subnet
 VPC CNI が割り当てる IP / プレフィックスがサブネットにない
eks/pod-density-reached | the node has no ENI, address or pod slot left
 ノードの ENI / IP / Pod 数が上限に達している
eks/node-cannot-pull | the node or Fargate pod execution role cannot authenticate to ECR
 ノードまたは Fargate Pod 実行ロールが ECR に認証できない
eks/load-balancer-controller-denied | the AWS Load Balancer Controller lacks an IAM permission
 AWS Load Balancer Controller に IAM 権限がない
eks/subnets-not-discovered | the load balancer controller finds no tagged subnet
 ロードバランサーコントローラーがタグ付きサブネットを見つけられない
eks/webhook-unreachable | an admission webhook cannot be called
 Admission Webhook を呼び出せない
eks/volume-driver-denied | the CSI driver's role lacks a permission
 CSI ドライバーのロールに権限がない
eks/addon-unhealthy | an EKS add-on is degraded
 EKS アドオンが DEGRADED
k8s/pod-does-not-fit | no node has enough CPU, memory, GPU or storage for the pod
 Pod に必要な CPU / メモリ / GPU が空いたノードがない
k8s/taint-not-tolerated | taints, selectors, affinity or Fargate profiles exclude every node
 taint、セレクター、アフィニティ、Fargate プロファイルが全ノードを除外している
k8s/volume-not-bound | the volume claim cannot be provisioned or bound
 PVC をプロビジョニングまたはバインドできない
k8s/volume-not-attached | the volume cannot be attached or mounted
 ボリュームをアタッチまたはマウントできない
k8s/probe-fails | a liveness, readiness or startup probe fails
 liveness / readiness / startup プローブが失敗している
k8s/startup-too-slow | the container is killed by its probe before it has started
 起動完了前にプローブによってコンテナが kill される
k8s/config-missing | a ConfigMap, Secret or key that the pod names does not exist
 Pod が参照する ConfigMap / Secret / キーが存在しない
k8s/app-exits | a container of the pod exits by itself
 Pod のコンテナが自ら終了している
k8s/app-environment-missing | the application stops for want of an environment variable or setting
 環境変数や設定が足りず、Pod のアプリケーションが停止している
k8s/app-dependency-unreachable | the application stops because a database or service does not answer
 接続先に届かず、Pod のアプリケーションが停止している
k8s/out-of-memory | a container of the pod is killed at its memory limit
 Pod のコンテナがメモリ上限で kill されている
k8s/container-command-invalid | the command of a container of the pod cannot be executed
 Pod のコンテナの command を実行できない
k8s/container-cannot-start | the runtime could not create or start a container of the pod
 ランタイムが Pod のコンテナを作成または開始できない
k8s/disk-full | no space is left on the node
 ノードのディスクに空きがない
k8s/pod-evicted | the pod was evicted from its node
 Pod がノードから退避 (evict) された
k8s/node-not-ready | the node is NotReady
 ノードが NotReady
k8s/node-terminated | the node under the pod was reclaimed, cordoned or terminated
 Pod のノードが回収、cordon、または終了された
k8s/quota-exceeded | a ResourceQuota or LimitRange refuses the pod
 ResourceQuota / LimitRange が Pod を拒否している
k8s/manifest-invalid | the manifest is rejected by the API server
 マニフェストが API サーバーに拒否された
k8s/rollout-cannot-progress | the Deployment exceeded its progress deadline
 Deployment が progressDeadlineSeconds を超えた
"""


@cache
def meanings() -> dict[str, Text]:
    """The meaning of every cause id, in the order of the table."""
    lines = _TABLE.strip().splitlines()
    rows = zip(lines[::2], lines[1::2], strict=True)
    heads = ((head.partition(" | "), ja.strip()) for head, ja in rows)
    return {cause: Text(en=en, ja=ja) for (cause, _, en), ja in heads}
