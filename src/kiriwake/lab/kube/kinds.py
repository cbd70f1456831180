"""Every kind that the lab's API server knows, and those that CRDs add."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiriwake.lab.kube.objects import Obj

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource: how it is called in paths, in YAML and on the command line."""

    group: str
    version: str
    plural: str
    kind: str
    short: tuple[str, ...] = ()
    namespaced: bool = True
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    stored_as: str = ""
    """The resource whose objects these are, when a group only gives another view of them."""
    verbs: tuple[str, ...] = VERBS
    preferred: bool = True
    custom: Obj | None = field(default=None, compare=False)
    """The CustomResourceDefinition behind it."""

    @property
    def resource(self) -> str:
        """`pods`, `deployments.apps`: the name in messages and the key in the store."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def stored(self) -> str:
        """The key under which the store keeps its objects."""
        return self.stored_as or self.resource

    @property
    def api_version(self) -> str:
        """`v1`, `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        """`pod`, `deployment`."""
        return self.kind.lower()


def _core() -> tuple[Kind, ...]:
    status = ("status",)
    every = ("all",)
    return (
        Kind("", "v1", "configmaps", "ConfigMap", ("cm",)),
        Kind("", "v1", "endpoints", "Endpoints", ("ep",)),
        Kind("", "v1", "events", "Event", ("ev",)),
        Kind("", "v1", "limitranges", "LimitRange", ("limits",)),
        Kind("", "v1", "namespaces", "Namespace", ("ns",), False, (), ("status", "finalize")),
        Kind("", "v1", "nodes", "Node", ("no",), False, (), status),
        Kind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", ("pvc",), True, (),
             status),
        Kind("", "v1", "persistentvolumes", "PersistentVolume", ("pv",), False, (), status),
        Kind(
            "", "v1", "pods", "Pod", ("po",), True, every,
            ("status", "log", "eviction", "exec", "attach", "portforward", "binding",
             "ephemeralcontainers"),
        ),
        Kind("", "v1", "podtemplates", "PodTemplate"),
        Kind("", "v1", "replicationcontrollers", "ReplicationController", ("rc",), True, every,
             ("status", "scale")),
        Kind("", "v1", "resourcequotas", "ResourceQuota", ("quota",), True, (), status),
        Kind("", "v1", "secrets", "Secret"),
        Kind("", "v1", "serviceaccounts", "ServiceAccount", ("sa",), True, (), ("token",)),
        Kind("", "v1", "services", "Service", ("svc",), True, every, ("status",)),
    )  # fmt: skip


def _apps() -> tuple[Kind, ...]:
    every = ("all",)
    scaled = ("status", "scale")
    return (
        Kind("apps", "v1", "controllerrevisions", "ControllerRevision"),
        Kind("apps", "v1", "daemonsets", "DaemonSet", ("ds",), True, every, ("status",)),
        Kind("apps", "v1", "deployments", "Deployment", ("deploy",), True, every, scaled),
        Kind("apps", "v1", "replicasets", "ReplicaSet", ("rs",), True, every, scaled),
        Kind("apps", "v1", "statefulsets", "StatefulSet", ("sts",), True, every, scaled),
        Kind("batch", "v1", "jobs", "Job", (), True, every, ("status",)),
        Kind("batch", "v1", "cronjobs", "CronJob", ("cj",), True, every, ("status",)),
        Kind("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", ("hpa",),
             True, every, ("status",)),
        Kind("autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", ("hpa",),
             True, every, ("status",), preferred=False),
        Kind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", ("pdb",), True, (),
             ("status",)),
        Kind("networking.k8s.io", "v1", "ingresses", "Ingress", ("ing",), True, (), ("status",)),
        Kind("networking.k8s.io", "v1", "ingressclasses", "IngressClass", (), False),
        Kind("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", ("netpol",)),
        Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
        Kind("events.k8s.io", "v1", "events", "Event", ("ev",), stored_as="events"),
    )  # fmt: skip


def _rest() -> tuple[Kind, ...]:
    rbac = "rbac.authorization.k8s.io"
    hooks = "admissionregistration.k8s.io"
    return (
        Kind(rbac, "v1", "clusterroles", "ClusterRole", (), False),
        Kind(rbac, "v1", "clusterrolebindings", "ClusterRoleBinding", (), False),
        Kind(rbac, "v1", "roles", "Role"),
        Kind(rbac, "v1", "rolebindings", "RoleBinding"),
        Kind("storage.k8s.io", "v1", "storageclasses", "StorageClass", ("sc",), False),
        Kind("storage.k8s.io", "v1", "csidrivers", "CSIDriver", (), False),
        Kind("storage.k8s.io", "v1", "csinodes", "CSINode", (), False),
        Kind("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", (), False),
        Kind("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", ("pc",), False),
        Kind("coordination.k8s.io", "v1", "leases", "Lease"),
        Kind(hooks, "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", (),
             False, ("api-extensions",)),
        Kind(hooks, "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", (),
             False, ("api-extensions",)),
        Kind("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
             ("crd", "crds"), False, ("api-extensions",), ("status",)),
        Kind("apiregistration.k8s.io", "v1", "apiservices", "APIService", (), False,
             ("api-extensions",), ("status",)),
    )  # fmt: skip


BUILT_IN = (*_core(), *_apps(), *_rest())

REVIEWS = (
    Kind("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", (), False,
         verbs=("create",)),
    Kind("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", (), False,
         verbs=("create",)),
    Kind("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", (),
         False, verbs=("create",)),
    Kind("authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", (),
         False, verbs=("create",)),
    Kind("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", (), False,
         verbs=("create",)),
    Kind("authorization.k8s.io", "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview",
         verbs=("create",)),
)  # fmt: skip
"""What is only ever asked, never kept."""

METRICS = (
    Kind("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", (), False, verbs=("get", "list")),
    Kind("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", verbs=("get", "list")),
)
"""Served while a metrics server is ready."""


def of_crd(crd: Obj) -> tuple[Kind, ...]:
    """The kinds that a CustomResourceDefinition adds, one for each served version."""
    spec = crd.get("spec", {})
    names = spec.get("names", {})
    found = []
    for version in spec.get("versions") or ():
        if not version.get("served"):
            continue
        subs = tuple(s for s in ("status", "scale") if s in (version.get("subresources") or {}))
        found.append(
            Kind(
                spec.get("group", ""),
                version["name"],
                names.get("plural", ""),
                names.get("kind", ""),
                tuple(names.get("shortNames") or ()),
                spec.get("scope") == "Namespaced",
                tuple(names.get("categories") or ()),
                subs,
                preferred=bool(version.get("storage")),
                custom=crd,
            )
        )
    return tuple(found)
