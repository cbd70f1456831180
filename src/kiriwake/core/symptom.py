"""What is visibly wrong, before anybody asks why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiriwake.core.text import Text
from kiriwake.core.verdict import Fact


class SymptomId(StrEnum):
    """The vocabulary of symptoms; causes declare which of them they explain."""

    TASKS_MISSING = "tasks-missing"
    TASKS_FAIL_TO_START = "tasks-fail-to-start"
    TASKS_CRASH = "tasks-crash"
    TASKS_KILLED_BY_LOAD_BALANCER = "tasks-killed-by-load-balancer"
    TASKS_KILLED_BY_HEALTH_CHECK = "tasks-killed-by-health-check"
    TARGETS_UNHEALTHY = "targets-unhealthy"
    DEPLOYMENT_STALLED = "deployment-stalled"
    DEPLOYMENT_ROLLED_BACK = "deployment-rolled-back"
    OLD_TASKS_REMAIN = "old-tasks-remain"
    OLD_REVISION_RUNS = "old-revision-runs"
    LOGS_MISSING = "logs-missing"
    PODS_PENDING = "pods-pending"
    PODS_CRASH = "pods-crash"
    PODS_NOT_READY = "pods-not-ready"
    IMAGE_NOT_PULLED = "image-not-pulled"
    NODES_NOT_READY = "nodes-not-ready"
    IMAGE_UNSCANNED = "image-unscanned"


@dataclass(frozen=True, slots=True)
class Symptom:
    """One symptom, with the facts that show it."""

    id: SymptomId
    because: tuple[Fact, ...]


TITLES: dict[SymptomId, Text] = {
    SymptomId.TASKS_MISSING: Text(
        en="fewer tasks run than are desired",
        ja="desired より少ないタスクしか動いていない",
    ),
    SymptomId.TASKS_FAIL_TO_START: Text(
        en="tasks stop before they run", ja="タスクが RUNNING になる前に停止する"
    ),
    SymptomId.TASKS_CRASH: Text(
        en="tasks stop by themselves after they ran",
        ja="動き出したタスクが自ら停止する",
    ),
    SymptomId.TASKS_KILLED_BY_LOAD_BALANCER: Text(
        en="ECS stops tasks that fail the load balancer's health check",
        ja="ロードバランサーのヘルスチェックに落ちたタスクを ECS が止めている",
    ),
    SymptomId.TASKS_KILLED_BY_HEALTH_CHECK: Text(
        en="ECS stops tasks that fail their container health check",
        ja="コンテナのヘルスチェックに落ちたタスクを ECS が止めている",
    ),
    SymptomId.TARGETS_UNHEALTHY: Text(
        en="targets are not healthy in their target group",
        ja="ターゲットグループに healthy でないターゲットがある",
    ),
    SymptomId.DEPLOYMENT_STALLED: Text(
        en="the deployment does not get on", ja="デプロイが進まない"
    ),
    SymptomId.DEPLOYMENT_ROLLED_BACK: Text(
        en="the deployment failed and was rolled back",
        ja="デプロイが失敗し、ロールバックされた",
    ),
    SymptomId.OLD_TASKS_REMAIN: Text(
        en="tasks of the old revision stay", ja="古いリビジョンのタスクが残っている"
    ),
    SymptomId.OLD_REVISION_RUNS: Text(
        en="an older revision runs than the newest one registered",
        ja="登録済みの最新より古いリビジョンが動いている",
    ),
    SymptomId.LOGS_MISSING: Text(en="logs do not arrive", ja="ログが届いていない"),
    SymptomId.PODS_PENDING: Text(en="pods stay Pending", ja="Pod が Pending のまま"),
    SymptomId.PODS_CRASH: Text(en="containers of pods crash", ja="Pod のコンテナがクラッシュする"),
    SymptomId.PODS_NOT_READY: Text(
        en="pods run and are not Ready", ja="Pod は動いているが Ready でない"
    ),
    SymptomId.IMAGE_NOT_PULLED: Text(
        en="an image is not pulled", ja="イメージを pull できていない"
    ),
    SymptomId.NODES_NOT_READY: Text(en="nodes are not Ready", ja="Ready でないノードがある"),
    SymptomId.IMAGE_UNSCANNED: Text(
        en="images that run were never scanned",
        ja="動いているイメージがスキャンされていない",
    ),
}
