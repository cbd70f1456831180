"""Why a field was carried, adapted, replaced or dropped: one sentence a reason."""

from __future__ import annotations

from kiriwake.core.text import Text

SAME = Text(en="same meaning on ECS", ja="ECS でも同じ意味")
KEPT = Text(en="kept as written", ja="そのまま残した")
UNKNOWN_FIELD = Text(
    en="nothing on this target takes this field; decide whether the workload needs it",
    ja="移行先にこのフィールドに当たるものがない。必要かどうかを判断すること",
)
NAME = Text(
    en="the name becomes the family, the service and the container name, in the characters"
    " ECS allows",
    ja="ECS で使える文字に直し、ファミリー名・サービス名・コンテナー名にした",
)
PLUMBING = Text(
    en="says which object this is; the resource type says it here",
    ja="オブジェクトの種類を示す項目。ここではリソースタイプが同じ役割を持つ",
)
SELECTOR = Text(
    en="labels tie objects together in Kubernetes; the template refers to resources directly",
    ja="Kubernetes ではラベルで結び付けるが、テンプレートではリソースを直接参照する",
)
TAGS = Text(en="labels become tags", ja="ラベルはタグになる")
NAMESPACE = Text(
    en="one stack holds one application; a namespace is part of the names where there are several",
    ja="1 つのスタックが 1 つのアプリケーションを持つ。名前空間が複数あれば名前に含める",
)
IMAGE_ECR = Text(
    en="moves to ECR; README.md has the copy command",
    ja="ECR に移す。コピーのコマンドは README.md にある",
)
IMAGE_BUILT = Text(
    en="ECS builds nothing: build the image and push it, README.md has the commands",
    ja="ECS はビルドしない。ビルドと push のコマンドは README.md にある",
)
ENTRY = Text(
    en="Kubernetes' command replaces the ENTRYPOINT, which ECS calls entryPoint",
    ja="Kubernetes の command は ENTRYPOINT の置き換えで、ECS では entryPoint に当たる",
)
COMMAND = Text(
    en="Kubernetes' args replace the CMD, which ECS calls command",
    ja="Kubernetes の args は CMD の置き換えで、ECS では command に当たる",
)
ACI_COMMAND = Text(
    en="ACI's command replaces the ENTRYPOINT: its first word is entryPoint, the rest is command",
    ja="ACI の command は ENTRYPOINT の置き換え。先頭が entryPoint、残りが command になる",
)
PORT = Text(
    en="a port mapping with a name, which the load balancer and Service Connect use",
    ja="名前付きのポートマッピングにした。ロードバランサーと Service Connect がこれを使う",
)
HOST_PORT = Text(
    en="a task has its own network interface, so there is no host port",
    ja="タスクは専用の ENI を持つため、ホストポートはない",
)
VARIABLE_SECRET = Text(
    en="read from Secrets Manager when the task starts; the value is put there by hand",
    ja="タスク起動時に Secrets Manager から読む。値は手作業で登録する",
)
VARIABLE_OPEN = Text(
    en="the files do not tell its value: a parameter of the stack",
    ja="値がファイルにないため、スタックのパラメーターにした",
)
VARIABLE_FIELD = Text(
    en="filled in by the kubelet; on ECS the application asks ECS_CONTAINER_METADATA_URI_V4",
    ja="kubelet が埋める値。ECS では ECS_CONTAINER_METADATA_URI_V4 から取得する",
)
CPU_REQUEST = Text(
    en="a share of the task's CPU; Fargate enforces only the task's size",
    ja="タスクの CPU の取り分。Fargate が強制するのはタスクのサイズだけ",
)
CPU_LIMIT = Text(
    en="counts into the task's CPU; one container alone is not capped on Fargate",
    ja="タスクの CPU に算入した。Fargate ではコンテナー単位の上限はない",
)
MEMORY_REQUEST = Text(
    en="memoryReservation, at least 6 MiB and below the limit",
    ja="memoryReservation にした (6 MiB 以上、limit 未満)",
)
MEMORY_LIMIT = Text(
    en="the container's hard limit, so that it is killed where it was killed before",
    ja="コンテナーのハードリミットにした。これまでと同じ量で停止される",
)
STORAGE = Text(en="the task's ephemeral storage", ja="タスクのエフェメラルストレージにした")
HEALTH_EXEC = Text(
    en="the container's health check, in the ranges ECS allows",
    ja="コンテナーのヘルスチェックにした (ECS が許す範囲に収めた)",
)
HEALTH_TARGET = Text(
    en="the target group's health check; a failing task is replaced, not only taken out",
    ja="ターゲットグループのヘルスチェックにした。失敗したタスクは切り離されるだけでなく置き換えられる",
)
HEALTH_GRACE = Text(
    en="counts into healthCheckGracePeriodSeconds",
    ja="healthCheckGracePeriodSeconds に算入した",
)
HEALTH_OTHER = Text(
    en="the target group follows another probe of this container; it has one health check",
    ja="ターゲットグループのヘルスチェックは 1 つで、このコンテナーの別のプローブに従う",
)
HEALTH_NOBODY = Text(
    en="no load balancer asks, and ECS cannot: a container check would need curl in the image;"
    " add --image-has curl if it has",
    ja="問い合わせるロードバランサーがなく、ECS 自身も確認できない。イメージに curl があれば"
    " --image-has curl を付けること",
)
HEALTH_HEADERS = Text(
    en="a target group sends no headers of its own choice",
    ja="ターゲットグループは任意のヘッダーを送れない",
)
USER = Text(en="user", ja="user にした")
CAPABILITY = Text(
    en="Fargate adds no capability but SYS_PTRACE",
    ja="Fargate で追加できるケーパビリティは SYS_PTRACE だけ",
)
RUNS_CONTAINED = Text(
    en="ECS does not enforce this; Fargate isolates every task in its own virtual machine",
    ja="ECS には強制する仕組みがない。Fargate はタスクごとに仮想マシンで隔離する",
)
PULL_POLICY = Text(
    en="Fargate pulls for every task; the digest is fixed once a deployment",
    ja="Fargate はタスクごとに pull する。ダイジェストはデプロイごとに固定される",
)
PULL_SECRET = Text(
    en="ECR needs none: the execution role may pull",
    ja="ECR では不要。実行ロールの権限で pull する",
)
PRE_STOP = Text(
    en="ECS has no such hook: SIGTERM follows after the target is drained, then stopTimeout",
    ja="ECS にこのフックはない。ターゲットの切り離し後に SIGTERM、その後 stopTimeout を待つ",
)
STOP = Text(en="stopTimeout, 2 to 120 seconds", ja="stopTimeout にした (2〜120 秒)")
VOLUME_SCRATCH = Text(
    en="a volume of the task that dies with it",
    ja="タスクと共に消えるボリュームにした",
)
VOLUME_FILES = Text(
    en="ECS mounts no config files: an init container writes them before the others start",
    ja="ECS に設定ファイルのマウントはない。init コンテナーが先にファイルを書き出す",
)
VOLUME_SHARE = Text(
    en="an EFS file system; the data has to be copied",
    ja="EFS ファイルシステムにした。データのコピーが必要",
)
VOLUME_DISK = Text(
    en="an EFS file system, since a disk of a task would be deleted with it; decide on a managed"
    " service for databases",
    ja="EFS にした。タスクのディスクはタスクと共に消えるため。"
    "データベースはマネージドサービスを検討",
)
REPLICAS = Text(en="DesiredCount", ja="DesiredCount にした")
ROLLOUT = Text(
    en="the same number of extra and missing tasks as percentages of the task count",
    ja="余分なタスク数と不足を許すタスク数が同じになる百分率にした",
)
SPREAD = Text(
    en="Fargate spreads tasks over the zones and never puts two on one host",
    ja="Fargate はタスクをゾーンに分散し、同じホストに 2 つ置くことはない",
)
PLATFORM = Text(en="runtimePlatform", ja="runtimePlatform にした")
POOL = Text(
    en="there are no node pools on Fargate",
    ja="Fargate にノードプールはない",
)
IDENTITY = Text(
    en="a task role; give it the permissions the application needs on AWS",
    ja="タスクロールにした。アプリケーションに必要な AWS の権限を付けること",
)
RESTART = Text(
    en="a service starts a new task when an essential container ends",
    ja="essential コンテナーが終了するとサービスが新しいタスクを起動する",
)
SCHEDULE = Text(
    en="EventBridge Scheduler runs the task; its cron counts Sunday as 1 and has a year",
    ja="EventBridge Scheduler がタスクを起動する。cron は日曜が 1 で、年の欄がある",
)
ENDPOINT = Text(
    en="a Service Connect name and port that the other services call unchanged",
    ja="Service Connect の名前とポートにした。他のサービスは今までどおり呼び出せる",
)
BALANCER = Text(
    en="a load balancer in front of the tasks; internal stays internal",
    ja="タスクの前段のロードバランサーにした。内部向けは内部向けのまま",
)
RANGES = Text(
    en="the load balancer's security group", ja="ロードバランサーのセキュリティグループにした"
)
RULE = Text(
    en="a listener rule; a prefix matches the path itself and everything below",
    ja="リスナールールにした。プレフィックスはそのパス自体と配下に一致する",
)
TLS = Text(
    en="an ACM certificate named by a parameter; the key is not exported",
    ja="ACM の証明書をパラメーターで指定する。秘密鍵は取り出さない",
)
SCALING = Text(
    en="Application Auto Scaling with target tracking",
    ja="Application Auto Scaling のターゲット追跡にした",
)
SCALING_SHARE = Text(
    en="Kubernetes means per cent of the request, ECS per cent of the task: recomputed",
    ja="Kubernetes は request に対する割合、ECS はタスクに対する割合のため計算し直した",
)
SCALING_OPEN = Text(
    en="no metric on AWS says the same; choose one before the service is scaled",
    ja="AWS に同じ意味のメトリクスがない。スケールさせる前に選ぶこと",
)
BUDGET = Text(
    en="minimumHealthyPercent keeps tasks up during deployments; there are no node drains",
    ja="デプロイ中は minimumHealthyPercent が守る。ノードのドレインは存在しない",
)
SETTINGS = Text(
    en="its values stand in the task definitions that use it",
    ja="値は利用するタスク定義に書き込んだ",
)
SECRET_VALUE = Text(
    en="never written anywhere: README.md has the command that puts it into Secrets Manager",
    ja="値はどこにも書かない。Secrets Manager に登録するコマンドは README.md にある",
)
STORAGE_CLASS = Text(en="EFS takes the place of the class", ja="EFS がこのクラスの代わりになる")
CLUSTER_ONLY = Text(
    en="only a Kubernetes cluster knows this kind; --to eks keeps it",
    ja="Kubernetes クラスターにしかない種類。--to eks なら残せる",
)
LOGS = Text(
    en="a CloudWatch log group with a retention",
    ja="保持期間付きの CloudWatch ロググループにした",
)
REGION = Text(
    en="the stack is created in the region you choose",
    ja="スタックは選んだリージョンに作られる",
)
SUBNETS = Text(en="the VPC of the template", ja="テンプレートの VPC にした")
RESOLVED = Text(
    en="its value was put where it is used",
    ja="値は使われる場所に反映した",
)
NOT_CONVERTED = Text(
    en="this object could not be converted for this target; the report says why",
    ja="このオブジェクトは移行先に変換できなかった。理由はレポートにある",
)
AFTER = Text(
    en="the order in which the stack creates the services",
    ja="スタックがサービスを作る順序にした",
)
SHARED_NETWORK = Text(
    en="all services of the stack share one security group that lets them reach each other",
    ja="スタック内の全サービスが、相互に通信できる 1 つのセキュリティグループを共有する",
)
BETTER_BREAKER = Text(
    en="the circuit breaker ends a failing deployment and rolls it back, which Kubernetes does not",
    ja="サーキットブレーカーが失敗したデプロイを止めて戻す。Kubernetes は自動では戻さない",
)
INGRESS_CLASS = Text(
    en="the load balancer of the template takes the controller's place",
    ja="テンプレートのロードバランサーがコントローラーの代わりになる",
)
WRAPPER = Text(
    en="wraps other objects, which have their own entries",
    ja="他のオブジェクトを包むだけの項目。中身は個別に記載した",
)
NO_CONTAINERS = Text(
    en="runs no containers, so it is not converted",
    ja="コンテナーを動かすものではないため変換しない",
)
PROFILE = Text(
    en="stands behind a profile and is left out",
    ja="プロファイル指定があるため対象外とした",
)
PACE = Text(
    en="ECS paces a deployment by health checks and the percentages",
    ja="ECS のデプロイはヘルスチェックと百分率で進む",
)
HISTORY = Text(
    en="ECS keeps task definition revisions and service deployments by itself",
    ja="タスク定義のリビジョンとデプロイ履歴は ECS が保持する",
)
IDENTITY_LOST = Text(
    en="tasks have no fixed names or order",
    ja="タスクには固定の名前や順序がない",
)
