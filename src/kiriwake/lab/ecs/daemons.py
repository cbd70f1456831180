"""The DAEMON strategy: one task on every instance that can hold it."""

from __future__ import annotations

from kiriwake.lab.ecs import events, launching, lifecycle, placement
from kiriwake.lab.ecs.model import Deployment, Instance, Service, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says


def reconcile(region: Region, service: Service, primary: Deployment) -> None:
    """Stops what is old or misplaced, then starts what is missing."""
    wanted = placement.need(primary.definition, {}, launching.awsvpc(primary))
    constraints = launching.constraints(primary)
    homes = placement.eligible(region, service.cluster, wanted, constraints)
    service.desired = len(homes)
    for deployment in service.deployments:
        deployment.desired = len(homes) if deployment is primary else 0
    known = {id(home) for home in homes}
    leaving = [
        task
        for task in service.tasks.values()
        if task.live
        and (
            task.deployment is not primary
            or task.failure
            or (task.instance is not None and id(task.instance) not in known)
        )
    ]
    for task in leaving:
        number = task.deployment.id if task.deployment else ""
        words = task.failure or Says.SCALING(d=number)
        lifecycle.stop(region, task, "ServiceSchedulerInitiated", words)
    if leaving:
        events.tell_tasks(region, service, Says.STOPPED, leaving)
    begun = [new for home in homes if (new := _fill(region, service, primary, home))]
    if begun:
        events.tell_tasks(region, service, Says.STARTED, begun)


def _fill(region: Region, service: Service, primary: Deployment, home: Instance) -> Task | None:
    if primary.stalled or any(task.service is service for task in home.tasks.values()):
        return None
    until = primary.back_off_until
    if until is not None and region.now() < until:
        region.wake(service, (until - region.now()).total_seconds())
        return None
    wanted = placement.need(primary.definition, {}, launching.awsvpc(primary))
    found = placement.misfit(region, home, wanted, launching.constraints(primary))
    if found is not None:
        events.complain(region, service, Says.NO_INSTANCE_FITS, reason=found.says(i=home.id))
        return None
    return launching.launch(region, service, primary, ("EC2", "", home))
