"""The CloudFormation around the manifests: cluster, nodes, add-ons, logs, identities."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kiriwake.migrate.addresses import Load, Need, need, smallest_prefix
from kiriwake.migrate.ecs.network import Network, existing, made
from kiriwake.migrate.fargate import UNSTATED_CPU, UNSTATED_MEMORY
from kiriwake.migrate.model import Estate, Kind
from kiriwake.migrate.names import pascal
from kiriwake.migrate.rollout import most_tasks
from kiriwake.migrate.stack import Json, Stack, get, ref, sub

VERSION = "1.36"
"""In standard support until 2027-08-02 (EKS user guide, kubernetes-versions)."""
NODE = "m6i.large"
NODE_CPU, NODE_MEMORY, NODE_PODS = 1930, 6800, 29
"""What a node of this type leaves to pods: thousandths, MiB, pods (ENI limit)."""
WARM = 20
"""Addresses an m6i.large keeps while idle: two interfaces of ten."""
SYSTEM_PODS = 8
CONTROL_PLANE = 16
"""Addresses advised to be free in cluster subnets for the control plane's interfaces."""
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_WIDEST = 18


@dataclass(frozen=True, slots=True)
class Demand:
    """What the pods of an estate ask of the nodes."""

    pods: int
    most_pods: int
    cpu: int
    memory: int

    @property
    def nodes(self) -> int:
        """How many nodes hold the pods, at least two for two zones."""
        by_cpu, by_memory = self.cpu / NODE_CPU, self.memory / NODE_MEMORY
        by_pods = (self.most_pods + SYSTEM_PODS) / NODE_PODS
        return max(2, math.ceil(max(by_cpu, by_memory, by_pods)))


def demand(estate: Estate) -> Demand:
    """The sum of all requests, autoscalers at their limit counted as pods only."""
    pods = most = cpu = memory = 0
    for workload in estate.workloads:
        number = 2 if workload.kind is Kind.DAEMON else workload.replicas
        pods += number
        most += number if workload.kind is Kind.DAEMON else most_tasks(workload)
        for container in workload.containers:
            r = container.resources
            asked = UNSTATED_CPU if r.cpu_request is None else r.cpu_request
            held = UNSTATED_MEMORY if r.memory_request is None else r.memory_request
            cpu += number * asked
            memory += number * held
    return Demand(pods, most, cpu, memory)


def cluster_need(wanted: Demand, zones: int) -> Need:
    """Addresses of each private subnet: pods, nodes with their warm pools, control plane."""
    warm = math.ceil(wanted.nodes / zones) * WARM
    return need(
        Load(wanted.pods + wanted.nodes, wanted.most_pods + wanted.nodes + 1,
             others=warm + CONTROL_PLANE),
        zones,
    )  # fmt: skip


def add_cluster(
    stack: Stack, estate: Estate, *, zones: int, existing_network: bool, needs: frozenset[str]
) -> tuple[Network, Need, int]:
    """The cluster with everything that makes its pods reachable and their logs seen.

    `needs` may hold `balancer`, `efs`, `ebs`, `metrics`, `secrets`.
    """
    wanted = demand(estate)
    needed = cluster_need(wanted, zones)
    prefix = max(_WIDEST, min(24, smallest_prefix(needed.worst) or _WIDEST))
    network = existing(stack) if existing_network else made(stack, prefix, zones, {})
    _logs(stack)
    _role(stack, "ClusterRole", "eks.amazonaws.com", ("AmazonEKSClusterPolicy",))
    stack.parameters["ClusterName"] = {"Type": "String", "Default": "kiriwake", "MaxLength": 100}
    stack.add(
        "Cluster",
        "AWS::EKS::Cluster",
        {
            "Name": ref("ClusterName"),
            "Version": VERSION,
            "RoleArn": get("ClusterRole", "Arn"),
            "UpgradePolicy": {"SupportType": "STANDARD"},
            "AccessConfig": {
                "AuthenticationMode": "API",
                "BootstrapClusterCreatorAdminPermissions": True,
            },
            "Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": kind} for kind in LOG_TYPES]}},
            "ResourcesVpcConfig": {
                "SubnetIds": network.private,
                "EndpointPrivateAccess": True,
                "EndpointPublicAccess": True,
            },
        },
        depends_on=["ControlPlaneLogs"],
    )
    _role(
        stack,
        "NodeRole",
        "ec2.amazonaws.com",
        (
            "AmazonEKSWorkerNodePolicy",
            "AmazonEC2ContainerRegistryPullOnly",
            "AmazonEKS_CNI_Policy",
            "AmazonSSMManagedInstanceCore",
        ),
    )
    stack.add(
        "Nodes",
        "AWS::EKS::Nodegroup",
        {
            "ClusterName": ref("Cluster"),
            "NodeRole": get("NodeRole", "Arn"),
            "Subnets": network.private,
            "AmiType": "AL2023_x86_64_STANDARD",
            "InstanceTypes": [NODE],
            "ScalingConfig": {
                "MinSize": 2,
                "DesiredSize": wanted.nodes,
                "MaxSize": wanted.nodes * 2,
            },
            "UpdateConfig": {"MaxUnavailable": 1},
        },
        depends_on=[*network.ready, "VpcCni"],
    )
    _addons(stack, needs)
    if "balancer" in needs:
        _balancer_controller(stack)
    if "efs" in needs:
        _files(stack, network, zones)
    stack.outputs["ClusterName"] = {"Value": ref("Cluster")}
    return network, needed, prefix


def _logs(stack: Stack) -> None:
    groups = {"ControlPlaneLogs": "/aws/eks/${ClusterName}/cluster"}
    for kind in ("application", "dataplane", "host", "performance"):
        name = f"{pascal(kind)}Logs"
        groups[name] = f"/aws/containerinsights/${{ClusterName}}/{kind}"
    for name, group in groups.items():
        stack.add(
            name,
            "AWS::Logs::LogGroup",
            {"LogGroupName": sub(group), "RetentionInDays": 30},
        )


def _role(stack: Stack, name: str, service: str, policies: tuple[str, ...]) -> None:
    stack.add(
        name,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": service},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "ManagedPolicyArns": [
                sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{policy}") for policy in policies
            ],
        },
    )


def pod_role(stack: Stack, name: str, policies: tuple[str, ...], inline: Json = None) -> None:
    """A role that EKS Pod Identity hands to pods."""
    stack.add(
        name,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "pods.eks.amazonaws.com"},
                        "Action": ["sts:AssumeRole", "sts:TagSession"],
                    }
                ],
            },
            "ManagedPolicyArns": [
                sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{policy}") for policy in policies
            ]
            or None,
            "Policies": inline,
        },
    )


def associate(stack: Stack, name: str, namespace: str, account: str, role: str) -> None:
    """Gives a service account its role."""
    stack.add(
        name,
        "AWS::EKS::PodIdentityAssociation",
        {
            "ClusterName": ref("Cluster"),
            "Namespace": namespace,
            "ServiceAccount": account,
            "RoleArn": get(role, "Arn"),
        },
    )


def _addons(stack: Stack, needs: frozenset[str]) -> None:
    def addon(logical_id: str, name: str, role: str = "", account: str = "",
              after: tuple[str, ...] = ("Nodes",)) -> None:  # fmt: skip
        identity: Json = [{"RoleArn": get(role, "Arn"), "ServiceAccount": account}]
        stack.add(
            logical_id,
            "AWS::EKS::Addon",
            {
                "ClusterName": ref("Cluster"),
                "AddonName": name,
                "ResolveConflicts": "OVERWRITE",
                "PodIdentityAssociations": identity if role else None,
            },
            depends_on=list(after),
        )

    addon("VpcCni", "vpc-cni", after=())
    addon("KubeProxy", "kube-proxy", after=())
    addon("PodIdentityAgent", "eks-pod-identity-agent", after=())
    addon("CoreDns", "coredns")
    pod_role(stack, "ObservabilityRole", ("CloudWatchAgentServerPolicy",))
    addon("Observability", "amazon-cloudwatch-observability", "ObservabilityRole",
          "cloudwatch-agent",
          ("ApplicationLogs", "DataplaneLogs", "HostLogs", "Nodes", "PerformanceLogs",
           "PodIdentityAgent"))  # fmt: skip
    if "ebs" in needs:
        pod_role(stack, "EbsRole", ("service-role/AmazonEBSCSIDriverPolicy",))
        addon("EbsDriver", "aws-ebs-csi-driver", "EbsRole", "ebs-csi-controller-sa")
    if "efs" in needs:
        pod_role(stack, "EfsRole", ("service-role/AmazonEFSCSIDriverPolicy",))
        addon("EfsDriver", "aws-efs-csi-driver", "EfsRole", "efs-csi-controller-sa")
    if "metrics" in needs:
        addon("MetricsServer", "metrics-server")


_CONTROLLER_ACTIONS = (
    "acm:DescribeCertificate", "acm:ListCertificates",
    "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateSecurityGroup", "ec2:CreateTags",
    "ec2:DeleteSecurityGroup", "ec2:DeleteTags", "ec2:Describe*", "ec2:GetCoipPoolUsage",
    "ec2:GetSecurityGroupsForVpc", "ec2:RevokeSecurityGroupIngress",
    "elasticloadbalancing:*", "iam:ListServerCertificates", "iam:GetServerCertificate",
    "wafv2:AssociateWebACL", "wafv2:DisassociateWebACL", "wafv2:GetWebACL",
    "wafv2:GetWebACLForResource",
)  # fmt: skip


def _balancer_controller(stack: Stack) -> None:
    """The role of the AWS Load Balancer Controller, which Helm installs."""
    inline: Json = [
        {
            "PolicyName": "load-balancers",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": list(_CONTROLLER_ACTIONS), "Resource": "*"},
                    {
                        "Effect": "Allow",
                        "Action": "iam:CreateServiceLinkedRole",
                        "Resource": "*",
                        "Condition": {
                            "StringEquals": {
                                "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"
                            }
                        },
                    },
                ],
            },
        }
    ]
    pod_role(stack, "LoadBalancerControllerRole", (), inline)
    associate(
        stack,
        "LoadBalancerControllerIdentity",
        "kube-system",
        "aws-load-balancer-controller",
        "LoadBalancerControllerRole",
    )


def _files(stack: Stack, network: Network, zones: int) -> None:
    stack.add("Files", "AWS::EFS::FileSystem", {"Encrypted": True}, keep=True)
    stack.outputs["FileSystemId"] = {"Value": ref("Files")}
    subnets = network.private_list or tuple(
        {"Fn::Select": [number, ref("PrivateSubnetIds")]} for number in range(zones)
    )
    for number, subnet in enumerate(subnets):
        stack.add(
            f"FilesIn{'ABCDEF'[number]}",
            "AWS::EFS::MountTarget",
            {
                "FileSystemId": ref("Files"),
                "SubnetId": subnet,
                "SecurityGroups": [get("Cluster", "ClusterSecurityGroupId")],
            },
        )
