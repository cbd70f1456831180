"""Which node takes a pod, and the words where none does."""

from __future__ import annotations

from typing import Any

from tests.lab.kube.conftest import NODE_ROLE
from tests.lab.kube.fake import Bench
from tests.lab.kube.manifests import deployment, pod

from kiriwake.lab.kube.addons import install
from kiriwake.lab.kube.world import FargateProfile


def refused(bench: Bench) -> str:
    said = bench.events("FailedScheduling")
    assert said
    return said[-1]


def test_without_nodes_there_is_nothing_to_schedule_on(empty: Bench) -> None:
    empty.apply(pod())
    empty.advance(5)

    assert "no nodes available to schedule pods" in empty.events("FailedScheduling")


def test_too_much_cpu_is_insufficient_on_every_node(cluster: Bench) -> None:
    cluster.apply(pod(resources={"requests": {"cpu": "16"}}))
    cluster.advance(5)

    assert refused(cluster) == (
        "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available:"
        " 2 No preemption victims found for incoming pod."
    )


def test_a_selector_that_no_node_has_is_named(cluster: Bench) -> None:
    cluster.apply(pod(spec={"nodeSelector": {"disk": "ssd"}}))
    cluster.advance(5)

    assert refused(cluster) == (
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."
        " preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )


def test_a_taint_is_quoted_and_a_toleration_gets_past_it(cluster: Bench) -> None:
    taint = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
    for name in list(cluster.cluster.machinery.nodes.machines):
        cluster.cluster.machinery.nodes.describe(name, {"taints": [taint]}, "subnet-a")
    toleration = [{"key": "gpu", "operator": "Exists"}]
    cluster.apply(pod(), pod("bold", spec={"tolerations": toleration}))
    cluster.advance(20)

    assert "2 node(s) had untolerated taint {gpu: yes}" in refused(cluster)
    assert cluster.store.get("pods", "default", "bold")["spec"].get("nodeName")


def test_a_pending_pod_is_bound_when_room_appears(cluster: Bench) -> None:
    cluster.apply(pod(resources={"requests": {"cpu": "3"}}))
    cluster.advance(5)
    cluster.cluster.machinery.nodes.launch("subnet-a", "m5.2xlarge", NODE_ROLE)
    cluster.advance(60)

    assert cluster.store.get("pods", "default", "one")["spec"].get("nodeName")


def test_a_node_takes_no_more_pods_than_its_type_has_addresses(empty: Bench) -> None:
    empty.cluster.machinery.nodes.launch("subnet-a", "t3.medium", NODE_ROLE)
    empty.advance(60)
    empty.apply(deployment(replicas=20))
    empty.advance(60)

    assert "1 Too many pods" in refused(empty)
    bound = [one for one in empty.store.all("pods") if one["spec"].get("nodeName")]
    assert len(bound) == 17


def test_a_full_subnet_gives_pods_no_address(empty: Bench) -> None:
    empty.ground.add_subnet("subnet-small", "10.0.9.0/28", "us-east-1a")
    empty.cluster.machinery.nodes.launch("subnet-small", "m5.large", NODE_ROLE)
    empty.advance(60)
    empty.apply(deployment(replicas=14))
    empty.advance(60)

    assert any(
        "add cmd: failed to assign an IP address to container" in said
        for said in empty.events("FailedCreatePodSandBox")
    )
    assert empty.ground.subnets["subnet-small"]["free"] == []


def test_anti_affinity_leaves_the_third_pod_without_a_node(cluster: Bench) -> None:
    term = {
        "labelSelector": {"matchLabels": {"app": "web"}},
        "topologyKey": "kubernetes.io/hostname",
    }
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    cluster.apply(
        deployment(replicas=3, spec={"affinity": {"podAntiAffinity": {required: [term]}}})
    )
    cluster.advance(20)

    assert "2 node(s) didn't match pod anti-affinity rules" in refused(cluster)


def claim(name: str = "data", **more: Any) -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, **more}
    meta = {"name": name}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": spec}


MOUNTED = {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}


def test_a_claim_of_an_unknown_class_never_binds(cluster: Bench) -> None:
    cluster.apply(claim(storageClassName="standard-v2"), pod(spec=MOUNTED))
    cluster.advance(30)

    assert cluster.events("ProvisioningFailed") == [
        'storageclass.storage.k8s.io "standard-v2" not found'
    ]
    assert "pod has unbound immediate PersistentVolumeClaims" in refused(cluster)


def test_a_volume_waits_for_the_csi_driver_and_comes_with_it(cluster: Bench) -> None:
    cluster.apply(claim(storageClassName="gp2"), pod(spec=MOUNTED))
    cluster.advance(30)
    assert "ebs.csi.aws.com" in cluster.events("ExternalProvisioning")[0]

    install(cluster.cluster.world, "aws-ebs-csi-driver")
    cluster.advance(120)
    bound = cluster.store.get("persistentvolumeclaims", "default", "data")
    assert bound["status"]["phase"] == "Bound"
    assert cluster.store.get("pods", "default", "one")["status"]["phase"] == "Running"


def test_a_pod_that_a_fargate_profile_takes_gets_a_node_of_its_own(cluster: Bench) -> None:
    cluster.outside.profiles["default"] = FargateProfile("fp", NODE_ROLE, ("subnet-b",))
    cluster.apply(pod())
    cluster.advance(90)

    one = cluster.store.get("pods", "default", "one")
    assert one["spec"]["nodeName"].startswith("fargate-ip-10-0-2-")
    assert one["status"]["phase"] == "Running"
    assert cluster.events("LoggingDisabled")
    cluster.ask("DELETE", "/api/v1/namespaces/default/pods/one")
    cluster.advance(10)
    assert cluster.store.find("nodes", "", one["spec"]["nodeName"]) is None


def test_a_node_that_stops_reporting_is_unknown_and_its_pods_are_evicted(cluster: Bench) -> None:
    cluster.apply(deployment(replicas=2))
    cluster.advance(30)
    name = cluster.pods()[0]["spec"]["nodeName"]
    cluster.cluster.machinery.nodes.describe(name, {"ready": False}, "subnet-a")
    cluster.advance(360)

    ready = [
        c
        for c in cluster.store.get("nodes", "", name)["status"]["conditions"]
        if c["type"] == "Ready"
    ]
    assert ready[0]["reason"] == "NodeStatusUnknown"
    running = [one for one in cluster.pods() if "deletionTimestamp" not in one["metadata"]]
    assert {one["spec"]["nodeName"] for one in running} != {name}


def test_without_cni_rights_a_node_stays_not_ready(empty: Bench) -> None:
    empty.ground.denied.add(("*", "ec2:CreateNetworkInterface"))
    machine = empty.cluster.machinery.nodes.launch("subnet-a", "m5.large", NODE_ROLE)
    empty.advance(300)

    node = empty.store.get("nodes", "", machine.name)
    ready = next(c for c in node["status"]["conditions"] if c["type"] == "Ready")
    assert ready["status"] == "False"
    assert "cni plugin not initialized" in ready["message"]
