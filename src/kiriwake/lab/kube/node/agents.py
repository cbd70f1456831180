"""Agents whose work depends on rights: the VPC CNI, Fluent Bit, the CloudWatch agent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from kiriwake.lab.kube.control.pods import is_ready
from kiriwake.lab.kube.node.identity import credentials
from kiriwake.lab.kube.node.kubelet import Kubelets
from kiriwake.lab.kube.node.nodes import Nodes
from kiriwake.lab.kube.node.output import Output
from kiriwake.lab.kube.node.runs import ContainerRun, PodRun, Stage
from kiriwake.lab.kube.node.shipping import (
    PREFIX_LINE,
    REGION_LINE,
    agent_line,
    configuration,
    group_for,
    performance,
    record,
    refusal,
    stream_for,
    variables,
)
from kiriwake.lab.kube.objects import Obj, labels_of, uid_of
from kiriwake.lab.kube.world import World

SHIPPERS = ("fluent-bit", "fluentbit", "fluentd")
METRICS = "cloudwatch-agent"
CNI = "aws-node"
CNI_NEEDS = ("ec2:CreateNetworkInterface", "ec2:AssignPrivateIpAddresses")
FLUSH = timedelta(seconds=10)
FLUSH_MANY = timedelta(seconds=60)
MANY = 300
"""From so many pods on, agents flush once a minute, to keep simulated hours cheap."""
SAY_EVERY = timedelta(seconds=30)


class Agents:
    """Lets agents do their work, or say why they cannot."""

    def __init__(self, world: World, nodes: Nodes, kubelets: Kubelets) -> None:
        self._world = world
        self._nodes = nodes
        self._kubelets = kubelets
        self._sent: dict[tuple[str, str], datetime] = {}
        """The last line's time by agent run and its start."""
        self._said: dict[str, datetime] = {}
        kubelets.adjust(self._adjust)
        world.role_of = self.role_of

    def role_of(self, pod: Obj) -> str:
        """Whose AWS rights a running pod has, empty without any."""
        run = self._kubelets.runs.get(uid_of(pod))
        if run is None:
            return ""
        container = pod["spec"]["containers"][0]
        return credentials(self._world, run, pod, container, run.role_arn).role_arn

    # --- the CNI ------------------------------------------------------------------
    def network(self, node: str) -> None:
        """A node has a network once its aws-node pod has been ready."""
        machine = self._nodes.machines.get(node)
        if machine is None or machine.has_network or machine.network_is_cut:
            return
        for pod in self._world.store.pods_on(node):
            if labels_of(pod).get("k8s-app") == CNI and is_ready(pod):
                machine.has_network = True
                if machine.pool is not None:
                    machine.pool.start()
                self._nodes.refresh(node)
                return

    def _adjust(self, run: PodRun, pod: Obj, one: ContainerRun) -> Output | None:
        now = self._world.now()
        if labels_of(pod).get("k8s-app") == CNI:
            return self._adjust_cni(run, pod, one, now)
        if _is_shipper(one) or METRICS in _image(one):
            self._world.loop.at(now + FLUSH, ("agents",), self._flush)
            start = (agent_line(now, "info", "[fluent bit] version=1.9.10, pid=1"),)
            return Output(now, (), (), written=list(start) if _is_shipper(one) else [])
        return None

    def _adjust_cni(self, run: PodRun, pod: Obj, one: ContainerRun, now: datetime) -> Output | None:
        role = credentials(self._world, run, pod, one.spec, run.role_arn).role_arn
        lacking = [a for a in CNI_NEEDS if not role or not self._world.ground.may(role, a).yes]
        if not lacking or one.name != CNI:
            return None
        one.behaviour = replace(one.behaviour, health_command_exit=1)
        words = (
            "Failed to call ec2:DescribeNetworkInterfaces: UnauthorizedOperation: You are not"
            f" authorized to perform this operation. ({lacking[0]})"
        )
        text = f'{{"level":"error","caller":"ipamd/ipamd.go","msg":"{words}"}}'
        return Output(now, (text,), (text,))

    # --- the log agents -------------------------------------------------------------
    def _flush(self) -> None:
        """Every agent sends what was written since it last did."""
        agents = list(self._running())
        for run, pod, one in agents:
            if _is_shipper(one):
                self._ship(run, pod, one)
            else:
                self._measure(run, pod, one)
        fargate = self._ship_fargate()
        if agents or fargate:
            pause = FLUSH if len(self._kubelets.runs) < MANY else FLUSH_MANY
            self._world.loop.at(self._world.now() + pause, ("agents",), self._flush)

    def watch_fargate(self) -> None:
        """Begins to carry the logs of Fargate pods."""
        self._world.loop.at(self._world.now() + FLUSH, ("agents",), self._flush)

    def _running(self) -> Iterator[tuple[PodRun, Obj, ContainerRun]]:
        for run in list(self._kubelets.runs.values()):
            for one in run.mains:
                if one.stage is Stage.RUNNING and (_is_shipper(one) or METRICS in _image(one)):
                    pod = self._world.store.find("pods", run.namespace, run.name)
                    if pod is not None:
                        yield run, pod, one

    def _since(self, run: PodRun, one: ContainerRun) -> datetime:
        """The last line sent; an agent that starts reads from the tail."""
        key = (run.uid, one.id)
        since = self._sent.get(key) or one.started_at or self._world.now()
        self._sent[key] = self._world.now()
        return since

    def _ship(self, run: PodRun, pod: Obj, one: ContainerRun) -> None:
        world = self._world
        since = self._since(run, one)
        text, env = configuration(world, pod), variables(world, pod, one.spec)
        who = credentials(world, run, pod, one.spec, run.role_arn)
        region = env.get("AWS_REGION") or world.ground.region
        problems: dict[str, str] = {}
        for other in list(self._kubelets.runs.values()):
            if other.node != run.node or other.uid == run.uid:
                continue
            group = group_for(world, text, env, other.name)
            if group and group not in problems:
                problems[group] = refusal(world, group, who, run.eni, region)
            if group and not problems[group]:
                self._send(group, f"{run.node}-application.", other, since, region)
        said = [problem for _, problem in sorted(problems.items()) if problem]
        if said:
            self._complain(run, one, [*who.errors, *said])

    def _send(self, group: str, prefix: str, run: PodRun, since: datetime, region: str) -> None:
        world = self._world
        pod = world.store.find("pods", run.namespace, run.name)
        if pod is None:
            return
        for one in run.all():
            lines = one.output.lines(world.now(), since) if one.output is not None else []
            if not lines:
                continue
            if region != world.ground.region:
                world.ground.create_log_group(group, region)
                continue
            if not world.ground.log_group_exists(group):
                world.ground.create_log_group(group)
            stream = stream_for(prefix, run, one)
            sent = [(line.at, record(run, pod, one, line)) for line in lines]
            world.ground.put_logs(group, stream, sent)

    def _complain(self, run: PodRun, one: ContainerRun, problems: list[str]) -> None:
        now = self._world.now()
        last = self._said.get(run.uid)
        if one.output is None or (last is not None and now - last < SAY_EVERY):
            return
        self._said[run.uid] = now
        for problem in problems:
            one.output.written.append(agent_line(now, "error", problem))
        done = "[output:cloudwatch_logs:cloudwatch_logs.0] Failed to send log events"
        one.output.written.append(agent_line(now, "error", done))

    def _measure(self, run: PodRun, pod: Obj, one: ContainerRun) -> None:
        """The CloudWatch agent writes a performance record a minute."""
        world, now = self._world, self._world.now()
        last = self._sent.get((run.uid, one.id))
        if last is not None and now - last < FLUSH_MANY:
            return
        self._sent[run.uid, one.id] = now
        who = credentials(world, run, pod, one.spec, run.role_arn)
        group = f"/aws/containerinsights/{world.name}/performance"
        problem = refusal(world, group, who, run.eni, world.ground.region)
        if problem and one.output is not None:
            one.output.written.append(agent_line(now, "error", problem))
        elif not problem:
            if not world.ground.log_group_exists(group):
                world.ground.create_log_group(group)
            pods = sum(other.node == run.node for other in self._kubelets.runs.values())
            world.ground.put_logs(group, run.node, [(now, performance(world, run.node, now, pods))])

    # --- Fargate's own router -----------------------------------------------------------
    def _ship_fargate(self) -> bool:
        world = self._world
        found = world.store.find("configmaps", "aws-observability", "aws-logging")
        text = str(((found or {}).get("data") or {}).get("output.conf", ""))
        runs = [run for run in self._kubelets.runs.values() if run.fargate]
        if not text or not runs:
            return False
        region = (REGION_LINE.findall(text) or [world.ground.region])[0]
        prefix = (PREFIX_LINE.findall(text) or [""])[0]
        born = found["metadata"]["creationTimestamp"] if found else ""
        for run in runs:
            pod = world.store.find("pods", run.namespace, run.name)
            if pod is None or pod["metadata"]["creationTimestamp"] < born:
                continue
            group = group_for(world, text, {}, run.name)
            since = self._sent.get((run.uid, "fargate"), run.began)
            self._sent[run.uid, "fargate"] = world.now()
            who = credentials(world, run, pod, {}, run.role_arn)
            if group and not refusal(world, group, who, run.eni, region):
                self._send(group, f"{prefix}kube.", run, since, region)
        return True


def _image(one: ContainerRun) -> str:
    return str(one.spec.get("image", "")).rpartition("/")[2]


def _is_shipper(one: ContainerRun) -> bool:
    return any(word in _image(one) for word in SHIPPERS)
