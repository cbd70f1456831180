"""Why a field of a manifest was changed on its way to EKS."""

from __future__ import annotations

from kiriwake.core.text import Text

KEPT = Text(en="means the same on EKS", ja="EKS でも同じ意味")
IMAGE = Text(
    en="the image moves to ECR; README.md has the copy command",
    ja="イメージは ECR に移す。コピーのコマンドは README.md にある",
)
IDENTITY = Text(
    en="EKS Pod Identity gives the service account its role; the template has the association",
    ja="サービスアカウントへのロールの付与は EKS Pod Identity が行う。関連付けはテンプレートにある",
)
SECRET = Text(
    en="values are never written: README.md has the command that creates the Secret",
    ja="値はどこにも書かない。Secret を作るコマンドは README.md にある",
)
STORAGE_CLASS = Text(
    en="the EBS or EFS driver takes the place of the Azure one",
    ja="Azure のドライバーの代わりに EBS または EFS のドライバーを使う",
)
STORAGE_NAME = Text(
    en="AKS makes this class by itself, EKS does not: the class gp3 or efs is among the manifests",
    ja="AKS が用意するクラス。EKS にはないため gp3 または efs をマニフェストに含めた",
)
PARAMETER = Text(
    en="a setting of the Azure driver without an equivalent",
    ja="Azure のドライバー固有の設定で、対応するものがない",
)
INGRESS_CLASS = Text(
    en="the AWS Load Balancer Controller takes the Ingress (class alb)",
    ja="AWS Load Balancer Controller が Ingress を処理する (クラス alb)",
)
ANNOTATION = Text(
    en="the AWS Load Balancer Controller's annotation of the same meaning",
    ja="AWS Load Balancer Controller の同じ意味のアノテーションにした",
)
ANNOTATION_GONE = Text(
    en="no annotation of the AWS Load Balancer Controller says this",
    ja="AWS Load Balancer Controller に対応するアノテーションがない",
)
CERTIFICATE = Text(
    en="an ACM certificate found by host name; the controller reads no TLS Secret",
    ja="ホスト名で見つかる ACM の証明書を使う。コントローラーは TLS の Secret を読まない",
)
NODE_LABEL = Text(
    en="a label of AKS node pools that EKS nodes do not have",
    ja="AKS ノードプールのラベルで、EKS のノードにはない",
)
API_VERSION = Text(
    en="the version that supported clusters serve",
    ja="現行のクラスターが提供するバージョンにした",
)
VAULT = Text(
    en="the AWS provider reads Secrets Manager; names have to exist there",
    ja="AWS プロバイダーは Secrets Manager を読む。その名前のシークレットが必要",
)
AZURE_ONLY = Text(
    en="only AKS knows this object",
    ja="AKS にしかないオブジェクト",
)
GENERATED = Text(
    en="stands in the manifests written from this file",
    ja="このファイルから作ったマニフェストに書いた",
)
NOT_IN_KUBERNETES = Text(
    en="nothing in the manifests takes this field; decide whether the workload needs it",
    ja="マニフェストに当たるものがない。必要かどうかを判断すること",
)
HIDDEN = Text(
    en="written by the API server, never applied",
    ja="API サーバーが書く項目なので適用しない",
)
