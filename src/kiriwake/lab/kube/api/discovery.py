"""Discovery: what the server serves, in the aggregated and the old form, and OpenAPI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from kiriwake.lab.kube.kinds import REVIEWS, Kind
from kiriwake.lab.kube.objects import Obj

ORDER = ("", "apiregistration.k8s.io", "events.k8s.io", "apps", "autoscaling", "batch")
"""The groups that a real server lists first."""

SUB_KINDS = {
    "eviction": ("policy", "v1", "Eviction"),
    "scale": ("autoscaling", "v1", "Scale"),
    "token": ("authentication.k8s.io", "v1", "TokenRequest"),
    "binding": ("", "v1", "Binding"),
    "exec": ("", "v1", "PodExecOptions"),
    "attach": ("", "v1", "PodAttachOptions"),
    "portforward": ("", "v1", "PodPortForwardOptions"),
}
SUB_VERBS = {
    "log": ["get"],
    "eviction": ["create"],
    "token": ["create"],
    "binding": ["create"],
    "exec": ["create", "get"],
    "attach": ["create", "get"],
    "portforward": ["create", "get"],
    "finalize": ["update"],
}


def everything(kinds: Iterable[Kind]) -> list[Kind]:
    """All kinds, the ones that are only asked among them, in the order of discovery."""
    listed = [*kinds, *REVIEWS]
    rank = {group: at for at, group in enumerate(ORDER)}
    return sorted(listed, key=lambda k: (rank.get(k.group, len(ORDER)), k.group, not k.preferred))


def aggregated(kinds: Iterable[Kind], *, core: bool, version: str) -> Obj:
    """`APIGroupDiscoveryList` of the core group or of all others."""
    items = []
    mine = [kind for kind in everything(kinds) if (kind.group == "") == core]
    for group, of_group in groupby(mine, key=lambda kind: kind.group):
        versions = []
        for name, of_version in groupby(of_group, key=lambda kind: kind.version):
            resources = [_aggregated_kind(kind) for kind in of_version]
            versions.append({"version": name, "resources": resources, "freshness": "Current"})
        meta = {"name": group, "creationTimestamp": None} if group else {"creationTimestamp": None}
        items.append({"metadata": meta, "versions": versions})
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": f"apidiscovery.k8s.io/{version}",
        "metadata": {},
        "items": items,
    }


def _aggregated_kind(kind: Kind) -> Obj:
    found: Obj = {
        "resource": kind.plural,
        "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": list(kind.verbs),
    }
    if kind.short:
        found["shortNames"] = list(kind.short)
    if kind.categories:
        found["categories"] = list(kind.categories)
    if kind.subresources:
        found["subresources"] = [
            {
                "subresource": sub,
                "responseKind": dict(
                    zip(("group", "version", "kind"), _sub_kind(kind, sub), strict=True)
                ),
                "verbs": SUB_VERBS.get(sub, ["get", "patch", "update"]),
            }
            for sub in kind.subresources
        ]
    return found


def _sub_kind(kind: Kind, sub: str) -> tuple[str, str, str]:
    return SUB_KINDS.get(sub, (kind.group, kind.version, kind.kind))


def groups(kinds: Iterable[Kind]) -> Obj:
    """`APIGroupList`, the old form of `/apis`."""
    mine = [kind for kind in everything(kinds) if kind.group]
    found = [group(list(of), name) for name, of in groupby(mine, key=lambda kind: kind.group)]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": found}


def group(kinds: Sequence[Kind], name: str) -> Obj:
    """One `APIGroup`."""
    versions = []
    for kind in kinds:
        entry = {"groupVersion": kind.api_version, "version": kind.version}
        if entry not in versions:
            versions.append(entry)
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def resources(kinds: Iterable[Kind], api_version: str) -> Obj | None:
    """`APIResourceList` of one group and version, None if there is none."""
    listed: list[Obj] = []
    for kind in everything(kinds):
        if kind.api_version != api_version:
            continue
        entry: Obj = {
            "name": kind.plural,
            "singularName": kind.singular,
            "namespaced": kind.namespaced,
            "kind": kind.kind,
            "verbs": list(kind.verbs),
        }
        if kind.short:
            entry["shortNames"] = list(kind.short)
        if kind.categories:
            entry["categories"] = list(kind.categories)
        listed.append(entry)
        for sub in kind.subresources:
            of_group, version, of_kind = _sub_kind(kind, sub)
            listed.append(
                {
                    "name": f"{kind.plural}/{sub}",
                    "singularName": "",
                    "namespaced": kind.namespaced,
                    "group": of_group,
                    "version": version,
                    "kind": of_kind,
                    "verbs": SUB_VERBS.get(sub, ["get", "patch", "update"]),
                }
            )
    if not listed:
        return None
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": api_version,
        "resources": listed,
    }


def openapi_index(kinds: Iterable[Kind]) -> Obj:
    """`/openapi/v3`: where the document of each group and version lies."""
    paths = {}
    for kind in everything(kinds):
        path = f"apis/{kind.api_version}" if kind.group else f"api/{kind.version}"
        paths[path] = {"serverRelativeURL": f"/openapi/v3/{path}?hash=lab"}
    return {"paths": paths}


def openapi_document(kinds: Iterable[Kind], api_version: str) -> Obj:
    """The paths of one group and version, with no schemas.

    kubectl asks here whether the server checks fields itself (`fieldValidation`) and which
    patches it takes; with that it leaves the checking to the server.
    """
    paths: Obj = {}
    for kind in everything(kinds):
        if kind.api_version != api_version:
            continue
        root = f"/apis/{api_version}" if kind.group else f"/api/{api_version}"
        space = "/namespaces/{namespace}" if kind.namespaced else ""
        gvk = {"group": kind.group, "version": kind.version, "kind": kind.kind}
        parameters = [
            {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
            for name in ("dryRun", "fieldManager", "fieldValidation")
        ]
        operation = {"x-kubernetes-group-version-kind": gvk, "parameters": parameters}
        patches = ["application/json-patch+json", "application/merge-patch+json"]
        patches += [] if kind.custom else ["application/strategic-merge-patch+json"]
        patches += ["application/apply-patch+yaml"]
        content = {name: {"schema": {"type": "object"}} for name in patches}
        paths[f"{root}{space}/{kind.plural}"] = {
            "post": {**operation, "x-kubernetes-action": "post"}
        }
        paths[f"{root}{space}/{kind.plural}/{{name}}"] = {
            "put": {**operation, "x-kubernetes-action": "put"},
            "patch": {
                **operation,
                "x-kubernetes-action": "patch",
                "requestBody": {"content": content},
            },
        }
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "unversioned"},
        "paths": paths,
        "components": {"schemas": {}},
    }
