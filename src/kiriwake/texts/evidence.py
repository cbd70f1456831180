"""What separates the causes that a text leaves open: the API actions and a command to type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the world: the actions it takes, and the line to type.

    Words in capitals are placeholders; those that the text tells are filled in.
    """

    actions: tuple[str, ...]
    command: str


LOOKS: Mapping[str, Look] = {
    "task": Look(("ecs:DescribeTasks",), "aws ecs describe-tasks --cluster CLUSTER --tasks TASK"),
    "service": Look(
        ("ecs:DescribeServices",),
        "aws ecs describe-services --cluster CLUSTER --services SERVICE",
    ),
    "definition": Look(
        ("ecs:DescribeTaskDefinition",),
        "aws ecs describe-task-definition --task-definition FAMILY",
    ),
    "instances": Look(
        ("ecs:ListContainerInstances", "ecs:DescribeContainerInstances"),
        "aws ecs describe-container-instances --cluster CLUSTER --container-instances INSTANCE",
    ),
    "providers": Look(
        ("ecs:DescribeClusters", "ecs:DescribeCapacityProviders"),
        "aws ecs describe-capacity-providers",
    ),
    "subnet": Look(
        ("ec2:DescribeSubnets",),
        "aws ec2 describe-subnets --subnet-ids SUBNET"
        " --query 'Subnets[].[SubnetId,CidrBlock,AvailableIpAddressCount]'",
    ),
    "path": Look(
        (
            "ec2:DescribeSubnets",
            "ec2:DescribeRouteTables",
            "ec2:DescribeVpcEndpoints",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeNetworkAcls",
        ),
        "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET",
    ),
    "dns": Look(
        ("ec2:DescribeVpcAttribute",),
        "aws ec2 describe-vpc-attribute --vpc-id VPC --attribute enableDnsSupport",
    ),
    "groups": Look(
        ("ec2:DescribeSecurityGroups", "elasticloadbalancing:DescribeTargetGroups"),
        "aws ec2 describe-security-groups --group-ids GROUP",
    ),
    "image": Look(
        ("ecr:DescribeImages",),
        "aws ecr describe-images --repository-name REPOSITORY --image-ids imageTag=TAG",
    ),
    "manifest": Look(
        ("ecr:BatchGetImage", "ecs:DescribeTaskDefinition"),
        "docker buildx imagetools inspect IMAGE",
    ),
    "repository-policy": Look(
        ("ecr:GetRepositoryPolicy",),
        "aws ecr get-repository-policy --repository-name REPOSITORY --registry-id ACCOUNT",
    ),
    "scan": Look(
        ("ecr:DescribeImageScanFindings", "ecr:BatchGetRepositoryScanningConfiguration"),
        "aws ecr describe-image-scan-findings --repository-name REPOSITORY --image-id imageTag=TAG",
    ),
    "role": Look(
        ("iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:GetRolePolicy"),
        "aws iam list-attached-role-policies --role-name ROLE",
    ),
    "trust": Look(
        ("iam:GetRole",),
        "aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument",
    ),
    "caller": Look(("sts:GetCallerIdentity",), "aws sts get-caller-identity"),
    "secret": Look(
        ("secretsmanager:DescribeSecret",),
        "aws secretsmanager describe-secret --secret-id SECRET",
    ),
    "parameter": Look(
        ("ssm:DescribeParameters",),
        "aws ssm describe-parameters --parameter-filters Key=Name,Values=PARAMETER",
    ),
    "key": Look(("kms:DescribeKey", "kms:GetKeyPolicy"), "aws kms describe-key --key-id KEY"),
    "bucket": Look(("s3:ListBucket",), "aws s3 ls s3://BUCKET/FILE"),
    "log-group": Look(
        ("logs:DescribeLogGroups",),
        "aws logs describe-log-groups --log-group-name-prefix LOG-GROUP",
    ),
    "log": Look(("logs:GetLogEvents",), "aws logs tail LOG-GROUP --since 1h"),
    "target": Look(
        ("elasticloadbalancing:DescribeTargetHealth",),
        "aws elbv2 describe-target-health --target-group-arn TARGET-GROUP",
    ),
    "target-group": Look(
        (
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeRules",
        ),
        "aws elbv2 describe-target-groups --target-group-arns TARGET-GROUP",
    ),
    "load-balancer": Look(
        ("elasticloadbalancing:DescribeLoadBalancers",), "aws elbv2 describe-load-balancers"
    ),
    "mount-target": Look(
        ("elasticfilesystem:DescribeMountTargets",),
        "aws efs describe-mount-targets --file-system-id FILE-SYSTEM",
    ),
    "quota": Look(
        ("servicequotas:ListServiceQuotas",),
        "aws service-quotas list-service-quotas --service-code fargate",
    ),
    "trail": Look(
        ("cloudtrail:LookupEvents",),
        "aws cloudtrail lookup-events --lookup-attributes "
        "AttributeKey=EventName,AttributeValue=CALL",
    ),
    "alarm": Look(
        ("cloudwatch:DescribeAlarms",), "aws cloudwatch describe-alarms --state-value ALARM"
    ),
    "spot": Look(("ec2:DescribeSpotInstanceRequests",), "aws ec2 describe-spot-instance-requests"),
    "eks": Look(("eks:DescribeCluster",), "aws eks describe-cluster --name CLUSTER"),
    "nodegroup": Look(
        ("eks:DescribeNodegroup",),
        "aws eks describe-nodegroup --cluster-name CLUSTER --nodegroup-name NODEGROUP"
        " --query nodegroup.health",
    ),
    "addon": Look(
        ("eks:DescribeAddon",),
        "aws eks describe-addon --cluster-name CLUSTER --addon-name ADDON --query addon.health",
    ),
    "access": Look(
        ("eks:ListAccessEntries",), "aws eks list-access-entries --cluster-name CLUSTER"
    ),
    "pod-identity": Look(
        ("eks:ListPodIdentityAssociations",),
        "aws eks list-pod-identity-associations --cluster-name CLUSTER",
    ),
    "provider": Look(
        ("iam:ListOpenIDConnectProviders", "eks:DescribeCluster"),
        "aws iam list-open-id-connect-providers",
    ),
    "service-account": Look(
        ("k8s:get serviceaccounts",), "kubectl get serviceaccount NAME -n NAMESPACE -o yaml"
    ),
    "pod": Look(("k8s:list pods", "k8s:list events"), "kubectl describe pod POD -n NAMESPACE"),
    "previous": Look(("k8s:get pods/log",), "kubectl logs POD -n NAMESPACE --previous"),
    "nodes": Look(("k8s:list nodes",), "kubectl describe nodes"),
    "cni": Look(
        ("k8s:list daemonsets", "ec2:DescribeSubnets"),
        "kubectl logs -n kube-system -l k8s-app=aws-node -c aws-node --tail 50",
    ),
    "volumes": Look(
        ("k8s:list persistentvolumeclaims", "k8s:list storageclasses"),
        "kubectl describe pvc -n NAMESPACE",
    ),
    "webhooks": Look(
        ("k8s:list validatingwebhookconfigurations", "k8s:list endpoints"),
        "kubectl get pods,endpoints -n kube-system",
    ),
    "controller": Look(
        ("k8s:get pods/log",),
        "kubectl logs -n kube-system deployment/aws-load-balancer-controller --tail 50",
    ),
    "tags": Look(
        ("ec2:DescribeSubnets",),
        "aws ec2 describe-subnets --filters Name=tag-key,Values=kubernetes.io/role/elb",
    ),
    "shipper": Look(
        ("k8s:list daemonsets", "k8s:get pods/log"),
        "kubectl get daemonsets,pods -n amazon-cloudwatch",
    ),
    "metadata": Look(
        ("ec2:DescribeInstances",),
        "aws ec2 describe-instances --query 'Reservations[].Instances[].MetadataOptions'",
    ),
    "exec": Look(
        ("ecs:DescribeTasks",),
        "aws ecs describe-tasks --cluster CLUSTER --tasks TASK"
        " --query 'tasks[].containers[].managedAgents'",
    ),
    "rbac": Look(
        ("k8s:create selfsubjectaccessreviews",), "kubectl auth can-i --list -n NAMESPACE"
    ),
    "quota-k8s": Look(("k8s:list resourcequotas",), "kubectl describe resourcequota -n NAMESPACE"),
    "rollout": Look(
        ("k8s:list deployments",), "kubectl rollout status deployment/NAME -n NAMESPACE"
    ),
}

_PLAIN = """
ecs/subnet-ip-exhausted subnet
ecs/eni-not-provisioned task subnet
ecs/eni-not-allowed trail
ecs/subnet-or-group-absent service subnet
ecs/eni-limit-reached instances
ecs/revision-not-deployed service definition
ecs/service-behind-latest service definition
ecs/tasks-behind-service service task
ecs/health-check-path-not-served target target-group log
ecs/health-check-code-rejected target target-group log
ecs/health-check-server-error target log
ecs/health-check-cannot-connect target groups definition
ecs/grace-period-too-short service log
ecs/container-health-check-fails definition task
ecs/dependency-never-healthy definition task
ecs/rollout-cannot-progress service
ecs/circuit-breaker-off service
ecs/deployment-rolled-back service task
ecs/deployment-alarm-fired service alarm
ecs/execution-role-cannot-pull role definition
ecs/app-exits task log
ecs/app-environment-missing log definition
ecs/app-dependency-unreachable log groups
ecs/out-of-memory task definition
ecs/stop-timeout-exceeded task definition
ecs/stopped-by-user trail
ecs/container-command-invalid definition task
ecs/container-cannot-start task definition
ecs/container-start-timed-out task instances
ecs/volume-not-mounted definition task
ecs/disk-full definition task
ecs/no-container-instance-fits instances definition
ecs/host-port-taken definition instances
ecs/no-container-instances instances providers
ecs/agent-disconnected instances
ecs/attribute-not-offered instances definition
ecs/fargate-capacity-unavailable service providers
ecs/spot-interrupted task spot
ecs/host-terminated instances spot
ecs/task-retired task
ecs/quota-reached quota
ecs/api-throttled trail
ecs/provisioning-limit-reached providers
ecs/zone-not-supported subnet
ecs/task-protected service
ecs/platform-version-unsupported service definition
ecs/task-definition-invalid definition
ecs/role-not-assumable trust
ecs/secret-missing secret definition
ecs/secret-key-missing definition
ecs/environment-file-missing bucket definition
ecs/efs-path-missing definition mount-target
ecs/exec-not-ready exec
ecs/service-absent service
ecs/aws-internal-error task
ecr/image-tag-missing image
ecr/repository-missing image
ecr/image-reference-invalid definition
ecr/image-archived image
ecr/platform-mismatch manifest
ecr/pull-rate-limited definition
ecr/cross-account-policy-missing repository-policy
ecr/registry-credentials-missing definition
ecr/pull-through-cache-fails image
ecr/tag-immutable image
ecr/image-not-scanned scan
net/registry-unreachable path
net/layers-unreachable path
net/secrets-unreachable path
net/parameters-unreachable path
net/kms-unreachable path
net/logs-unreachable path
net/efs-unreachable mount-target groups
net/environment-file-unreachable path
net/sts-unreachable path
net/aws-endpoint-unreachable path
net/dns-not-resolving dns
net/efs-name-not-resolving mount-target dns
elb/target-zone-not-enabled load-balancer target
elb/target-group-without-listener target-group
elb/target-group-absent target-group
elb/target-group-type-wrong target-group definition
elb/load-balancer-impaired load-balancer
elb/target-answers-badly target log
elb/no-target-registered target
elb/target-answers-slowly target log
iam/secret-read-denied role secret
iam/parameter-read-denied role parameter
iam/kms-decrypt-denied role key
iam/environment-file-read-denied role bucket
iam/logs-write-denied role
iam/registry-read-denied role
iam/registry-write-denied role
iam/pass-role-denied caller
iam/api-call-denied caller
iam/app-call-denied role
iam/denied-by-guardrail trail
iam/service-linked-role-missing trust
iam/role-missing trust
iam/credentials-invalid caller
iam/efs-mount-denied mount-target role
logs/log-group-missing log-group definition
logs/driver-options-invalid definition
logs/shipper-absent shipper
logs/shipper-misconfigured shipper
logs/shipper-drops-lines shipper
logs/control-plane-logs-off eks
eks/irsa-trust-mismatch trust service-account
eks/oidc-provider-missing provider
eks/service-account-not-annotated service-account
eks/pod-identity-broken pod-identity
eks/imds-not-reachable metadata
eks/caller-not-mapped access
eks/caller-not-authorized rbac
eks/api-endpoint-unreachable eks
eks/node-not-joining nodegroup
eks/nodegroup-launch-fails nodegroup
eks/cni-not-ready cni
eks/cni-ip-exhausted subnet cni
eks/pod-density-reached nodes
eks/node-cannot-pull role pod
eks/load-balancer-controller-denied controller role
eks/subnets-not-discovered tags
eks/webhook-unreachable webhooks
eks/volume-driver-denied volumes role
eks/addon-unhealthy addon
k8s/pod-does-not-fit nodes pod
k8s/taint-not-tolerated nodes pod
k8s/volume-not-bound volumes
k8s/volume-not-attached volumes pod
k8s/probe-fails pod previous
k8s/startup-too-slow pod previous
k8s/config-missing pod
k8s/app-exits previous pod
k8s/app-environment-missing previous pod
k8s/app-dependency-unreachable previous
k8s/out-of-memory pod
k8s/container-command-invalid pod
k8s/container-cannot-start pod
k8s/disk-full nodes
k8s/pod-evicted pod nodes
k8s/node-not-ready nodes
k8s/node-terminated nodes
k8s/quota-exceeded quota-k8s
k8s/manifest-invalid pod
k8s/rollout-cannot-progress rollout pod
"""

LOOKS_OF: Mapping[str, tuple[str, ...]] = {
    cause: tuple(looks) for cause, *looks in map(str.split, _PLAIN.strip().splitlines())
}


def actions_of(cause: str) -> tuple[str, ...]:
    """The API actions whose answers tell whether this cause holds."""
    return tuple(dict.fromkeys(a for look in LOOKS_OF[cause] for a in LOOKS[look].actions))


def command_of(cause: str, fields: Mapping[str, str]) -> str:
    """The line to type first for this cause, with what the text tells filled in."""
    command = LOOKS[LOOKS_OF[cause][0]].command
    for name, value in _placeholders(fields).items():
        command = command.replace(name, value)
    return command


def _placeholders(fields: Mapping[str, str]) -> dict[str, str]:
    known = {
        "SUBNET": fields.get("subnet"),
        "ROLE": fields.get("role"),
        "SECRET": fields.get("secret") or fields.get("resource"),
        "PARAMETER": fields.get("parameter"),
        "LOG-GROUP": fields.get("group"),
        "INSTANCE": fields.get("instance"),
        "REPOSITORY": fields.get("repository"),
        "ACCOUNT": fields.get("account"),
    }
    if image := fields.get("image"):
        known["IMAGE"] = image
        name, _, tag = image.rpartition(":")
        known["REPOSITORY"] = name.partition("/")[2] or name
        if "@" not in image:
            known["TAG"] = tag
    return {name: value for name, value in known.items() if value}
