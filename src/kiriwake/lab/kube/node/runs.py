"""A pod as its kubelet runs it, and the status that it reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kiriwake.lab.ground import Eni, ImageBehaviour
from kiriwake.lab.kube.node.output import Output
from kiriwake.lab.kube.objects import Obj, stamp, uid, with_condition


class Stage(StrEnum):
    """Where a container is."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "terminated"


@dataclass
class ContainerRun:
    """One container of a pod, over all its restarts."""

    spec: Obj
    init: bool = False
    stage: Stage = Stage.WAITING
    reason: str = "ContainerCreating"
    """The waiting reason."""
    message: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int = 0
    exit_reason: str = "Completed"
    restarts: int = 0
    last: Obj | None = None
    """The `terminated` state of the run before."""
    behaviour: ImageBehaviour = field(default_factory=ImageBehaviour)
    digest: str = ""
    ready: bool = False
    started: bool = False
    output: Output | None = None
    output_before: Output | None = None
    failures: dict[str, int] = field(default_factory=dict)
    """Consecutive failures by probe."""
    successes: int = 0
    pulls: int = 0
    """Failed pulls in a row."""
    failures_in_a_row: int = 0
    """Ends without ten good minutes in between; drives the back-off."""
    pulled: bool = False
    asked: bool = False
    """Whether it was told to start; from then on it goes on by itself."""
    id: str = ""

    @property
    def name(self) -> str:
        """The container's name."""
        return str(self.spec["name"])

    @property
    def is_sidecar(self) -> bool:
        """Whether it is an init container that keeps running."""
        return self.init and self.spec.get("restartPolicy") == "Always"

    @property
    def has_succeeded(self) -> bool:
        """Whether it ended well."""
        return self.stage is Stage.ENDED and self.exit_code == 0

    def wait(self, reason: str, message: str = "") -> None:
        """Puts it into a waiting state."""
        self.stage, self.reason, self.message = Stage.WAITING, reason, message
        self.ready = False

    def terminated(self) -> Obj:
        """Its end, as a `terminated` state."""
        return {
            "exitCode": self.exit_code,
            "reason": self.exit_reason,
            "startedAt": stamp(self.started_at) if self.started_at else None,
            "finishedAt": stamp(self.ended_at) if self.ended_at else None,
            "containerID": self.id,
        }

    def status(self) -> Obj:
        """The entry in `containerStatuses`."""
        state: Obj
        if self.stage is Stage.RUNNING:
            state = {"running": {"startedAt": stamp(self.started_at) if self.started_at else None}}
        elif self.stage is Stage.ENDED:
            state = {"terminated": self.terminated()}
        else:
            waiting = {"reason": self.reason, "message": self.message}
            state = {"waiting": {key: value for key, value in waiting.items() if value}}
        image = self.spec.get("image", "")
        return {
            "name": self.name,
            "image": image,
            "imageID": f"{image.partition(':')[0]}@{self.digest}" if self.digest else "",
            "containerID": self.id,
            "ready": self.ready,
            "started": self.started and self.stage is Stage.RUNNING,
            "restartCount": self.restarts,
            "state": state,
            "lastState": {"terminated": self.last} if self.last else {},
        }


@dataclass
class PodRun:
    """One pod on a node."""

    uid: str
    namespace: str
    name: str
    node: str
    role_arn: str
    """Whose rights pull the images: the node's role, or Fargate's pod execution role."""
    eni: Eni
    """The interface that its traffic leaves by: the node's, or on Fargate its own."""
    began: datetime
    inits: list[ContainerRun] = field(default_factory=list)
    mains: list[ContainerRun] = field(default_factory=list)
    ip: str = ""
    host_ip: str = ""
    instance_id: str = ""
    mounted: bool = False
    ending: bool = False
    fargate: bool = False

    def all(self) -> list[ContainerRun]:
        """Init containers, then containers."""
        return [*self.inits, *self.mains]

    def find(self, name: str) -> ContainerRun | None:
        """The container of that name."""
        return next((one for one in self.all() if one.name == name), None)

    def are_inits_done(self) -> bool:
        """Whether every init container has ended well, or runs as a sidecar."""
        return all(one.has_succeeded or (one.is_sidecar and one.started) for one in self.inits)


def phase_of(run: PodRun, pod: Obj) -> str:
    """The pod's phase."""
    policy = pod["spec"].get("restartPolicy", "Always")
    if any(one.stage is Stage.ENDED and not one.has_succeeded for one in run.inits):
        return "Failed" if policy == "Never" else "Pending"
    if not run.are_inits_done():
        return "Pending"
    ended = [one for one in run.mains if one.stage is Stage.ENDED]
    if len(ended) == len(run.mains) and policy != "Always":
        if all(one.has_succeeded for one in ended):
            return "Succeeded"
        if policy == "Never":
            return "Failed"
    begun = all(one.stage is not Stage.WAITING or one.last for one in run.mains)
    return "Running" if begun else "Pending"


def status_of(run: PodRun, pod: Obj, now: datetime, minor: int) -> Obj:
    """The status that the kubelet writes."""
    before = pod.get("status", {})
    phase = phase_of(run, pod)
    for one in run.mains:
        if one.stage is Stage.WAITING and run.inits and not run.are_inits_done():
            one.reason = "PodInitializing"
    status: Obj = {
        **before,
        "phase": phase,
        "startTime": before.get("startTime") or stamp(run.began),
        "hostIP": run.host_ip,
        "hostIPs": [{"ip": run.host_ip}],
        "containerStatuses": [one.status() for one in run.mains],
        "conditions": _conditions(run, pod, phase, stamp(now), minor),
    }
    if run.ip:
        status["podIP"] = run.ip
        status["podIPs"] = [{"ip": run.ip}]
    if run.inits:
        status["initContainerStatuses"] = [_init_status(one) for one in run.inits]
    return status


def _init_status(one: ContainerRun) -> Obj:
    return {**one.status(), "ready": one.has_succeeded or one.ready}


def _conditions(run: PodRun, pod: Obj, phase: str, now: str, minor: int) -> list[Obj]:
    conditions: list[Obj] = list(pod.get("status", {}).get("conditions") or [])
    over = phase in ("Succeeded", "Failed")
    unready = [one.name for one in run.mains if not one.ready]
    uninitialized = [one.name for one in run.inits if not (one.has_succeeded or one.ready)]
    containers = _containers_ready(unready, over=over)
    gates = _gates(pod, containers)
    said: list[Obj] = []
    if minor >= 29:  # noqa: PLR2004 - PodReadyToStartContainers is on from 1.29
        said.append({"type": "PodReadyToStartContainers", "status": str(bool(run.ip) and not over)})
    initialized: Obj = {"type": "Initialized", "status": "True"}
    if over:
        initialized["reason"] = "PodCompleted"
    if uninitialized:
        words = f"containers with incomplete status: [{' '.join(uninitialized)}]"
        initialized |= {"status": "False", "reason": "ContainersNotInitialized", "message": words}
    said += [initialized, {**gates, "type": "Ready"}, {**containers, "type": "ContainersReady"}]
    said.append({"type": "PodScheduled", "status": "True"})
    for one in said:
        kept = [old for old in conditions if old["type"] != one["type"]]
        old = [old for old in conditions if old["type"] == one["type"]]
        bare = [
            {
                "type": one["type"],
                "status": o["status"],
                "lastTransitionTime": o["lastTransitionTime"],
            }
            for o in old
        ]
        conditions = [*kept, *with_condition(bare, {"lastProbeTime": None, **one}, now)]
    return conditions


def _containers_ready(unready: list[str], *, over: bool) -> Obj:
    if over:
        return {"status": "False", "reason": "PodCompleted"}
    if unready:
        words = f"containers with unready status: [{' '.join(unready)}]"
        return {"status": "False", "reason": "ContainersNotReady", "message": words}
    return {"status": "True"}


def _gates(pod: Obj, containers: Obj) -> Obj:
    """Ready: the containers are, and every readiness gate is open."""
    if containers["status"] != "True":
        return containers
    have = {one["type"]: one["status"] for one in pod["status"].get("conditions") or ()}
    for gate in pod["spec"].get("readinessGates") or ():
        kind = gate["conditionType"]
        if have.get(kind) != "True":
            seen = have.get(kind, "False")
            words = f'the status of pod readiness gate "{kind}" is not "True", but {seen}'
            return {"status": "False", "reason": "ReadinessGatesNotReady", "message": words}
    return containers


def new_id(run: PodRun, one: ContainerRun) -> str:
    """A container id, another for each restart."""
    digest = uid(f"{run.uid}/{one.name}/{one.restarts}").replace("-", "")
    return f"containerd://{digest}{digest}"
