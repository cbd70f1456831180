"""What an EKS cluster is born with."""

from __future__ import annotations

from kiriwake.lab.kube.api import rbac
from kiriwake.lab.kube.objects import Obj
from kiriwake.lab.kube.world import World

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


def seed(world: World, api_address: str) -> None:
    """Namespaces, roles, the `kubernetes` Service, storage class and priorities."""
    for name in NAMESPACES:
        labels = {"kubernetes.io/metadata.name": name}
        world.store.create(
            "namespaces",
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": name, "labels": labels},
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            },
        )
    rbac.seed(world.store)
    _kubernetes_service(world, api_address)
    _storage(world)
    for name, value in (
        ("system-cluster-critical", 2000000000),
        ("system-node-critical", 2000001000),
    ):
        world.store.create(
            "priorityclasses.scheduling.k8s.io",
            {
                "apiVersion": "scheduling.k8s.io/v1",
                "kind": "PriorityClass",
                "metadata": {"name": name},
                "value": value,
                "preemptionPolicy": "PreemptLowerPriority",
            },
        )


def _kubernetes_service(world: World, api_address: str) -> None:
    first = world.service_cidr.rsplit(".", 1)[0] + ".1"
    labels = {"component": "apiserver", "provider": "kubernetes"}
    meta: Obj = {"name": "kubernetes", "namespace": "default"}
    spec: Obj = {
        "type": "ClusterIP",
        "clusterIP": first,
        "clusterIPs": [first],
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "internalTrafficPolicy": "Cluster",
        "sessionAffinity": "None",
        "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 443}],
    }
    body: Obj = {"apiVersion": "v1", "metadata": {**meta, "labels": labels}}
    world.store.create(
        "services", {**body, "kind": "Service", "spec": spec, "status": {"loadBalancer": {}}}
    )
    port = {"name": "https", "port": 443, "protocol": "TCP"}
    subset = {"addresses": [{"ip": api_address}], "ports": [port]}
    endpoints = {"apiVersion": "v1", "kind": "Endpoints", "metadata": meta, "subsets": [subset]}
    world.store.create("endpoints", endpoints)


def _storage(world: World) -> None:
    """EKS brings `gp2`, which has not been the default class since 1.30."""
    note = "storageclass.kubernetes.io/is-default-class"
    old = world.minor() < 30  # noqa: PLR2004 - the version named above
    world.store.create(
        "storageclasses.storage.k8s.io",
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "gp2", "annotations": {note: "true"} if old else {}},
            "provisioner": "kubernetes.io/aws-ebs",
            "parameters": {"type": "gp2", "fsType": "ext4"},
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
    )
