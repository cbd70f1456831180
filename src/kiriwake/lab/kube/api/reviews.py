"""Reviews: who am I, may I, what may I."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from kiriwake.lab.kube.api.rbac import Ask, rules_of
from kiriwake.lab.kube.api.request import Call, Response, answer
from kiriwake.lab.kube.objects import Obj
from kiriwake.lab.kube.world import User, World

May = Callable[[User, Ask], str]
"""Empty for a yes, else the words of the refusal."""


def review(world: World, call: Call, may: May) -> Response:
    """The answer to a review of any kind."""
    body = call.request.object()
    spec = body.get("spec") or {}
    kind = call.target.kind
    status: Obj
    if kind.kind == "SelfSubjectReview":
        status = {"userInfo": {"username": call.user.name, "groups": list(call.user.groups)}}
    elif kind.kind == "SelfSubjectRulesReview":
        status = _rules(world, call.user, spec.get("namespace") or "default")
    else:
        user = call.user
        if not kind.kind.startswith("Self"):
            user = User(spec.get("user") or "", tuple(spec.get("groups") or ()))
        status = _access(user, spec, may)
    return answer(
        {
            "kind": kind.kind,
            "apiVersion": kind.api_version,
            "metadata": {"creationTimestamp": None},
            "spec": spec,
            "status": status,
        },
        HTTPStatus.CREATED,
    )


def _access(user: User, spec: Obj, may: May) -> Obj:
    asked = spec.get("resourceAttributes")
    if asked is None:
        return {"allowed": True}
    sub = asked.get("subresource")
    resource = f"{asked.get('resource', '')}/{sub}" if sub else asked.get("resource", "")
    ask = Ask(
        asked.get("verb", ""),
        asked.get("group", ""),
        resource,
        asked.get("namespace", ""),
        asked.get("name", ""),
    )
    refusal = may(user, ask)
    return {"allowed": False, "reason": ""} if refusal else {"allowed": True, "reason": ""}


def _rules(world: World, user: User, namespace: str) -> Obj:
    resources: list[Obj] = []
    paths: list[Obj] = []
    if "system:masters" in user.groups:
        resources.append({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})
        paths.append({"verbs": ["*"], "nonResourceURLs": ["*"]})
    for rule in rules_of(world.store, user, namespace):
        if rule.get("nonResourceURLs"):
            paths.append({"verbs": rule["verbs"], "nonResourceURLs": rule["nonResourceURLs"]})
        else:
            resources.append(dict(rule))
    return {"resourceRules": resources, "nonResourceRules": paths, "incomplete": False}
