"""The subresources: scale, log, eviction, token, binding; exec is honestly refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from kiriwake.lab.kube.api import writing
from kiriwake.lab.kube.api.patches import json_patch, merge_patch
from kiriwake.lab.kube.api.request import Call, Response, answer
from kiriwake.lab.kube.api.tokens import Tokens
from kiriwake.lab.kube.objects import Obj, is_true, moment_of, name_of, namespace_of, stamp
from kiriwake.lab.kube.selectors import selector_text, selects
from kiriwake.lab.kube.status import ApiError, bad_request, not_found
from kiriwake.lab.kube.world import LogLine, World

NOT_IN_LAB = (
    "the lab runs no real processes, so there is nothing to {what}: read the container's output"
    " with `kubectl logs`, and what it listens on with `curl http://POD-IP:PORT/` through the"
    " lab's http_proxy"
)
FOLLOW_S = 0.5


def scale(world: World, call: Call) -> Response:
    """The replicas of a workload, read or set."""
    kind, target = call.target.kind, call.target
    obj = world.store.get(kind.stored, target.namespace, target.name)
    if call.verb == "get":
        return answer(_scale_of(obj))
    content = call.request.content()
    if call.verb == "patch":
        how = call.request.headers.get("content-type", "").partition(";")[0]
        content = (
            json_patch(_scale_of(obj), content)
            if how == "application/json-patch+json"
            else merge_patch(_scale_of(obj), content)
        )
    replicas = int((content.get("spec") or {}).get("replicas") or 0)
    spec = {**obj["spec"], "replicas": replicas}
    meta = {key: value for key, value in obj["metadata"].items() if key != "resourceVersion"}
    said = (content.get("metadata") or {}).get("resourceVersion")
    if said:
        meta["resourceVersion"] = said
    new = {**obj, "metadata": meta, "spec": spec}
    kept = writing.update(world, kind, new, dry=call.request.dry_run, manager=call.request.manager)
    return answer(_scale_of(kept))


def _scale_of(obj: Obj) -> Obj:
    meta = obj["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: meta[key] for key in kept if key in meta},
        "spec": {"replicas": obj["spec"].get("replicas", 0)},
        "status": {
            "replicas": obj.get("status", {}).get("replicas", 0),
            "selector": selector_text(obj["spec"].get("selector")),
        },
    }


def evict(world: World, call: Call) -> Response:
    """Deletes a pod if its disruption budgets allow it."""
    pod = world.store.get("pods", call.target.namespace, call.target.name)
    body = call.request.object()
    for budget in world.store.all("poddisruptionbudgets.policy", namespace_of(pod)):
        if not selects(budget["spec"].get("selector"), pod):
            continue
        allowed = int(budget.get("status", {}).get("disruptionsAllowed") or 0)
        if allowed < 1 and is_true(pod, "Ready"):
            needed = budget.get("status", {}).get("desiredHealthy", 0)
            healthy = budget.get("status", {}).get("currentHealthy", 0)
            raise ApiError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "TooManyRequests",
                "Cannot evict pod as it would violate the pod's disruption budget.",
                {
                    "causes": [
                        {
                            "reason": "DisruptionBudget",
                            "message": f"The disruption budget {name_of(budget)} needs {needed}"
                            f" healthy pods and has {healthy} currently",
                        }
                    ]
                },
            )
    writing.delete(world, call.target.kind, pod, body.get("deleteOptions") or {})
    return answer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}, 201)


def bind(world: World, call: Call) -> Response:
    """Puts a pod on a node, as a scheduler of one's own does."""
    pod = world.store.get("pods", call.target.namespace, call.target.name)
    node = (call.request.object().get("target") or {}).get("name", "")
    world.store.update("pods", {**pod, "spec": {**pod["spec"], "nodeName": node}})
    return answer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}, 201)


def token(world: World, call: Call, tokens: Tokens) -> Response:
    """A token for a service account."""
    namespace, name = call.target.namespace, call.target.name
    world.store.get("serviceaccounts", namespace, name)
    spec = call.request.object().get("spec") or {}
    seconds = int(spec.get("expirationSeconds") or 3600)
    audiences = spec.get("audiences") or [f"https://{world.outside.issuer}"]
    word = tokens.for_account(world.outside.issuer, namespace, name, audiences, seconds)
    ends = stamp(world.now() + timedelta(seconds=seconds))
    return answer(
        {
            "kind": "TokenRequest",
            "apiVersion": "authentication.k8s.io/v1",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"audiences": audiences, "expirationSeconds": seconds},
            "status": {"token": word, "expirationTimestamp": ends},
        },
        HTTPStatus.CREATED,
    )


def refuse(call: Call) -> Response:
    """exec, attach and port-forward: why the lab has none, and what to do instead."""
    what = {"exec": "execute in", "attach": "attach to", "portforward": "forward to"}
    message = NOT_IN_LAB.format(what=what[call.target.sub])
    raise ApiError(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", message)


def log(world: World, call: Call, *, ends: Callable[[], bool]) -> Response:
    """What a container wrote, in the kubelet's words where it wrote nothing yet."""
    pod = world.store.get("pods", call.target.namespace, call.target.name)
    query = call.request.query
    container = _container(pod, query.get("container", ""))
    previous = call.request.flag("previous")
    lines = _lines(world, pod, container, previous=previous)
    shown = list(_chosen(world, call, lines))
    text = "".join(_text(call, line) for line in shown).encode()
    if query.get("limitBytes"):
        text = text[: int(query["limitBytes"])]
    if call.request.flag("follow") and not previous:
        follow = _follow(world, call, container, text, len(lines), ends=ends)
        return Response(HTTPStatus.OK, b"", "text/plain", follow)
    return Response(HTTPStatus.OK, text, "text/plain")


def _container(pod: Obj, name: str) -> str:
    spec = pod["spec"]
    names = [one["name"] for one in spec["containers"]]
    inits = [one["name"] for one in spec.get("initContainers") or ()]
    if name:
        if name not in (*names, *inits):
            raise bad_request(f"container {name} is not valid for pod {name_of(pod)}")
        return name
    if len(names) == 1:
        return str(names[0])
    choices = f"a container name must be specified for pod {name_of(pod)}, choose one of: "
    words = f"[{' '.join(names)}]"
    if inits:
        words += f" or one of the init containers: [{' '.join(inits)}]"
    raise bad_request(choices + words)


def _lines(world: World, pod: Obj, container: str, *, previous: bool) -> Sequence[LogLine]:
    if not pod["spec"].get("nodeName") or world.logs is None:
        raise bad_request(f"pod {name_of(pod)} does not have a host assigned")
    lines = world.logs.lines(pod, container, previous=previous)
    if lines is not None:
        return lines
    if previous:
        words = f'previous terminated container "{container}" in pod "{name_of(pod)}" not found'
        raise bad_request(words)
    why = _waiting_reason(pod, container)
    words = f'container "{container}" in pod "{name_of(pod)}" is waiting to start: {why}'
    raise bad_request(words)


def _waiting_reason(pod: Obj, container: str) -> str:
    status = pod.get("status", {})
    both = (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ()))
    for one in both:
        if one["name"] == container:
            reason = (one.get("state", {}).get("waiting") or {}).get("reason", "ContainerCreating")
            pulls = {
                "ErrImagePull": "image can't be pulled",
                "ImagePullBackOff": "trying and failing to pull image",
            }
            return pulls.get(str(reason), str(reason))
    return "ContainerCreating"


def _chosen(world: World, call: Call, lines: Sequence[LogLine]) -> Sequence[LogLine]:
    query = call.request.query
    since: datetime | None = None
    if query.get("sinceSeconds"):
        since = world.now() - timedelta(seconds=float(query["sinceSeconds"]))
    if query.get("sinceTime"):
        since = moment_of(query["sinceTime"])
    chosen = [line for line in lines if since is None or line.at >= since]
    if query.get("tailLines"):
        count = int(query["tailLines"])
        chosen = chosen[-count:] if count else []
    return chosen


def _text(call: Call, line: LogLine) -> str:
    if call.request.flag("timestamps"):
        return f"{line.at.strftime('%Y-%m-%dT%H:%M:%S.%f')}000Z {line.text}\n"
    return line.text + "\n"


def _follow(
    world: World, call: Call, container: str, text: bytes, seen: int, *, ends: Callable[[], bool]
) -> Iterator[bytes]:
    if text:
        yield text
    namespace, name = call.target.namespace, call.target.name
    while not ends():
        with world.store.changed:
            world.store.changed.wait(FOLLOW_S)
            pod = world.store.find("pods", namespace, name)
            if pod is None or world.logs is None:
                return
            lines = world.logs.lines(pod, container, previous=False) or ()
        new = lines[seen:] if len(lines) >= seen else lines
        seen = len(lines)
        if new:
            yield "".join(_text(call, line) for line in new).encode()
        if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            return


def ephemeral(call: Call) -> Response:
    """`kubectl debug` is refused as exec is."""
    name = call.target.name
    if not name:
        raise not_found("pods", name)
    message = NOT_IN_LAB.format(what="debug")
    raise ApiError(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", message)
