"""What create-service, update-service and run-task refuse."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kiriwake.lab.ecs import strategy
from kiriwake.lab.ecs.clusters import FARGATE_PROVIDERS
from kiriwake.lab.ecs.model import Cluster, Service, Shape
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ground import AwsError

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_MOST_TASKS = 5000
_MOST_SUBNETS = 16
_MOST_GROUPS = 5
_MOST_TARGET_GROUPS = 5
_WHOLE = 100
_LONGEST_GRACE = 2_147_483_647


def invalid(message: str) -> AwsError:
    """An InvalidParameterException."""
    return AwsError("InvalidParameterException", message)


def check_name(name: str) -> None:
    """Refuses a bad service name."""
    if not _NAME.fullmatch(name):
        raise invalid("Invalid service name.")


def check_counts(given: Shape) -> None:
    """Refuses counts and percentages that cannot be."""
    count = given.get("desiredCount")
    if count is not None and not 0 <= int(count) <= _MOST_TASKS:
        raise invalid(f"desiredCount must be between 0 and {_MOST_TASKS}.")
    grace = given.get("healthCheckGracePeriodSeconds")
    if grace is not None and not 0 <= int(grace) <= _LONGEST_GRACE:
        raise invalid("Invalid health check grace period.")
    given = given.get("deploymentConfiguration") or {}
    least, most = given.get("minimumHealthyPercent"), given.get("maximumPercent")
    if least is not None and int(least) < 0:
        raise invalid("Minimum healthy percent must not be negative.")
    if most is not None and int(most) < 0:
        raise invalid("Maximum percent must not be negative.")
    if least is not None and most is not None and int(most) == 0 and int(least) == 0:
        raise invalid("Both maximumPercent and minimumHealthyPercent cannot be 0.")


def configuration(scheduling: str, controller: str, given: Shape) -> Shape:
    """The deployment configuration with AWS's defaults (F3.03)."""
    if controller == "EXTERNAL":
        return dict(given)
    daemon = scheduling == "DAEMON"
    made = {
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "maximumPercent": _WHOLE if daemon else 2 * _WHOLE,
        "minimumHealthyPercent": 0 if daemon else _WHOLE,
        **given,
    }
    if controller == "ECS":
        made.setdefault("strategy", "ROLLING")
        made.setdefault("bakeTimeInMinutes", 0)
    return made


def check(region: Region, cluster: Cluster, settings: Shape, definition: Shape) -> None:
    """Refuses what does not fit together."""
    items = settings.get("capacityProviderStrategy") or ()
    for item in items:
        if item["capacityProvider"] not in cluster.providers:
            raise invalid(
                "The specified capacity provider strategy contains a capacity provider that is "
                "not associated with the cluster. Associate the capacity provider with the "
                "cluster and try again."
            )
    kind, _ = strategy.choose(str(settings.get("launchType") or ""), items, {})
    if kind not in definition["compatibilities"] and kind == "FARGATE":
        raise invalid("Task definition does not support launch_type FARGATE.")
    if items and {i["capacityProvider"] in FARGATE_PROVIDERS for i in items} == {True, False}:
        raise invalid(
            "A capacity provider strategy cannot contain a mix of capacity providers using Auto "
            "Scaling groups and Fargate providers."
        )
    check_network(region, settings.get("networkConfiguration"), definition, kind)
    balancers = settings.get("loadBalancers") or ()
    if len(balancers) > _MOST_TARGET_GROUPS:
        raise invalid(f"loadBalancers cannot have more than {_MOST_TARGET_GROUPS} elements.")
    for balancer in balancers:
        _check_balancer(region, balancer, definition)


def check_network(region: Region, given: Shape | None, definition: Shape, launch_type: str) -> None:
    """Refuses a network configuration that is missing, not wanted or of no known subnets."""
    network = (given or {}).get("awsvpcConfiguration")
    if definition.get("networkMode") != "awsvpc":
        if network:
            raise invalid(
                "Network Configuration is not valid for the given networkMode of this task "
                "definition."
            )
        return
    if not network or not network.get("subnets"):
        raise invalid(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        )
    subnets, groups = network["subnets"], network.get("securityGroups") or ()
    if network.get("assignPublicIp") == "ENABLED" and launch_type == "EC2":
        raise invalid("Assign public IP is not supported for this launch type.")
    if len(subnets) > _MOST_SUBNETS:
        raise invalid(f"subnets can have at most {_MOST_SUBNETS} items.")
    if len(groups) > _MOST_GROUPS:
        raise invalid(f"securityGroups can have at most {_MOST_GROUPS} items.")
    _check_one_vpc(region, subnets, groups)


def _check_one_vpc(region: Region, subnets: Sequence[str], groups: Sequence[str]) -> None:
    vpcs = set()
    for name in subnets:
        known = region.ground.subnet(str(name))
        if known is None:
            raise invalid(
                "Error retrieving subnet information for "
                f"[{name}]: The subnet ID '{name}' does not exist"
            )
        vpcs.add(known.get("VpcId"))
    for name in groups:
        group = region.ground.security_group(str(name))
        if group is None:
            raise invalid(
                f"Error retrieving security group information for [{name}]: The security group "
                f"'{name}' does not exist"
            )
        vpcs.add(group.get("VpcId"))
    if len(vpcs) > 1:
        raise invalid("The specified subnets and security groups must be in the same VPC.")


def _check_balancer(region: Region, balancer: Shape, definition: Shape) -> None:
    name, port = balancer.get("containerName"), balancer.get("containerPort")
    containers = {c["name"]: c for c in definition["containerDefinitions"]}
    if name not in containers:
        raise invalid(f"The container {name} does not exist in the task definition.")
    ports = {p.get("containerPort") for p in containers[name].get("portMappings", ())}
    if port not in ports:
        raise invalid(f"The container {name} did not have a container port {port} defined.")
    arn = balancer.get("targetGroupArn")
    if not arn:
        return
    group = region.ground.target_group(arn)
    if group is None:
        raise invalid(
            f"Unable to assume the service linked role or find the target group {arn}."
            if not str(arn).startswith("arn:")
            else f"The target group with targetGroupArn {arn} does not exist."
        )
    if not group.get("LoadBalancerArns"):
        raise invalid(
            f"The target group with targetGroupArn {arn} does not have an associated load balancer."
        )
    kind = group.get("TargetType", "instance")
    if definition.get("networkMode") == "awsvpc" and kind != "ip":
        raise invalid(
            f"The provided target group {arn} has target type {kind}, which is incompatible with "
            "the awsvpc network mode specified in the task definition."
        )
    if definition.get("networkMode") != "awsvpc" and kind == "ip":
        raise invalid(
            f"The provided target group {arn} has target type ip, which is incompatible with the "
            f"{definition.get('networkMode', 'bridge')} network mode specified in the task "
            "definition."
        )


def check_controller(service: Service, given: Shape) -> None:
    """Refuses what only CodeDeploy or the external controller may change."""
    deploys = {"taskDefinition", "networkConfiguration", "platformVersion", "loadBalancers"}
    if service.controller == "CODE_DEPLOY":
        if given.get("taskDefinition"):
            raise invalid(
                "Unable to update task definition on services with a CODE_DEPLOY deployment "
                "controller. Use AWS CodeDeploy to trigger a new deployment."
            )
        if given.get("forceNewDeployment") or deploys & set(given):
            raise invalid(
                "Cannot force a new deployment on services with a CODE_DEPLOY deployment "
                "controller. Use AWS CodeDeploy to trigger a new deployment."
            )
    if service.controller == "EXTERNAL" and deploys & set(given):
        raise invalid(
            "Services with an EXTERNAL deployment controller take only desiredCount and "
            "healthCheckGracePeriodSeconds. Use CreateTaskSet."
        )
