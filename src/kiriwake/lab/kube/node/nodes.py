"""Nodes: machines that joined, their `Node` objects, their health."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from kiriwake.lab.ground import Eni
from kiriwake.lab.kube.node import words
from kiriwake.lab.kube.node.addresses import Pool
from kiriwake.lab.kube.node.machines import (
    InstanceType,
    instance_type,
    reserved_cpu,
    reserved_memory_mib,
)
from kiriwake.lab.kube.objects import (
    Obj,
    cpu_text,
    name_of,
    namespace_of,
    quantity,
    stamp,
    uid,
    with_condition,
)
from kiriwake.lab.kube.world import World

DISK_GIB = 20
NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
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
HEALTHY = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "sufficient PID available"),
)


@dataclass
class Machine:
    """One machine of the cluster."""

    name: str
    type: InstanceType
    eni: Eni
    instance_id: str
    role_arn: str
    pool: Pool | None = None
    fargate: bool = False
    has_network: bool = False
    """Whether the CNI plugin is initialized on it."""
    network_is_cut: bool = False
    """Whether the lab's user keeps the CNI plugin from it."""
    alive: bool = True
    """Whether its kubelet reports."""
    labels: dict[str, str] = field(default_factory=dict)
    taints: list[Obj] = field(default_factory=list)
    allocatable: dict[str, str] = field(default_factory=dict)
    """What differs from the instance type: `cpu`, `memory`, `pods`."""


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
            eni = replace(eni, private_dns=_dns(eni.private_ip, world.ground.region))
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
                "labels": {**_labels(machine), **machine.labels},
                "annotations": {"node.alpha.kubernetes.io/ttl": "0"},
            },
            "spec": {"providerID": _provider_id(machine)},
            "status": self._status(machine),
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
        for one in self._conditions(machine):
            conditions = with_condition(conditions, {**one, "lastHeartbeatTime": now}, now)
        spec = dict(node["spec"])
        kept = [t for t in spec.get("taints") or () if t["key"] not in (NOT_READY, UNREACHABLE)]
        taints = [*kept, *_health_taints(machine, now)]
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

    def _conditions(self, machine: Machine) -> Iterable[Obj]:
        if not machine.alive:
            for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready"):
                yield {
                    "type": kind,
                    "status": "Unknown",
                    "reason": "NodeStatusUnknown",
                    "message": "Kubelet stopped posting node status.",
                }
            return
        for kind, reason, word in HEALTHY:
            message = f"kubelet has {word}"
            yield {"type": kind, "status": "False", "reason": reason, "message": message}
        if machine.has_network:
            yield {
                "type": "Ready",
                "status": "True",
                "reason": "KubeletReady",
                "message": "kubelet is posting ready status",
            }
        else:
            yield {
                "type": "Ready",
                "status": "False",
                "reason": "KubeletNotReady",
                "message": words.CNI_NOT_READY,
            }

    def _status(self, machine: Machine) -> Obj:
        minor = self._world.minor()
        kind = machine.type
        pods = int(machine.allocatable.get("pods", 1 if machine.fargate else kind.max_pods))
        capacity = {
            "cpu": str(kind.cpus),
            "memory": f"{kind.memory_mib * 1024}Ki",
            "ephemeral-storage": f"{DISK_GIB * 1024 * 1024}Ki",
            "pods": str(pods),
            "hugepages-1Gi": "0",
            "hugepages-2Mi": "0",
        }
        left = Decimal(kind.cpus) - reserved_cpu(kind.cpus)
        memory = kind.memory_mib - reserved_memory_mib(kind.max_pods)
        allocatable = {
            **capacity,
            "cpu": cpu_text(left),
            "memory": f"{memory * 1024}Ki",
            "ephemeral-storage": "18242267924",
            **machine.allocatable,
        }
        extra = {k: v for k, v in machine.allocatable.items() if k not in capacity}
        return {
            "addresses": [
                {"type": "InternalIP", "address": machine.eni.private_ip},
                {"type": "InternalDNS", "address": machine.eni.private_dns},
                {"type": "Hostname", "address": machine.eni.private_dns},
                *(
                    [{"type": "ExternalIP", "address": machine.eni.public_ip}]
                    if machine.eni.public_ip
                    else []
                ),
            ],
            "capacity": {**capacity, **extra},
            "allocatable": allocatable,
            "conditions": [],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "images": [],
            "nodeInfo": {
                "machineID": f"ec2{machine.instance_id[2:]}",
                "systemUUID": f"ec2{machine.instance_id[2:10]}",
                "bootID": uid(machine.instance_id),
                "kernelVersion": "6.12.40-64.114.amzn2023.x86_64",
                "osImage": "Amazon Linux 2023.8.20250818",
                "containerRuntimeVersion": "containerd://1.7.27",
                "kubeletVersion": f"v1.{minor}.4-eks-99d6cc0",
                "kubeProxyVersion": f"v1.{minor}.4-eks-99d6cc0",
                "operatingSystem": "linux",
                "architecture": kind.arch,
            },
        }

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
        meta = {**node["metadata"], "labels": {**_labels(machine), **machine.labels}}
        spec = {**node["spec"], "taints": list(machine.taints)}
        conditions = node["status"]["conditions"]
        status = {**self._status(machine), "conditions": conditions}
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


def _dns(address: str, region: str) -> str:
    """The private DNS name of an address, as EC2 gives it."""
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return f"ip-{address.replace('.', '-')}.{domain}"


def _provider_id(machine: Machine) -> str:
    return f"aws:///{machine.eni.availability_zone}/{machine.instance_id}"


def _labels(machine: Machine) -> dict[str, str]:
    zone = machine.eni.availability_zone
    return {
        "beta.kubernetes.io/arch": machine.type.arch,
        "beta.kubernetes.io/instance-type": machine.type.name,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": machine.type.arch,
        "kubernetes.io/hostname": machine.eni.private_dns,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": machine.type.name,
        "topology.kubernetes.io/region": zone[:-1],
        "topology.kubernetes.io/zone": zone,
        "failure-domain.beta.kubernetes.io/region": zone[:-1],
        "failure-domain.beta.kubernetes.io/zone": zone,
    }


def _health_taints(machine: Machine, now: str) -> list[Obj]:
    if not machine.alive:
        return [
            {"key": UNREACHABLE, "effect": "NoSchedule", "timeAdded": now},
            {"key": UNREACHABLE, "effect": "NoExecute", "timeAdded": now},
        ]
    if not machine.has_network:
        return [{"key": NOT_READY, "effect": "NoSchedule"}]
    return []


def _as_event_target(node: Obj) -> Obj:
    """Events of nodes carry the node's name as uid, as the kubelet writes them."""
    return {**node, "metadata": {"name": name_of(node), "uid": name_of(node)}}
