"""Unmodified kubectl, let in by `aws eks update-kubeconfig`, runs the report's commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest

from kiriwake.lab.server import Lab

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / ".venv-clients" / "bin"
TABLE = ROOT / "docs" / "kubectl-commands.md"
QUICKSTART = (
    "https://raw.githubusercontent.com/aws-samples/amazon-cloudwatch-container-insights/latest/"
    "k8s-deployment-manifest-templates/deployment-mode/daemonset/container-insights-monitoring/"
    "quickstart/cwagent-fluent-bit-quickstart.yaml"
)
NODE_POLICIES = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
)
COMMANDS = (
    ("kubectl get nodes", 0, " Ready "),
    ("kubectl get pods -n default", 0, "Running"),
    ("kubectl get deployments -n default", 0, "2/2"),
    ("kubectl get services -n default", 0, "ClusterIP"),
    ("kubectl get all -n default", 0, "replicaset.apps/my-app-"),
    ("kubectl get events -n default --sort-by=.lastTimestamp", 0, "Started container"),
    ("kubectl describe pod {pod} -n default", 0, "Successfully assigned default/{pod}"),
    ("kubectl logs {pod} -n default", 0, "DATABASE_URL=db"),
    ("kubectl logs -n default {pod} --tail=100", 0, "DATABASE_URL=db"),
    ("kubectl logs {pod} -n default --previous", 1, "previous terminated container"),
    ("kubectl logs {crashing} -n default --previous", 0, "boom"),
    ("kubectl top pods -n default", 0, "CPU(cores)"),
    ("kubectl top nodes", 0, "MEMORY(bytes)"),
    ("kubectl exec -i {pod} -n default -- /bin/bash", 1, "the lab runs no real processes"),
    ("kubectl port-forward {pod} 8080:8080 -n default", 1, "the lab runs no real processes"),
    ("kubectl apply -f " + QUICKSTART, 0, "daemonset.apps/fluent-bit created"),
    ("kubectl get pods -n amazon-cloudwatch", 0, "fluent-bit-"),
    ("kubectl rollout restart daemonset/fluent-bit -n amazon-cloudwatch", 0, "restarted"),
    ("kubectl rollout status deployment/my-app -n default", 0, "successfully rolled out"),
    ("kubectl scale deployment/my-app --replicas=3 -n default", 0, "scaled"),
    ("kubectl annotate deployment my-app note=1 -n default", 0, "annotated"),
    ("kubectl auth can-i list pods -n default", 0, "yes"),
    ("kubectl diff -f {manifest} -n default", 1, "-  replicas: 3"),
    ("kubectl apply -f {manifest} -n default", 0, "configured"),
    ("kubectl apply -f {manifest} -n default", 0, "unchanged"),
    ("kubectl apply --server-side --force-conflicts -f {manifest}", 0, "serverside-applied"),
    ("kubectl api-resources", 0, "deployments"),
    ("kubectl delete deployment my-app -n default", 0, "deleted"),
)
MANIFEST: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "my-app"},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "my-app"}},
        "template": {
            "metadata": {"labels": {"app": "my-app"}},
            "spec": {
                "containers": [
                    {
                        "name": "my-app",
                        "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-app:latest",
                        "env": [{"name": "DATABASE_URL", "value": "db"}],
                        "ports": [{"containerPort": 8080}],
                    }
                ]
            },
        },
    },
}

pytestmark = pytest.mark.conformance


def program(name: str) -> str:
    found = shutil.which(name, path=f"{CLIENTS}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@dataclass
class Shell:
    """A cluster, and a shell whose kubectl is let into it."""

    lab: Lab
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, line: str) -> tuple[int, str]:
        name, *words = line.split()
        done = subprocess.run(  # noqa: S603 - the commands of the report
            [program(name), *words], env=self.env, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def aws(self, service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.lab.endpoint,
            region_name="us-east-1",
            aws_access_key_id="lab",
            aws_secret_access_key="lab",
        )

    def put(self, path: str, body: object) -> None:
        request = Request(  # noqa: S310 - loopback
            f"{self.lab.endpoint}/_lab/{path}", method="PUT", data=json.dumps(body).encode()
        )
        with urlopen(request) as answer:  # noqa: S310 - loopback
            assert answer.status == 200


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with Lab(rate=1) as lab:
        made = Shell(lab, tmp_path_factory.mktemp("kubectl"), {**os.environ, **lab.environment()})
        made.env["PATH"] = f"{CLIENTS}{os.pathsep}{os.environ['PATH']}"
        build(made)
        yield made


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def build(shell: Shell) -> None:
    iam, eks = shell.aws("iam"), shell.aws("eks")
    subnets = [s["SubnetId"] for s in shell.aws("ec2").describe_subnets()["Subnets"]][:2]
    roles = {
        name: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))["Role"]["Arn"]
        for name, service in (("control", "eks.amazonaws.com"), ("node", "ec2.amazonaws.com"))
    }
    for policy in NODE_POLICIES:
        iam.attach_role_policy(RoleName="node", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    config = {"subnetIds": subnets}
    eks.create_cluster(name="my-cluster", roleArn=roles["control"], resourcesVpcConfig=config)
    eks.create_nodegroup(
        clusterName="my-cluster",
        nodegroupName="ng",
        subnets=subnets,
        nodeRole=roles["node"],
        instanceTypes=["m5.large"],
        scalingConfig={"minSize": 2, "maxSize": 3, "desiredSize": 2},
    )
    eks.create_addon(clusterName="my-cluster", addonName="metrics-server")
    shell.put("images/my-app/latest", {"logs": ["DATABASE_URL=${DATABASE_URL}"]})
    crash = {"logs": ["boom"], "exits": {"after_s": 2, "code": 1}}
    shell.put("images/crashing/latest", crash)
    shell.lab.advance(120)
    code, said = shell.run("aws eks update-kubeconfig --name my-cluster --region us-east-1")
    assert code == 0, said
    manifest = shell.folder / "my-app.yaml"
    manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
    assert shell.run(f"kubectl apply -f {manifest}")[0] == 0
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/crashing:latest"
    assert shell.run(f"kubectl run crashing --image={image}")[0] == 0
    shell.lab.advance(60)


def test_every_kubectl_command_of_the_report_answers(shell: Shell) -> None:
    (pod, *_), rows, wrong = names(shell), [], []
    for line, code, says in COMMANDS:
        parts = {"pod": pod, "crashing": "crashing", "manifest": shell.folder / "my-app.yaml"}
        seen, output = shell.run(line.format(**parts))
        shell.lab.advance(40)
        rows.append(f"| `{line.replace(QUICKSTART, '…quickstart.yaml')}` | {seen} |")
        if seen != code or says.format(**parts) not in output:
            wrong.append(f"{line}: {seen}\n{output}")
    assert wrong == []
    if TABLE.parent.is_dir():
        head = "# kubectl against the lab\n\nEvery command of the field report, run by a test.\n\n"
        text = head + "| command | exit code |\n|---|---|\n" + "\n".join(rows) + "\n"
        TABLE.write_text(text, encoding="utf-8")


def names(shell: Shell) -> list[str]:
    code, said = shell.run("kubectl get pods -l app=my-app -o name")
    assert code == 0, said
    return [line.partition("/")[2] for line in said.split()]
