"""Deployments, sets and jobs do what their controllers do."""

from __future__ import annotations

from typing import Any

from tests.lab.kube.fake import Bench
from tests.lab.kube.manifests import container, deployment, http

from kiriwake.lab.ground import ImageBehaviour
from kiriwake.lab.kube.control.cronjobs import next_time
from kiriwake.lab.kube.objects import condition


def web(bench: Bench) -> dict[str, Any]:
    return bench.store.get("deployments.apps", "default", "web")


def test_a_rollout_never_goes_beyond_surge_nor_below_what_must_be_available(
    cluster: Bench,
) -> None:
    cluster.apply(deployment(replicas=4, readinessProbe=http(), ports=[{"containerPort": 8080}]))
    cluster.advance(60)
    cluster.apply(
        deployment(
            replicas=4, image="app:2", readinessProbe=http(), ports=[{"containerPort": 8080}]
        )
    )
    seen = []
    for _ in range(60):
        cluster.advance(1)
        pods = [p for p in cluster.pods() if "deletionTimestamp" not in p["metadata"]]
        ready = [p for p in pods if (condition(p, "Ready") or {}).get("status") == "True"]
        seen.append((len(pods), len(ready)))

    assert max(total for total, _ in seen) == 5
    assert min(ready for _, ready in seen) >= 3
    assert {p["spec"]["containers"][0]["image"] for p in cluster.pods()} == {"app:2"}
    assert web(cluster)["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"


def test_a_rollout_that_never_gets_ready_misses_its_deadline_and_keeps_old_pods(
    cluster: Bench,
) -> None:
    cluster.apply(deployment(replicas=4, readinessProbe=http(), ports=[{"containerPort": 8080}]))
    cluster.advance(60)
    cluster.ground.images["app:2"] = ImageBehaviour(listens=(8080,), paths={"/": 404})
    cluster.apply(deployment(replicas=4, image="app:2", readinessProbe=http()))
    cluster.advance(700)

    progressing = condition(web(cluster), "Progressing")
    assert progressing is not None
    assert progressing["reason"] == "ProgressDeadlineExceeded"
    assert progressing["message"].endswith("has timed out progressing.")
    images = [p["spec"]["containers"][0]["image"] for p in cluster.pods()]
    assert (images.count("app:1"), images.count("app:2")) == (3, 2)


def test_going_back_reuses_the_old_replica_set_under_a_new_revision(cluster: Bench) -> None:
    for image in ("app:1", "app:2", "app:1"):
        cluster.apply(deployment(image=image))
        cluster.advance(60)

    sets = list(cluster.store.all("replicasets.apps", "default"))
    revisions = [s["metadata"]["annotations"]["deployment.kubernetes.io/revision"] for s in sets]
    assert sorted(revisions) == ["2", "3"]


def test_recreate_ends_the_old_pods_first(cluster: Bench) -> None:
    manifest = deployment(replicas=3)
    manifest["spec"]["strategy"] = {"type": "Recreate"}
    cluster.apply(manifest)
    cluster.advance(30)
    manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "app:2"
    cluster.apply(manifest)

    mixed = False
    for _ in range(30):
        images = {p["spec"]["containers"][0]["image"] for p in cluster.pods()}
        mixed = mixed or len(images) > 1
        cluster.advance(0.5)
    assert not mixed
    assert len(cluster.pods()) == 3


def test_a_quota_is_told_as_a_failed_create(cluster: Bench) -> None:
    meta = {"name": "q"}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta}
    cluster.apply({**quota, "spec": {"hard": {"pods": "2"}}}, deployment(replicas=3))
    cluster.advance(30)

    assert len(cluster.pods()) == 2
    said = cluster.events("FailedCreate")[0]
    assert said.startswith('Error creating: pods "web-')
    assert said.endswith("exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2")
    failing = condition(web(cluster), "ReplicaFailure")
    assert failing is not None
    assert failing["reason"] == "FailedCreate"


def test_a_daemon_set_has_a_pod_on_each_node(cluster: Bench) -> None:
    found = cluster.store.get("daemonsets.apps", "kube-system", "aws-node")["status"]

    assert (found["desiredNumberScheduled"], found["numberReady"]) == (2, 2)


def test_a_stateful_set_starts_its_pods_one_after_the_other(cluster: Bench) -> None:
    labels = {"app": "db"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container()]}}
    spec = {"replicas": 3, "selector": {"matchLabels": labels}, "serviceName": "db"}
    meta = {"name": "db"}
    cluster.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": meta,
            "spec": {**spec, "template": template},
        }
    )
    cluster.advance(1)
    assert [p["metadata"]["name"] for p in cluster.pods()] == ["db-0"]
    cluster.advance(60)
    assert [p["metadata"]["name"] for p in cluster.pods()] == ["db-0", "db-1", "db-2"]


def job(**spec: Any) -> dict[str, Any]:
    template = {"spec": {"restartPolicy": "Never", "containers": [container()]}}
    body = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "work"}}
    return {**body, "spec": {"template": template, **spec}}


def test_a_job_completes(cluster: Bench) -> None:
    cluster.apply(job(completions=2))
    cluster.advance(120)

    done = cluster.store.get("jobs.batch", "default", "work")
    assert done["status"]["succeeded"] == 2
    assert condition(done, "Complete") is not None


def test_a_job_that_keeps_failing_reaches_its_back_off_limit(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(exits_after_s=1, exit_code=1)
    cluster.apply(job(backoffLimit=2))
    cluster.advance(300)

    failed = condition(cluster.store.get("jobs.batch", "default", "work"), "Failed")
    assert failed is not None
    assert failed["reason"] == "BackoffLimitExceeded"
    assert len(cluster.pods()) == 3


def test_a_cron_job_starts_a_job_at_each_of_its_times(cluster: Bench) -> None:
    meta = {"name": "tick"}
    spec = {"schedule": "*/10 * * * *", "jobTemplate": {"spec": job()["spec"]}}
    cluster.apply({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta, "spec": spec})
    cluster.advance(1900)

    assert len(list(cluster.store.all("jobs.batch", "default"))) == 3


def test_schedules_are_read_as_cron_reads_them(cluster: Bench) -> None:
    start = cluster.ground.moment.replace(hour=9, minute=0)

    assert next_time("30 9 * * *", start) == start.replace(minute=30)
    assert next_time("0 0 * * 0", start) is not None
    assert next_time("61 * * * *", start) is None
    assert next_time("often", start) is None


def test_a_service_has_the_addresses_of_its_ready_pods(cluster: Bench) -> None:
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}
    cluster.apply(service, deployment(replicas=2))
    cluster.advance(60)

    (subset,) = cluster.store.get("endpoints", "default", "web")["subsets"]
    assert len(subset["addresses"]) == 2
    assert subset["ports"] == [{"port": 8080, "protocol": "TCP"}]


def test_an_autoscaler_without_metrics_says_so(cluster: Bench) -> None:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"scaleTargetRef": reference, "maxReplicas": 5}
    body = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler"}
    cluster.apply(deployment(), {**body, "metadata": {"name": "web"}, "spec": spec})
    cluster.advance(60)

    assert "unable to get metrics for resource cpu" in cluster.events("FailedGetResourceMetric")[0]


def test_a_deleted_deployment_leaves_nothing_behind(cluster: Bench) -> None:
    cluster.apply(deployment())
    cluster.advance(30)
    cluster.ask("DELETE", "/apis/apps/v1/namespaces/default/deployments/web")
    cluster.advance(40)

    assert cluster.pods() == []
    assert list(cluster.store.all("replicasets.apps", "default")) == []


def test_a_namespace_goes_with_all_that_is_in_it(cluster: Bench) -> None:
    cluster.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "team"}})
    manifest = deployment()
    manifest["metadata"]["namespace"] = "team"
    cluster.apply(manifest)
    cluster.advance(30)
    cluster.ask("DELETE", "/api/v1/namespaces/team")
    cluster.advance(60)

    assert cluster.store.find("namespaces", "", "team") is None
    assert cluster.pods("team") == []
