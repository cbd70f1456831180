"""ECS services and deployments as evidence."""

from __future__ import annotations

from collections.abc import Mapping

from kiriwake.evidence.ecs import (
    Awsvpc,
    Deployment,
    DeploymentConfiguration,
    Event,
    Service,
    ServiceDeployment,
    ServiceLoadBalancer,
)
from kiriwake.sources.aws.fields import (
    Fields,
    block,
    blocks,
    flag,
    moment,
    number,
    text,
    texts,
    the_moment,
    the_number,
    the_text,
)
from kiriwake.sources.redact import redacted


def service(fields: Fields) -> Service:
    """A service."""
    return Service(
        arn=text(fields, "serviceArn"),
        name=the_text(fields, "serviceName"),
        cluster=text(fields, "clusterArn").rsplit("/", maxsplit=1)[-1],
        status=the_text(fields, "status"),
        desired=the_number(fields, "desiredCount"),
        running=the_number(fields, "runningCount"),
        pending=the_number(fields, "pendingCount"),
        # A service with an external deployment controller has task sets instead.
        task_definition=text(fields, "taskDefinition"),
        deployments=tuple(_deployment(item) for item in blocks(fields, "deployments")),
        events=tuple(_event(item) for item in blocks(fields, "events")),
        load_balancers=tuple(_load_balancer(item) for item in blocks(fields, "loadBalancers")),
        deployment_configuration=_configuration(block(fields, "deploymentConfiguration")),
        launch_type=text(fields, "launchType"),
        capacity_providers=_providers(fields),
        platform_version=text(fields, "platformVersion"),
        platform_family=text(fields, "platformFamily"),
        controller=text(block(fields, "deploymentController"), "type") or "ECS",
        scheduling=text(fields, "schedulingStrategy") or "REPLICA",
        grace_period_s=number(fields, "healthCheckGracePeriodSeconds"),
        awsvpc=_awsvpc(fields),
        created_at=moment(fields, "createdAt"),
        created_by=text(fields, "createdBy"),
        role_arn=text(fields, "roleArn"),
        az_rebalancing=text(fields, "availabilityZoneRebalancing"),
        task_sets=len(blocks(fields, "taskSets")),
        service_connect=any(
            flag(block(item, "serviceConnectConfiguration"), "enabled")
            for item in blocks(fields, "deployments")
        ),
    )


def _deployment(fields: Fields) -> Deployment:
    return Deployment(
        id=text(fields, "id"),
        status=text(fields, "status"),
        task_definition=text(fields, "taskDefinition"),
        desired=the_number(fields, "desiredCount"),
        running=the_number(fields, "runningCount"),
        pending=the_number(fields, "pendingCount"),
        # Left out by AWS where the deployment has no failed task.
        failed=number(fields, "failedTasks") or 0,
        created_at=the_moment(fields, "createdAt"),
        updated_at=moment(fields, "updatedAt"),
        rollout_state=text(fields, "rolloutState"),
        rollout_reason=redacted(text(fields, "rolloutStateReason")),
        launch_type=text(fields, "launchType"),
        capacity_providers=_providers(fields),
        platform_version=text(fields, "platformVersion"),
        awsvpc=_awsvpc(fields),
    )


def _event(fields: Fields) -> Event:
    return Event(
        at=the_moment(fields, "createdAt"),
        message=redacted(text(fields, "message")),
        id=text(fields, "id"),
    )


def _load_balancer(fields: Fields) -> ServiceLoadBalancer:
    return ServiceLoadBalancer(
        target_group_arn=text(fields, "targetGroupArn"),
        container_name=text(fields, "containerName"),
        container_port=number(fields, "containerPort") or 0,
        load_balancer_name=text(fields, "loadBalancerName"),
    )


def _configuration(fields: Fields) -> DeploymentConfiguration:
    breaker = block(fields, "deploymentCircuitBreaker")
    alarms = block(fields, "alarms")
    return DeploymentConfiguration(
        minimum_healthy_percent=number(fields, "minimumHealthyPercent"),
        maximum_percent=number(fields, "maximumPercent"),
        breaker_enabled=flag(breaker, "enable"),
        breaker_rollback=flag(breaker, "rollback"),
        strategy=text(fields, "strategy"),
        bake_time_min=number(fields, "bakeTimeInMinutes"),
        alarm_names=texts(alarms, "alarmNames"),
        alarms_enabled=flag(alarms, "enable") or False,
        alarms_rollback=flag(alarms, "rollback") or False,
    )


def _providers(fields: Fields) -> tuple[str, ...]:
    strategy = blocks(fields, "capacityProviderStrategy")
    return tuple(filter(None, (text(item, "capacityProvider") for item in strategy)))


def _awsvpc(fields: Fields) -> Awsvpc | None:
    network = block(block(fields, "networkConfiguration"), "awsvpcConfiguration")
    if not network:
        return None
    public = text(network, "assignPublicIp")
    return Awsvpc(
        subnet_ids=texts(network, "subnets"),
        security_group_ids=texts(network, "securityGroups"),
        assign_public_ip={"ENABLED": True, "DISABLED": False}.get(public),
    )


def service_deployment(fields: Fields, definitions: Mapping[str, str]) -> ServiceDeployment:
    """A service deployment, in full or in brief, `definitions` by the ARN of a revision."""
    target = text(block(fields, "targetServiceRevision"), "arn") or text(
        fields, "targetServiceRevisionArn"
    )
    breaker = block(fields, "deploymentCircuitBreaker")
    sources = (text(item, "arn") for item in blocks(fields, "sourceServiceRevisions"))
    return ServiceDeployment(
        arn=the_text(fields, "serviceDeploymentArn"),
        status=text(fields, "status"),
        created_at=the_moment(fields, "createdAt"),
        target_revision_arn=target,
        source_revision_arns=tuple(filter(None, sources)),
        finished_at=moment(fields, "finishedAt"),
        reason=redacted(text(fields, "statusReason")),
        breaker_status=text(breaker, "status"),
        breaker_failures=number(breaker, "failureCount"),
        breaker_threshold=number(breaker, "threshold"),
        rollback_reason=redacted(text(block(fields, "rollback"), "reason")),
        lifecycle_stage=text(fields, "lifecycleStage"),
        target_task_definition=definitions.get(target, ""),
    )
