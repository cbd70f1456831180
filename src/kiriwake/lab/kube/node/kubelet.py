"""The kubelets: pods that were bound to a node get volumes, an address and containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from kiriwake.lab.ground import Serving
from kiriwake.lab.kube.api.writing import set_status
from kiriwake.lab.kube.node import words
from kiriwake.lab.kube.node.containers import KUBELET, Containers
from kiriwake.lab.kube.node.env import missing_source
from kiriwake.lab.kube.node.machine import Machine
from kiriwake.lab.kube.node.output import Output
from kiriwake.lab.kube.node.probes import Listener
from kiriwake.lab.kube.node.runs import ContainerRun, PodRun, Stage, status_of
from kiriwake.lab.kube.objects import Obj, is_going, name_of, namespace_of, uid, uid_of
from kiriwake.lab.kube.world import LogLine, World

SETS_UP_IN = timedelta(seconds=1)
SANDBOX_AGAIN = timedelta(seconds=13)
MOUNT_FIRST_S, MOUNT_MOST_S = 0.5, 122
BUSY_CPU, IDLE_CPU = 0.02, 0.001
"""Cores that an emulated application uses."""
DEFAULT_MIB = 32


class Kubelets:
    """Every node's kubelet. Implements `Workloads` and the cluster's `Logs`."""

    def __init__(self, world: World, machines: Mapping[str, Machine]) -> None:
        self._world = world
        self._machines = machines
        self.runs: dict[str, PodRun] = {}
        self._by_ip: dict[str, list[str]] = {}
        self._containers = Containers(world, self._arch)
        self._containers.changed = self._report
        self._containers.pod_of = self._pod_of
        world.logs = self
        world.usage = self.usage

    def adjust(self, change: Callable[[PodRun, Obj, ContainerRun], Output | None]) -> None:
        """Lets agents change a container before it starts."""
        self._containers.adjust = change

    def _arch(self, node: str) -> str:
        machine = self._machines.get(node)
        return machine.type.arch if machine else "amd64"

    def _pod_of(self, run: PodRun) -> Obj | None:
        pod = self._world.store.find("pods", run.namespace, run.name)
        return pod if pod is not None and uid_of(pod) == run.uid else None

    # --- from binding to running ----------------------------------------------------
    def reconcile(self, namespace: str, name: str) -> None:
        """Takes up a pod that was bound, or begins to end one that is to go."""
        pod = self._world.store.find("pods", namespace, name)
        if pod is None or not pod["spec"].get("nodeName"):
            return
        run = self.runs.get(uid_of(pod))
        machine = self._machines.get(pod["spec"]["nodeName"])
        if machine is not None and not machine.alive:
            return
        if is_going(pod):
            if run is None:
                self._world.store.delete("pods", namespace, name)
            elif not run.ending:
                self._end(run, pod)
            elif int(pod["metadata"].get("deletionGracePeriodSeconds") or 0) == 0:
                self._remove(run)
            return
        if run is not None:
            self._report(run)
        elif pod.get("status", {}).get("phase") not in ("Succeeded", "Failed"):
            self._take_up(pod)

    def forget(self, pod_uid: str) -> None:
        """Lets go of a pod that was deleted behind the kubelet's back."""
        run = self.runs.pop(pod_uid, None)
        if run is not None:
            run.ending = True
            self._containers.forget(run)
            self._give_back(run)

    def _take_up(self, pod: Obj) -> None:
        node = pod["spec"]["nodeName"]
        machine = self._machines.get(node)
        if machine is None:
            return
        spec = pod["spec"]
        run = PodRun(
            uid=uid_of(pod),
            namespace=namespace_of(pod),
            name=name_of(pod),
            node=node,
            role_arn=machine.role_arn,
            eni=machine.eni,
            began=self._world.now(),
            inits=[ContainerRun(c, init=True) for c in spec.get("initContainers") or ()],
            mains=[ContainerRun(c) for c in spec["containers"]],
            host_ip=machine.eni.private_ip,
            fargate=machine.fargate,
            instance_id=machine.instance_id,
        )
        if run.inits:
            for one in run.mains:
                one.reason = "PodInitializing"
            for one in run.inits[1:]:
                one.reason = "PodInitializing"
        self.runs[run.uid] = run
        self._report(run)
        self._set_up_later(run, SETS_UP_IN)

    def _set_up_later(self, run: PodRun, wait: timedelta) -> None:
        due = self._world.now() + wait
        self._world.loop.at(due, ("set-up", run.uid), lambda: self._set_up(run, wait))

    def _set_up(self, run: PodRun, waited: timedelta) -> None:
        """Mounts, then the sandbox with its address, then the first container."""
        pod, machine = self._pod_of(run), self._machines.get(run.node)
        if pod is None or machine is None or run.ending:
            return
        if not self._mount(run, pod):
            seconds = min(max(waited.total_seconds() * 2, MOUNT_FIRST_S), MOUNT_MOST_S)
            self._set_up_later(run, timedelta(seconds=seconds))
            return
        if not run.ip and not self._address(run, pod, machine):
            self._set_up_later(run, SANDBOX_AGAIN)
            return
        self._next(run)

    def _mount(self, run: PodRun, pod: Obj) -> bool:
        if run.mounted:
            return True
        for volume in pod["spec"].get("volumes") or ():
            why = missing_source(self._world.store, pod, volume)
            if why:
                message = words.NO_MOUNT.format(volume=volume["name"], why=why)
                self._say(run, pod, "Warning", "FailedMount", message)
                return False
            claim = volume.get("persistentVolumeClaim")
            if claim and not self._attach(run, pod, claim["claimName"]):
                return False
        run.mounted = True
        return True

    def _attach(self, run: PodRun, pod: Obj, name: str) -> bool:
        claim = self._world.store.find("persistentvolumeclaims", run.namespace, name)
        volume = (claim or {}).get("spec", {}).get("volumeName")
        if not volume:
            return False
        message = words.ATTACHED.format(volume=volume)
        by = "attachdetach-controller"
        self._world.events.normal(pod, "SuccessfulAttachVolume", message, by)
        return True

    def _address(self, run: PodRun, pod: Obj, machine: Machine) -> bool:
        if pod["spec"].get("hostNetwork") or machine.fargate:
            run.ip = machine.eni.private_ip
        elif machine.pool is not None and machine.has_network:
            run.ip = machine.pool.take(run.uid) or ""
        if run.ip:
            self._by_ip.setdefault(run.ip, []).append(run.uid)
            return True
        sandbox = uid(f"sandbox/{run.uid}").replace("-", "") * 2
        message = words.NO_ADDRESS.format(sandbox=sandbox)
        self._say(run, pod, "Warning", "FailedCreatePodSandBox", message)
        return False

    def _next(self, run: PodRun) -> None:
        """Starts what is to run next: the next init container, or all containers."""
        for one in run.inits:
            if one.has_succeeded or (one.is_sidecar and one.started):
                continue
            if not one.asked:
                one.asked = True
                self._containers.start(run, one)
            return
        for one in run.mains:
            if not one.asked:
                one.asked = True
                self._containers.start(run, one)

    # --- reporting --------------------------------------------------------------------
    def _report(self, run: PodRun) -> None:
        pod = self._pod_of(run)
        if pod is None:
            return
        status = status_of(run, pod, self._world.now(), self._world.minor())
        set_status(self._world, "pods", pod, status)
        if run.ending:
            self._maybe_gone(run)
            return
        if status["phase"] in ("Succeeded", "Failed"):
            self._finish(run)
        elif not all(one.asked for one in run.mains):
            self._world.loop.soon("pod-next", run.uid)

    def next_container(self, pod_uid: str) -> None:
        """Goes on to the next container of a pod."""
        run = self.runs.get(pod_uid)
        if run is not None and run.ip and not run.ending:
            self._next(run)

    def _finish(self, run: PodRun) -> None:
        """A pod that ended gives its address back, but stays to be read."""
        self._containers.forget(run)
        self._give_back(run)

    def _give_back(self, run: PodRun) -> None:
        machine = self._machines.get(run.node)
        if machine is not None and machine.pool is not None:
            machine.pool.give_back(run.uid)
        holders = self._by_ip.get(run.ip, [])
        if run.uid in holders:
            holders.remove(run.uid)

    # --- ending -------------------------------------------------------------------------
    def _end(self, run: PodRun, pod: Obj) -> None:
        run.ending = True
        grace = int(pod["metadata"].get("deletionGracePeriodSeconds") or 0)
        self._world.loop.cancel(("set-up", run.uid))
        for one in run.all():
            if one.stage is Stage.RUNNING:
                field = f"spec.containers{{{one.name}}}"
                message = f"Stopping container {one.name}"
                self._world.events.record(
                    pod, "Normal", "Killing", message, by=KUBELET, host=run.node, field=field
                )
            self._containers.stop(run, one, grace)
        self._maybe_gone(run)

    def _maybe_gone(self, run: PodRun) -> None:
        if all(one.stage is not Stage.RUNNING for one in run.all()):
            due = self._world.now() + timedelta(milliseconds=300)
            self._world.loop.at(due, ("remove", run.uid), lambda: self._remove(run))

    def _remove(self, run: PodRun) -> None:
        self.runs.pop(run.uid, None)
        self._containers.forget(run)
        self._give_back(run)
        if self._pod_of(run) is not None:
            self._world.store.delete("pods", run.namespace, run.name)

    def lose_node(self, node: str) -> None:
        """Lets go of every pod of a node that is gone."""
        for run in [one for one in self.runs.values() if one.node == node]:
            self.forget(run.uid)

    # --- what others read -----------------------------------------------------------------
    def serving(self, address: str, port: int) -> Serving | None:
        """Who listens at a pod's address and port at this moment."""
        now = self._world.now()
        for pod_uid in self._by_ip.get(address, ()):
            run = self.runs.get(pod_uid)
            for one in run.mains if run else ():
                if run is None or one.stage is not Stage.RUNNING or one.started_at is None:
                    continue
                if Listener(one.behaviour, one.started_at, address, one.spec).answers(port, now):
                    return Serving(one.behaviour, one.started_at, run.eni)
        return None

    def lines(self, pod: Obj, container: str, *, previous: bool) -> Sequence[LogLine] | None:
        """What a container wrote, None if it has not run (before)."""
        run = self.runs.get(uid_of(pod))
        one = run.find(container) if run else None
        if one is None:
            return None
        output = one.output
        if previous:
            ended = output is not None and output.ends is not None and one.stage is Stage.WAITING
            output = output if ended else one.output_before
        return output.lines(self._world.now()) if output is not None else None

    def usage(self, pod: Obj, container: Obj) -> tuple[float, float]:
        """Cores and MiB that a running container uses."""
        run = self.runs.get(uid_of(pod))
        one = run.find(container["name"]) if run else None
        if one is None or one.stage is not Stage.RUNNING:
            return 0.0, 0.0
        cpu = BUSY_CPU if one.output is not None and one.output.again else IDLE_CPU
        return cpu, float(one.behaviour.memory_mib or DEFAULT_MIB)

    def _say(self, run: PodRun, pod: Obj, kind: str, reason: str, message: str) -> None:
        self._world.events.record(pod, kind, reason, message, by=KUBELET, host=run.node)
