"""Whether a node takes a pod: labels, affinity, taints, and the words of each refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kiriwake.lab.kube.objects import Obj, labels_of, name_of
from kiriwake.lab.kube.selectors import matches

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
SCHEDULING = ("NoSchedule", "NoExecute")


def tolerates(tolerations: Iterable[Obj], taint: Obj) -> bool:
    """Whether one of the tolerations covers a taint."""
    for one in tolerations:
        if one.get("effect") and one["effect"] != taint.get("effect"):
            continue
        if not one.get("key"):
            if one.get("operator") == "Exists":
                return True
            continue
        if one["key"] != taint["key"]:
            continue
        if one.get("operator") == "Exists" or (one.get("value") or "") == (
            taint.get("value") or ""
        ):
            return True
    return False


def untolerated(pod_spec: Obj, node: Obj) -> Obj | None:
    """The first taint that keeps a pod from being scheduled on a node."""
    for taint in node.get("spec", {}).get("taints") or ():
        if taint["effect"] in SCHEDULING and not tolerates(
            pod_spec.get("tolerations") or (), taint
        ):
            return dict(taint)
    return None


def selected(pod_spec: Obj, node: Obj) -> bool:
    """Whether the pod's nodeSelector and required node affinity take a node."""
    labels = labels_of(node)
    wanted: Mapping[str, str] = pod_spec.get("nodeSelector") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    affinity = (pod_spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get(REQUIRED)
    return required is None or takes_term(required.get("nodeSelectorTerms") or (), node)


def takes_term(terms: Sequence[Obj], node: Obj) -> bool:
    """Whether one of the terms of a node affinity takes a node."""
    for term in terms:
        fields = {"matchExpressions": term.get("matchFields") or ()}
        by_field = matches(fields, {"metadata.name": name_of(node)})
        labelled = matches(
            {"matchExpressions": term.get("matchExpressions") or ()}, labels_of(node)
        )
        if by_field and labelled:
            return True
    return False


def takes_daemon(daemon_set: Obj, node: Obj, tolerated: Sequence[tuple[str, str]]) -> bool:
    """Whether a DaemonSet has a pod on a node."""
    spec = daemon_set["spec"]["template"]["spec"]
    more = [{"key": k, "operator": "Exists", "effect": e} for k, e in tolerated]
    more.append({"key": "node.kubernetes.io/network-unavailable", "operator": "Exists"})
    with_more = {**spec, "tolerations": [*(spec.get("tolerations") or ()), *more]}
    return selected(spec, node) and untolerated(with_more, node) is None
