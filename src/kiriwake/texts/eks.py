"""Texts of EKS around the pods: nodes, identity, access, load balancer controller, add-ons."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Dependency, Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(Pattern, family=Family.EKS, weight=Weight.DIRECT, decided=True)
_symptom = partial(Pattern, family=Family.EKS, weight=Weight.SYMPTOM)
_consequence = partial(Pattern, family=Family.EKS, weight=Weight.CONSEQUENCE)

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="identity/no-provider",
        causes=("eks/oidc-provider-missing",),
        anchors=(
            "openidconnect provider",
            "openidconnectprovider",
            "identity provider",
        ),
        near=("no openidconnect", "not found", "no such", "thumbprint", "verification key"),
        dependency=Dependency.STS,
        failure=Failure.ABSENT,
    ),
    _direct(
        id="identity/audience",
        causes=("eks/irsa-trust-mismatch", "eks/oidc-provider-missing"),
        anchors=("incorrect token audience", "invalididentitytoken", "token audience"),
        unless=("no openidconnect", "thumbprint", "verification key"),
        dependency=Dependency.STS,
        failure=Failure.MISMATCH,
    ),
    _symptom(
        id="identity/web-identity",
        causes=(
            "eks/irsa-trust-mismatch",
            "eks/service-account-not-annotated",
            "eks/oidc-provider-missing",
        ),
        anchors=("webidentityerr", "assumerolewithwebidentity", "web identity", "webidentity"),
        near=("error", "fail", "denied", "not authorized", "unable", "invalid"),
        dependency=Dependency.STS,
        failure=Failure.DENIED,
    ),
    _direct(
        id="identity/annotation",
        causes=("eks/service-account-not-annotated", "eks/irsa-trust-mismatch"),
        anchors=(
            "request arn is invalid",
            "eks.amazonaws.com/role-arn",
            "aws_role_arn",
            "aws_web_identity_token_file",
        ),
        regex=(
            r"request arn is invalid|role-arn.{0,80}?(?:missing|not (?:set|found)|absent|malformed)"
            r"|(?:missing|no) (?:the )?(?:annotation )?(?:eks\.amazonaws\.com/role-arn)"
            r"|aws_(?:role_arn|web_identity_token_file).{0,60}?(?:not set|unset|missing|empty)"
        ),
        dependency=Dependency.STS,
        failure=Failure.ABSENT,
    ),
    _symptom(
        id="identity/no-credentials",
        causes=(
            "eks/service-account-not-annotated",
            "eks/pod-identity-broken",
            "eks/imds-not-reachable",
        ),
        anchors=(
            "nocredentialproviders",
            "unable to locate credentials",
            "no valid providers in chain",
            "missing credentials in config",
            "could not load credentials from any providers",
            "unable to load credentials from any",
            "failed to refresh cached credentials",
            "no credential providers",
        ),
        near=("pod", "controller", "kube", "eks", "chain", "serviceaccount", "ec2 imds", "imds"),
        failure=Failure.UNAUTHENTICATED,
    ),
    _direct(
        id="identity/pod-identity",
        causes=("eks/pod-identity-broken",),
        anchors=(
            "assumeroleforpodidentity",
            "eks does not have permissions to assume",
            "trust policy of the role provided is invalid",
            "pods.eks.amazonaws.com",
            "169.254.170.23",
            "pod identity agent",
            "eks-pod-identity-agent",
            "pod-identity",
            "eks-auth",
        ),
        near=(
            "error",
            "fail",
            "invalid",
            "denied",
            "unable",
            "not found",
            "refused",
            "timeout",
            "4",
        ),
        unless=("successfully",),
        regex=(
            r"assumeroleforpodidentity|eks does not have permissions to assume|trust policy "
            r"of the role provided is invalid"
            r"|169\.254\.170\.23\S*.{0,160}?(?:refused|timeout|error|40\d|50\d)"
            r"|pod[ -]identity(?:[ -]agent)?.{0,160}?(?:error|fail|invalid|denied|unable|not found)"
            r"|(?:error|fail\w*|invalid|denied|unable).{0,160}?(?:pod[ -]identity|pods\.eks"
            r"|eks-auth)"
        ),
        dependency=Dependency.STS,
        failure=Failure.DENIED,
    ),
    _direct(
        id="identity/metadata",
        causes=("eks/imds-not-reachable",),
        anchors=(
            "ec2metadataerror",
            "ec2metadata",
            "ec2 metadata",
            "169.254.169.254",
            "ec2 imds",
            "no ec2 imds role found",
            "ec2rolerequesterror",
            "instance metadata",
            "failed to get vpcid",
        ),
        near=(
            "fail",
            "error",
            "timeout",
            "deadline",
            "401",
            "unable",
            "refused",
            "canceled",
            "not ",
        ),
        unless=("169.254.170.2/", "hop limit of 2"),
        dependency=Dependency.METADATA,
        failure=Failure.UNREACHABLE,
    ),
    _direct(
        id="access/unauthorized",
        causes=("eks/caller-not-mapped", "iam/credentials-invalid"),
        anchors=(
            "you must be logged in to the server",
            "the server has asked for the client to provide credentials",
            "server has asked for the client",
            "server doesn't have a resource type",
            "your current user or role does not have access to kubernetes objects",
            "aws-auth",
            "authorization error (user=kube-apiserver",
            "accessentry",
            "access entry",
        ),
        regex=(
            r"you must be logged in to the server|server has asked for the client"
            r"|server doesn't have a resource type"
            r"|does not have access to kubernetes objects|authorization error \(user=kube-apiserver"
            r"|(?:not (?:found|mapped|in)|missing|no) .{0,40}?(?:aws-auth|access ?entr)"
        ),
        failure=Failure.UNAUTHENTICATED,
    ),
    _direct(
        id="access/rbac",
        causes=("eks/caller-not-authorized",),
        anchors=(
            "cannot list resource",
            "cannot get resource",
            "cannot create resource",
            "cannot ",
        ),
        regex=(
            r"(?:user|serviceaccount) \"?'?(?P<user>[^\"' ]+)\"?'? cannot (?P<verb>\w+) resource"
            r"s? \"?(?P<resource>[\w./\-]+)"
        ),
        failure=Failure.DENIED,
    ),
    _direct(
        id="access/kubeconfig",
        causes=("iam/credentials-invalid",),
        anchors=(
            "exec: executable aws failed",
            "exec plugin",
            "getting credentials: exec",
            "could not get token",
            "getting token: exec",
            "invalid apiversion",
            "aws-iam-authenticator",
        ),
        near=("fail", "error", "invalid", "not found", "denied"),
        failure=Failure.UNAUTHENTICATED,
    ),
    _direct(
        id="node/cni",
        causes=("eks/cni-not-ready",),
        anchors=(
            "networkpluginnotready",
            "cni config uninitialized",
            "cni plugin not initialized",
            "network plugin is not ready",
            "no networks found in /etc/cni",
            "aws-cni",
            "aws-node",
            "127.0.0.1:50051",
            ":50051",
            "/opt/cni/bin",
            "failed to setup network for sandbox",
        ),
        regex=(
            r"networkpluginnotready|cni (?:config uninitialized|plugin not initialized)"
            r"|network plugin is not ready|no networks found in /etc/cni|:50051"
            r"|failed to find plugin|/opt/cni/bin"
            r"|aws-(?:cni|node).{0,160}?(?:crashloop|unhealthy|error|fail|not ready|readiness)"
            r"|failed to setup network for sandbox(?!.{0,200}assign an ip)"
        ),
        unless=("failed to assign an ip address",),
        failure=Failure.UNHEALTHY,
    ),
    _direct(
        id="node/not-joining",
        causes=("eks/node-not-joining", "eks/api-endpoint-unreachable", "eks/caller-not-mapped"),
        anchors=(
            "nodecreationfailure",
            "failed to join the kubernetes cluster",
            "unhealthy nodes in the kubernetes cluster",
            "unable to register node",
            "ec2subnetinvalidconfiguration",
            "does not automatically assign public ip",
            "timed out waiting for at least",
            "nodes did not join",
            "attempting to register node",
            "nodeadm",
        ),
        regex=(
            r"nodecreationfailure|failed to join|unhealthy nodes in the kubernetes"
            r"|unable to register node|ec2subnetinvalidconfiguration"
            r"|does not automatically assign public ip|timed out[^.]{0,40}? waiting for at "
            r"least \d+ nodes"
            r"|nodes did not join|nodeadm.{0,160}?(?:error|fail|fatal)"
        ),
        failure=Failure.UNREACHABLE,
    ),
    _symptom(
        id="node/not-ready",
        causes=("k8s/node-not-ready", "eks/cni-not-ready", "eks/node-not-joining"),
        anchors=(
            "nodenotready",
            "notready",
            "kubelet stopped posting node status",
            "nodestatusunknown",
            "kubeletnotready",
            "pleg is not healthy",
        ),
    ),
    _symptom(
        id="node/cordoned",
        causes=("k8s/node-terminated", "ecs/spot-interrupted", "k8s/taint-not-tolerated"),
        anchors=(
            "schedulingdisabled",
            "nodenotschedulable",
            "aws-node-termination-handler",
            "node-termination-handler",
            "node is cordoned",
        ),
        near=("ready", "cordon", "drain", "interrupt", "rebalance", "schedul", "spot"),
    ),
    _direct(
        id="nodegroup/launch",
        causes=("eks/nodegroup-launch-fails",),
        anchors=(
            "asginstancelaunchfailures",
            "could not launch on-demand instances",
            "could not launch spot instances",
            "launching a new ec2 instance",
            "launch template",
            "iaminstanceprofilenotfound",
            "iamnoderolenotfound",
        ),
        near=("fail", "could not", "notfound", "invalid", "error"),
        unless=("capacity", "vcpu", "limitexceeded", "count exceeded", "quota"),
    ),
    _direct(
        id="controller/subnets",
        causes=("eks/subnets-not-discovered", "ecs/subnet-ip-exhausted"),
        anchors=(
            "couldn't auto-discover subnets",
            "could not auto-discover subnets",
            "auto-discover subnets",
            "unable to resolve at least one subnet",
            "unable to discover at least one subnet",
            "could not find any suitable subnets",
            "retrieval of subnets failed to resolve",
        ),
        failure=Failure.ABSENT,
    ),
    _direct(
        id="controller/webhook",
        causes=("eks/webhook-unreachable", "eks/load-balancer-controller-denied"),
        anchors=("failed calling webhook", "failed to call webhook", "webhook-service", "webhook"),
        regex=(
            r"failed (?:calling|to call) webhook \"?(?P<webhook>[\w.\-]+)?"
            r"|webhook[\w\-]*\.[\w.\-]+\.svc[^ ]*.{0,60}?(?:deadline|refused|no endpoints|timeout"
            r"|x509|no route|eof)"
        ),
        failure=Failure.UNREACHABLE,
    ),
    _direct(
        id="controller/unauthorized",
        causes=("eks/load-balancer-controller-denied", "eks/service-account-not-annotated"),
        anchors=("you are not authorized to perform this operation", "unauthorizedoperation"),
        near=("reconciler error", "ingress", "targetgroup", "load-balancer", "loadbalancer"),
        unless=("ebs-csi", "createvolume", "create volume"),
        decided=False,
        failure=Failure.DENIED,
    ),
    _symptom(
        id="controller/failed",
        causes=(
            "eks/load-balancer-controller-denied",
            "eks/subnets-not-discovered",
            "eks/webhook-unreachable",
        ),
        anchors=(
            "failedbuildmodel",
            "faileddeploymodel",
            "failed build model",
            "failed deploy model",
        ),
    ),
    _direct(
        id="cluster/addon",
        causes=("eks/addon-unhealthy",),
        anchors=(
            "insufficientnumberofreplicas",
            "configurationconflict",
            "admissionrequestdenied",
            "addon",
            "add-on",
        ),
        regex=(
            r"insufficientnumberofreplicas|configurationconflict|admissionrequestdenied"
            r"|add-?on.{0,100}?(?:degraded|create_failed|update_failed|unhealthy)"
        ),
        failure=Failure.UNHEALTHY,
    ),
    _symptom(
        id="cluster/dns",
        causes=("net/dns-not-resolving", "eks/cni-not-ready"),
        anchors=("coredns", "kube-dns", "svc.cluster.local", "connection timed out; no servers"),
        near=("no such host", "servfail", "i/o timeout", "no servers could be reached", "nxdomain"),
        failure=Failure.UNRESOLVED,
    ),
    _direct(
        id="controlplane/logs-off",
        causes=("logs/control-plane-logs-off",),
        anchors=("clusterlogging", "control plane logging", "/aws/eks/"),
        regex=(
            r"clusterlogging.{0,300}?\"?enabled\"?: ?false"
            r"|control plane logging.{0,60}?(?:disabled|not enabled|off)"
            r"|/aws/eks/[\w\-]+/cluster\b.{0,300}?(?:not exist|not found)"
            r"|log group.{0,120}?not exist.{0,120}?/aws/eks/[\w\-]+/cluster\b"
        ),
        failure=Failure.ABSENT,
    ),
)
