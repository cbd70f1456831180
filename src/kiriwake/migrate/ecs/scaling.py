"""Application Auto Scaling, in the percentages that ECS measures."""

from __future__ import annotations

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.ecs.groups import Attached
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.fargate import Size
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import Metric, Workload
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.stack import ref, sub

_LEAST_SHARE = 5.0


def add_scaling(setting: Setting, workload: Workload, size: Size, attached: Attached) -> None:
    """Application Auto Scaling, its percentages those of the task, not of the request."""
    scaling = workload.scaling
    if scaling is None:
        return
    prefix = setting.id_of(workload)
    target = f"{prefix}ScalableTarget"
    least = max(1, scaling.least)
    setting.stack.add(
        target,
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {
            "ServiceNamespace": "ecs",
            "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": sub(f"service/${{Cluster}}/${{{prefix}Service.Name}}"),
            "MinCapacity": {"Fn::If": ["Start", least, 0]} if _is_gated(setting) else least,
            "MaxCapacity": max(least, scaling.most),
        },
    )
    ledger = setting.ledger
    for number, metric in enumerate(scaling.metrics, start=1):
        share = task_share(metric, workload, size)
        predefined = {
            "cpu": "ECSServiceAverageCPUUtilization",
            "memory": "ECSServiceAverageMemoryUtilization",
        }.get(metric.what)
        where = traced(metric.trace, "whole")
        if predefined is None or share is None:
            ledger.claim(where, Fate.DROPPED, "", reasons.SCALING_OPEN)
            _open_metric(setting, workload, metric)
            continue
        policy = f"{prefix}Scaling{number}"
        setting.stack.add(
            policy,
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            {
                "PolicyName": sub(f"${{AWS::StackName}}-{setting.name(workload)}-{metric.what}"),
                "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": ref(target),
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": share,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": predefined},
                },
            },
        )
        ledger.claim(where, Fate.ADAPTED, policy, reasons.SCALING_SHARE)
        _changed_share(setting, workload, metric, share)
    ledger.claim(traced(scaling.trace, "whole"), Fate.ADAPTED, target, reasons.SCALING)


def _is_gated(setting: Setting) -> bool:
    return "Start" in setting.stack.conditions


def task_share(metric: Metric, workload: Workload, size: Size) -> float | None:
    """The autoscaler's percentage of the requests as a percentage of the task's size."""
    if metric.target is None:
        return None
    requests = [c.resources for c in workload.containers]
    if metric.what == "cpu":
        asked = [r.cpu_request if r.cpu_request is not None else r.cpu_limit for r in requests]
        whole = size.cpu * 1000 / 1024
    elif metric.what == "memory":
        asked = [r.memory_request or r.memory_limit for r in requests]
        whole = float(size.memory)
    else:
        return None
    if any(value is None for value in asked):
        return None
    total = sum(value for value in asked if value is not None)
    share = round(metric.target * total / whole, 1)
    # a request far below the smallest task says nothing: any load passes a target near 0
    return min(95.0, share if share >= _LEAST_SHARE else metric.target)


def _changed_share(setting: Setting, workload: Workload, metric: Metric, share: float) -> None:
    setting.note(
        "scaling-percentage",
        Weight.BEHAVIOUR,
        Text(
            en=f"{workload.name} scales at {metric.target:g} % of its {metric.what} request; ECS"
            f" measures the whole task, so the target is {share:g} %: watch it under load",
            ja=f"{workload.name} は {metric.what} の request の {metric.target:g} %"
            " でスケールしていた。"
            f"ECS はタスク全体に対する割合なので目標値は {share:g} %。負荷をかけて確認すること",
        ),
        metric.place,
    )


def _open_metric(setting: Setting, workload: Workload, metric: Metric) -> None:
    detail = metric.detail or metric.what
    setting.note(
        "scaling-metric",
        Weight.DECIDE,
        Text(
            en=f"{workload.name} scales by {detail}, which no ECS metric says as it stands:"
            " choose a metric and a target",
            ja=f"{workload.name} は {detail} でスケールしていたが、そのまま使える ECS"
            " のメトリクスがない。"
            "メトリクスと目標値を選ぶこと",
        ),
        metric.place,
    )
