"""The columns of pods, as the real server computes STATUS, READY and RESTARTS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kiriwake.lab.kube.api.duration import age
from kiriwake.lab.kube.objects import Obj, is_going, is_true, name_of

POD_COLUMNS = (
    ("Name", "string", 0),
    ("Ready", "string", 0),
    ("Status", "string", 0),
    ("Restarts", "string", 0),
    ("Age", "string", 0),
    ("IP", "string", 1),
    ("Node", "string", 1),
    ("Nominated Node", "string", 1),
    ("Readiness Gates", "string", 1),
)


def pod_row(pod: Obj, now: datetime) -> list[Any]:
    """The cells of one pod."""
    status, spec = pod.get("status", {}), pod.get("spec", {})
    states = status.get("containerStatuses") or []
    gates = spec.get("readinessGates") or ()
    passed = sum(is_true(pod, gate["conditionType"]) for gate in gates)
    return [
        name_of(pod),
        f"{sum(bool(one.get('ready')) for one in states)}/{len(spec.get('containers') or ())}",
        status_word(pod),
        _restarts(states, now),
        age(pod["metadata"].get("creationTimestamp"), now),
        status.get("podIP") or "<none>",
        spec.get("nodeName") or "<none>",
        status.get("nominatedNodeName") or "<none>",
        f"{passed}/{len(gates)}" if gates else "<none>",
    ]


def _restarts(states: Sequence[Obj], now: datetime) -> str:
    count = sum(int(one.get("restartCount") or 0) for one in states)
    ends = [
        one["lastState"]["terminated"]["finishedAt"]
        for one in states
        if (one.get("lastState") or {}).get("terminated", {}).get("finishedAt")
    ]
    return f"{count} ({age(max(ends), now)} ago)" if count and ends else str(count)


def status_word(pod: Obj) -> str:
    """The STATUS column: `Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating`."""
    status = pod.get("status", {})
    word = str(status.get("reason") or status.get("phase") or "Unknown")
    if any(
        one.get("type") == "PodScheduled" and one.get("reason") == "SchedulingGated"
        for one in status.get("conditions") or ()
    ):
        word = "SchedulingGated"
    starting = _init_word(pod)
    word = starting or _containers_word(pod, word)
    if is_going(pod):
        return "Unknown" if status.get("reason") == "NodeLost" else "Terminating"
    return word


def _init_word(pod: Obj) -> str:
    states = pod.get("status", {}).get("initContainerStatuses") or ()
    total = len(pod.get("spec", {}).get("initContainers") or ())
    for at, one in enumerate(states):
        state = one.get("state") or {}
        ended, waiting = state.get("terminated"), state.get("waiting")
        if ended and int(ended.get("exitCode", 0)) == 0:
            continue
        if ended:
            reason = ended.get("reason") or f"ExitCode:{ended.get('exitCode')}"
            return f"Init:{reason}"
        if waiting and waiting.get("reason") not in (None, "", "PodInitializing"):
            return f"Init:{waiting['reason']}"
        return f"Init:{at}/{total}"
    return ""


def _containers_word(pod: Obj, word: str) -> str:
    runs = False
    for one in reversed(pod.get("status", {}).get("containerStatuses") or ()):
        state = one.get("state") or {}
        waiting, ended = state.get("waiting") or {}, state.get("terminated")
        if waiting.get("reason"):
            word = waiting["reason"]
        elif ended:
            word = ended.get("reason") or f"ExitCode:{ended.get('exitCode')}"
        elif one.get("ready") and state.get("running") is not None:
            runs = True
    if word == "Completed" and runs:
        return "Running" if is_true(pod, "Ready") else "NotReady"
    return word
