"""Deployments: how they begin, succeed, fail, and are rolled back."""

from __future__ import annotations

from datetime import timedelta

from kiriwake.lab.ecs import bounds, events
from kiriwake.lab.ecs.model import Deployment, Service, Shape, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says

_FROZEN = (
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
    "volumeConfigurations",
    "serviceConnectConfiguration",
    "placementConstraints",
    "placementStrategy",
)
_BACK_OFF_S = (0, 0, 0, 15, 30, 60, 120, 240, 480, 960, 1620)
"""The waits after each failed wave of starts; AWS documents the last one only (E14)."""
_INCONSISTENT_AT = 3
_DRAINED = {"DEPROVISIONING", "STOPPED"}
_KEPT = 100


def strategy(service: Service) -> str:
    """ROLLING, BLUE_GREEN, LINEAR or CANARY."""
    return str(bounds.configuration(service).get("strategy") or "ROLLING")


def begin(region: Region, service: Service, definition: Shape) -> Deployment:
    """Starts a deployment of the service as it is configured at this moment."""
    number = region.ids.digits()
    now = region.now()
    made = Deployment(
        number=number,
        service=service,
        definition=definition,
        settings={key: service.settings[key] for key in _FROZEN if key in service.settings},
        created_at=now,
        updated_at=now,
        desired=service.desired,
        arn=region.arn("service-deployment", service.cluster.name, service.name, region.ids.name()),
        revision_arn=region.arn(
            "service-revision", service.cluster.name, service.name, region.ids.digits()
        ),
    )
    made.reason = Says.ROLLOUT_IN_PROGRESS(d=made.id)
    made.stage = "" if strategy(service) == "ROLLING" else "RECONCILE_SERVICE"
    made.sources = [d.revision_arn for d in service.deployments if d.tasks]
    _supersede(region, service, Says.SUPERSEDED())
    service.deployments.insert(0, made)
    service.history.append(made)
    del service.history[:-_KEPT]
    service.steady = False
    events.cleared(
        service,
        Says.STEADY,
        Says.INCONSISTENT,
        Says.DEADLOCK,
        Says.UNABLE_TO_PLACE,
        Says.NO_INSTANCE_FITS,
        Says.LAUNCH_REFUSED,
    )
    return made


def _supersede(region: Region, service: Service, why: str) -> None:
    for old in service.deployments:
        old.status = "ACTIVE"
        if old.outcome == "IN_PROGRESS":
            _conclude(region, old, "STOPPED", why)
            old.stopped_at = region.now()


def _conclude(region: Region, deployment: Deployment, outcome: str, why: str) -> None:
    deployment.outcome, deployment.outcome_reason = outcome, why
    deployment.finished_at = deployment.updated_at = region.now()


def complete(region: Region, service: Service, deployment: Deployment) -> None:
    """Notes success: the deployment is alone and healthy."""
    deployment.rollout = "COMPLETED"
    deployment.reason = Says.ROLLOUT_COMPLETED(d=deployment.id)
    deployment.completed_once = True
    deployment.stage = ""
    deployment.updated_at = region.now()
    if deployment.outcome == "IN_PROGRESS":
        _conclude(region, deployment, "SUCCESSFUL", "")
    for failed in service.deployments[1:]:
        if failed.outcome == "ROLLBACK_IN_PROGRESS":
            _conclude(region, failed, "ROLLBACK_SUCCESSFUL", failed.outcome_reason)
    for old in service.deployments[1:]:
        old.status = "INACTIVE"
    service.deployments = [deployment]
    events.tell(region, service, Says.COMPLETED, d=deployment.id)


def forget_empty(service: Service) -> None:
    """Drops older deployments that have nothing left and want nothing."""
    for old in service.deployments[1:]:
        if old.desired == 0 and not remains(old) and old.outcome != "ROLLBACK_IN_PROGRESS":
            old.status = "INACTIVE"
    service.deployments = [d for d in service.deployments if d.status != "INACTIVE"]


def remains(deployment: Deployment) -> bool:
    """Whether tasks of a deployment still run, drain or stop."""
    return any(task.last_status not in _DRAINED for task in deployment.tasks.values())


# --- failures ------------------------------------------------------------------------
def count_failure(region: Region, task: Task, *, start: bool) -> None:
    """Counts a task that never ran (`start`), or that failed its health checks."""
    service, deployment = task.service, task.deployment
    if service is None or deployment is None or deployment.rollout == "FAILED":
        return
    deployment.failed += 1
    deployment.updated_at = region.now()
    if start:
        _back_off(region, service, deployment)
    breaker = bounds.configuration(service).get("deploymentCircuitBreaker") or {}
    tripped = deployment.failed >= bounds.threshold(service)
    if breaker.get("enable") and deployment.rollout == "IN_PROGRESS" and tripped:
        trip(region, service, deployment, rollback=bool(breaker.get("rollback")))


def _back_off(region: Region, service: Service, deployment: Deployment) -> None:
    now = region.now()
    if deployment.back_off_until is not None and now < deployment.back_off_until:
        return
    deployment.back_off_level = min(deployment.back_off_level + 1, len(_BACK_OFF_S) - 1)
    wait = _BACK_OFF_S[deployment.back_off_level]
    deployment.back_off_until = now + timedelta(seconds=max(wait, 1))
    if deployment.back_off_level >= _INCONSISTENT_AT:
        events.complain(region, service, Says.INCONSISTENT)


def count_success(region: Region, task: Task) -> None:
    """Notes that a task became healthy for the first time."""
    task.counted = True
    deployment, service = task.deployment, task.service
    if deployment is None or service is None:
        return
    breaker = bounds.configuration(service).get("deploymentCircuitBreaker") or {}
    if breaker.get("resetOnHealthyTask", True):
        deployment.failed = 0
    deployment.back_off_level, deployment.back_off_until = 0, None
    deployment.updated_at = region.now()


def trip(region: Region, service: Service, deployment: Deployment, *, rollback: bool) -> None:
    """Fails a deployment, and goes back to the last one that was completed if there is one."""
    deployment.rollout = "FAILED"
    deployment.stalled = True
    deployment.updated_at = region.now()
    events.tell(region, service, Says.FAILED, d=deployment.id)
    target = last_completed(service, deployment) if rollback else None
    if target is None:
        deployment.reason = Says.BREAKER()
        _conclude(region, deployment, "ROLLBACK_FAILED" if rollback else "STOPPED", Says.BREAKER())
        return
    roll_back(region, service, deployment, target, Says.BREAKER_STATUS_REASON())
    deployment.reason = Says.BREAKER_ROLLBACK(d=target.id)


def last_completed(service: Service, deployment: Deployment) -> Deployment | None:
    """The newest completed deployment before this one."""
    found = (d for d in reversed(service.history) if d.completed_once and d is not deployment)
    return next(found, None)


def roll_back(
    region: Region, service: Service, failed: Deployment, target: Deployment, why: str
) -> None:
    """Makes an earlier deployment PRIMARY again."""
    now = region.now()
    failed.stalled, failed.status, failed.rollout = True, "ACTIVE", "FAILED"
    failed.outcome, failed.outcome_reason = "ROLLBACK_IN_PROGRESS", why
    failed.rollback = {
        "reason": why,
        "startedAt": now,
        "serviceRevisionArn": target.revision_arn,
    }
    target.status, target.rollout = "PRIMARY", "IN_PROGRESS"
    target.reason = Says.ROLLOUT_IN_PROGRESS(d=target.id)
    target.desired, target.failed, target.stalled = service.desired, 0, False
    target.back_off_level, target.back_off_until = 0, None
    target.updated_at = now
    others = [d for d in service.deployments if d is not target]
    service.deployments = [target, *others]
    service.settings.update(target.settings)
    service.settings["taskDefinition"] = target.definition["taskDefinitionArn"]
    events.tell(region, service, Says.ROLLING_BACK, d=target.id)
    region.wake(service)
