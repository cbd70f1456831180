"""The life of one container: pull, create, start, probe, end, start again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from kiriwake.lab.ground import ImageBehaviour
from kiriwake.lab.kube.node import words
from kiriwake.lab.kube.node.env import ConfigError, environment
from kiriwake.lab.kube.node.images import pull
from kiriwake.lab.kube.node.output import Output, output_of
from kiriwake.lab.kube.node.probes import KINDS, Listener, outcome
from kiriwake.lab.kube.node.runs import ContainerRun, PodRun, Stage, new_id
from kiriwake.lab.kube.objects import Obj, quantity
from kiriwake.lab.kube.world import World

FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 10, 300
FORGIVEN_AFTER = timedelta(minutes=10)
"""A container that ran so long starts its back-off anew."""
EVENT_EVERY = timedelta(seconds=15)
"""How often the kubelet looks at a container in back-off, and says so."""
PULL_MIB_A_SECOND = 60
STARTS_IN = timedelta(milliseconds=200)
STOPS_IN = timedelta(seconds=1)
"""What an application that heeds SIGTERM takes to end."""
KILLED, TERMINATED, ENOEXEC_EXIT = 137, 143, 255
TASK_S = 5
"""How long an undescribed image runs where it is meant to end: in a Job or as an init container."""
KUBELET = "kubelet"
MIB = 1024 * 1024


class Containers:
    """Runs the containers of pods. `changed` is called after every change of a pod's state."""

    def __init__(self, world: World, arch_of: Callable[[str], str]) -> None:
        self._world = world
        self._arch_of = arch_of
        self._cached: set[tuple[str, str]] = set()
        self.changed: Callable[[PodRun], None] = lambda _run: None
        self.adjust: Callable[[PodRun, Obj, ContainerRun], Output | None] = lambda *_: None
        """Agents whose work depends on rights change a container before it starts."""
        self.pod_of: Callable[[PodRun], Obj | None] = lambda _run: None

    # --- starting -----------------------------------------------------------------
    def start(self, run: PodRun, one: ContainerRun) -> None:
        """Pulls the image, then creates and starts the container."""
        pod = self.pod_of(run)
        if pod is None or run.ending:
            return
        if self._has_image(run, pod, one):
            self._create(run, pod, one)
        self.changed(run)

    def _has_image(self, run: PodRun, pod: Obj, one: ContainerRun) -> bool:
        image, policy = one.spec["image"], one.spec.get("imagePullPolicy")
        if one.pulled:
            one.pulled = False
            return True
        cached = (run.node, image) in self._cached and not run.fargate
        if policy == "Never" and not cached:
            message = words.NEVER_PULLED.format(image=image)
            self._event(run, pod, one, "Warning", "ErrImageNeverPull", message)
            self._event(run, pod, one, "Warning", "Failed", "Error: ErrImageNeverPull")
            one.wait("ErrImageNeverPull", message)
            self._again(run, one, EVENT_EVERY)
            return False
        if cached and policy != "Always":
            message = f'Container image "{image}" already present on machine'
            self._event(run, pod, one, "Normal", "Pulled", message)
            found = self._world.ground.image(image)
            one.behaviour = found.behaviour if found.found else one.behaviour
            return True
        self._event(run, pod, one, "Normal", "Pulling", f'Pulling image "{image}"')
        got = pull(self._world.ground, image, run.eni, run.role_arn, self._arch_of(run.node))
        if got.behaviour is None:
            self._pull_failed(run, pod, one, got.error, got.reason)
            return False
        one.pulls = 0
        one.behaviour, one.digest = got.behaviour, got.digest
        took = 0.25 if cached else max(0.25, got.behaviour.size_mib / PULL_MIB_A_SECOND)
        one.wait("PodInitializing" if run.inits and not one.init else "ContainerCreating")
        due = self._world.now() + timedelta(seconds=took)
        self._at(run, one, "pulled", due, lambda: self._pulled(run, one, took))
        return False

    def _pulled(self, run: PodRun, one: ContainerRun, took: float) -> None:
        pod = self.pod_of(run)
        if pod is None or run.ending:
            return
        image = one.spec["image"]
        self._cached.add((run.node, image))
        spent = f"{took:.3f}s" if took >= 1 else f"{int(took * 1000)}ms"
        size = one.behaviour.size_mib * MIB
        message = (
            f'Successfully pulled image "{image}" in {spent} ({spent} including waiting).'
            f" Image size: {size} bytes."
        )
        self._event(run, pod, one, "Normal", "Pulled", message)
        one.pulled = True
        self.start(run, one)

    def _pull_failed(
        self, run: PodRun, pod: Obj, one: ContainerRun, error: str, reason: str
    ) -> None:
        if reason == "InvalidImageName":
            self._event(run, pod, one, "Warning", "InspectFailed", error)
            self._event(run, pod, one, "Warning", "Failed", f"Error: {reason}")
            one.wait(reason, error)
            self._again(run, one, EVENT_EVERY)
            return
        self._event(run, pod, one, "Warning", "Failed", error)
        self._event(run, pod, one, "Warning", "Failed", "Error: ErrImagePull")
        one.wait("ErrImagePull", error.partition(": ")[2])
        wait = min(FIRST_BACKOFF_S * 2**one.pulls, LONGEST_BACKOFF_S)
        one.pulls += 1
        pause = timedelta(seconds=wait)
        now = self._world.now()
        self._at(run, one, "pull-back-off", now + STOPS_IN, lambda: self._pull_waits(run, one))
        self._again(run, one, pause)

    def _pull_waits(self, run: PodRun, one: ContainerRun) -> None:
        pod = self.pod_of(run)
        if pod is None or run.ending:
            return
        why, image = one.message, one.spec["image"]
        message = words.PULL_BACK_OFF.format(image=image)
        self._event(run, pod, one, "Normal", "BackOff", message)
        self._event(run, pod, one, "Warning", "Failed", "Error: ImagePullBackOff")
        said = message if self._world.minor() < 32 else f"{message}: ErrImagePull: {why}"  # noqa: PLR2004 - newer kubelets repeat the error
        one.wait("ImagePullBackOff", said)
        one.message = said
        self.changed(run)

    def _create(self, run: PodRun, pod: Obj, one: ContainerRun) -> None:
        try:
            env = environment(self._world.store, pod, one.spec)
        except ConfigError as wrong:
            self._event(run, pod, one, "Warning", "Failed", f"Error: {wrong}")
            one.wait("CreateContainerConfigError", str(wrong))
            self._again(run, one, EVENT_EVERY)
            return
        if one.started_at is not None:
            one.restarts += 1
        now = self._world.now()
        one.id = new_id(run, one)
        newer = self._world.minor() >= 32  # noqa: PLR2004 - from 1.32 on with a colon
        created = f"Created container: {one.name}" if newer else f"Created container {one.name}"
        self._event(run, pod, one, "Normal", "Created", created)
        self._event(run, pod, one, "Normal", "Started", f"Started container {one.name}")
        one.stage, one.started_at, one.message = Stage.RUNNING, now, ""
        one.failures, one.successes = {}, 0
        one.started = "startupProbe" not in one.spec
        one.ready = one.started and "readinessProbe" not in one.spec
        ports = [int(port["containerPort"]) for port in one.spec.get("ports") or ()]
        one.output_before = one.output or one.output_before
        special = self.adjust(run, pod, one)
        one.output = special or output_of(one.behaviour, ports, env, now)
        self._plan_end(run, pod, one, env)
        self._plan_probes(run, one, now)

    # --- ending ---------------------------------------------------------------------
    def _plan_end(self, run: PodRun, pod: Obj, one: ContainerRun, env: dict[str, str]) -> None:
        behaviour, now = one.behaviour, self._world.now()
        missing = [name for name in behaviour.requires_env if not env.get(name)]
        limit = ((one.spec.get("resources") or {}).get("limits") or {}).get("memory")
        fits = self._arch_of(run.node) in behaviour.arch
        due: tuple[float, int, str, str] | None = None
        if not fits:
            said = words.WRONG_MACHINE.format(path=(one.spec.get("command") or ["/app"])[0])
            due = (0.1, ENOEXEC_EXIT, "Error", said)
        elif missing:
            said = f"required environment variable {missing[0]} is not set"
            due = (1, 1, "Error", said)
        elif limit and behaviour.memory_mib * MIB > quantity(limit):
            due = (behaviour.starts_after_s + 2, KILLED, "OOMKilled", "")
        elif behaviour.exits_after_s is not None:
            code = behaviour.exit_code
            due = (behaviour.exits_after_s, code, "Error" if code else "Completed", "")
        elif _is_task(pod, one):
            due = (1 if one.init else TASK_S, 0, "Completed", "")
        if due is not None:
            wait, code, reason, said = due
            at = now + timedelta(seconds=wait)
            if not fits and one.output is not None:
                one.output = replace(one.output, first=(), again=())
            self._at(run, one, "end", at, lambda: self.end(run, one, code, reason, said))

    def end(
        self, run: PodRun, one: ContainerRun, code: int, reason: str = "Error", said: str = ""
    ) -> None:
        """Ends a container, and starts it again where the pod's policy says so."""
        now = self._world.now()
        self._quiet(run, one)
        if one.output is not None:
            one.output = replace(one.output, ends=now, last=(said,) if said else ())
        one.stage, one.ended_at = Stage.ENDED, now
        one.exit_code, one.exit_reason = code, reason
        one.ready = one.started = False
        pod = self.pod_of(run)
        if pod is not None and not run.ending and self._restarts(pod, one):
            self._restart(run, one)
        self.changed(run)

    def _restarts(self, pod: Obj, one: ContainerRun) -> bool:
        policy = pod["spec"].get("restartPolicy", "Always")
        if one.init and not one.is_sidecar:
            return policy != "Never" and one.exit_code != 0
        return (
            policy == "Always" or one.is_sidecar or (policy == "OnFailure" and one.exit_code != 0)
        )

    def _restart(self, run: PodRun, one: ContainerRun) -> None:
        """The first restart is at once; then ten seconds, doubled up to five minutes."""
        one.last = one.terminated()
        ran = (one.ended_at or self._world.now()) - (one.started_at or self._world.now())
        crashes = 0 if ran >= FORGIVEN_AFTER else one.failures_in_a_row
        one.failures_in_a_row = crashes + 1
        if crashes == 0:
            self._again(run, one, STOPS_IN)
            return
        wait = min(FIRST_BACKOFF_S * 2 ** (crashes - 1), LONGEST_BACKOFF_S)
        parts = {"container": one.name, "pod": run.name, "namespace": run.namespace, "uid": run.uid}
        minutes, seconds = divmod(wait, 60)
        spent = f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
        one.wait("CrashLoopBackOff", words.CRASH_LOOP.format(wait=spent, **parts))
        self._say_back_off(run, one, words.BACK_OFF.format(**parts))
        self._again(run, one, timedelta(seconds=wait))

    def _say_back_off(self, run: PodRun, one: ContainerRun, message: str) -> None:
        pod = self.pod_of(run)
        if pod is None or one.reason != "CrashLoopBackOff" or one.stage is not Stage.WAITING:
            return
        self._event(run, pod, one, "Warning", "BackOff", message)
        due = self._world.now() + EVENT_EVERY
        self._at(run, one, "say", due, lambda: self._say_back_off(run, one, message))

    def stop(self, run: PodRun, one: ContainerRun, grace_s: int) -> datetime:
        """Sends SIGTERM; the moment at which the container will have ended."""
        now = self._world.now()
        if one.stage is not Stage.RUNNING:
            self._quiet(run, one)
            return now
        stubborn = one.behaviour.ignores_sigterm
        at = now + (
            timedelta(seconds=grace_s) if stubborn else min(STOPS_IN, timedelta(seconds=grace_s))
        )
        code = KILLED if stubborn or not grace_s else TERMINATED
        self._at(run, one, "end", at, lambda: self.end(run, one, code))
        return at

    # --- probes -----------------------------------------------------------------------
    def _plan_probes(self, run: PodRun, one: ContainerRun, since: datetime) -> None:
        kinds = ("startupProbe",) if not one.started else ("readinessProbe", "livenessProbe")
        for kind in kinds:
            probe = one.spec.get(kind)
            if probe:
                delay = timedelta(seconds=max(1, int(probe.get("initialDelaySeconds") or 0)))
                at = since + delay
                self._at(run, one, kind, at, lambda kind=kind: self._probe(run, one, kind))  # type: ignore[misc]

    def _probe(self, run: PodRun, one: ContainerRun, kind: str) -> None:
        pod = self.pod_of(run)
        if pod is None or one.stage is not Stage.RUNNING or one.started_at is None:
            return
        probe, now = one.spec[kind], self._world.now()
        listener = Listener(one.behaviour, one.started_at, run.ip, one.spec)
        why = outcome(probe, listener, now)
        again = now + timedelta(seconds=int(probe.get("periodSeconds") or 10))
        if not why:
            one.failures[kind] = 0
            if self._passed(run, one, kind, probe):
                return
        else:
            one.successes = 0
            one.failures[kind] = one.failures.get(kind, 0) + 1
            message = words.PROBE_FAILED.format(kind=KINDS[kind], why=why)
            self._event(run, pod, one, "Warning", "Unhealthy", message)
            if one.failures[kind] >= int(probe.get("failureThreshold") or 3):
                if kind != "readinessProbe":
                    self._kill(run, pod, one, kind, probe)
                    return
                if one.ready:
                    one.ready = False
                    self.changed(run)
        self._at(run, one, kind, again, lambda: self._probe(run, one, kind))

    def _passed(self, run: PodRun, one: ContainerRun, kind: str, probe: Obj) -> bool:
        """Whether nothing more is to be asked: what passes once passes until it ends."""
        if kind == "livenessProbe":
            return True
        one.successes += 1
        if one.successes < int(probe.get("successThreshold") or 1):
            return False
        one.successes = 0
        if kind == "startupProbe":
            one.started = True
            one.ready = "readinessProbe" not in one.spec
            self._plan_probes(run, one, self._world.now())
        else:
            one.ready = True
        self.changed(run)
        return True

    def _kill(self, run: PodRun, pod: Obj, one: ContainerRun, kind: str, probe: Obj) -> None:
        name = KINDS[kind].lower()
        message = words.KILLED_BY_PROBE.format(container=one.name, kind=name)
        self._event(run, pod, one, "Normal", "Killing", message)
        grace = probe.get("terminationGracePeriodSeconds")
        default = pod["spec"].get("terminationGracePeriodSeconds") or 30
        self._quiet(run, one)
        self.stop(run, one, int(default if grace is None else grace))

    # --- timers and events --------------------------------------------------------------
    def _key(self, run: PodRun, one: ContainerRun, what: str) -> tuple[str, ...]:
        return ("container", run.uid, one.name, what)

    def _at(
        self, run: PodRun, one: ContainerRun, what: str, when: datetime, act: Callable[[], None]
    ) -> None:
        self._world.loop.at(when, self._key(run, one, what), act)

    def _again(self, run: PodRun, one: ContainerRun, wait: timedelta) -> None:
        self._at(run, one, "again", self._world.now() + wait, lambda: self.start(run, one))

    def _quiet(self, run: PodRun, one: ContainerRun) -> None:
        for what in ("end", "again", "say", "pulled", "pull-back-off", *KINDS):
            self._world.loop.cancel(self._key(run, one, what))

    def forget(self, run: PodRun) -> None:
        """Takes back all timers of a pod."""
        for one in run.all():
            self._quiet(run, one)

    def _event(  # noqa: PLR0917 - an event has so many parts
        self, run: PodRun, pod: Obj, one: ContainerRun, kind: str, reason: str, message: str
    ) -> None:
        field = f"spec.{'initContainers' if one.init else 'containers'}{{{one.name}}}"
        self._world.events.record(
            pod, kind, reason, message, by=KUBELET, host=run.node, field=field
        )


def _is_task(pod: Obj, one: ContainerRun) -> bool:
    """Whether an image without an end of its own is run where it is meant to end."""
    if one.is_sidecar:
        return False
    ends = one.init or pod["spec"].get("restartPolicy") != "Always"
    return ends and (one.init or one.behaviour == ImageBehaviour())
