"""How CloudFormation's resource types and properties are called in the aws provider.

`attribute` renames; `block` nests; `json` encodes a document; `drop` leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class As:
    """What a property becomes."""

    name: str = ""
    how: str = "attribute"
    inner: Mapping[str, As] = field(default_factory=dict)


def _block(name: str, **inner: As) -> As:
    return As(name, "block", inner)


def _json(name: str) -> As:
    return As(name, "json")


def _to(name: str) -> As:
    return As(name)


DROP = As(how="drop")
_VPC_CONFIG = _block("network_configuration", AwsvpcConfiguration=As(how="inline"),
                     AssignPublicIp=As("assign_public_ip", "enabled"))  # fmt: skip
_TARGETS = _block("target_group", TargetGroupArn=_to("arn"))
_ACTION = {
    "FixedResponseConfig": _block("fixed_response", StatusCode=_to("status_code")),
    "RedirectConfig": _block("redirect"),
    "ForwardConfig": _block("forward", TargetGroups=_TARGETS),
}
_INGRESS = _block("ingress", IpProtocol=_to("protocol"), CidrIp=As("cidr_blocks", "list"),
                  SourceSecurityGroupId=As("security_groups", "list"))  # fmt: skip

TYPES: dict[str, tuple[str, dict[str, As]]] = {
    "AWS::EC2::VPC": ("aws_vpc", {}),
    "AWS::EC2::InternetGateway": ("aws_internet_gateway", {}),
    "AWS::EC2::VPCGatewayAttachment": ("aws_internet_gateway_attachment", {}),
    "AWS::EC2::RouteTable": ("aws_route_table", {}),
    "AWS::EC2::Route": ("aws_route", {}),
    "AWS::EC2::Subnet": ("aws_subnet", {}),
    "AWS::EC2::SubnetRouteTableAssociation": ("aws_route_table_association", {}),
    "AWS::EC2::EIP": ("aws_eip", {}),
    "AWS::EC2::NatGateway": ("aws_nat_gateway", {}),
    "AWS::EC2::VPCEndpoint": ("aws_vpc_endpoint", {}),
    "AWS::EC2::SecurityGroup": (
        "aws_security_group",
        {"GroupDescription": _to("description"), "SecurityGroupIngress": _INGRESS},
    ),
    "AWS::EC2::SecurityGroupIngress": (
        "aws_vpc_security_group_ingress_rule",
        {
            "GroupId": _to("security_group_id"),
            "SourceSecurityGroupId": _to("referenced_security_group_id"),
        },
    ),
    "AWS::ECS::Cluster": (
        "aws_ecs_cluster",
        {
            "ClusterName": _to("name"),
            "ClusterSettings": _block("setting"),
            "CapacityProviders": DROP,
        },
    ),
    "AWS::ServiceDiscovery::HttpNamespace": ("aws_service_discovery_http_namespace", {}),
    "AWS::Logs::LogGroup": ("aws_cloudwatch_log_group", {"LogGroupName": _to("name")}),
    "AWS::IAM::Role": (
        "aws_iam_role",
        {
            "AssumeRolePolicyDocument": _json("assume_role_policy"),
            "Policies": _block(
                "inline_policy", PolicyName=_to("name"), PolicyDocument=_json("policy")
            ),
        },
    ),
    "AWS::ECS::TaskDefinition": (
        "aws_ecs_task_definition",
        {
            "ContainerDefinitions": As("container_definitions", "json-lower"),
            "EphemeralStorage": _block("ephemeral_storage", SizeInGiB=_to("size_in_gib")),
            "Volumes": _block(
                "volume",
                EFSVolumeConfiguration=_block(
                    "efs_volume_configuration",
                    FilesystemId=_to("file_system_id"),
                    AuthorizationConfig=_block("authorization_config"),
                ),
            ),
            "RuntimePlatform": _block("runtime_platform"),
        },
    ),
    "AWS::ECS::Service": (
        "aws_ecs_service",
        {
            "ServiceName": _to("name"),
            "DeploymentConfiguration": As(
                how="inline",
                inner={
                    "MaximumPercent": _to("deployment_maximum_percent"),
                    "MinimumHealthyPercent": _to("deployment_minimum_healthy_percent"),
                    "DeploymentCircuitBreaker": _block("deployment_circuit_breaker"),
                },
            ),
            "NetworkConfiguration": _VPC_CONFIG,
            "LoadBalancers": _block("load_balancer"),
            "CapacityProviderStrategy": _block("capacity_provider_strategy"),
            "EnableECSManagedTags": _to("enable_ecs_managed_tags"),
            "ServiceConnectConfiguration": _block(
                "service_connect_configuration",
                Services=_block("service", ClientAliases=_block("client_alias")),
            ),
        },
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "aws_lb",
        {"Type": _to("load_balancer_type"), "Scheme": As("internal", "internal")},
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        "aws_lb_target_group",
        {
            "HealthCheckPath": As("path", "health"),
            "HealthCheckProtocol": As("protocol", "health"),
            "HealthCheckPort": As("port", "health"),
            "HealthCheckIntervalSeconds": As("interval", "health"),
            "HealthCheckTimeoutSeconds": As("timeout", "health"),
            "UnhealthyThresholdCount": As("unhealthy_threshold", "health"),
            "HealthyThresholdCount": As("healthy_threshold", "health"),
            "Matcher": As("matcher", "health"),
            "TargetGroupAttributes": As(how="target-attributes"),
        },
    ),
    "AWS::ElasticLoadBalancingV2::Listener": (
        "aws_lb_listener",
        {
            "DefaultActions": As("default_action", "block", _ACTION),
            "Certificates": As("certificate_arn", "first-certificate"),
        },
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": (
        "aws_lb_listener_rule",
        {
            "Actions": As("action", "block", _ACTION),
            "Conditions": _block(
                "condition",
                Field=DROP,
                HostHeaderConfig=_block("host_header"),
                PathPatternConfig=_block("path_pattern"),
            ),
        },
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": ("aws_appautoscaling_target", {}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (
        "aws_appautoscaling_policy",
        {
            "PolicyName": _to("name"),
            "ScalingTargetId": As(how="scaling-target"),
            "TargetTrackingScalingPolicyConfiguration": _block(
                "target_tracking_scaling_policy_configuration",
                PredefinedMetricSpecification=_block("predefined_metric_specification"),
            ),
        },
    ),
    "AWS::SecretsManager::Secret": ("aws_secretsmanager_secret", {}),
    "AWS::ECR::Repository": (
        "aws_ecr_repository",
        {
            "RepositoryName": _to("name"),
            "ImageScanningConfiguration": _block("image_scanning_configuration"),
            "EncryptionConfiguration": _block("encryption_configuration"),
            "LifecyclePolicy": DROP,
        },
    ),
    "AWS::ECR::RegistryScanningConfiguration": (
        "aws_ecr_registry_scanning_configuration",
        {"Rules": _block("rule", RepositoryFilters=_block("repository_filter"))},
    ),
    "AWS::EFS::FileSystem": ("aws_efs_file_system", {"BackupPolicy": DROP}),
    "AWS::EFS::MountTarget": ("aws_efs_mount_target", {}),
    "AWS::EFS::AccessPoint": (
        "aws_efs_access_point",
        {
            "RootDirectory": _block("root_directory", CreationInfo=_block("creation_info")),
            "PosixUser": _block("posix_user"),
        },
    ),
    "AWS::Scheduler::Schedule": (
        "aws_scheduler_schedule",
        {
            "FlexibleTimeWindow": _block("flexible_time_window"),
            "Target": _block(
                "target",
                EcsParameters=_block(
                    "ecs_parameters",
                    NetworkConfiguration=_VPC_CONFIG,
                ),
            ),
        },
    ),
    "AWS::EKS::Cluster": (
        "aws_eks_cluster",
        {
            "UpgradePolicy": _block("upgrade_policy"),
            "AccessConfig": _block("access_config"),
            "Logging": As("enabled_cluster_log_types", "log-types"),
            "ResourcesVpcConfig": _block("vpc_config"),
        },
    ),
    "AWS::EKS::Nodegroup": (
        "aws_eks_node_group",
        {
            "NodeRole": _to("node_role_arn"),
            "Subnets": _to("subnet_ids"),
            "ScalingConfig": _block("scaling_config"),
            "UpdateConfig": _block("update_config"),
        },
    ),
    "AWS::EKS::Addon": (
        "aws_eks_addon",
        {
            "ResolveConflicts": _to("resolve_conflicts_on_create"),
            "PodIdentityAssociations": _block("pod_identity_association"),
        },
    ),
    "AWS::EKS::PodIdentityAssociation": ("aws_eks_pod_identity_association", {}),
}
ARN_REFS = {
    "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ECS::TaskDefinition",
    "AWS::SecretsManager::Secret",
}  # fmt: skip
"""Types whose `Ref` is an ARN."""
NAME_REFS = {"AWS::ECS::Cluster", "AWS::EKS::Cluster", "AWS::Logs::LogGroup"}
"""Types whose `Ref` is a name."""
ATTRIBUTES = {
    "Arn": "arn", "GroupId": "id", "AllocationId": "id", "DNSName": "dns_name", "Name": "name",
    "RepositoryUri": "repository_url",
    "ClusterSecurityGroupId": "vpc_config[0].cluster_security_group_id",
}  # fmt: skip
