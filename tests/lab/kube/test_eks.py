"""EKS through the edge of the running lab: shapes, access, node groups, the log chain."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.signers import RequestSigner
from tests.lab.conftest import Bench
from tests.lab.kube.manifests import deployment
from tests.lab.shapes import faults

pytestmark = pytest.mark.slow

NODE_POLICIES = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
)
APPLICATION = "/aws/containerinsights/my-cluster/application"


def trust(service: str) -> str:
    principal = {"Service": service}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class Town:
    """An EKS cluster with a node group in the default VPC."""

    bench: Bench
    subnets: list[str] = field(default_factory=list)
    node_role: str = ""

    def build(self, *, nodes: int = 1, policies: tuple[str, ...] = NODE_POLICIES) -> None:
        iam, eks = self.bench.aws("iam"), self.bench.aws("eks")
        found = self.bench.aws("ec2").describe_subnets()["Subnets"]
        self.subnets = [one["SubnetId"] for one in found][:2]
        role = iam.create_role(
            RoleName="control", AssumeRolePolicyDocument=trust("eks.amazonaws.com")
        )["Role"]["Arn"]
        self.node_role = iam.create_role(
            RoleName="node", AssumeRolePolicyDocument=trust("ec2.amazonaws.com")
        )["Role"]["Arn"]
        for policy in policies:
            arn = f"arn:aws:iam::aws:policy/{policy}"
            iam.attach_role_policy(RoleName="node", PolicyArn=arn)
        eks.create_cluster(
            name="my-cluster",
            version="1.33",
            roleArn=role,
            resourcesVpcConfig={"subnetIds": self.subnets},
            accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"},
        )
        if nodes:
            self.group(nodes)

    def group(self, nodes: int) -> None:
        self.bench.aws("eks").create_nodegroup(
            clusterName="my-cluster",
            nodegroupName="ng",
            subnets=self.subnets,
            nodeRole=self.node_role,
            instanceTypes=["m5.large"],
            scalingConfig={"minSize": 0, "maxSize": 5, "desiredSize": nodes},
        )
        self.bench.lab.advance(90)

    def ask(
        self, method: str, path: str, body: object = None, *, key: str = "lab", kind: str = ""
    ) -> tuple[int, Any]:
        """A request to the cluster with a token as `aws eks get-token` makes it."""
        shape = self.bench.aws("eks").describe_cluster(name="my-cluster")["cluster"]
        pem = base64.b64decode(shape["certificateAuthority"]["data"]).decode()
        context = ssl.create_default_context(cadata=pem)
        headers = {"Authorization": f"Bearer {self.token(key)}"}
        headers["Content-Type"] = kind or "application/json"
        request = Request(  # noqa: S310 - loopback
            shape["endpoint"] + path,
            method=method,
            headers=headers,
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urlopen(request, context=context) as answer:  # noqa: S310 - loopback
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def token(self, key: str) -> str:
        sts = self.bench.aws("sts", key=key)
        signer = RequestSigner(
            sts.meta.service_model.service_id,
            "us-east-1",
            "sts",
            "v4",
            Credentials(key, "lab"),
            sts.meta.events,
        )
        url = signer.generate_presigned_url(
            {
                "method": "GET",
                "url": "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
                "body": {},
                "headers": {"x-k8s-aws-id": "my-cluster"},
                "context": {},
            },
            region_name="us-east-1",
            expires_in=60,
            operation_name="",
        )
        return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")

    def apply(self, manifest: Mapping[str, Any], path: str) -> None:
        name = manifest["metadata"]["name"]
        status, answer = self.ask(
            "PATCH", f"{path}/{name}?fieldManager=test&force=true", manifest,
            kind="application/apply-patch+yaml",
        )  # fmt: skip
        assert status < 300, answer


@pytest.fixture
def town(bench: Bench) -> Town:
    return Town(bench)


def test_every_answer_has_the_shape_of_the_api(town: Town) -> None:
    town.build()
    eks = town.bench.aws("eks")
    principal = "arn:aws:iam::123456789012:role/ops"
    named = {"clusterName": "my-cluster"}
    entry = {**named, "principalArn": principal}
    view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("DescribeCluster", "describe_cluster", {"name": "my-cluster"}),
        ("ListClusters", "list_clusters", {}),
        ("DescribeNodegroup", "describe_nodegroup", {**named, "nodegroupName": "ng"}),
        ("ListNodegroups", "list_nodegroups", named),
        ("CreateAddon", "create_addon", {**named, "addonName": "metrics-server"}),
        ("DescribeAddon", "describe_addon", {**named, "addonName": "metrics-server"}),
        ("ListAddons", "list_addons", named),
        ("DescribeAddonVersions", "describe_addon_versions", {}),
        ("CreateAccessEntry", "create_access_entry", entry),
        ("AssociateAccessPolicy", "associate_access_policy",
         {**entry, "policyArn": view, "accessScope": {"type": "cluster"}}),
        ("ListAssociatedAccessPolicies", "list_associated_access_policies", entry),
        ("DescribeAccessEntry", "describe_access_entry", entry),
        ("ListAccessEntries", "list_access_entries", named),
        ("ListAccessPolicies", "list_access_policies", {}),
        ("CreatePodIdentityAssociation", "create_pod_identity_association",
         {**named, "namespace": "default", "serviceAccount": "app", "roleArn": principal}),
        ("ListPodIdentityAssociations", "list_pod_identity_associations", named),
        ("ListFargateProfiles", "list_fargate_profiles", named),
        ("ListInsights", "list_insights", named),
        ("DescribeClusterVersions", "describe_cluster_versions", {}),
        ("UpdateClusterConfig", "update_cluster_config",
         {"name": "my-cluster", "resourcesVpcConfig": {"endpointPrivateAccess": True}}),
        ("ListUpdates", "list_updates", {"name": "my-cluster"}),
        ("DeleteNodegroup", "delete_nodegroup", {**named, "nodegroupName": "ng"}),
        ("DeleteCluster", "delete_cluster", {"name": "my-cluster"}),
    ]  # fmt: skip
    for operation, method, parameters in calls:
        assert faults("eks", operation, getattr(eks, method)(**parameters)) == []


def test_nodes_join_and_draw_their_pods_addresses_from_the_subnets(town: Town) -> None:
    town.build(nodes=2)
    group = town.bench.aws("eks").describe_nodegroup(clusterName="my-cluster", nodegroupName="ng")
    assert group["nodegroup"]["status"] == "ACTIVE"

    found = town.bench.aws("ec2").describe_network_interfaces()["NetworkInterfaces"]
    second = [one for one in found if one["Description"].startswith("aws-K8S-i-")]
    assert second
    assert all(len(one["PrivateIpAddresses"]) == 10 for one in second)


def test_a_node_role_without_its_policy_never_joins(town: Town) -> None:
    town.build(policies=())
    town.bench.lab.advance(16 * 60)
    eks = town.bench.aws("eks")
    group = eks.describe_nodegroup(clusterName="my-cluster", nodegroupName="ng")["nodegroup"]

    assert group["status"] == "CREATE_FAILED"
    (issue,) = group["health"]["issues"]
    assert issue["code"] == "NodeCreationFailure"
    assert issue["message"] == "Instances failed to join the kubernetes cluster"


def test_the_creator_gets_in_and_a_stranger_does_not(town: Town) -> None:
    town.build(nodes=0)

    assert town.ask("GET", "/api/v1/pods")[0] == 200
    assert town.ask("GET", "/api/v1/pods", key="210987654321")[0] == 401


def test_a_view_policy_reads_pods_but_no_secrets(town: Town) -> None:
    town.build(nodes=0)
    principal = "arn:aws:iam::210987654321:user/lab"
    eks = town.bench.aws("eks")
    eks.create_access_entry(clusterName="my-cluster", principalArn=principal)
    eks.associate_access_policy(
        clusterName="my-cluster",
        principalArn=principal,
        policyArn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        accessScope={"type": "namespace", "namespaces": ["default"]},
    )

    pods = "/api/v1/namespaces/default/pods"
    assert town.ask("GET", pods, key="210987654321")[0] == 200
    status, refused = town.ask("GET", "/api/v1/namespaces/default/secrets", key="210987654321")
    assert status == 403
    assert refused["message"] == (
        f'secrets is forbidden: User "{principal}" cannot list resource "secrets" in API group ""'
        ' in the namespace "default"'
    )


def test_deny_rules_and_the_call_log_know_kubernetes(town: Town) -> None:
    town.build(nodes=0)
    town.bench.put("deny", {"actions": ["k8s:list pods"], "principal": None})
    assert town.ask("GET", "/api/v1/pods")[0] == 403
    town.bench.put("deny", {"actions": []})
    assert town.ask("GET", "/api/v1/pods")[0] == 200

    calls = town.bench.control("GET", "calls")[1]["calls"]
    seen = [(c["action"], c["status"]) for c in calls if c["service"] == "k8s"]
    assert seen[-2:] == [("list pods", 403), ("list pods", 200)]


def test_control_plane_logs_make_their_group_once_they_are_on(town: Town) -> None:
    town.build(nodes=0)
    eks, logs = town.bench.aws("eks"), town.bench.aws("logs")
    assert logs.describe_log_groups(logGroupNamePrefix="/aws/eks")["logGroups"] == []
    every = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    logging = {"clusterLogging": [{"types": every, "enabled": True}]}
    update = eks.update_cluster_config(name="my-cluster", logging=logging)["update"]

    assert (update["type"], update["status"]) == ("LoggingUpdate", "InProgress")
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/eks")["logGroups"]
    assert group["logGroupName"] == "/aws/eks/my-cluster/cluster"
    town.bench.lab.advance(6)
    seen = eks.describe_update(name="my-cluster", updateId=update["id"])["update"]
    assert seen["status"] == "Successful"
    with pytest.raises(ClientError, match="No changes needed"):
        eks.update_cluster_config(name="my-cluster", logging=logging)


def test_unknown_clusters_and_operations_are_refused_in_the_right_format(town: Town) -> None:
    eks = town.bench.aws("eks")
    with pytest.raises(ClientError, match=r"No cluster found for name: gone\.") as refused:
        eks.describe_cluster(name="gone")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_node_can_be_described_by_hand(town: Town) -> None:
    town.build(nodes=0)
    town.bench.put("nodes/ip-10-9-9-9.ec2.internal", {"instance_type": "t3.large"})
    town.bench.lab.advance(60)
    path = "/api/v1/nodes/ip-10-9-9-9.ec2.internal"
    assert town.ask("GET", path)[1]["status"]["capacity"]["pods"] == "35"
    status, answer = town.bench.control("PUT", "nodes/x", {"colour": "red"})
    assert status == 400
    assert "'colour'" in answer["error"]


# --- scenario C ---------------------------------------------------------------------------


def fluent_bit() -> list[tuple[dict[str, Any], str]]:
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "amazon-cloudwatch"}}
    meta = {"name": "fluent-bit", "namespace": "amazon-cloudwatch"}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
    labels = {"k8s-app": "fluent-bit"}
    image = "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable"
    spec = {
        "serviceAccountName": "fluent-bit",
        "containers": [{"name": "fluent-bit", "image": image}],
    }
    template = {"metadata": {"labels": labels}, "spec": spec}
    daemons = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": meta,
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
    root = "/namespaces/amazon-cloudwatch"
    return [
        (space, "/api/v1/namespaces"),
        (account, f"/api/v1{root}/serviceaccounts"),
        (daemons, f"/apis/apps/v1{root}/daemonsets"),
    ]


def arrived(town: Town) -> int:
    logs = town.bench.aws("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix=APPLICATION)["logGroups"]
    if not groups:
        return 0
    return len(logs.filter_log_events(logGroupName=APPLICATION)["events"])


def agent_log(town: Town) -> str:
    space = "/api/v1/namespaces/amazon-cloudwatch/pods"
    pods = town.ask("GET", space)[1]["items"]
    (cluster,) = town.bench.lab.kubernetes.eks.clusters.values()
    kubelets = cluster.running().machinery.kubelets
    lines = kubelets.lines(pods[-1], "fluent-bit", previous=False) or ()
    return "\n".join(line.text for line in lines)


def test_each_link_of_the_log_chain_holds_the_logs_back_until_it_is_mended(town: Town) -> None:
    town.build()
    town.apply(deployment(image="nginx:1.27", ports=[{"containerPort": 80}]),
               "/apis/apps/v1/namespaces/default/deployments")  # fmt: skip
    lab, iam = town.bench.lab, town.bench.aws("iam")
    lab.advance(120)
    assert arrived(town) == 0

    for manifest, path in fluent_bit():
        town.apply(manifest, path)
    lab.advance(90)
    assert arrived(town) == 0
    assert "AccessDeniedException" in agent_log(town)
    assert "logs:CreateLogGroup" in agent_log(town)

    issuer = town.bench.aws("eks").describe_cluster(name="my-cluster")["cluster"]["identity"][
        "oidc"
    ]
    host = issuer["issuer"].removeprefix("https://")
    provider = f"arn:aws:iam::123456789012:oidc-provider/{host}"

    def web_trust(subject: str) -> str:
        condition = {"StringEquals": {f"{host}:sub": subject, f"{host}:aud": "sts.amazonaws.com"}}
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    wrong = web_trust("system:serviceaccount:kube-system:fluent-bit")
    role = iam.create_role(RoleName="logs", AssumeRolePolicyDocument=wrong)["Role"]["Arn"]
    annotation = {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": role}}}
    space = "/api/v1/namespaces/amazon-cloudwatch"
    merge = "application/merge-patch+json"
    town.ask("PATCH", f"{space}/serviceaccounts/fluent-bit", annotation, kind=merge)

    def restart() -> str:
        for one in town.ask("GET", f"{space}/pods")[1]["items"]:
            town.ask("DELETE", f"{space}/pods/{one['metadata']['name']}")
        lab.advance(90)
        return agent_log(town)

    assert "No OpenIDConnect provider found in your account" in restart()
    iam.create_open_id_connect_provider(
        Url=issuer["issuer"], ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )
    assert "Not authorized to perform sts:AssumeRoleWithWebIdentity" in restart()
    right = web_trust("system:serviceaccount:amazon-cloudwatch:fluent-bit")
    iam.update_assume_role_policy(RoleName="logs", PolicyDocument=right)
    assert "assumed-role/logs/" in restart()
    assert arrived(town) == 0
    policy = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
    iam.attach_role_policy(RoleName="logs", PolicyArn=policy)
    lab.advance(60)
    assert arrived(town) > 0


def test_the_observability_add_on_works_by_pod_identity(town: Town) -> None:
    town.build()
    eks, iam, lab = town.bench.aws("eks"), town.bench.aws("iam"), town.bench.lab
    role = iam.create_role(
        RoleName="agent", AssumeRolePolicyDocument=trust("pods.eks.amazonaws.com")
    )["Role"]["Arn"]
    policy = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
    iam.attach_role_policy(RoleName="agent", PolicyArn=policy)
    eks.create_addon(clusterName="my-cluster", addonName="eks-pod-identity-agent")
    eks.create_addon(
        clusterName="my-cluster",
        addonName="amazon-cloudwatch-observability",
        podIdentityAssociations=[{"serviceAccount": "cloudwatch-agent", "roleArn": role}],
    )
    lab.advance(30)
    town.apply(deployment(image="nginx:1.27", ports=[{"containerPort": 80}]),
               "/apis/apps/v1/namespaces/default/deployments")  # fmt: skip
    lab.advance(120)

    addon = eks.describe_addon(
        clusterName="my-cluster", addonName="amazon-cloudwatch-observability"
    )
    assert addon["addon"]["status"] == "ACTIVE"
    assert arrived(town) > 0
