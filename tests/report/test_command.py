"""A change as a command line says exactly what the API call says."""

from __future__ import annotations

import shlex
from typing import Any

import botocore
import botocore.session
import pytest

from kiriwake.core.plan import ApiCall, Output, Slot
from kiriwake.core.text import verbatim
from kiriwake.report.command import kebab, line

PATH = Slot("path", verbatim("a path"), "/")
SERVICES = (
    "application-autoscaling",
    "autoscaling",
    "cloudwatch",
    "ec2",
    "ecr",
    "ecs",
    "efs",
    "eks",
    "elbv2",
    "events",
    "iam",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "ssm",
    "sts",
)


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_names_are_spelt_as_the_aws_command_spells_them(service: str) -> None:
    model = botocore.session.get_session().get_service_model(service)
    names = set(model.operation_names)
    for operation in model.operation_names:
        shape = model.operation_model(operation).input_shape
        names |= set(shape.members) if shape else set()

    assert {n: kebab(n) for n in names} == {n: botocore.xform_name(n, "-") for n in names}


@pytest.mark.parametrize(
    ("action", "parameters", "told"),
    [
        (
            "elasticloadbalancing:ModifyTargetGroup",
            {"TargetGroupArn": "arn:aws:x", "HealthCheckPath": PATH},
            (
                "aws elbv2 modify-target-group --target-group-arn arn:aws:x"
                " --health-check-path '<PATH>'"
            ),
        ),
        (
            "ecs:UpdateService",
            {"cluster": "c", "service": "s", "forceNewDeployment": True, "desiredCount": 0},
            (
                "aws ecs update-service --cluster c --service s --force-new-deployment"
                " --desired-count 0"
            ),
        ),
        (
            "ecs:UpdateService",
            {"service": "s", "enableExecuteCommand": False},
            "aws ecs update-service --service s --disable-execute-command",
        ),
        (
            "ec2:ModifySubnetAttribute",
            {"SubnetId": "subnet-1", "MapPublicIpOnLaunch": {"Value": True}},
            (
                "aws ec2 modify-subnet-attribute --subnet-id subnet-1"
                " --map-public-ip-on-launch '{\"Value\": true}'"
            ),
        ),
        (
            "ec2:CreateTags",
            {"Resources": ["i-1", "i-2"], "Tags": [{"Key": "a b", "Value": "it's"}]},
            (
                'aws ec2 create-tags --resources i-1 i-2 --tags \'[{"Key": "a b",'
                ' "Value": "it\'"\'"\'s"}]\''
            ),
        ),
        (
            "eks:UpdateClusterVersion",
            {"name": "c", "version": "1.33"},
            "aws eks update-cluster-version --name c --kubernetes-version 1.33",
        ),
        (
            "iam:PutRolePolicy",
            {"RoleName": "r", "PolicyDocument": "-x"},
            "aws iam put-role-policy --role-name r --policy-document=-x",
        ),
        (
            "logs:CreateLogGroup",
            {"logGroupName": "https://x"},
            'aws logs create-log-group --cli-input-json \'{"logGroupName": "https://x"}\'',
        ),
        (
            "ec2:AssociateSubnetCidrBlock",
            {"SubnetId": Output(0, "Subnet.SubnetId"), "Names": [], "Odd": ["[a"]},
            (
                "aws ec2 associate-subnet-cidr-block --subnet-id '<Subnet.SubnetId OF STEP 1>'"
                " --names '[]' --odd '[\"[a\"]'"
            ),
        ),
        (
            "k8s:patch",
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "namespace": "shop",
                "name": "web",
                "body": {"spec": {"replicas": 2}},
            },
            (
                "kubectl patch Deployment.v1.apps web -n shop --type merge -p"
                ' \'{"spec": {"replicas": 2}}\''
            ),
        ),
        (
            "k8s:delete",
            {"apiVersion": "v1", "kind": "Pod", "namespace": "shop", "name": "web-1"},
            "kubectl delete pod web-1 -n shop",
        ),
    ],
)
def test_a_call_is_a_line_that_can_be_pasted(
    action: str, parameters: dict[str, Any], told: str
) -> None:
    assert line(ApiCall(action, parameters)) == told
    assert shlex.split(told)


def test_a_given_value_takes_the_place_of_its_slot() -> None:
    call = ApiCall("x:DoIt", {"Path": PATH, "Deep": {"a": [PATH]}})

    assert line(call, {"path": "/a b"}) == "aws x do-it --path '/a b' --deep '{\"a\": [\"/a b\"]}'"


def test_the_region_of_the_report_stands_in_the_line() -> None:
    told = line(ApiCall("ecs:UpdateService", {"service": "s"}), region="eu-west-1")

    assert told.endswith(" --region eu-west-1")
