"""Service deployments and service revisions: the history of a service."""

from __future__ import annotations

from datetime import UTC, datetime

from kiriwake.lab.ecs import bounds, deployments, services, views
from kiriwake.lab.ecs.model import Deployment, Service, Shape
from kiriwake.lab.ecs.paging import at_most, page
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ground import AwsError

_MOST_DESCRIBED = 20
_LISTED_DEFAULT = 20


def _by_arn(region: Region, arn: str) -> Deployment | None:
    parts = arn.partition(":service-")[2].split("/")
    if not region.here(arn) or len(parts) != 4:  # noqa: PLR2004 - kind/cluster/service/id
        return None
    cluster = region.clusters.get(parts[1])
    service = cluster.services.get(parts[2]) if cluster else None
    found = (d for d in (service.history if service else ()) if arn in {d.arn, d.revision_arn})
    return next(found, None)


# --- deployments --------------------------------------------------------------------------
def list_deployments(region: Region, given: Shape) -> Shape:
    """ListServiceDeployments, newest first."""
    service = services.find(region, given)
    wanted = set(given.get("status") or ())
    limits = given.get("createdAt") or {}
    after, before = _moment(limits.get("after")), _moment(limits.get("before"))
    found = [
        d
        for d in reversed(service.history)
        if (not wanted or d.outcome in wanted)
        and (after is None or d.created_at >= after)
        and (before is None or d.created_at <= before)
    ]
    chosen, more = page(
        "ListServiceDeployments", given, [d.arn for d in found], default=_LISTED_DEFAULT
    )
    by_arn = {d.arn: d for d in found}
    return {"serviceDeployments": [_brief(by_arn[arn]) for arn in chosen], **more}


def _moment(given: object) -> datetime | None:
    if isinstance(given, datetime):
        return given
    return datetime.fromtimestamp(given, UTC) if isinstance(given, int | float) else None


def _brief(found: Deployment) -> Shape:
    return views.without_nothing(
        {
            "serviceDeploymentArn": found.arn,
            "serviceArn": found.service.arn,
            "clusterArn": found.service.cluster.arn,
            "startedAt": found.created_at,
            "createdAt": found.created_at,
            "finishedAt": found.finished_at,
            "targetServiceRevisionArn": found.revision_arn,
            "status": found.outcome,
            "statusReason": found.outcome_reason,
        }
    )


def describe_deployments(region: Region, given: Shape) -> Shape:
    """DescribeServiceDeployments."""
    arns = [str(arn) for arn in given.get("serviceDeploymentArns") or ()]
    at_most("Service deployments", arns, _MOST_DESCRIBED)
    found, failures = [], []
    for arn in arns:
        known = _by_arn(region, arn)
        if known is None or known.arn != arn:
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            found.append(_full(region, known))
    return {"serviceDeployments": found, "failures": failures}


def _full(region: Region, found: Deployment) -> Shape:
    service = found.service
    by_arn = {d.revision_arn: d for d in service.history}
    breaker = bounds.configuration(service).get("deploymentCircuitBreaker") or {}
    watched = "DISABLED"
    if breaker.get("enable"):
        watched = "MONITORING" if found.outcome == "IN_PROGRESS" else "MONITORING_COMPLETE"
        watched = "TRIGGERED" if found.rollout == "FAILED" else watched
    made = _brief(found)
    del made["targetServiceRevisionArn"]
    return views.without_nothing(
        {
            **made,
            "stoppedAt": found.stopped_at,
            "updatedAt": found.updated_at,
            "sourceServiceRevisions": [
                views.revision_counts(by_arn[arn]) for arn in found.sources if arn in by_arn
            ],
            "targetServiceRevision": views.revision_counts(found),
            "lifecycleStage": found.stage,
            "deploymentConfiguration": bounds.configuration(service),
            "rollback": found.rollback or None,
            "deploymentCircuitBreaker": {
                "status": watched,
                "failureCount": found.failed,
                "threshold": bounds.threshold(service),
            },
            "alarms": {"status": "DISABLED"},
        }
    )


def stop_deployment(region: Region, given: Shape) -> Shape:
    """StopServiceDeployment: goes back, or stops where it is."""
    arn = str(given.get("serviceDeploymentArn") or "")
    found = _by_arn(region, arn)
    if found is None or found.arn != arn:
        raise AwsError(
            "ServiceDeploymentNotFoundException",
            "The service deploy ARN that you specified in the StopServiceDeployment doesn't exist.",
        )
    if found.outcome != "IN_PROGRESS" or found is not found.service.primary:
        raise AwsError(
            "ConflictException", "The service deployment is not in a state that can be stopped."
        )
    target = deployments.last_completed(found.service, found)
    if given.get("stopType", "ROLLBACK") == "ROLLBACK" and target is not None:
        deployments.roll_back(region, found.service, found, target, Says.ROLLBACK_BY_USER())
        found.reason = Says.BREAKER_ROLLBACK(d=target.id)
    elif given.get("stopType", "ROLLBACK") == "ROLLBACK":
        raise AwsError(
            "InvalidParameterException",
            "There is no completed deployment to roll back to.",
        )
    else:
        found.stalled, found.outcome = True, "STOPPED"
        found.outcome_reason = Says.STOPPED_BY_USER()
        found.stopped_at = found.finished_at = region.now()
    return {"serviceDeploymentArn": found.arn}


# --- revisions ---------------------------------------------------------------------------
def describe_revisions(region: Region, given: Shape) -> Shape:
    """DescribeServiceRevisions."""
    arns = [str(arn) for arn in given.get("serviceRevisionArns") or ()]
    at_most("Service revisions", arns, _MOST_DESCRIBED)
    found, failures = [], []
    for arn in arns:
        known = _by_arn(region, arn)
        if known is None or known.revision_arn != arn:
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            found.append(_revision(known, known.service))
    return {"serviceRevisions": found, "failures": failures}


def _revision(found: Deployment, service: Service) -> Shape:
    settings = found.settings
    platform = views.platform_version(settings)
    return views.without_nothing(
        {
            "serviceRevisionArn": found.revision_arn,
            "serviceArn": service.arn,
            "clusterArn": service.cluster.arn,
            "taskDefinition": found.definition["taskDefinitionArn"],
            "capacityProviderStrategy": settings.get("capacityProviderStrategy"),
            "launchType": settings.get("launchType"),
            "platformVersion": platform,
            "platformFamily": "Linux" if platform else "",
            "loadBalancers": settings.get("loadBalancers"),
            "serviceRegistries": settings.get("serviceRegistries"),
            "networkConfiguration": settings.get("networkConfiguration"),
            "containerImages": views.revision_digests(found),
            "guardDutyEnabled": False,
            "serviceConnectConfiguration": settings.get("serviceConnectConfiguration"),
            "volumeConfigurations": settings.get("volumeConfigurations"),
            "createdAt": found.created_at,
        }
    )
