"""Who may do what: ClusterRoles, Roles, their bindings and EKS access policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kiriwake.lab.kube.objects import Obj, namespace_of
from kiriwake.lab.kube.store import Store
from kiriwake.lab.kube.world import User

RBAC = "rbac.authorization.k8s.io"
MASTERS = "system:masters"

READ = ["get", "list", "watch"]
WRITE = ["create", "delete", "deletecollection", "patch", "update"]
CORE_VIEWED = [
    "bindings", "configmaps", "endpoints", "events", "limitranges", "namespaces",
    "namespaces/status", "persistentvolumeclaims", "persistentvolumeclaims/status", "pods",
    "pods/log", "pods/status", "replicationcontrollers", "replicationcontrollers/scale",
    "resourcequotas", "resourcequotas/status", "serviceaccounts", "services", "services/status",
]  # fmt: skip
GROUPS_VIEWED: Mapping[str, list[str]] = {
    "apps": [
        "controllerrevisions", "daemonsets", "daemonsets/status", "deployments",
        "deployments/scale", "deployments/status", "replicasets", "replicasets/scale",
        "replicasets/status", "statefulsets", "statefulsets/scale", "statefulsets/status",
    ],
    "autoscaling": ["horizontalpodautoscalers", "horizontalpodautoscalers/status"],
    "batch": ["cronjobs", "cronjobs/status", "jobs", "jobs/status"],
    "discovery.k8s.io": ["endpointslices"],
    "networking.k8s.io": ["ingresses", "ingresses/status", "networkpolicies"],
    "policy": ["poddisruptionbudgets", "poddisruptionbudgets/status"],
    "metrics.k8s.io": ["pods", "nodes"],
}  # fmt: skip


def _view() -> list[Obj]:
    rules: list[Obj] = [{"apiGroups": [""], "resources": CORE_VIEWED, "verbs": READ}]
    for group, resources in GROUPS_VIEWED.items():
        rules.append({"apiGroups": [group], "resources": resources, "verbs": READ})
    return rules


def _edit() -> list[Obj]:
    rules = _view()
    secret = ["secrets", "pods/exec", "pods/attach", "pods/portforward", "pods/eviction"]
    core = [one for one in CORE_VIEWED if not one.startswith(("namespaces", "resourcequotas"))]
    rules.append({"apiGroups": [""], "resources": secret, "verbs": [*READ, *WRITE]})
    rules.append({"apiGroups": [""], "resources": core, "verbs": WRITE})
    for group, resources in GROUPS_VIEWED.items():
        rules.append({"apiGroups": [group], "resources": resources, "verbs": WRITE})
    return rules


def default_roles() -> dict[str, list[Obj]]:
    """The ClusterRoles that every cluster is born with, by name."""
    roles = ["roles", "rolebindings"]
    return {
        "cluster-admin": [
            {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
            {"nonResourceURLs": ["*"], "verbs": ["*"]},
        ],
        "admin": [*_edit(), {"apiGroups": [RBAC], "resources": roles, "verbs": [*READ, *WRITE]}],
        "edit": _edit(),
        "view": _view(),
        "system:node": [
            {"apiGroups": ["*"], "resources": ["*"], "verbs": READ},
            {"apiGroups": [""], "resources": ["nodes", "pods", "events"], "verbs": WRITE},
        ],
        "system:basic-user": [
            {
                "apiGroups": ["authorization.k8s.io", "authentication.k8s.io"],
                "resources": [
                    "selfsubjectaccessreviews",
                    "selfsubjectrulesreviews",
                    "selfsubjectreviews",
                ],
                "verbs": ["create"],
            }
        ],
    }


def default_bindings() -> dict[str, tuple[str, str]]:
    """The ClusterRoleBindings every cluster is born with: role and group, by name."""
    return {
        "cluster-admin": ("cluster-admin", MASTERS),
        "system:basic-user": ("system:basic-user", "system:authenticated"),
        "eks:node-bootstrapper": ("system:node", "eks:kube-proxy-windows"),
    }


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of the authorizer; the resource carries its subresource: `pods/log`."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""

    def words(self, user: User) -> str:
        """The refusal, as the API server words it."""
        scope = f'in the namespace "{self.namespace}"' if self.namespace else "at the cluster scope"
        return (
            f'User "{user.name}" cannot {self.verb} resource "{self.resource}"'
            f' in API group "{self.group}" {scope}'
        )


def allows(store: Store, user: User, ask: Ask) -> bool:
    """Whether some rule that the user holds covers the question."""
    if MASTERS in user.groups:
        return True
    return any(covers(rule, ask) for rule in rules_of(store, user, ask.namespace))


def rules_of(store: Store, user: User, namespace: str) -> Iterator[Obj]:
    """The rules that a user holds in a namespace ("" for the cluster's own scope)."""
    for grant in user.grants:
        if not grant.namespaces or namespace in grant.namespaces:
            yield from _rules(store, "ClusterRole", grant.role, "")
    for binding in store.some(f"clusterrolebindings.{RBAC}"):
        if _binds(binding, user):
            yield from _rules(store, "ClusterRole", binding["roleRef"]["name"], "")
    for binding in store.some(f"rolebindings.{RBAC}") if namespace else ():
        if namespace_of(binding) == namespace and _binds(binding, user):
            role = binding["roleRef"]
            yield from _rules(store, role["kind"], role["name"], namespace)


def _rules(store: Store, kind: str, name: str, namespace: str) -> Iterator[Obj]:
    plural = "clusterroles" if kind == "ClusterRole" else "roles"
    role = store.find(f"{plural}.{RBAC}", "" if kind == "ClusterRole" else namespace, name)
    yield from (role or {}).get("rules") or ()


def _binds(binding: Obj, user: User) -> bool:
    for subject in binding.get("subjects") or ():
        name = subject.get("name")
        if subject["kind"] == "ServiceAccount":
            namespace = subject.get("namespace") or namespace_of(binding)
            if user.name == f"system:serviceaccount:{namespace}:{name}":
                return True
        elif name in (user.groups if subject["kind"] == "Group" else (user.name,)):
            return True
    return False


def covers(rule: Obj, ask: Ask) -> bool:
    """Whether a rule covers a question."""
    names = rule.get("resourceNames") or ()
    return (
        _among(ask.verb, rule.get("verbs"))
        and _among(ask.group, rule.get("apiGroups"))
        and _resource_among(ask.resource, rule.get("resources") or [])
        and (not names or ask.name in names)
    )


def _among(word: str, listed: list[str] | None) -> bool:
    return bool(listed) and ("*" in (listed or ()) or word in (listed or ()))


def _resource_among(resource: str, listed: list[str]) -> bool:
    _, _, sub = resource.partition("/")
    return "*" in listed or resource in listed or bool(sub and f"*/{sub}" in listed)


def seed(store: Store) -> None:
    """Puts the roles and bindings of a new cluster into its store."""
    labels = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    for name, rules in default_roles().items():
        meta = {"name": name, "labels": labels}
        body = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": meta}
        store.create(f"clusterroles.{RBAC}", {**body, "rules": rules})
    for name, (role, group) in default_bindings().items():
        store.create(
            f"clusterrolebindings.{RBAC}",
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": name, "labels": labels},
                "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
                "subjects": [{"kind": "Group", "name": group, "apiGroup": RBAC}],
            },
        )
