"""Nodes: machines that joined, their `Node` objects, their health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from kiriwake.lab.ground import Eni
from kiriwake.lab.kube.node.addresses import Pool
from kiriwake.lab.kube.node.machine import (
    NOT_READY,
    UNREACHABLE,
    Machine,
    conditions_of,
    dns_name,
    health_taints,
    labels_for,
    provider_id,
    status_of,
)
from kiriwake.lab.kube.node.machines import (
    instance_type,
)
from kiriwake.lab.kube.objects import (
    Obj,
    name_of,
    namespace_of,
    quantity,
    stamp,
    uid,
    with_condition,
)
from kiriwake.lab.kube.world import World

KEYS = frozenset(
    (
        "cluster",
        "subnet",
        "instance_type",
        "role",
        "labels",
        "taints",
        "allocatable",
        "ready",
        "network",
    )
)
"""What `PUT /_lab/nodes/<name>` may say."""
CONTROLLER = "node-controller"


class Nodes:
    """Joins machines to the cluster and keeps their `Node` objects true."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.machines: dict[str, Machine] = {}
        self._made = 0

    def launch(
        self,
        subnet_id: str,
        type_name: str,
        role_arn: str,
        *,
        name: str = "",
        labels: Mapping[str, str] | None = None,
        taints: Sequence[Obj] = (),
        allocatable: Mapping[str, str] | None = None,
    ) -> Machine:
        """Starts an instance in a subnet and joins it; raises AwsError if EC2 refuses."""
        groups = tuple(self._world.outside.security_groups())
        eni = self._world.ground.create_interface(subnet_id, groups, "")
        return self.launch_on(
            eni,
            type_name,
            role_arn,
            name=name,
            labels=labels,
            taints=taints,
            allocatable=allocatable,
        )

    def launch_on(
        self,
        eni: Eni,
        type_name: str,
        role_arn: str,
        *,
        name: str = "",
        labels: Mapping[str, str] | None = None,
        taints: Sequence[Obj] = (),
        allocatable: Mapping[str, str] | None = None,
    ) -> Machine:
        """Joins an instance whose primary interface is there already."""
        world = self._world
        self._made += 1
        digest = uid(f"{world.seed}/instance/{self._made}").replace("-", "")
        instance_id = f"i-0{digest[:16]}"
        if not eni.private_dns:
            eni = replace(eni, private_dns=dns_name(eni.private_ip, world.ground.region))
        kind = instance_type(type_name)
        groups = tuple(eni.group_ids)
        machine = Machine(
            name=name or eni.private_dns,
            type=kind,
            eni=eni,
            instance_id=instance_id,
            role_arn=role_arn,
            pool=Pool(world.ground, instance_id, kind, eni, groups),
            labels=dict(labels or {}),
            taints=list(taints),
            allocatable=dict(allocatable or {}),
        )
        self.join(machine)
        return machine

    def join(self, machine: Machine) -> None:
        """Registers the `Node`; it is ready once its network is."""
        world = self._world
        self.machines[machine.name] = machine
        node: Obj = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": machine.name,
                "labels": {**labels_for(machine), **machine.labels},
                "annotations": {"node.alpha.kubernetes.io/ttl": "0"},
            },
            "spec": {"providerID": provider_id(machine)},
            "status": status_of(machine, self._world.minor()),
        }
        if machine.taints:
            node["spec"]["taints"] = list(machine.taints)
        world.store.create("nodes", node)
        said = f"Node {machine.name} event: Registered Node {machine.name} in Controller"
        world.events.normal(_as_event_target(node), "RegisteredNode", said, CONTROLLER)
        world.events.normal(_as_event_target(node), "Starting", "Starting kubelet.", "kubelet")
        self.refresh(machine.name)

    def leave(self, name: str) -> Machine | None:
        """Takes a machine away: its addresses go back, its `Node` goes."""
        machine = self.machines.pop(name, None)
        if machine is None:
            return None
        if machine.pool is not None:
            machine.pool.close()
        else:
            self._world.ground.delete_interface(machine.eni.id)
        for pod in self._world.store.pods_on(name):
            self._world.store.delete("pods", pod["metadata"]["namespace"], name_of(pod))
        self._world.store.delete("nodes", "", name)
        return machine

    def refresh(self, name: str) -> None:
        """Writes a node's conditions and the taints that follow from them."""
        machine = self.machines.get(name)
        node = self._world.store.find("nodes", "", name)
        if machine is None or node is None:
            return
        now = stamp(self._world.now())
        conditions = list(node["status"].get("conditions") or [])
        for one in conditions_of(machine):
            conditions = with_condition(conditions, {**one, "lastHeartbeatTime": now}, now)
        spec = dict(node["spec"])
        kept = [t for t in spec.get("taints") or () if t["key"] not in (NOT_READY, UNREACHABLE)]
        taints = [*kept, *health_taints(machine, now)]
        spec.pop("taints", None)
        if taints:
            spec["taints"] = taints
        status = {**node["status"], "conditions": conditions}
        before = [
            c["status"] for c in node["status"].get("conditions") or () if c["type"] == "Ready"
        ]
        self._world.store.update("nodes", {**node, "spec": spec, "status": status})
        self._tell(node, before, machine)

    def _tell(self, node: Obj, before: list[str], machine: Machine) -> None:
        ready = machine.alive and machine.has_network
        if before == ["True"] and not ready:
            said = f"Node {machine.name} status is now: NodeNotReady"
            self._world.events.normal(_as_event_target(node), "NodeNotReady", said, CONTROLLER)
        if before == ["False"] and ready:
            said = f"Node {machine.name} status is now: NodeReady"
            self._world.events.normal(_as_event_target(node), "NodeReady", said, "kubelet")

    # --- what the lab's users say of a node ---------------------------------------
    def describe(self, name: str, said: Mapping[str, Any], default_subnet: str) -> Obj:
        """Makes or changes a node as `PUT /_lab/nodes/<name>` says; raises ValueError, AwsError.

        Keys: `subnet`, `instance_type`, `role`, `labels`, `taints`, `allocatable`, `ready`
        (false: the kubelet stops reporting), `network` (false: the CNI is not initialized).
        """
        unknown = sorted(set(said) - KEYS)
        if unknown:
            message = f"a node has no {unknown[0]!r}; it has {', '.join(sorted(KEYS))}"
            raise ValueError(message)
        machine = self.machines.get(name)
        if machine is None:
            machine = self.launch(
                str(said.get("subnet") or default_subnet),
                str(said.get("instance_type") or "m5.large"),
                str(said.get("role") or f"arn:aws:iam::{self._world.ground.account}:role/node"),
                name=name,
                labels=said.get("labels"),
                taints=said.get("taints") or (),
                allocatable=said.get("allocatable"),
            )
        else:
            self._change(machine, said)
        machine.alive = bool(said.get("ready", True))
        if "network" in said:
            machine.network_is_cut = not said["network"]
            machine.has_network = bool(said["network"])
        if not machine.alive:
            self._mark_pods(name)
            self.evict_later(name)
        else:
            for pod in self._world.store.pods_on(name):
                key = ("kubelet", namespace_of(pod), name_of(pod))
                self._world.loop.soon(*key)
        self.refresh(name)
        return self._world.store.get("nodes", "", name)

    def _change(self, machine: Machine, said: Mapping[str, Any]) -> None:
        node = self._world.store.get("nodes", "", machine.name)
        if "labels" in said:
            machine.labels = dict(said["labels"])
        if "taints" in said:
            machine.taints = list(said["taints"])
        if "allocatable" in said:
            machine.allocatable = dict(said["allocatable"])
        for value in machine.allocatable.values():
            quantity(value)
        meta = {**node["metadata"], "labels": {**labels_for(machine), **machine.labels}}
        spec = {**node["spec"], "taints": list(machine.taints)}
        conditions = node["status"]["conditions"]
        status = {**status_of(machine, self._world.minor()), "conditions": conditions}
        self._world.store.update(
            "nodes", {**node, "metadata": meta, "spec": spec, "status": status}
        )

    def _mark_pods(self, name: str) -> None:
        """The node controller takes the pods of a silent node out of service."""
        now = stamp(self._world.now())
        for pod in self._world.store.pods_on(name):
            conditions = pod["status"].get("conditions") or []
            if not any(one["type"] == "Ready" for one in conditions):
                continue
            off = with_condition(conditions, {"type": "Ready", "status": "False"}, now)
            status = {**pod["status"], "conditions": off}
            self._world.store.update("pods", {**pod, "status": status})
            said = "Node is not ready"
            self._world.events.warning(pod, "NodeNotReady", said, CONTROLLER)

    def evict_later(self, name: str) -> None:
        """Begins to delete the pods of an unreachable node once their toleration ends."""
        for pod in self._world.store.pods_on(name):
            for one in pod["spec"].get("tolerations") or ():
                if one.get("key") == UNREACHABLE and "tolerationSeconds" in one:
                    due = self._world.now() + timedelta(seconds=int(one["tolerationSeconds"]))
                    key = ("taint-eviction", pod["metadata"]["namespace"], name_of(pod))
                    self._world.loop.later(due, *key)

    def evict(self, namespace: str, name: str) -> None:
        """Deletes a pod whose node is still unreachable; without a kubelet it stays Terminating."""
        pod = self._world.store.find("pods", namespace, name)
        if pod is None or "deletionTimestamp" in pod["metadata"]:
            return
        machine = self.machines.get(pod["spec"].get("nodeName", ""))
        if machine is None or machine.alive:
            return
        said = f"Marking for deletion Pod {namespace}/{name}"
        self._world.events.normal(pod, "TaintManagerEviction", said, "taint-eviction-controller")
        meta = {k: v for k, v in pod["metadata"].items() if k != "resourceVersion"}
        meta |= {"deletionTimestamp": stamp(self._world.now()), "deletionGracePeriodSeconds": 30}
        self._world.store.update("pods", {**pod, "metadata": meta})


def _as_event_target(node: Obj) -> Obj:
    """Events of nodes carry the node's name as uid, as the kubelet writes them."""
    return {**node, "metadata": {"name": name_of(node), "uid": name_of(node)}}
