"""The README beside the output: what to do, in which order."""

from __future__ import annotations

from kiriwake.core.text import Lang, Text
from kiriwake.migrate.addresses import usable
from kiriwake.migrate.ecs.convert import Converted
from kiriwake.migrate.images import Image
from kiriwake.migrate.ledger import Fate, counts
from kiriwake.migrate.notice import Weight, in_order
from kiriwake.migrate.stack import Stack

_HEADS = {
    Weight.BEHAVIOUR: Text(en="Behaves differently without a word", ja="黙って挙動が変わるもの"),
    Weight.REFUSED: Text(en="Not converted", ja="変換しなかったもの"),
    Weight.DECIDE: Text(en="Decide before you deploy", ja="デプロイ前に決めること"),
    Weight.WARNING: Text(en="Warnings", ja="警告"),
    Weight.NOTE: Text(en="Notes", ja="補足"),
}


def head_of(weight: Weight) -> Text:
    """The heading over notices of a weight."""
    return _HEADS[weight]


def readme(converted: Converted, to: str, lang: Lang) -> str:
    """The page in Markdown."""
    said = [
        f"# {Text(en=f'Moving to {to.upper()}', ja=f'{to.upper()} への移行手順').in_(lang)}",
        "",
        Text(
            en="Written by kiriwake migrate. ledger.json says what became of every input field.",
            ja="kiriwake migrate が作成。入力の各フィールドの行き先は ledger.json にある。",
        ).in_(lang),
        "",
        *_notices(converted, lang),
        f"## {Text(en='What to do, in this order', ja='作業の順序').in_(lang)}",
        "",
    ]
    steps = _ecs_steps(converted) if to == "ecs" else _eks_steps(converted)
    for number, (title, commands) in enumerate(steps, start=1):
        said += [f"{number}. {title.in_(lang)}", ""]
        if commands:
            said += ["   ```sh", *(f"   {line}" for line in commands), "   ```", ""]
    said += _closing(converted, lang)
    return "\n".join(said).rstrip() + "\n"


def _notices(converted: Converted, lang: Lang) -> list[str]:
    said: list[str] = []
    current: Weight | None = None
    for notice in in_order(converted.notices):
        if notice.weight is not current:
            current = notice.weight
            if said:
                said.append("")
            said += [f"## {head_of(current).in_(lang)}", ""]
        where = f" (`{notice.place}`)" if notice.place else ""
        said.append(f"- {notice.says.in_(lang)}{where}")
    return [*said, ""] if said else []


def copy_commands(images: tuple[Image, ...]) -> list[str]:
    """How the images get into ECR."""
    if not images:
        return []
    found = [
        (
            'REGISTRY="$(aws sts get-caller-identity --query Account --output text)'
            '.dkr.ecr.$AWS_REGION.amazonaws.com"'
        ),
        'aws ecr get-login-password | docker login --username AWS --password-stdin "$REGISTRY"',
    ]
    for image in images:
        target = f'"$REGISTRY/{image.repository}:{image.tag}"'
        if image.build:
            found += [f"docker build --tag {target} {image.build}", f"docker push {target}"]
        else:
            found.append(f'crane copy "{image.source}" {target}')
    return found


def secret_commands(converted: Converted, stack: str) -> list[str]:
    """How the values get into Secrets Manager: typed or piped in, never in a file of ours."""
    found = []
    for logical_id, keys in converted.secrets:
        resource = converted.stack.resources.get(logical_id)
        if resource is None:
            continue
        fields = ", ".join(f'\\"{key}\\": \\"${key.upper().replace("-", "_")}\\"' for key in keys)
        found += [
            f"SECRET=$(aws cloudformation describe-stack-resource --stack-name {stack} \\",
            (
                f"  --logical-resource-id {logical_id}"
                " --query StackResourceDetail.PhysicalResourceId --output text)"
            ),
            'aws secretsmanager put-secret-value --secret-id "$SECRET" \\',
            f'  --secret-string "{{{fields}}}"',
        ]
    return found


def _deploy(stack: Stack, name: str, *, start: str | None = None) -> list[str]:
    given = []
    if start is not None:
        given.append(f"StartServices={start}")
    given += [
        f"{key}=..."
        for key, known in stack.parameters.items()
        if "Default" not in known and key != "StartServices"
    ]
    found = [
        f"aws cloudformation deploy --stack-name {name} --template-file template.yaml \\",
        "  --capabilities CAPABILITY_IAM",
    ]
    if given:
        found[-1] += " \\"
        found.append(f"  --parameter-overrides {' '.join(given)}")
    return found


_Step = tuple[Text, list[str]]


def _ecs_steps(converted: Converted) -> list[_Step]:
    gated = "StartServices" in converted.stack.parameters
    steps: list[_Step] = [
        (
            Text(
                en="Create the stack"
                + ("; the services wait at 0 tasks for images and secrets" if gated else ""),
                ja="スタックを作る"
                + ("。イメージとシークレットが揃うまでサービスは 0 タスクで待つ" if gated else ""),
            ),
            _deploy(converted.stack, "app", start="false" if gated else None),
        )
    ]
    steps += _shared_steps(converted)
    if converted.secrets:
        commands = secret_commands(converted, "app")
        steps.append(
            (Text(en="Put the secrets' values", ja="シークレットの値を登録する"), commands)
        )
    if any(r.type == "AWS::EFS::FileSystem" for r in converted.stack.resources.values()):
        steps.append((Text(en="Copy the data to EFS (DataSync or azcopy)",
                           ja="データを EFS にコピーする (DataSync または"
                           " azcopy)"), []))  # fmt: skip
    if gated:
        steps.append(
            (
                Text(en="Start the services", ja="サービスを起動する"),
                _deploy(converted.stack, "app", start="true"),
            )
        )
    steps.append(
        (
            Text(en="See that everything runs", ja="動いていることを確かめる"),
            ["aws ecs wait services-stable --cluster app --services NAME", "kiriwake diagnose app"],
        )
    )
    if converted.tasks:
        steps.append(
            (
                Text(en="Run the tasks that run once", ja="1 回だけ動くタスクを実行する"),
                [
                    "aws ecs run-task --cluster app --launch-type FARGATE"
                    f" --task-definition app-{t}"
                    " --network-configuration ..."
                    for t in converted.tasks
                ],
            )
        )
    return steps


def _shared_steps(converted: Converted) -> list[_Step]:
    if not converted.images:
        return []
    said = Text(en="Copy or build the images", ja="イメージをコピーまたはビルドする")
    return [(said, copy_commands(converted.images))]


def _eks_steps(converted: Converted) -> list[_Step]:
    stack = converted.stack
    steps: list[_Step] = [
        (
            Text(en="Create the cluster", ja="クラスターを作る"),
            [
                *_deploy(stack, "eks"),
                (
                    'aws eks update-kubeconfig --name "$(aws cloudformation describe-stacks'
                    " --stack-name eks \\"
                ),
                (
                    "  --query \"Stacks[0].Outputs[?OutputKey=='ClusterName'].OutputValue\""
                    ' --output text)"'
                ),
            ],
        )
    ]
    if "LoadBalancerControllerRole" in stack.resources:
        steps.append(
            (
                Text(
                    en="Install the AWS Load Balancer Controller; its role is in the template",
                    ja="AWS Load Balancer Controller を入れる。ロールはテンプレートにある",
                ),
                [
                    "helm repo add eks https://aws.github.io/eks-charts",
                    "helm install aws-load-balancer-controller eks/aws-load-balancer-controller \\",
                    "  --namespace kube-system --set clusterName=kiriwake",
                ],
            )
        )
    steps += _shared_steps(converted)
    if any("ACCOUNT_ID" in text for _, text in converted.manifests):
        steps.append(
            (
                Text(
                    en="Put your account and region into the manifests",
                    ja="マニフェストにアカウントとリージョンを書き込む",
                ),
                [
                    (
                        'sed -i "s/ACCOUNT_ID/$(aws sts get-caller-identity --query Account'
                        ' --output text)/; s/AWS_REGION/$AWS_REGION/" manifests/*.yaml'
                    )
                ],
            )
        )
    if any("FILE_SYSTEM_ID" in text for _, text in converted.manifests):
        steps.append(
            (
                Text(
                    en="Put the file system's id into the class efs",
                    ja="クラス efs にファイルシステムの ID を書き込む",
                ),
                [
                    'sed -i "s/FILE_SYSTEM_ID/$(aws cloudformation describe-stacks \\',
                    (
                        "  --stack-name eks --query"
                        " \"Stacks[0].Outputs[?OutputKey=='FileSystemId'].OutputValue\""
                        ' --output text)/" manifests/*.yaml'
                    ),
                ],
            )
        )
    if converted.secrets:
        commands = []
        for name, keys in converted.secrets:
            space, _, plain = name.rpartition("/")
            fields = " ".join(f'--from-literal={key}="..."' for key in keys)
            commands.append(
                f"kubectl create secret generic {plain} --namespace {space or 'default'} {fields}"
            )
        spaces = [f for f, _ in converted.manifests if f.startswith("manifests/00-namespace")]
        commands = [f"kubectl apply -f {file}" for file in spaces] + commands
        steps.append((Text(en="Create the Secrets", ja="Secret を作る"), commands))
    steps.append(
        (
            Text(en="Apply the manifests", ja="マニフェストを適用する"),
            ["kubectl apply -f manifests/", "kiriwake diagnose eks:kiriwake"],
        )
    )
    return steps


def _closing(converted: Converted, lang: Lang) -> list[str]:
    found = counts(converted.entries)
    need, prefix = converted.need, converted.prefix
    said = [f"## {Text(en='What became of the input', ja='入力の行き先').in_(lang)}", ""]
    said += [f"- {fate.value}: {found[fate]}" for fate in Fate]
    if need is not None and prefix is not None:
        line = Text(
            en=f"Each private subnet needs {need.steady} addresses, {need.surge} while deploying,"
            f" {need.zone_lost} with one zone lost; a /{prefix} has {usable(prefix)}.",
            ja=f"プライベートサブネットごとに必要なアドレスは定常時 {need.steady}、デプロイ中"
            f" {need.surge}、ゾーン喪失時 {need.zone_lost}。/{prefix} には {usable(prefix)} ある。",
        )
        said += ["", line.in_(lang)]
    said += [
        "",
        Text(
            en="template.yaml is checked against CloudFormation's schemas; terraform/ is checked"
            " for syntax only.",
            ja="template.yaml は CloudFormation のスキーマで検査済み。terraform/"
            " は構文だけを検査した。",
        ).in_(lang),
    ]
    return said
