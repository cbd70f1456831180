"""The field report's ECS, EC2, ELB, ECR, IAM and Logs commands, and what each must answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the report; `judge` answers what is wrong with its output, or nothing."""

    line: str
    judge: Callable[[Any], str]
    correction: str = ""
    """Where the report is mistaken about it."""
    fails: str = ""
    """The error that AWS gives, where the report's own line cannot work."""


def _is(expected: object) -> Callable[[Any], str]:
    return lambda seen: "" if seen == expected else f"{seen!r} is not {expected!r}"


def _that(says: str, holds: Callable[[Any], bool]) -> Callable[[Any], str]:
    return lambda seen: "" if holds(seen) else f"{seen!r}: {says}"


def _never_printed(seen: object) -> str:
    return f"{seen!r} was printed"


def _all_texts(seen: list[object]) -> bool:
    return bool(seen) and all(isinstance(item, str) for item in seen)


SERVICE = "--cluster my-cluster --services my-service"

FIFTY_TASKS = (
    Command(
        f"aws ecs describe-services {SERVICE} --query services[0].events[0:5]",
        _that(
            "events, newest first",
            lambda seen: (
                [e["createdAt"] for e in seen]
                == sorted((e["createdAt"] for e in seen), reverse=True)
            ),
        ),
        "the event about container instances is one of EC2 capacity, never of Fargate",
    ),
    Command(
        "aws ecs list-tasks --cluster my-cluster --service my-service --desired-status STOPPED"
        " --query taskArns[0:5]",
        _that("task ARNs", _all_texts),
    ),
    Command(
        "aws ecs describe-tasks --cluster my-cluster --tasks {stopped}"
        " --query tasks[].stoppedReason",
        _that(
            "a refused address",
            lambda seen: any("InsufficientFreeAddressesInSubnet" in text for text in seen),
        ),
        '"unable to pull secrets or registry auth" comes after the address, so it tells against'
        " exhaustion",
    ),
    Command(
        "aws iam get-role --role-name my-execution-role --query Role.AssumeRolePolicyDocument",
        _that("a trust policy", lambda seen: seen["Statement"][0]["Action"] == "sts:AssumeRole"),
        "this is the trust policy; what the role may do is in its attached policies",
    ),
    Command(
        "aws ecr describe-images --repository-name my-app --image-ids imageTag=latest",
        _that("one image", lambda seen: len(seen["imageDetails"]) == 1),
    ),
    Command(
        "aws ec2 describe-subnets --subnet-ids {subnet}"
        " --query Subnets[0].[AvailableIpAddressCount,CidrBlock]",
        _is([0, "10.0.1.0/24"]),
    ),
    Command(
        "aws ec2 describe-network-interfaces --filters Name=subnet-id,Values={subnet}"
        " --query NetworkInterfaces|length(@)",
        _is(251),
        "counts interfaces, not addresses; nodes of EKS hold many addresses on one interface",
    ),
    Command(
        "aws ec2 create-subnet --vpc-id {vpc} --cidr-block 10.0.32.0/20"
        " --availability-zone us-east-1a --query Subnet.AvailableIpAddressCount",
        _is(4091),
        "4,096 less the five that AWS reserves",
    ),
    Command(
        "aws ecs update-service --cluster my-cluster --service my-service"
        " --network-configuration awsvpcConfiguration={{subnets=[{roomy}],"
        "securityGroups=[{group}],assignPublicIp=ENABLED}} --query service.status",
        _is("ACTIVE"),
        "the block is replaced as a whole: without assignPublicIp=ENABLED it would be DISABLED",
    ),
    Command(
        "aws ecs run-task --cluster my-cluster --task-definition my-app:1 --launch-type FARGATE",
        _never_printed,
        "awsvpc needs a network configuration",
        fails="InvalidParameterException",
    ),
)

FIFTY_TASKS_AFTER = (
    Command(
        "aws ecs list-tasks --cluster my-cluster --service my-service --desired-status RUNNING"
        " --query taskArns|length(@)",
        _is(50),
    ),
    Command(
        "aws ec2 describe-subnets --subnet-ids {roomy} --query Subnets[0].AvailableIpAddressCount",
        _is(4041),
        "4,091 usable less 50, not 4,046",
    ),
)

NEW_DATABASE = (
    Command(
        "aws logs tail /ecs/my-app --since 1h",
        _that("the old address", lambda seen: "DATABASE_URL=old-db.example.com" in seen),
    ),
    Command(
        "aws ecs describe-task-definition --task-definition my-app --query taskDefinition.revision",
        _is(5),
    ),
    Command(
        "aws ecs describe-task-definition --task-definition my-app:5"
        " --query taskDefinition.containerDefinitions[0].environment",
        _is([{"name": "DATABASE_URL", "value": "new-db.example.com"}]),
    ),
    Command(
        "aws ecs list-tasks --cluster my-cluster --service my-service --query taskArns[0]",
        _that("a task ARN", lambda seen: seen.startswith("arn:aws:ecs:us-east-1:123456789012:")),
    ),
    Command(
        "aws ecs describe-tasks --cluster my-cluster --tasks {running}"
        " --query tasks[0].taskDefinitionArn",
        _that("revision 3", lambda seen: seen.endswith("task-definition/my-app:3")),
    ),
    Command(
        f"aws ecs describe-services {SERVICE} --query services[0].taskDefinition",
        _that("revision 3", lambda seen: seen.endswith("task-definition/my-app:3")),
    ),
    Command(
        "aws ecs update-service --cluster my-cluster --service my-service"
        " --task-definition my-app:latest --force-new-deployment",
        _never_printed,
        "`latest` is no revision; the family alone means the newest ACTIVE one",
        fails="ClientException",
    ),
    Command(
        "aws ecs update-service --cluster my-cluster --service my-service"
        " --task-definition my-app --force-new-deployment --query service.taskDefinition",
        _that("revision 5", lambda seen: seen.endswith("task-definition/my-app:5")),
        "--force-new-deployment is not needed: a new revision starts a deployment by itself",
    ),
)

NEW_DATABASE_AFTER = (
    Command(
        "aws ecs describe-tasks --cluster my-cluster --tasks {running}"
        " --query tasks[0].taskDefinitionArn",
        _that("revision 5", lambda seen: seen.endswith("task-definition/my-app:5")),
    ),
    Command(
        "aws logs tail /ecs/my-app --since 20m",
        _that("the new address", lambda seen: "DATABASE_URL=new-db.example.com" in seen),
    ),
)

SECOND_RELEASE = (
    Command(
        f"aws ecs describe-services {SERVICE}"
        " --query services[0].[runningCount,desiredCount,deployments[].status]",
        _is([10, 5, ["PRIMARY", "ACTIVE"]]),
    ),
    Command(
        "aws ecs list-tasks --cluster my-cluster --service my-service --query taskArns|length(@)",
        _is(10),
    ),
    Command(
        "aws ecs describe-tasks --cluster my-cluster --tasks {running}"
        " --query tasks[0].[taskArn,taskDefinitionArn,lastStatus]",
        _that("a running task", lambda seen: seen[2] == "RUNNING"),
    ),
    Command(
        f"aws ecs describe-services {SERVICE} --query services[0].deploymentConfiguration",
        _that(
            "100 and 200, breaker off",
            lambda seen: (
                (
                    seen["maximumPercent"],
                    seen["minimumHealthyPercent"],
                    seen["deploymentCircuitBreaker"]["enable"],
                )
                == (200, 100, False)
            ),
        ),
    ),
    Command(
        "aws elbv2 describe-target-health --target-group-arn {target_group}"
        " --query TargetHealthDescriptions[].TargetHealth.State|sort(@)",
        _is(["healthy"] * 5 + ["unhealthy"] * 5),
    ),
    Command(
        "aws elbv2 describe-target-groups --target-group-arns {target_group}"
        " --query TargetGroups[0].[HealthCheckPath,HealthCheckIntervalSeconds,"
        "HealthyThresholdCount]",
        _is(["/health", 30, 3]),
    ),
    Command(
        "aws elbv2 modify-target-group --target-group-arn {target_group} --health-check-path /"
        " --query TargetGroups[0].HealthCheckPath",
        _is("/"),
        "the old tasks are tested on the new path too, and must answer there as well",
    ),
)

SECOND_RELEASE_AFTER = (
    Command(
        "aws elbv2 describe-target-health --target-group-arn {target_group}"
        " --query TargetHealthDescriptions[].TargetHealth.State",
        _that("five healthy", lambda seen: seen.count("healthy") == 5),
    ),
    Command(
        "aws ecs list-tasks --cluster my-cluster --service my-service --query taskArns|length(@)",
        _is(5),
    ),
)

NEW_ROLE = (
    Command(
        "aws ecs describe-task-definition --task-definition my-app"
        " --query taskDefinition.executionRoleArn",
        _is("arn:aws:iam::123456789012:role/my-execution-role"),
        "the role in force is the one of the task definition, not one guessed by its name",
    ),
    Command(
        "aws iam list-attached-role-policies --role-name my-execution-role"
        " --query AttachedPolicies",
        _is([]),
    ),
    Command("aws ecr get-login-password --region us-east-1", _that("a token", bool)),
)
