"""EKS on Fargate: each pod that a profile takes gets a node, and an interface, of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from kiriwake.lab.ground import AwsError
from kiriwake.lab.kube.node import words
from kiriwake.lab.kube.node.machine import Machine
from kiriwake.lab.kube.node.machines import InstanceType
from kiriwake.lab.kube.node.nodes import Nodes
from kiriwake.lab.kube.node.scheduler import bind
from kiriwake.lab.kube.objects import Obj, controller_of, is_going, labels_of, namespace_of
from kiriwake.lab.kube.world import World

NAME = "fargate-scheduler"
PROFILE = "eks.amazonaws.com/fargate-profile"
COMPUTE = "eks.amazonaws.com/compute-type"
BOOTS_IN = timedelta(seconds=45)
AGAIN = timedelta(seconds=60)
CPUS, MEMORY_MIB = 2, 4096
"""A Fargate node shows the machine below the pod, not what the pod may use."""


class Fargate:
    """Admits, schedules and clears away pods on Fargate."""

    def __init__(self, world: World, nodes: Nodes) -> None:
        self._world = world
        self._nodes = nodes
        self.booted: Callable[[str, str], None] = lambda _namespace, _name: None
        """Told of every pod that goes to Fargate."""

    def admit(self, pod: Obj) -> None:
        """Hands a pod that a profile takes to Fargate's own scheduler."""
        owner = controller_of(pod)
        if owner is not None and owner["kind"] == "DaemonSet":
            return
        profile = self._world.outside.fargate_profile(namespace_of(pod), labels_of(pod))
        if profile is None:
            return
        pod["metadata"].setdefault("labels", {})[PROFILE] = profile.name
        pod["spec"]["schedulerName"] = NAME
        if not pod["spec"].get("priorityClassName"):
            pod["spec"]["priorityClassName"] = "system-node-critical"
            pod["spec"]["priority"] = 2000001000

    def reconcile(self, namespace: str, name: str) -> None:
        """Asks Fargate for a machine for a pod."""
        pod = self._world.store.find("pods", namespace, name)
        if pod is None or is_going(pod) or pod["spec"].get("nodeName"):
            return
        logs = self._world.store.find("configmaps", "aws-observability", "aws-logging")
        if logs is None:
            said = words.FARGATE_OFF
            self._world.events.warning(pod, "LoggingDisabled", said, NAME)
        else:
            self._world.events.normal(pod, "LoggingEnabled", words.FARGATE_ON, NAME)
        due = self._world.now() + BOOTS_IN
        self._world.loop.at(due, ("fargate", namespace, name), lambda: self._boot(namespace, name))

    def _boot(self, namespace: str, name: str) -> None:
        world = self._world
        pod = world.store.find("pods", namespace, name)
        if pod is None or is_going(pod) or pod["spec"].get("nodeName"):
            return
        profile = world.outside.fargate_profile(namespace, labels_of(pod))
        if profile is None:
            said = f"Misconfigured Fargate Profile: no profile takes pod {namespace}/{name}"
            world.events.warning(pod, "FailedScheduling", said, NAME)
            return
        for subnet in profile.subnets:
            try:
                eni = world.ground.create_interface(
                    subnet,
                    tuple(world.outside.security_groups()),
                    f"fargate pod {namespace}/{name}",
                    requester="amazon-eks-fargate",
                )
            except AwsError:
                continue
            kind = InstanceType("fargate", CPUS, MEMORY_MIB, 1, 1)
            machine = Machine(
                name=f"fargate-{eni.private_dns or eni.private_ip.replace('.', '-')}",
                type=kind,
                eni=eni,
                instance_id=f"fargate-{eni.id[4:]}",
                role_arn=profile.role_arn,
                fargate=True,
                has_network=True,
                labels={COMPUTE: "fargate"},
                taints=[{"key": COMPUTE, "value": "fargate", "effect": "NoSchedule"}],
            )
            self._nodes.join(machine)
            self.booted(namespace, name)
            bind(world, pod, machine.name, NAME)
            return
        said = f"Pod provisioning timed out (will retry) for pod: {namespace}/{name}"
        world.events.warning(pod, "FailedScheduling", said, NAME)
        world.loop.later(world.now() + AGAIN, NAME, namespace, name)

    def gone(self, pod: Obj) -> None:
        """Gives the machine of a pod back."""
        node = pod["spec"].get("nodeName", "")
        machine = self._nodes.machines.get(node)
        if machine is not None and machine.fargate:
            self._nodes.leave(node)
