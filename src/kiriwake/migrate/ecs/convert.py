"""The whole estate as one CloudFormation stack of ECS services on Fargate."""

from __future__ import annotations

from dataclasses import dataclass

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.addresses import Load, Need, need, smallest_prefix
from kiriwake.migrate.calls import start_order
from kiriwake.migrate.ecs.balancers import balance
from kiriwake.migrate.ecs.connect import connect
from kiriwake.migrate.ecs.files import prepare
from kiriwake.migrate.ecs.groups import Attached
from kiriwake.migrate.ecs.leftovers import claim_leftovers
from kiriwake.migrate.ecs.network import existing, made
from kiriwake.migrate.ecs.scaling import add_scaling
from kiriwake.migrate.ecs.schedule import add_schedule
from kiriwake.migrate.ecs.service import add_execution_role, add_service, add_task_definition
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ecs.storage import add_file_systems, volumes_for
from kiriwake.migrate.ecs.targets import RUNS, declared
from kiriwake.migrate.ecs.task import write_containers
from kiriwake.migrate.fargate import SizeBy, size_of
from kiriwake.migrate.gates import FARGATE, Gate, estate_gates, is_observer
from kiriwake.migrate.images import Image, all_moved
from kiriwake.migrate.ledger import Entry, Ledger
from kiriwake.migrate.model import Estate, Kind, Workload
from kiriwake.migrate.notice import Notice, Weight
from kiriwake.migrate.registry import add_repositories
from kiriwake.migrate.rollout import most_tasks
from kiriwake.migrate.stack import MOST_RESOURCES, Stack, get, ref, sub

_WIDEST = 18
"""A private subnet's largest prefix that leaves a /16 VPC room for the public ones."""


@dataclass(frozen=True, slots=True)
class EcsOptions:
    """How an estate becomes ECS services."""

    size_by: SizeBy = SizeBy.LIMITS
    image_has: str = ""
    zones: int = 2
    existing_network: bool = False


@dataclass(frozen=True, slots=True)
class Converted:
    """A conversion: the template, the ledger and what must be told."""

    stack: Stack
    entries: tuple[Entry, ...]
    notices: tuple[Notice, ...]
    images: tuple[Image, ...] = ()
    secrets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Logical id and keys of each secret whose value has to be put."""
    tasks: tuple[str, ...] = ()
    """Workloads that are run, not served."""
    need: Need | None = None
    prefix: int | None = None
    manifests: tuple[tuple[str, str], ...] = ()


def to_ecs(estate: Estate, options: EcsOptions) -> Converted:  # noqa: PLR0915
    """The estate on ECS; workloads that Fargate cannot run are refused one by one."""
    estate = declared(estate)
    ledger = Ledger(estate.documents, reasons.UNKNOWN_FIELD)
    stack = Stack("ECS on Fargate, written by kiriwake migrate. README.md says what to do first.")
    setting = Setting(
        estate,
        ledger,
        stack,
        options.size_by,
        options.image_has,
        options.zones,
        options.existing_network,
        list(estate.notices),
    )
    fit = _fit(setting)
    order = start_order(estate)
    images = all_moved(fit)
    load = _load(setting, fit)
    needed = need(load, options.zones)
    prefix = smallest_prefix(needed.worst)
    if prefix is None or prefix < _WIDEST:
        setting.note(
            "needs-larger-network",
            Weight.DECIDE,
            Text(
                en=f"each zone needs {needed.worst:,} addresses, more than a /{_WIDEST} holds:"
                " bring your own network (--existing-network)",
                ja=f"ゾーンごとに {needed.worst:,} 個のアドレスが必要で /{_WIDEST} に収まらない。"
                "既存のネットワークを使うこと (--existing-network)",
            ),
        )
    chosen = max(_WIDEST, min(24, prefix or _WIDEST))
    serving = [w for w in fit if w.kind in RUNS]
    gate = bool(serving) and (bool(images) or any(_uses_secrets(w) for w in serving))
    if gate:
        _add_gate(stack)
    network = existing(stack) if options.existing_network else made(stack, chosen, options.zones)
    _add_ground(setting)
    add_repositories(stack, images)
    front = balance(setting, network, fit)
    _add_task_security_group(setting, network.vpc, front.ports)
    file_systems = add_file_systems(setting, network, fit)
    port_names: dict[tuple[str, str], dict[tuple[str, int], str]] = {}
    for workload in fit:
        size = size_of(workload, options.size_by)
        assert size is not None  # noqa: S101 - _fit refuses what no size holds
        prepared = prepare(workload, setting)
        written = write_containers(workload, setting.name(workload), size, setting, prepared)
        for secret in written.secrets:
            _add_secret(setting, secret)
        volumes = volumes_for(setting, workload, file_systems)
        add_task_definition(setting, workload, size, written, volumes)
        if workload.kind in RUNS:
            port_names[workload.namespace, workload.name] = written.port_names
    names = connect(setting, port_names)
    running = {(w.namespace, w.name): f"{setting.id_of(w)}Service" for w in fit if w.kind in RUNS}
    for workload in fit:
        size = size_of(workload, options.size_by)
        attached = front.attached.get((workload.namespace, workload.name), Attached())
        if workload.kind in RUNS and size is not None:
            own = (workload.namespace, workload.name)
            after = [running[key] for key in order.get(own, ()) if key in running]
            mounts = [m for m in file_systems.ready if file_systems.used_by(workload)]
            add_service(
                setting,
                workload,
                attached,
                names.configuration(workload, enabled=True),
                [*after, *mounts],
                (network.private, network.ready),
                gated=gate,
            )
            add_scaling(setting, workload, size, attached)
            _tell_readiness(setting, workload, attached)
        elif workload.kind is Kind.SCHEDULED:
            add_schedule(setting, workload, network.private)
    if not any(r.type == "AWS::IAM::Role" for r in stack.resources.values()):
        add_execution_role(setting, "ExecutionRole", [])
    claim_leftovers(setting, fit)
    _tell_size(setting)
    secrets = tuple(
        (logical, _keys(setting, name)) for name, logical in sorted(setting.secret_ids.items())
    )
    return Converted(
        stack,
        ledger.entries(),
        tuple(setting.notices),
        images,
        secrets,
        tuple(setting.name(w) for w in fit if w.kind is Kind.TASK),
        needed,
        chosen,
    )


def _fit(setting: Setting) -> list[Workload]:
    closed: dict[tuple[str, str], list[Gate]] = {}
    for gate in estate_gates(setting.estate):
        if set(FARGATE) & set(gate.closes):
            for workload in setting.estate.workloads:
                if gate.says.en.startswith(f"{workload.name} "):
                    closed.setdefault((workload.namespace, workload.name), []).append(gate)
    fit = []
    for workload in setting.estate.workloads:
        gates = closed.get((workload.namespace, workload.name), [])
        for gate in gates:
            setting.note(
                f"not-on-fargate-{gate.id}",
                Weight.REFUSED,
                Text(
                    en=f"{gate.says.en}, which Fargate cannot give it; --to eks keeps it",
                    ja=f"{gate.says.ja}。Fargate では動かせない。--to eks なら残せる",
                ),
                gate.place,
            )
        if is_observer(workload):
            setting.note(
                "observer-not-needed",
                Weight.NOTE,
                Text(
                    en=f"{workload.name} is left out: awslogs and Container Insights take"
                    " its place",
                    ja=f"{workload.name} は不要。awslogs と Container Insights が代わりになる",
                ),
                workload.place,
            )
        elif not gates:
            fit.append(workload)
    return fit


def _uses_secrets(workload: Workload) -> bool:
    return any(v.secret for c in workload.every_container for v in c.variables) or any(
        volume.how in {"secret", "vault"} for volume in workload.volumes
    )


def _add_gate(stack: Stack) -> None:
    stack.parameters["StartServices"] = {
        "Type": "String",
        "Default": "false",
        "AllowedValues": ["true", "false"],
        "Description": "true once the images are in ECR and the secrets have their values",
    }
    stack.conditions["Start"] = {"Fn::Equals": [ref("StartServices"), "true"]}


def _load(setting: Setting, fit: list[Workload]) -> Load:
    running = [w for w in fit if w.kind in RUNS]
    steady = sum(w.scaling.most if w.scaling else w.replicas for w in running)
    once = sum(w.replicas for w in fit if w.kind not in RUNS)
    surge = sum(most_tasks(w) for w in running) + once
    internal = any(r.internal for r in setting.estate.routes) + sum(
        e.public and e.internal_balancer for e in setting.estate.endpoints
    )
    shares = any(v.how in {"share", "disk"} for w in fit for v in w.volumes)
    return Load(steady + once, surge, balancers=int(internal), others=1 if shares else 0)


def _add_ground(setting: Setting) -> None:
    stack = setting.stack
    stack.add(
        "Cluster",
        "AWS::ECS::Cluster",
        {
            "ClusterName": ref("AWS::StackName"),
            "ClusterSettings": [{"Name": "containerInsights", "Value": "enhanced"}],
            "CapacityProviders": ["FARGATE", "FARGATE_SPOT"],
        },
    )
    stack.add(
        "Namespace",
        "AWS::ServiceDiscovery::HttpNamespace",
        {"Name": ref("AWS::StackName")},
    )
    stack.outputs["ClusterName"] = {"Value": ref("Cluster")}


def _add_task_security_group(
    setting: Setting, vpc: object, ports: dict[tuple[str, int], tuple[str, str]]
) -> None:
    stack = setting.stack
    stack.add(
        "TasksSecurityGroup",
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": "The tasks of this stack", "VpcId": vpc},  # type: ignore[dict-item]
    )
    stack.add(
        "TasksReachEachOther",
        "AWS::EC2::SecurityGroupIngress",
        {
            "GroupId": get("TasksSecurityGroup", "GroupId"),
            "IpProtocol": "-1",
            "SourceSecurityGroupId": get("TasksSecurityGroup", "GroupId"),
        },
    )
    for group, port in sorted(ports):
        balancer, protocol = ports[group, port]
        stack.add(
            f"{balancer}Reaches{port}",
            "AWS::EC2::SecurityGroupIngress",
            {
                "GroupId": get("TasksSecurityGroup", "GroupId"),
                "IpProtocol": protocol,
                "FromPort": port,
                "ToPort": port,
                "SourceSecurityGroupId": get(group, "GroupId"),
            },
        )


def _add_secret(setting: Setting, name: str) -> None:
    logical_id = setting.secret_ids[name]
    if logical_id in setting.stack.resources:
        return
    setting.stack.add(
        logical_id,
        "AWS::SecretsManager::Secret",
        {
            "Name": sub(f"${{AWS::StackName}}/{name}"),
            "Description": f"JSON with the keys {', '.join(_keys(setting, name))}"[:2048],
        },
        keep=True,
    )


def _keys(setting: Setting, name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for secret in setting.estate.secrets:
        if secret.name == name:
            found |= dict.fromkeys(secret.keys)
    for workload in setting.estate.workloads:
        for container in workload.every_container:
            for variable in container.variables:
                if variable.secret is not None and variable.secret.secret == name:
                    found[variable.secret.key] = None
        for volume in workload.volumes:
            if volume.source == name and volume.how in {"secret", "vault"}:
                found |= dict.fromkeys(key for _, key in volume.files)
    return tuple(found)


def _tell_readiness(setting: Setting, workload: Workload, attached: Attached) -> None:
    for container in workload.containers:
        readiness, liveness = container.readiness, container.liveness
        if readiness is None:
            continue
        same = liveness is not None and (liveness.how, liveness.path, liveness.port) == (
            readiness.how,
            readiness.path,
            readiness.port,
        )
        if not attached.balancers:
            en = f"{workload.name}: its readiness probe is asked by nobody on ECS, so callers"
            en += " reach a task as soon as it runs"
            ja = f"{workload.name}: readiness probe を確認するものが ECS にないため、"
            ja += "タスクが起動するとすぐに呼び出しが届く"
        else:
            en = f"{workload.name}: a task that fails its readiness check is stopped and replaced"
            en += " on ECS; Kubernetes only stops sending it traffic"
            ja = f"{workload.name}: ECS では readiness に失敗したタスクは停止され置き換えられる。"
            ja += "Kubernetes ではトラフィックが止まるだけだった"
            if not same:
                en += ". Make sure it does not depend on other services"
                ja += "。他のサービスに依存しないか確認すること"
        setting.note("readiness-kills", Weight.BEHAVIOUR, Text(en=en, ja=ja), readiness.place)


def _tell_size(setting: Setting) -> None:
    number = len(setting.stack.resources)
    if number > MOST_RESOURCES:
        setting.note(
            "template-too-large",
            Weight.DECIDE,
            Text(
                en=f"the template has {number:,} resources and CloudFormation takes"
                f" {MOST_RESOURCES}: convert one namespace at a time",
                ja=f"テンプレートのリソースが {number:,} 個あり、CloudFormation の上限"
                f" {MOST_RESOURCES} を超える。名前空間ごとに変換すること",
            ),
        )
