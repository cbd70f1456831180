"""The columns of deployments, sets, jobs and autoscalers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kiriwake.lab.kube.api.duration import age, human
from kiriwake.lab.kube.objects import Obj, is_true, moment_of, name_of
from kiriwake.lab.kube.selectors import selector_text

AGE = ("Age", "string", 0)
NAME = ("Name", "string", 0)
IMAGES = (("Containers", "string", 1), ("Images", "string", 1), ("Selector", "string", 1))
DEPLOYMENT_COLUMNS = (
    NAME,
    ("Ready", "string", 0),
    ("Up-to-date", "string", 0),
    ("Available", "string", 0),
    AGE,
    *IMAGES,
)
REPLICA_SET_COLUMNS = (
    NAME,
    ("Desired", "integer", 0),
    ("Current", "integer", 0),
    ("Ready", "integer", 0),
    AGE,
    *IMAGES,
)
DAEMON_SET_COLUMNS = (
    NAME,
    ("Desired", "integer", 0),
    ("Current", "integer", 0),
    ("Ready", "integer", 0),
    ("Up-to-date", "integer", 0),
    ("Available", "integer", 0),
    ("Node Selector", "string", 0),
    AGE,
    *IMAGES,
)
STATEFUL_SET_COLUMNS = (NAME, ("Ready", "string", 0), AGE, *IMAGES[:2])
JOB_COLUMNS = (
    NAME,
    ("Status", "string", 0),
    ("Completions", "string", 0),
    ("Duration", "string", 0),
    AGE,
    *IMAGES,
)
CRON_JOB_COLUMNS = (
    NAME,
    ("Schedule", "string", 0),
    ("Timezone", "string", 0),
    ("Suspend", "boolean", 0),
    ("Active", "integer", 0),
    ("Last Schedule", "string", 0),
    AGE,
    *IMAGES,
)
AUTOSCALER_COLUMNS = (
    NAME,
    ("Reference", "string", 0),
    ("Targets", "string", 0),
    ("MinPods", "string", 0),
    ("MaxPods", "string", 0),
    ("Replicas", "string", 0),
    AGE,
)


def _age(obj: Obj, now: datetime) -> str:
    return age(obj["metadata"].get("creationTimestamp"), now)


def _images(template: Obj, selector: Obj | None) -> list[Any]:
    containers = template.get("spec", {}).get("containers") or ()
    names = ",".join(str(one.get("name")) for one in containers)
    images = ",".join(str(one.get("image")) for one in containers)
    return [names, images, selector_text(selector)]


def deployment_row(obj: Obj, now: datetime) -> list[Any]:
    """READY, UP-TO-DATE and AVAILABLE of a Deployment."""
    spec, status = obj["spec"], obj.get("status", {})
    return [
        name_of(obj),
        f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}",
        str(status.get("updatedReplicas", 0)),
        str(status.get("availableReplicas", 0)),
        _age(obj, now),
        *_images(spec.get("template", {}), spec.get("selector")),
    ]


def replica_set_row(obj: Obj, now: datetime) -> list[Any]:
    """The counts of a ReplicaSet."""
    spec, status = obj["spec"], obj.get("status", {})
    return [
        name_of(obj),
        spec.get("replicas", 0),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
        _age(obj, now),
        *_images(spec.get("template", {}), spec.get("selector")),
    ]


def daemon_set_row(obj: Obj, now: datetime) -> list[Any]:
    """The counts of a DaemonSet."""
    spec, status = obj["spec"], obj.get("status", {})
    nodes = spec.get("template", {}).get("spec", {}).get("nodeSelector") or {}
    return [
        name_of(obj),
        status.get("desiredNumberScheduled", 0),
        status.get("currentNumberScheduled", 0),
        status.get("numberReady", 0),
        status.get("updatedNumberScheduled", 0),
        status.get("numberAvailable", 0),
        ",".join(f"{key}={value}" for key, value in sorted(nodes.items())) or "<none>",
        _age(obj, now),
        *_images(spec.get("template", {}), spec.get("selector")),
    ]


def stateful_set_row(obj: Obj, now: datetime) -> list[Any]:
    """READY of a StatefulSet."""
    spec, status = obj["spec"], obj.get("status", {})
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}"
    images = _images(spec.get("template", {}), spec.get("selector"))[:2]
    return [name_of(obj), ready, _age(obj, now), *images]


def job_row(obj: Obj, now: datetime) -> list[Any]:
    """Status, completions and duration of a Job."""
    spec, status = obj["spec"], obj.get("status", {})
    wanted = spec.get("completions") or 1
    took = ""
    if status.get("startTime"):
        end = status.get("completionTime")
        until = moment_of(end) if end else now
        took = human((until - moment_of(status["startTime"])).total_seconds())
    return [
        name_of(obj),
        _job_word(obj),
        f"{status.get('succeeded', 0)}/{wanted}",
        took,
        _age(obj, now),
        *_images(spec.get("template", {}), spec.get("selector")),
    ]


def _job_word(obj: Obj) -> str:
    for word, kind in (("Complete", "Complete"), ("Failed", "Failed"), ("Suspended", "Suspended")):
        if is_true(obj, kind):
            return word
    return "Running"


def cron_job_row(obj: Obj, now: datetime) -> list[Any]:
    """Schedule and last run of a CronJob."""
    spec, status = obj["spec"], obj.get("status", {})
    last = status.get("lastScheduleTime")
    template = spec.get("jobTemplate", {}).get("spec", {}).get("template", {})
    return [
        name_of(obj),
        spec.get("schedule", ""),
        spec.get("timeZone") or "<none>",
        "True" if spec.get("suspend") else "False",
        len(status.get("active") or ()),
        age(last, now) if last else "<none>",
        _age(obj, now),
        *_images(template, None),
    ]


def autoscaler_row(obj: Obj, now: datetime) -> list[Any]:
    """Targets of a HorizontalPodAutoscaler: `cpu: <unknown>/80%` without metrics."""
    spec, status = obj["spec"], obj.get("status", {})
    target = spec.get("scaleTargetRef", {})
    said = []
    current = {m["resource"]["name"]: m["resource"] for m in status.get("currentMetrics") or ()}
    for metric in spec.get("metrics") or ():
        resource = metric.get("resource") or {}
        name = resource.get("name", metric.get("type"))
        goal = (resource.get("target") or {}).get("averageUtilization")
        seen = (current.get(name) or {}).get("current", {}).get("averageUtilization")
        said.append(f"{name}: {'<unknown>' if seen is None else f'{seen}%'}/{goal}%")
    return [
        name_of(obj),
        f"{target.get('kind')}/{target.get('name')}",
        ", ".join(said),
        str(spec.get("minReplicas", 1)),
        str(spec.get("maxReplicas", 1)),
        str(status.get("currentReplicas", 0)),
        _age(obj, now),
    ]
