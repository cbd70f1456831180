"""The ECS engine: its API, its time, and what its tasks answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from kiriwake.lab.ecs import (
    account,
    arns,
    clusters,
    containers,
    definitions,
    instances,
    launching,
    lifecycle,
    requests,
    revisions,
    scheduler,
    services,
    tagging,
    tasks,
)
from kiriwake.lab.ecs.ids import Ids
from kiriwake.lab.ecs.model import Instance, Shape, Task
from kiriwake.lab.ecs.region import Region
from kiriwake.lab.ecs.texts import Says
from kiriwake.lab.ecs.timers import Timers
from kiriwake.lab.ground import AwsError, Caller, Ground, Serving

_PLAIN: Mapping[str, Callable[[Region, Shape], Shape]] = {
    "CreateCluster": clusters.create,
    "DescribeClusters": clusters.describe,
    "ListClusters": clusters.list_,
    "UpdateCluster": clusters.update,
    "UpdateClusterSettings": clusters.update_settings,
    "PutClusterCapacityProviders": clusters.put_providers,
    "DeleteCluster": clusters.delete,
    "DescribeTaskDefinition": definitions.describe,
    "DeregisterTaskDefinition": definitions.deregister,
    "DeleteTaskDefinitions": definitions.delete,
    "ListTaskDefinitions": definitions.list_revisions,
    "ListTaskDefinitionFamilies": definitions.list_families,
    "UpdateService": services.update,
    "DeleteService": services.delete,
    "DescribeServices": services.describe,
    "ListServices": services.list_,
    "ListServicesByNamespace": services.list_by_namespace,
    "DescribeTaskSets": services.describe_task_sets,
    "ListServiceDeployments": revisions.list_deployments,
    "DescribeServiceDeployments": revisions.describe_deployments,
    "StopServiceDeployment": revisions.stop_deployment,
    "DescribeServiceRevisions": revisions.describe_revisions,
    "RunTask": tasks.run,
    "StartTask": tasks.start,
    "StopTask": tasks.stop,
    "DescribeTasks": tasks.describe,
    "ListTasks": tasks.list_,
    "GetTaskProtection": tasks.protection,
    "UpdateTaskProtection": tasks.protection,
    "ExecuteCommand": tasks.execute,
    "DescribeContainerInstances": instances.describe,
    "ListContainerInstances": instances.list_,
    "DeregisterContainerInstance": instances.deregister,
    "UpdateContainerInstancesState": instances.update_state,
    "PutAttributes": instances.put_attributes,
    "DeleteAttributes": instances.delete_attributes,
    "ListAttributes": instances.list_attributes,
    "CreateCapacityProvider": account.create_provider,
    "UpdateCapacityProvider": account.update_provider,
    "DeleteCapacityProvider": account.delete_provider,
    "DescribeCapacityProviders": account.describe_providers,
    "TagResource": tagging.tag,
    "UntagResource": tagging.untag,
    "ListTagsForResource": tagging.list_tags,
}
_SIGNED: Mapping[str, Callable[[Region, Caller, Shape], Shape]] = {
    "RegisterTaskDefinition": definitions.register,
    "CreateService": services.create,
    "RegisterContainerInstance": instances.register,
    "PutAccountSetting": account.put_setting,
    "PutAccountSettingDefault": account.put_default,
    "DeleteAccountSetting": account.delete_setting,
    "ListAccountSettings": account.list_settings,
}
ACTIONS = frozenset(_PLAIN) | frozenset(_SIGNED)
"""The operations that the lab has."""


class EcsEngine:
    """The whole emulated ECS, for all accounts and regions; callers hold the lab's lock."""

    def __init__(
        self,
        ground: Callable[[str, str], Ground],
        now: Callable[[], datetime],
        seed: int = 0,
    ) -> None:
        self._ground = ground
        self._now = now
        self._seed = seed
        self._timers = Timers()
        self._ids = Ids(seed)
        self._capacity: dict[str, bool] = {}
        self._regions: dict[tuple[str, str], Region] = {}

    # --- API ---------------------------------------------------------------------
    def handles(self, action: str) -> bool:
        """Whether it answers an action itself: all of them, also with an error."""
        return bool(action)

    def handle(self, caller: Caller, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request in API shape; raises AwsError with ECS's code and words."""
        region = self.region(caller.account, caller.region)
        given = requests.checked(action, parameters, known=action in ACTIONS)
        if action in _PLAIN:
            return _PLAIN[action](region, given)
        if action in _SIGNED:
            return _SIGNED[action](region, caller, given)
        raise AwsError(
            "UnsupportedFeatureException", f"The lab's ECS does not have the operation {action}."
        )

    def region(self, account_id: str, name: str) -> Region:
        """The state of one account in one region."""
        key = (account_id, name)
        if key not in self._regions:
            self._regions[key] = made = Region(
                account_id,
                name,
                self._ground(account_id, name),
                self._now,
                self._timers,
                self._ids,
                self._capacity,
            )
            made.reconcile = lambda service: scheduler.reconcile(made, service)
            made.stopped = lambda task: launching.ended(made, task)
        return self._regions[key]

    # --- time --------------------------------------------------------------------
    def next_due(self) -> datetime | None:
        """The next moment at which something happens by itself."""
        return self._timers.next_due()

    def step(self) -> None:
        """Does all that is due."""
        self._timers.run(self._now())

    def reset(self) -> None:
        """Forgets everything."""
        self._timers.clear()
        self._ids = Ids(self._seed)
        self._regions.clear()
        self._capacity.clear()

    # --- workloads -----------------------------------------------------------------
    def serving(self, address: str, port: int, vpc_id: str = "") -> Serving | None:
        """Who listens at a task's address, or at an instance's with a bound port."""
        for region in self._regions.values():
            task = region.at(address, vpc_id)
            if task is not None:
                return containers.serving(region, task, port)
            for cluster in region.clusters.values():
                for instance in cluster.instances.values():
                    if _is_at(instance, address, vpc_id):
                        return _on_instance(region, instance, port)
        return None

    # --- control -------------------------------------------------------------------
    def set_capacity(self, given: Mapping[str, bool]) -> dict[str, bool]:
        """Whether FARGATE and FARGATE_SPOT have room; what is not named has."""
        self._capacity.clear()
        self._capacity.update({"FARGATE": True, "FARGATE_SPOT": True, **given})
        return dict(self._capacity)

    def interrupt(
        self, kind: str, task: str | None = None, instance: str | None = None
    ) -> dict[str, Any]:
        """Takes a Spot task, a host or an agent away; KeyError for what is not there."""
        if kind not in {"spot", "host", "agent"}:
            raise ValueError(f"kind is spot, host or agent, not {kind!r}")
        if task is not None:
            region, found = self._task(task)
            if kind == "agent":
                raise ValueError("an agent belongs to an instance")
            _interrupt_task(region, found, kind)
            return {"task": found.arn, "kind": kind}
        if instance is None:
            raise ValueError("name a task or an instance")
        region, host = self._instance(instance)
        if kind == "agent":
            host.connected = not host.connected
        else:
            instances.lose(region, host)
        return {"instance": host.arn, "kind": kind, "connected": host.connected}

    def _task(self, name: str) -> tuple[Region, Task]:
        for region in self._regions.values():
            for cluster in region.clusters.values():
                found = cluster.tasks.get(arns.last(name))
                if found is not None and region.here(name) and found.last_status != "STOPPED":
                    return region, found
        raise KeyError(name)

    def _instance(self, name: str) -> tuple[Region, Instance]:
        for region in self._regions.values():
            for cluster in region.clusters.values():
                for found in cluster.instances.values():
                    if arns.last(name) in {found.id, found.ec2_id}:
                        return region, found
        raise KeyError(name)


def _interrupt_task(region: Region, task: Task, kind: str) -> None:
    if kind == "spot" and task.provider == "FARGATE_SPOT":
        lifecycle.stop(region, task, "SpotInterruption", Says.SPOT())
    elif kind == "spot":
        raise ValueError("the task is not on Fargate Spot")
    elif task.instance is not None:
        instances.lose(region, task.instance)
    else:
        lifecycle.stop(region, task, "TerminationNotice", Says.HOST_RETIRED())


def _is_at(instance: Instance, address: str, vpc_id: str) -> bool:
    if address == instance.ec2_id:
        return True
    own = instance.eni
    return own is not None and own.private_ip == address and vpc_id in {"", own.vpc_id}


def _on_instance(region: Region, instance: Instance, port: int) -> Serving | None:
    for task in instance.tasks.values():
        if any(binding["hostPort"] == port for binding in containers.bindings(task)):
            return containers.serving(region, task, port)
    return None
