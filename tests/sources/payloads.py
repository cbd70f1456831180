"""One healthy service as the APIs describe it, and builders for what differs from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sources.fake import ACCOUNT, REGION, Answers

THEN = datetime(2026, 11, 23, 5, 0, 0, tzinfo=UTC)
ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
ELB = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
DEFINITION = f"{ECS}:task-definition/web:3"
GROUP = f"{ELB}:targetgroup/web/0123456789abcdef"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web:1.4"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/web-execution"


def task_id(number: int) -> str:
    return f"{number:032x}"


def task_arn(number: int, cluster: str = "shop") -> str:
    return f"{ECS}:task/{cluster}/{task_id(number)}"


def service(name: str = "web", cluster: str = "shop", **changes: object) -> dict[str, Any]:
    network = {
        "awsvpcConfiguration": {
            "subnets": ["subnet-0a"],
            "securityGroups": ["sg-0a"],
            "assignPublicIp": "DISABLED",
        }
    }
    return {
        "serviceArn": f"{ECS}:service/{cluster}/{name}",
        "serviceName": name,
        "clusterArn": f"{ECS}:cluster/{cluster}",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "taskDefinition": DEFINITION,
        "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 8080}],
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
        },
        "deployments": [
            {
                "id": "ecs-svc/1",
                "status": "PRIMARY",
                "taskDefinition": DEFINITION,
                "desiredCount": 2,
                "runningCount": 2,
                "pendingCount": 0,
                "failedTasks": 0,
                "createdAt": THEN,
                "updatedAt": THEN + timedelta(minutes=4),
                "launchType": "FARGATE",
                "networkConfiguration": network,
                "rolloutState": "COMPLETED",
                "rolloutStateReason": "ECS deployment ecs-svc/1 completed.",
            }
        ],
        "events": [
            {
                "id": "e1",
                "createdAt": THEN + timedelta(minutes=4),
                "message": f"(service {name}) has reached a steady state.",
            }
        ],
        "createdAt": THEN - timedelta(days=3),
        "networkConfiguration": network,
        "healthCheckGracePeriodSeconds": 60,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        **changes,
    }


def task(number: int, desired: str = "RUNNING", **changes: object) -> dict[str, Any]:
    return {
        "taskArn": task_arn(number),
        "clusterArn": f"{ECS}:cluster/shop",
        "lastStatus": desired,
        "desiredStatus": desired,
        "taskDefinitionArn": DEFINITION,
        "startedBy": "ecs-svc/1",
        "group": "service:web",
        "launchType": "FARGATE",
        "availabilityZone": f"{REGION}a",
        "createdAt": THEN,
        "startedAt": THEN + timedelta(minutes=1),
        "healthStatus": "UNKNOWN",
        "cpu": "256",
        "memory": "512",
        "attachments": [
            {
                "id": "a-1",
                "type": "ElasticNetworkInterface",
                "status": "ATTACHED",
                "details": [
                    {"name": "subnetId", "value": "subnet-0a"},
                    {"name": "networkInterfaceId", "value": f"eni-{number}"},
                    {"name": "privateIPv4Address", "value": f"10.0.0.{number % 250}"},
                ],
            }
        ],
        "containers": [
            {"name": "web", "image": IMAGE, "lastStatus": desired, "healthStatus": "UNKNOWN"}
        ],
        **changes,
    }


def definition(**changes: object) -> dict[str, Any]:
    return {
        "taskDefinitionArn": DEFINITION,
        "family": "web",
        "revision": 3,
        "status": "ACTIVE",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": ROLE,
        "registeredAt": THEN - timedelta(hours=2),
        "containerDefinitions": [
            {
                "name": "web",
                "image": IMAGE,
                "cpu": 0,
                "essential": True,
                "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
                "environment": [{"name": "DATABASE_URL", "value": "postgres://u:p4ss@db/shop"}],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {"awslogs-group": "/ecs/web", "awslogs-region": REGION},
                },
            }
        ],
        **changes,
    }


def target(address: str, state: str = "healthy", **told: str) -> dict[str, Any]:
    return {
        "Target": {"Id": address, "Port": 8080, "AvailabilityZone": f"{REGION}a"},
        "HealthCheckPort": "8080",
        "TargetHealth": {"State": state, **told},
    }


def healthy(tasks: int = 2, stopped: int = 0) -> dict[str, Answers]:
    """The answers of a region in which `shop/web` is all there is, and well."""
    running = {task_arn(n): task(n) for n in range(1, tasks + 1)}
    ended = {
        task_arn(n): task(n, "STOPPED", stoppedReason="Scaling activity initiated by deployment")
        for n in range(1001, 1001 + stopped)
    }

    def describe_services(asked: Mapping[str, Any]) -> dict[str, Any]:
        assert len(asked["services"]) <= 10
        known = {"web": service(desiredCount=tasks, runningCount=tasks)}
        return {
            "services": [known[name] for name in asked["services"] if name in known],
            "failures": [
                {"arn": f"{ECS}:service/{asked['cluster']}/{name}", "reason": "MISSING"}
                for name in asked["services"]
                if name not in known
            ],
        }

    def list_tasks(asked: Mapping[str, Any]) -> dict[str, Any]:
        of = running if asked["desiredStatus"] == "RUNNING" else ended
        return paged(list(of), asked, "taskArns")

    def describe_tasks(asked: Mapping[str, Any]) -> dict[str, Any]:
        assert len(asked["tasks"]) <= 100
        known = {**running, **ended}
        ids = {arn.rsplit("/", 1)[-1]: arn for arn in known}
        arns = [ids.get(arn, arn) for arn in asked["tasks"]]
        return {
            "tasks": [known[arn] for arn in arns if arn in known],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known],
        }

    return {
        "ecs:DescribeServices": describe_services,
        "ecs:ListServices": {"serviceArns": [f"{ECS}:service/shop/web"]},
        "ecs:ListClusters": {"clusterArns": [f"{ECS}:cluster/shop"]},
        "ecs:ListTasks": list_tasks,
        "ecs:DescribeTasks": describe_tasks,
        "ecs:DescribeTaskDefinition": {"taskDefinition": definition()},
        "ecs:ListTaskDefinitions": {"taskDefinitionArns": [DEFINITION]},
        "elbv2:DescribeTargetHealth": {
            "TargetHealthDescriptions": [target(f"10.0.0.{n}") for n in range(1, tasks + 1)]
        },
    }


def paged(items: list[Any], asked: Mapping[str, Any], key: str, size: int = 100) -> dict[str, Any]:
    """One page of a listing, as ECS hands it out."""
    size = min(size, int(asked.get("maxResults", size)))
    start = int(asked.get("nextToken", "0"))
    page: dict[str, Any] = {key: items[start : start + size]}
    return page | ({"nextToken": str(start + size)} if start + size < len(items) else {})
