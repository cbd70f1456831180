"""A stack as Terraform files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kiriwake.migrate.stack import Json, Resource, Stack
from kiriwake.migrate.terraform.hcl import Block, Encoded, Expression, Value, block_text, quoted
from kiriwake.migrate.terraform.table import ARN_REFS, ATTRIBUTES, NAME_REFS, TYPES, As

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HOLE = re.compile(r"\$\{(!?)([A-Za-z0-9:.]+)\}")
_PSEUDO = {
    "AWS::StackName": "var.stack_name",
    "AWS::Region": "data.aws_region.current.region",
    "AWS::AccountId": "data.aws_caller_identity.current.account_id",
    "AWS::Partition": "data.aws_partition.current.partition",
    "AWS::URLSuffix": "data.aws_partition.current.dns_suffix",
}
_HEAD = """\
# Written by kiriwake migrate from the same facts as template.yaml. Its syntax was checked,
# its behaviour was not: read `terraform plan` before you apply.
"""
_Item = tuple[str, Value] | Block


def snake(name: str) -> str:
    """A CamelCase name in lower case with underscores."""
    return _WORD.sub("_", name).lower()


def write(stack: Stack) -> dict[str, str]:
    """The files by name."""
    writer = _Writer(stack)
    variables = [_variable("stack_name", {"Type": "String", "Default": "kiriwake"})]
    variables += [_variable(snake(name), known) for name, known in stack.parameters.items()]
    provider = Block("terraform", (), (
        ("required_version", ">= 1.5"),
        Block("required_providers", (), (
            ("aws", {"source": "hashicorp/aws", "version": ">= 6.0"}),
        )),
    ))  # fmt: skip
    data = [
        Block("data", (kind, name), ())
        for kind, name in (
            ("aws_availability_zones", "available"),
            ("aws_caller_identity", "current"),
            ("aws_partition", "current"),
            ("aws_region", "current"),
        )
    ]
    resources = [block for name in stack.resources for block in writer.blocks(name)]
    outputs = [
        Block("output", (snake(name),), (("value", writer.value(known["Value"])),))
        for name, known in stack.outputs.items()
    ]
    return {
        "main.tf": _HEAD + "\n" + _joined([provider, *data, *resources]),
        "outputs.tf": _joined(outputs),
        "variables.tf": _joined(variables),
    }


def _joined(blocks: Sequence[Block]) -> str:
    return "\n".join(block_text(block) for block in blocks)


def _variable(name: str, known: Mapping[str, Json]) -> Block:
    kind = str(known["Type"])
    body: list[_Item] = [
        ("type", Expression("list(string)" if kind.startswith("List") else "string"))
    ]
    if "Description" in known:
        body.append(("description", str(known["Description"])))
    if "Default" in known:
        body.append(("default", str(known["Default"])))
    return Block("variable", (name,), tuple(body))


class _Writer:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def address(self, logical_id: str) -> str:
        return f"{TYPES[self.stack.resources[logical_id].type][0]}.{snake(logical_id)}"

    def blocks(self, logical_id: str) -> list[Block]:
        resource = self.stack.resources[logical_id]
        kind, table = TYPES[resource.type]
        body = self.body(resource.properties, table)
        body += self.extras(resource)
        if resource.depends_on:
            after = [Expression(self.address(name)) for name in resource.depends_on]
            body.append(("depends_on", after))
        if resource.keep:
            body.append(Block("lifecycle", (), (("prevent_destroy", True),)))
        found = [Block("resource", (kind, snake(logical_id)), tuple(body))]
        return found + self.companions(logical_id, resource)

    def extras(self, resource: Resource) -> list[_Item]:
        if resource.type == "AWS::IAM::Role" or "ManagedPolicyArns" in resource.properties:
            return []
        if resource.type == "AWS::EC2::SecurityGroup":
            # CloudFormation opens the way out by default, the provider does not
            return [Block("egress", (), (
                ("from_port", 0), ("to_port", 0), ("protocol", "-1"),
                ("cidr_blocks", ["0.0.0.0/0"]),
            ))]  # fmt: skip
        return []

    def companions(self, logical_id: str, resource: Resource) -> list[Block]:
        """Resources that CloudFormation keeps inside another."""
        name = snake(logical_id)
        found: list[Block] = []
        if resource.type == "AWS::ECS::Cluster" and "CapacityProviders" in resource.properties:
            found.append(Block("resource", ("aws_ecs_cluster_capacity_providers", name), (
                ("cluster_name", Expression(f"aws_ecs_cluster.{name}.name")),
                ("capacity_providers", self.value(resource.properties["CapacityProviders"])),
            )))  # fmt: skip
        policy = resource.properties.get("LifecyclePolicy")
        if isinstance(policy, Mapping):
            found.append(Block("resource", ("aws_ecr_lifecycle_policy", name), (
                ("repository", Expression(f"aws_ecr_repository.{name}.name")),
                ("policy", self.value(policy["LifecyclePolicyText"])),
            )))  # fmt: skip
        backup = resource.properties.get("BackupPolicy")
        if isinstance(backup, Mapping):
            found.append(Block("resource", ("aws_efs_backup_policy", name), (
                ("file_system_id", Expression(f"aws_efs_file_system.{name}.id")),
                Block("backup_policy", (), (("status", self.value(backup["Status"])),)),
            )))  # fmt: skip
        managed = resource.properties.get("ManagedPolicyArns")
        if resource.type == "AWS::IAM::Role" and isinstance(managed, list):
            found += [
                Block("resource", ("aws_iam_role_policy_attachment", f"{name}_{number}"), (
                    ("role", Expression(f"aws_iam_role.{name}.name")),
                    ("policy_arn", self.value(arn)),
                ))
                for number, arn in enumerate(managed, start=1)
            ]  # fmt: skip
        return found

    def body(self, properties: Mapping[str, Json], table: Mapping[str, As]) -> list[_Item]:
        plain: list[_Item] = []
        nested: list[_Item] = []
        health: list[_Item] = []
        for name, value in properties.items():
            how = table.get(name, As())
            label = how.name or snake(name)
            if name == "ManagedPolicyArns" or how.how == "drop":
                continue
            if name == "Tags":
                plain.append(("tags", self.tags(value)))
            elif how.how == "block":
                nested += [
                    Block(label, (), tuple(self.body(item, how.inner)))
                    for item in (value if isinstance(value, list) else [value])
                    if isinstance(item, Mapping)
                ]
            elif how.how == "inline" and isinstance(value, Mapping):
                for item in self.body(value, {**table, **how.inner}):
                    (nested if isinstance(item, Block) else plain).append(item)
            elif how.how == "health":
                health.append((label, self.matcher(value)))
            elif how.how == "target-attributes":
                self.target_attributes(value, plain, nested)
            else:
                plain += self.attribute(how.how, label, value)
        if health:
            nested.insert(0, Block("health_check", (), tuple(health)))
        return [*plain, *nested]

    def attribute(self, how: str, label: str, value: Json) -> list[_Item]:  # noqa: PLR0911
        match how:
            case "json":
                return [(label, Encoded(self.value(value)))]
            case "json-lower":
                return [(label, Encoded(self.lowered(value)))]
            case "list":
                return [(label, [self.value(value)])]
            case "enabled":
                return [(label, value == "ENABLED")]
            case "internal":
                return [(label, value == "internal")]
            case "log-types":
                inner = value.get("ClusterLogging") if isinstance(value, Mapping) else None
                types = inner.get("EnabledTypes") if isinstance(inner, Mapping) else []
                listed = types if isinstance(types, list) else []
                return [(label, [str(t["Type"]) for t in listed if isinstance(t, Mapping)])]
            case "first-certificate":
                first = value[0] if isinstance(value, list) else None
                arn = first.get("CertificateArn") if isinstance(first, Mapping) else None
                return [(label, self.value(arn))]
            case "scaling-target":
                target = self.value(value)
                address = target.text.removesuffix(".id") if isinstance(target, Expression) else ""
                return [
                    (key, Expression(f"{address}.{key}"))
                    for key in ("resource_id", "scalable_dimension", "service_namespace")
                ]
            case _:
                return [(label, self.value(value))]

    def matcher(self, value: Json) -> Value:
        if isinstance(value, Mapping) and len(value) == 1 and not {"Ref"} & set(value):
            return self.value(next(iter(value.values())))
        return self.value(value)

    def target_attributes(self, value: Json, plain: list[_Item], nested: list[_Item]) -> None:
        found = {
            str(item["Key"]): str(item["Value"])
            for item in (value if isinstance(value, list) else [])
            if isinstance(item, Mapping)
        }
        drain = found.get("deregistration_delay.timeout_seconds")
        if drain:
            plain.append(("deregistration_delay", int(drain)))
        if found.get("stickiness.enabled") == "true":
            nested.append(Block("stickiness", (), (("type", found["stickiness.type"]),)))

    def tags(self, value: Json) -> Value:
        return {
            str(item["Key"]): self.value(item["Value"])
            for item in (value if isinstance(value, list) else [])
            if isinstance(item, Mapping)
        }

    def lowered(self, value: Json) -> Value:
        """Container definitions as the API spells them: lower camel case, options as they are."""
        if isinstance(value, Mapping):
            if len(value) == 1 and next(iter(value)) in {"Ref", "Fn::Sub", "Fn::GetAtt", "Fn::If"}:
                return self.value(value)
            return {
                key[:1].lower() + key[1:]: self.value(item) if key == "Options"
                else self.lowered(item)
                for key, item in value.items()
            }  # fmt: skip
        if isinstance(value, list):
            return [self.lowered(item) for item in value]
        return self.value(value)

    def value(self, value: Json) -> Value:
        if isinstance(value, Mapping):
            if len(value) == 1:
                key, inner = next(iter(value.items()))
                if key in {"Ref", "Fn::GetAtt", "Fn::Sub", "Fn::If", "Fn::Select"}:
                    return self.intrinsic(key, inner)
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self.value(item) for item in value]
        return value

    def intrinsic(self, key: str, inner: Json) -> Value:
        if key == "Ref":
            return Expression(self.reference(str(inner)))
        if key == "Fn::Sub":
            return Expression(self.interpolated(str(inner)))
        parts = list(inner) if isinstance(inner, Sequence) else []
        if key == "Fn::GetAtt":
            attribute = ATTRIBUTES[str(parts[1])]
            return Expression(f"{self.address(str(parts[0]))}.{attribute}")
        if key == "Fn::If":
            yes, no = self.value(parts[1]), self.value(parts[2])
            return Expression(f'var.start_services == "true" ? {yes} : {no}')
        number, listed = parts
        if isinstance(listed, Mapping) and "Fn::GetAZs" in listed:
            return Expression(f"data.aws_availability_zones.available.names[{number}]")
        inside = self.value(listed)
        text = inside.text if isinstance(inside, Expression) else ""
        return Expression(f"{text}[{number}]")

    def reference(self, name: str) -> str:
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in self.stack.parameters:
            return f"var.{snake(name)}"
        kind = self.stack.resources[name].type
        attribute = "arn" if kind in ARN_REFS else "name" if kind in NAME_REFS else "id"
        return f"{self.address(name)}.{attribute}"

    def interpolated(self, text: str) -> str:
        parts: list[str] = []
        end = 0
        for hole in _HOLE.finditer(text):
            parts.append(quoted(text[end : hole.start()])[1:-1])
            name = hole.group(2)
            if hole.group(1):
                parts.append(f"$${{{name}}}")
            elif "." in name and "::" not in name:
                logical_id, _, attribute = name.partition(".")
                parts.append(f"${{{self.address(logical_id)}.{ATTRIBUTES[attribute]}}}")
            else:
                parts.append(f"${{{self.reference(name)}}}")
            end = hole.end()
        parts.append(quoted(text[end:])[1:-1])
        return '"' + "".join(parts) + '"'
