"""Pods start, fail and end as their image, their manifest and their node make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.lab.kube.fake import Bench
from tests.lab.kube.manifests import deployment, http, pod

from kiriwake.lab.ground import ImageBehaviour
from kiriwake.lab.kube.api.rows_pods import status_word


def only(bench: Bench, name: str = "") -> dict[str, Any]:
    pods = [one for one in bench.pods() if one["metadata"]["name"].startswith(name)]
    assert len(pods) == 1
    return pods[0]


def waiting(one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = one["status"]["containerStatuses"][0]["state"]["waiting"]
    return found


def test_a_healthy_deployment_becomes_ready_and_says_nothing_alarming(cluster: Bench) -> None:
    cluster.apply(deployment(readinessProbe=http(), ports=[{"containerPort": 8080}]))
    cluster.advance(60)

    assert [status_word(one) for one in cluster.pods()] == ["Running", "Running"]
    assert all(event["type"] == "Normal" for event in cluster.store.all("events", "default"))
    found = cluster.store.get("deployments.apps", "default", "web")["status"]
    assert (found["readyReplicas"], found["availableReplicas"]) == (2, 2)


def test_pods_are_spread_over_the_nodes(cluster: Bench) -> None:
    cluster.apply(deployment(replicas=4))
    cluster.advance(30)

    assert len({one["spec"]["nodeName"] for one in cluster.pods()}) == 2


def test_a_missing_tag_ends_in_back_off_with_containerds_words(cluster: Bench) -> None:
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:none"
    cluster.ground.missing_images.add(image)
    cluster.apply(pod(image=image))
    cluster.advance(30)

    assert status_word(only(cluster)) == "ImagePullBackOff"
    assert any(
        f'failed to resolve reference "{image}": {image}: not found' in said
        for said in cluster.events("Failed")
    )
    assert cluster.events("BackOff") == [f'Back-off pulling image "{image}"']


def test_without_rights_on_ecr_the_nodes_role_is_refused(cluster: Bench) -> None:
    cluster.ground.denied.add(("*", "ecr:BatchGetImage"))
    cluster.apply(pod(image="123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1"))
    cluster.advance(10)

    assert any("403 Forbidden" in said for said in cluster.events("Failed"))


def test_a_registry_out_of_reach_is_a_time_out(cluster: Bench) -> None:
    cluster.ground.unreachable["dockerhub"] = "timeout"
    cluster.apply(pod(image="nginx:1.27"))
    cluster.advance(10)

    assert any("i/o timeout" in said for said in cluster.events("Failed"))


def test_a_name_that_is_none_is_told_at_once(cluster: Bench) -> None:
    cluster.apply(pod(image="My App:1"))
    cluster.advance(10)

    assert waiting(only(cluster))["reason"] == "InvalidImageName"


def test_a_crashing_container_backs_off_up_to_five_minutes(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(exits_after_s=1, exit_code=3, logs=("boom",))
    cluster.apply(pod())
    cluster.advance(1800)

    one = only(cluster)
    state = one["status"]["containerStatuses"][0]
    assert status_word(one) == "CrashLoopBackOff"
    assert state["lastState"]["terminated"]["exitCode"] == 3
    assert 8 <= state["restartCount"] <= 12
    assert "back-off 5m0s restarting failed container=app" in waiting(one)["message"]
    assert any(said.startswith("Back-off restarting failed") for said in cluster.events("BackOff"))


def test_memory_beyond_the_limit_is_oom_killed(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(memory_mib=300)
    cluster.apply(pod(resources={"limits": {"memory": "128Mi"}}))
    cluster.advance(60)

    ended = only(cluster)["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


def test_an_image_of_another_architecture_cannot_run(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(arch=("arm64",))
    cluster.apply(pod())
    cluster.advance(60)

    lines = cluster.cluster.machinery.kubelets.lines(only(cluster), "app", previous=True)
    assert [line.text for line in lines or ()] == ["exec /app: exec format error"]


def test_a_missing_config_map_key_is_told_in_the_kubelets_words(cluster: Bench) -> None:
    cluster.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}},
        pod("no-map", env=[_from("configMapKeyRef", "gone", "k")]),
        pod("no-key", env=[_from("configMapKeyRef", "c", "k")]),
        pod("no-secret", env=[_from("secretKeyRef", "s", "k")]),
    )
    cluster.advance(20)

    said = set(cluster.events("Failed"))
    assert 'Error: configmap "gone" not found' in said
    assert "Error: couldn't find key k in ConfigMap default/c" in said
    assert 'Error: secret "s" not found' in said
    assert status_word(only(cluster, "no-key")) == "CreateContainerConfigError"


def _from(field: str, name: str, key: str) -> dict[str, Any]:
    return {"name": "X", "valueFrom": {field: {"name": name, "key": key}}}


def test_the_config_map_that_comes_late_lets_the_pod_run(cluster: Bench) -> None:
    cluster.apply(pod(envFrom=[{"configMapRef": {"name": "late"}}]))
    cluster.advance(20)
    cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late"}})
    cluster.advance(20)

    assert status_word(only(cluster)) == "Running"


def test_a_secret_volume_that_is_missing_keeps_the_container_from_being_created(
    cluster: Bench,
) -> None:
    volume = {"name": "v", "secret": {"secretName": "gone"}}
    cluster.apply(pod(spec={"volumes": [volume]}))
    cluster.advance(30)

    assert status_word(only(cluster)) == "ContainerCreating"
    assert cluster.events("FailedMount") == [
        'MountVolume.SetUp failed for volume "v" : secret "gone" not found'
    ]


def test_a_readiness_probe_on_a_missing_path_tells_the_status(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(listens=(8080,), paths={"/": 200})
    cluster.apply(deployment(readinessProbe=http("/health")))
    cluster.advance(60)

    assert cluster.events("Unhealthy")[0] == (
        "Readiness probe failed: HTTP probe failed with statuscode: 404"
    )
    assert not any(one["status"]["containerStatuses"][0]["ready"] for one in cluster.pods())


def test_a_liveness_probe_on_a_closed_port_restarts_the_container(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(listens=(9090,))
    cluster.apply(pod(livenessProbe=http(periodSeconds=5)))
    cluster.advance(60)

    one = only(cluster)
    ip = one["status"]["podIP"]
    assert cluster.events("Unhealthy")[0] == (
        f'Liveness probe failed: Get "http://{ip}:8080/": dial tcp {ip}:8080: connect:'
        " connection refused"
    )
    assert cluster.events("Killing")[0] == "Container app failed liveness probe, will be restarted"
    assert one["status"]["containerStatuses"][0]["restartCount"] >= 1


def test_an_application_bound_to_loopback_refuses_the_kubelet(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(listens=(8080,), bind="127.0.0.1")
    cluster.apply(pod(readinessProbe=http()))
    cluster.advance(30)

    assert "connection refused" in cluster.events("Unhealthy")[0]


def test_a_startup_probe_gives_a_slow_application_its_time(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(listens=(8080,), starts_after_s=45)
    startup = http(failureThreshold=10, periodSeconds=10)
    cluster.apply(pod(startupProbe=startup, livenessProbe=http(failureThreshold=1)))
    cluster.advance(120)

    state = only(cluster)["status"]["containerStatuses"][0]
    assert (state["restartCount"], state["ready"]) == (0, True)


def test_init_containers_run_in_order_before_the_others(cluster: Bench) -> None:
    init = [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]
    cluster.apply(pod(spec={"initContainers": init}))
    cluster.advance(30)

    states = only(cluster)["status"]["initContainerStatuses"]
    ends = [one["state"]["terminated"]["finishedAt"] for one in states]
    assert ends == sorted(ends)
    assert status_word(only(cluster)) == "Running"


def test_a_failing_init_container_holds_the_pod_back(cluster: Bench) -> None:
    cluster.ground.images["a:1"] = ImageBehaviour(exits_after_s=1, exit_code=1)
    cluster.apply(pod(spec={"initContainers": [{"name": "a", "image": "a:1"}]}))
    cluster.advance(60)

    assert status_word(only(cluster)) == "Init:CrashLoopBackOff"


def test_a_deleted_pod_ends_gracefully_and_its_address_comes_back(cluster: Bench) -> None:
    cluster.apply(pod())
    cluster.advance(20)
    address = only(cluster)["status"]["podIP"]
    cluster.ask("DELETE", "/api/v1/namespaces/default/pods/one")

    assert status_word(only(cluster)) == "Terminating"
    cluster.advance(5)
    assert cluster.pods() == []
    pools = [m.pool for m in cluster.cluster.machinery.nodes.machines.values() if m.pool]
    assert any(address in pool.resting for pool in pools)


def test_an_application_that_ignores_sigterm_is_killed_after_its_grace(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(ignores_sigterm=True)
    cluster.apply(pod(spec={"terminationGracePeriodSeconds": 20}))
    cluster.advance(20)
    begun: datetime = cluster.ground.moment
    cluster.ask("DELETE", "/api/v1/namespaces/default/pods/one")
    cluster.until(lambda: not cluster.pods())

    assert 20 <= (cluster.ground.moment - begun).total_seconds() < 22


def test_logs_tell_the_environment_and_the_run_before(cluster: Bench) -> None:
    behaviour = ImageBehaviour(exits_after_s=3, exit_code=1, logs=("DATABASE_URL=${URL}",))
    cluster.ground.images["app:1"] = behaviour
    cluster.apply(pod(env=[{"name": "URL", "value": "db"}]))
    cluster.advance(120)

    path = "/api/v1/namespaces/default/pods/one/log"
    assert cluster.ask("GET", path, previous="true").body == b"DATABASE_URL=db\n"


def test_a_variable_that_an_image_requires_is_missed(cluster: Bench) -> None:
    cluster.ground.images["app:1"] = ImageBehaviour(requires_env=("DEPLOY_ENV",))
    cluster.apply(pod())
    cluster.advance(30)

    answer = cluster.ask("GET", "/api/v1/namespaces/default/pods/one/log", previous="true")
    assert answer.body == b"required environment variable DEPLOY_ENV is not set\n"
