"""PersistentVolumeClaims: bound, waiting, or told why not."""

from __future__ import annotations

from datetime import timedelta

from kiriwake.lab.kube.control.pods import is_ready
from kiriwake.lab.kube.objects import Obj, labels_of, name_of, namespace_of, quantity
from kiriwake.lab.kube.world import World

BY = "persistentvolume-controller"
CLASSES = "storageclasses.storage.k8s.io"
EBS = ("ebs.csi.aws.com", "kubernetes.io/aws-ebs")
DRIVER = "ebs.csi.aws.com"
AGAIN = timedelta(seconds=15)
CREATES = "ec2:CreateVolume"


class Volumes:
    """Binds claims to volumes; makes EBS volumes while the driver's controller is ready."""

    def __init__(self, world: World) -> None:
        self._world = world

    def reconcile(self, namespace: str, name: str) -> None:
        """Looks at one claim."""
        store = self._world.store
        claim = store.find("persistentvolumeclaims", namespace, name)
        if claim is None or claim["spec"].get("volumeName"):
            return
        kind = claim["spec"].get("storageClassName")
        fitting = self._fitting(claim, kind or "")
        if fitting is not None:
            self._bind(claim, fitting)
            return
        found = store.find(CLASSES, "", kind) if kind else None
        if found is None:
            self._no_class(claim, kind)
        elif found.get("volumeBindingMode") == "WaitForFirstConsumer" and not self._pod_of(claim):
            said = "waiting for first consumer to be created before binding"
            self._world.events.normal(claim, "WaitForFirstConsumer", said, BY)
        else:
            self._provision(claim, found)
            return
        self._later(claim)

    def _later(self, claim: Obj) -> None:
        due = self._world.now() + AGAIN
        self._world.loop.later(due, "volumes", namespace_of(claim), name_of(claim))

    def _no_class(self, claim: Obj, kind: str | None) -> None:
        if kind:
            said = f'storageclass.storage.k8s.io "{kind}" not found'
            self._world.events.warning(claim, "ProvisioningFailed", said, BY)
        else:
            said = "no persistent volumes available for this claim and no storage class is set"
            self._world.events.normal(claim, "FailedBinding", said, BY)

    def _fitting(self, claim: Obj, kind: str) -> Obj | None:
        wanted = quantity(claim["spec"]["resources"]["requests"]["storage"])
        for volume in self._world.store.all("persistentvolumes"):
            spec = volume["spec"]
            if spec.get("claimRef") or spec.get("storageClassName", "") != kind:
                continue
            modes = set(claim["spec"].get("accessModes") or ())
            roomy = quantity(spec.get("capacity", {}).get("storage", "0")) >= wanted
            if roomy and modes <= set(spec.get("accessModes") or ()):
                return volume
        return None

    def _pod_of(self, claim: Obj) -> Obj | None:
        for pod in self._world.store.all("pods", namespace_of(claim)):
            for volume in pod["spec"].get("volumes") or ():
                source = volume.get("persistentVolumeClaim") or {}
                if source.get("claimName") == name_of(claim):
                    return pod
        return None

    def _provision(self, claim: Obj, kind: Obj) -> None:
        provisioner = kind.get("provisioner", "")
        driver = DRIVER if provisioner in EBS else provisioner
        controller = self._controller() if provisioner in EBS else None
        if controller is None:
            said = (
                "Waiting for a volume to be created either by the external provisioner"
                f" '{driver}' or manually by the system administrator. If volume creation is"
                " delayed, please verify that the provisioner is running and correctly registered."
            )
            self._world.events.normal(claim, "ExternalProvisioning", said, BY)
            self._later(claim)
            return
        by = f"{driver}_{name_of(controller)}"
        role = self._world.role_of(controller) if self._world.role_of else ""
        allowed = self._world.ground.may(role, CREATES) if role else None
        if allowed is not None and not allowed.yes:
            said = (
                f'failed to provision volume with StorageClass "{name_of(kind)}": rpc error: code ='
                " Internal desc = Could not create volume: could not create volume in EC2:"
                " operation error EC2: CreateVolume, https response error StatusCode: 403,"
                " api error UnauthorizedOperation: You are not authorized to perform this"
                f" operation. User: {role} is not authorized to perform: {CREATES}"
            )
            self._world.events.warning(claim, "ProvisioningFailed", said, by)
            self._later(claim)
            return
        self._make(claim, kind, driver, by)

    def _controller(self) -> Obj | None:
        for pod in self._world.store.all("pods", "kube-system"):
            if labels_of(pod).get("app") == "ebs-csi-controller" and is_ready(pod):
                return pod
        return None

    def _make(self, claim: Obj, kind: Obj, driver: str, by: str) -> None:
        store = self._world.store
        pod = self._pod_of(claim)
        nodes = list(store.all("nodes"))
        bound = store.find("nodes", "", pod["spec"].get("nodeName", "")) if pod else None
        node = bound or (nodes[0] if nodes else {})
        zone = labels_of(node).get("topology.kubernetes.io/zone", "")
        name = f"pvc-{claim['metadata']['uid']}"
        term = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}
        required = {"nodeSelectorTerms": [{"matchExpressions": [term]}]}
        volume = store.create(
            "persistentvolumes",
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": name},
                "spec": {
                    "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
                    "accessModes": claim["spec"].get("accessModes") or ["ReadWriteOnce"],
                    "persistentVolumeReclaimPolicy": kind.get("reclaimPolicy", "Delete"),
                    "storageClassName": name_of(kind),
                    "volumeMode": "Filesystem",
                    "csi": {
                        "driver": driver,
                        "volumeHandle": f"vol-0{name[4:12]}{name[13:17]}00000",
                    },
                    "nodeAffinity": {"required": required},
                },
                "status": {"phase": "Available"},
            },
        )
        said = f"Successfully provisioned volume {name}"
        self._world.events.normal(claim, "ProvisioningSucceeded", said, by)
        self._bind(claim, volume)

    def _bind(self, claim: Obj, volume: Obj) -> None:
        store = self._world.store
        reference = {
            "kind": "PersistentVolumeClaim",
            "apiVersion": "v1",
            "namespace": namespace_of(claim),
            "name": name_of(claim),
            "uid": claim["metadata"]["uid"],
        }
        spec = {**volume["spec"], "claimRef": reference}
        store.update("persistentvolumes", {**volume, "spec": spec, "status": {"phase": "Bound"}})
        status = {
            "phase": "Bound",
            "accessModes": spec.get("accessModes"),
            "capacity": spec.get("capacity"),
        }
        bound = {**claim["spec"], "volumeName": name_of(volume)}
        store.update("persistentvolumeclaims", {**claim, "spec": bound, "status": status})
