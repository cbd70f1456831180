"""Fresh templates with every checklist item satisfied, for what a console is often used for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kiriwake.core.errors import UsageError
from kiriwake.core.text import Lang, Text
from kiriwake.migrate.addresses import Load, need, smallest_prefix, usable
from kiriwake.migrate.columns import lines
from kiriwake.migrate.ecs.convert import Converted, EcsOptions, to_ecs
from kiriwake.migrate.ecs.network import made
from kiriwake.migrate.eks.convert import EksOptions, to_eks
from kiriwake.migrate.model import (
    Container,
    Endpoint,
    EndpointPort,
    Estate,
    Kind,
    Metric,
    Port,
    Probe,
    Resources,
    Scaling,
    Source,
    Workload,
)
from kiriwake.migrate.names import pascal
from kiriwake.migrate.readme import readme
from kiriwake.migrate.registry import add_repository, add_scanning
from kiriwake.migrate.stack import Stack, ref, yaml_text
from kiriwake.migrate.terraform.write import write as terraform

WHAT = ("ecs-service", "eks-cluster", "repository", "subnets")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
_REPOSITORY = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*\Z")
_WIDEST = 18


@dataclass(frozen=True, slots=True)
class NewOptions:
    """What to make; CPU in thousandths, memory in MiB."""

    what: str
    name: str
    image: str = "public.ecr.aws/nginx/nginx:1.27"
    port: int = 80
    health_path: str = "/"
    tasks: int = 2
    most_tasks: int = 10
    millicores: int = 256
    memory: int = 512
    zones: int = 2
    existing_network: bool = False
    lang: Lang = Lang.EN


def new(options: NewOptions) -> Mapping[str, str]:
    """The files by name.

    Raises `UsageError` for a name AWS does not take or sizes that Fargate does not sell.
    """
    pattern = _REPOSITORY if options.what == "repository" else _NAME
    if not pattern.match(options.name):
        raise UsageError(
            "no-such-name",
            Text(
                en=f'"{options.name}" is no name AWS takes: lower case letters, digits and dashes,'
                " a letter first",
                ja=f"「{options.name}」は使えない名前。英小文字・数字・ハイフンで、先頭は英字にすること",
            ),
        )
    match options.what:
        case "ecs-service":
            return _files(
                to_ecs(
                    _service(options),
                    EcsOptions(zones=options.zones, existing_network=options.existing_network),
                ),
                "ecs",
                options,
            )
        case "eks-cluster":
            made_ = to_eks(Estate(), EksOptions(options.zones, options.existing_network))
            made_.stack.parameters["ClusterName"]["Default"] = options.name
            return _files(made_, "eks", options)
        case "repository":
            return _plain(_repository(options), options)
        case "subnets":
            return _plain(_subnets(options), options)
        case _:
            raise UsageError(
                "no-such-scaffold",
                Text(
                    en=f'there is no scaffold "{options.what}"',
                    ja=f"雛形「{options.what}」はない",
                ),
                hints=tuple(Text(en=what, ja=what) for what in WHAT),
            )


def _service(options: NewOptions) -> Estate:
    labels = {"app": options.name}
    probe = Probe("http", path=options.health_path, port=options.port, timeout_s=5)
    amount = (options.millicores, options.millicores, options.memory, options.memory)
    container = Container(
        options.name,
        options.image,
        ports=(Port(options.port, app="http"),),
        resources=Resources(*amount),
        readiness=probe,
        liveness=probe,
    )
    scaling = Scaling(options.tasks, max(options.tasks, options.most_tasks),
                      (Metric("cpu", 60.0),))  # fmt: skip
    workload = Workload(
        options.name,
        Kind.SERVICE,
        Source.KUBERNETES,
        replicas=options.tasks,
        containers=(container,),
        labels=labels,
        scaling=scaling,
        service_account=options.name,
    )
    endpoint = Endpoint(
        options.name,
        workload.namespace,
        labels,
        (EndpointPort(80, options.port, app="http"),),
        public=True,
    )
    return Estate(workloads=(workload,), endpoints=(endpoint,))


def _repository(options: NewOptions) -> Stack:
    stack = Stack("An ECR repository that is scanned on push. Written by kiriwake new.")
    add_repository(stack, f"{pascal(options.name)}Repository", options.name)
    add_scanning(stack)
    return stack


def _subnets(options: NewOptions) -> Stack:
    needed = need(Load(options.tasks, options.tasks * 2, balancers=1, endpoints=4), options.zones)
    found = smallest_prefix(needed.worst)
    if found is None or found < _WIDEST:
        raise UsageError(
            "too-many-tasks",
            Text(
                en=f"{options.tasks:,} tasks need more than a /{_WIDEST} in each of"
                f" {options.zones} zones; use more zones or a VPC of your own",
                ja=f"{options.tasks:,} タスクは {options.zones} ゾーンの /{_WIDEST} に収まらない。"
                "ゾーンを増やすか独自の VPC を用意すること",
            ),
        )
    prefix = min(24, found)
    stack = Stack(
        f"Subnets for {options.tasks} tasks that deploy at 200 %: /{prefix} with"
        f" {usable(prefix)} addresses each. Written by kiriwake new."
    )
    made(stack, prefix, options.zones)
    stack.outputs["VpcId"] = {"Value": ref("Vpc")}
    for letter in "ABCDEF"[: options.zones]:
        for kind in ("Private", "Public"):
            stack.outputs[f"{kind}Subnet{letter}Id"] = {"Value": ref(f"{kind}Subnet{letter}")}
    return stack


def _files(converted: Converted, to: str, options: NewOptions) -> dict[str, str]:
    # nothing was moved, so what a migration would have to tell does not apply
    quiet = replace(converted, notices=())
    return {
        "README.md": readme(quiet, to, options.lang),
        **_stack_files(converted.stack),
        **dict(converted.manifests),
    }


def _plain(stack: Stack, options: NewOptions) -> dict[str, str]:
    head = Text(en="Written by kiriwake new", ja="kiriwake new が作成").in_(options.lang)
    step = f"aws cloudformation deploy --stack-name {options.name.replace('/', '-')}"
    page = f"# {options.name}\n\n{head}\n\n```sh\n{step} --template-file template.yaml\n```\n"
    return {"README.md": page, **_stack_files(stack)}


def _stack_files(stack: Stack) -> dict[str, str]:
    found = {"template.yaml": yaml_text(stack.document())}
    return found | {f"terraform/{name}": text for name, text in terraform(stack).items()}


def text(files: Mapping[str, str], directory: str, lang: Lang) -> str:
    """What was written, for a terminal."""
    said = Text(
        en=f"written to {directory}: {', '.join(files)}",
        ja=f"{directory} に書き出した: {', '.join(files)}",
    )
    return "\n".join(lines(said.in_(lang))) + "\n"


def document(files: Mapping[str, str], directory: str, what: str) -> dict[str, object]:
    """What was written, as JSON data."""
    return {
        "schema": "kiriwake-new/1",
        "what": what,
        "directory": directory or None,
        "files": list(files),
    }
